package render

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/hops"
)

// hopParts is what a hop says: who took it from whom, then how, as what, for whom, and how far to believe it.
func (o *Options) hopParts(h *trace.Hop) []string {
	who := o.hopBy(h)
	if from := o.hopFrom(h); from != "" {
		who = from + " " + o.glyph().arrow + " " + who
	}
	return append([]string{who}, o.hopDetails(h)...)
}

// hopFrom is the client: the name that the receiver confirmed, else the one it gave itself; and the address seen.
func (o *Options) hopFrom(h *trace.Hop) string {
	name := h.From.RDNS
	if name == "" {
		name = h.From.Helo
	}
	if name == "" {
		name = h.From.Name
	}
	if h.From.IP != "" && name != h.From.IP {
		name = strings.TrimSpace(name + " [" + h.From.IP + "]")
	}
	if name == "" && h.From.User != "" {
		name = h.From.User
	}
	return o.visible(name)
}

func (o *Options) hopBy(h *trace.Hop) string {
	name := h.By.Host
	if name == "" {
		name = h.By.IP
	}
	if name == "" {
		return o.t("way.unknown")
	}
	return o.visible(name)
}

func (o *Options) hopDetails(h *trace.Hop) []string {
	var parts []string
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if h.From.RDNS != "" && h.From.Helo != "" && !strings.EqualFold(h.From.RDNS, h.From.Helo) {
		add(o.t("way.helo", "name", o.visible(h.From.Helo)))
	}
	if h.With != "" {
		add("with " + o.visible(h.With))
	}
	if h.TLS != nil && h.TLS.Version != "" {
		add(o.visible(h.TLS.Version))
	}
	if h.From.User != "" && o.hopFrom(h) != o.visible(h.From.User) {
		add(o.t("way.user", "name", o.visible(h.From.User)))
	}
	if h.ID != "" {
		add("id " + o.visible(h.ID))
	}
	if len(h.For) > 0 {
		add("for " + o.visible(strings.Join(h.For, " ")))
	}
	if h.TimeCorrected != 0 {
		add(o.t("way.corrected", "time", timeOfDay(h.TimeCorrected)))
	}
	if h.Witness != nil {
		add(o.t("way.witness", "session", itoa(int64(h.Witness.Session)), "n", itoa(int64(h.Witness.Transaction))))
	}
	if h.Trust == "trusted" || h.Trust == "border" {
		add(o.t("trust." + h.Trust))
	}
	if h.Time == 0 {
		add(o.t("way.notime"))
	}
	return parts
}

// hopSentence is a hop for a screen reader.
func (l *hopLines) hopSentence(h *trace.Hop) string {
	o := l.o
	s := itoa(int64(h.N)) + ". "
	if h.Time != 0 {
		s += h.Time.Std().Format("2006-01-02 15:04:05 UTC")
		if h.Delay != nil {
			d := time.Duration(*h.Delay)
			key := "plain.later"
			if d < 0 {
				key = "plain.earlier"
			}
			s += ", " + o.t(key, "time", o.visible(span(magnitude(d))))
		}
		s += ": "
	}
	from, by := o.hopFrom(h), o.hopBy(h)
	if from == "" {
		s += o.t("plain.hop.by", "by", by)
	} else {
		s += o.t("plain.hop", "from", from, "by", by)
	}
	for _, p := range o.hopDetails(h) {
		s += ", " + p
	}
	return sentenceEnd(s)
}

// waySummary is what holds for the message as a whole.
func (o *Options) waySummary(m *hops.Message) []string {
	var lines []string
	say := func(s string) { lines = append(lines, o.wrapped(s, "  ", plainText)...) }
	if m.Origin != nil {
		ip := m.Origin.IP
		if ip == "" {
			ip = o.t("way.itself")
		}
		say(o.t("way.origin", "ip", o.visible(ip), "host", o.visible(m.Origin.VouchedBy)))
	}
	for _, c := range m.Clocks {
		key := "way.ahead"
		if c.Offset < 0 {
			key = "way.behind"
		}
		say(o.t(key, "host", o.visible(c.Host), "time", span(magnitude(time.Duration(c.Offset))), "about", span(time.Duration(c.Tolerance))))
	}
	for _, a := range m.Authentication {
		var results []string
		for _, r := range a.Results {
			results = append(results, o.visible(r.Method)+" "+o.visible(r.Result))
		}
		if len(results) > 0 {
			say(o.t("way.auth", "host", o.visible(a.Server), "results", strings.Join(results, ", ")))
		}
	}
	for _, f := range m.Findings {
		lines = append(lines, o.freeBelow(below{text: o.finding(f), cl: severityClass(f.Severity)})...)
	}
	return lines
}

// reportLines say what a report reports, and trace the mail inside it.
func (o *Options) reportLines(r *hops.Report) []string {
	lines := o.wrapped(o.t("report."+r.Kind, "host", o.visible(r.ReportingMTA)), "  ", strong)
	for _, one := range r.Recipients {
		s := "  " + o.visible(one.FinalRecipient) + ": " + o.visible(strings.TrimSpace(one.Action+" "+one.Status))
		if one.RemoteMTA != "" {
			s += ", " + o.t("report.remote", "host", o.visible(one.RemoteMTA))
		}
		if one.Diagnostic != "" {
			s += ": " + o.visible(one.Diagnostic)
		}
		lines = append(lines, o.wrapped(s, "    ", plainText)...)
	}
	for _, k := range slices.Sorted(maps.Keys(r.Fields)) {
		lines = append(lines, o.wrapped("  "+o.visible(k)+": "+o.visible(r.Fields[k]), "    ", plainText)...)
	}
	if r.Message != nil {
		lines = append(lines, o.t("report.inside"))
		lines = append(lines, o.way(r.Message)...)
	}
	return lines
}
