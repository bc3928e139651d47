package render

import (
	"bufio"
	"io"

	"github.com/smtpsim/smtpsim/trace"
)

// WriteCapture prints one capture: what it is, how much is in it, and what is odd about the file as a whole.
func WriteCapture(w io.Writer, c trace.Capture, sessions int, o Options) error {
	parts := []string{o.visible(c.File)}
	if c.Format != "" {
		parts = append(parts, o.visible(c.Format))
	}
	parts = append(parts, o.count("capture.packets", c.Packets), o.count("capture.sessions", int64(sessions)))
	if c.First != 0 && c.Last != 0 {
		parts = append(parts, c.First.Std().Format("2006-01-02 15:04:05 UTC"), o.t("session.lasted", "time", o.visible(span(c.Last.Sub(c.First)))))
	}
	b := bufio.NewWriter(w)
	for _, line := range o.items(parts, strong) {
		b.WriteString(line + "\n")
	}
	for _, f := range c.Findings {
		for _, line := range o.freeBelow(below{text: o.finding(f), cl: severityClass(f.Severity)}) {
			b.WriteString(line + "\n")
		}
	}
	return b.Flush()
}

// WriteRelations prints what belongs together among sessions, a line each.
func WriteRelations(w io.Writer, rs []trace.Relation, o Options) error {
	end := func(e trace.RelationEnd) string {
		if e.Transaction == 0 {
			return o.t("relation.session", "n", itoa(int64(e.Session)))
		}
		return o.t("relation.mail", "n", itoa(int64(e.Session)), "k", itoa(int64(e.Transaction)))
	}
	b := bufio.NewWriter(w)
	for _, r := range rs {
		s := o.t("relation."+string(r.Kind), "a", end(r.A), "b", end(r.B))
		if r.Evidence != "" {
			s += " (" + o.visible(r.Evidence) + ")"
		}
		for _, line := range o.wrapped(upperFirst(s), "  ", plainText) {
			b.WriteString(line + "\n")
		}
	}
	return b.Flush()
}
