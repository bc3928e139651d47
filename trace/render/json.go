package render

import (
	"io"

	"github.com/smtpsim/smtpsim/trace"
)

// Version is the version of the JSON contract.
const Version = 1

// Report is everything that an analysis found.
type Report struct {
	Captures  []trace.Capture
	Sessions  []*trace.Session
	Relations []trace.Relation

	Expectations []Expectation // what a simulation had to show; nil: not asked, and not printed
}

// Expectation is one thing that a scenario expects of its run, and whether it holds.
type Expectation struct {
	Line     int    // in the scenario file
	Expected string // in the file's words
	Held     bool
	Reached  bool   // false: the run ended before its time came
	Found    string // what was there
}

// JSON prints r as one object, indented, with the events of every session.
func JSON(out io.Writer, r Report) error {
	w := &jsonWriter{out: out, pretty: true}
	w.object("", func() {
		w.integer("version", Version)
		w.array("captures", func() {
			for i := range r.Captures {
				w.object("", func() { w.capture(&r.Captures[i]) })
			}
		})
		w.array("sessions", func() {
			for _, s := range r.Sessions {
				w.object("", func() { w.session(s, true) })
			}
		})
		w.array("relations", func() {
			for _, one := range r.Relations {
				w.object("", func() { w.relation(one) })
			}
		})
		if r.Expectations == nil {
			return
		}
		w.array("expectations", func() {
			for _, e := range r.Expectations {
				w.object("", func() { w.expectation(e) })
			}
		})
	})
	w.b = append(w.b, '\n')
	w.flush()
	return w.err
}

// NDJSON prints one object a line, each as soon as it is known. As a [trace.Recorder] it prints sessions. Call End last.
type NDJSON struct {
	w      jsonWriter
	Events bool // print the events of sessions
}

// NewNDJSON prints to out.
func NewNDJSON(out io.Writer, events bool) *NDJSON {
	return &NDJSON{w: jsonWriter{out: out}, Events: events}
}

// Event does nothing: events are printed with their session.
func (n *NDJSON) Event(*trace.Session, *trace.Event) {}

// Session prints a line of type session.
func (n *NDJSON) Session(s *trace.Session) {
	n.line("session", func() { n.w.session(s, n.Events) })
}

// Capture prints a line of type capture.
func (n *NDJSON) Capture(c trace.Capture) { n.line("capture", func() { n.w.capture(&c) }) }

// Relation prints a line of type relation.
func (n *NDJSON) Relation(r trace.Relation) { n.line("relation", func() { n.w.relation(r) }) }

// Expectation prints a line of type expectation.
func (n *NDJSON) Expectation(e Expectation) { n.line("expectation", func() { n.w.expectation(e) }) }

// End prints the line of type end and returns the first error of any write.
func (n *NDJSON) End() error {
	n.line("end", func() {})
	return n.w.err
}

func (n *NDJSON) line(kind string, f func()) {
	n.w.object("", func() {
		n.w.integer("version", Version)
		n.w.text("type", kind)
		f()
	})
	n.w.b = append(n.w.b, '\n')
	n.w.flush()
}

func (w *jsonWriter) capture(c *trace.Capture) {
	w.text("file", c.File)
	w.textOrNull("format", c.Format)
	w.texts("link_types", c.LinkTypes)
	w.integer("packets", c.Packets)
	w.integer("bytes", c.Bytes)
	w.time("first", c.First)
	w.time("last", c.Last)
	w.findings(c.Findings)
}

func (w *jsonWriter) relation(r trace.Relation) {
	end := func(key string, e trace.RelationEnd) {
		w.object(key, func() {
			w.integer("session", int64(e.Session))
			w.known("transaction", int64(e.Transaction))
		})
	}
	w.text("kind", string(r.Kind))
	end("a", r.A)
	end("b", r.B)
	w.textOrNull("evidence", r.Evidence)
}

func (w *jsonWriter) expectation(e Expectation) {
	w.integer("line", int64(e.Line))
	w.text("expected", e.Expected)
	w.boolean("held", e.Held)
	w.boolean("reached", e.Reached)
	w.text("found", e.Found)
}

func (w *jsonWriter) findings(fs []trace.Finding) {
	w.array("findings", func() {
		for _, f := range fs {
			w.object("", func() { w.finding(f) })
		}
	})
}

func (w *jsonWriter) finding(f trace.Finding) {
	w.text("id", f.ID)
	w.text("severity", f.Severity.String())
	if f.Packet != 0 {
		w.integer("packet", f.Packet)
	}
	if f.Line != 0 {
		w.integer("line", int64(f.Line))
	}
	if f.Time != 0 {
		w.time("time", f.Time)
	}
	w.text("text", f.Text)
	w.text("source", f.Source)
	w.textIf("evidence", f.Evidence)
}
