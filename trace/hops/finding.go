package hops

import (
	"strings"
	"unicode/utf8"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/field"
)

// Kind is what is always the same of a finding.
type Kind struct {
	ID       string
	Severity trace.Severity
	Source   string
}

// Kinds are all findings of this package, in the order of their topics. Notes are everyday life.
func Kinds() []Kind {
	ks := []Kind{
		// the header section
		{"no-received", trace.Note, "RFC 5321 §4.4"},
		{"too-many-hops", trace.Warning, "RFC 5321 §6.3"},
		{"many-hops", trace.Note, "RFC 5321 §6.3"},
		{"return-path-twice", trace.Note, "RFC 5321 §4.4"},
		{"trace-not-on-top", trace.Note, "RFC 5321 §4.4"},
		// times
		{"date-wrong-zone", trace.Note, "RFC 5322 §3.6.1"},
		{"date-before-first-stamp", trace.Note, "RFC 5322 §3.6.1"},
		{"clock-skew", trace.Note, "RFC 5321 §4.4"},
		{"zone-skew", trace.Note, "RFC 5321 §4.4"},
		{"clock-far-off", trace.Warning, "RFC 5321 §4.4"},
		{"slow-hop", trace.Note, "RFC 5321 §4.5.4.1"},
		{"no-date", trace.Note, "RFC 5322 §3.6.7"},
		{"obsolete-date", trace.Note, "RFC 5321 §4.4"},
		// one hop
		{"unregistered-protocol", trace.Note, "RFC 5321 §4.4"},
		{"tls-not-in-protocol", trace.Note, "RFC 3848"},
		{"name-not-confirmed", trace.Note, "RFC 5321 §4.1.4"},
		{"helo-is-receiver", trace.Note, "RFC 5321 §4.1.1.1"},
		{"several-recipients", trace.Note, "RFC 5321 §7.2"},
		{"chain-gap", trace.Note, "RFC 5321 §4.4"},
		// signs that a field was made up or copied, and circles
		{"impossible-address", trace.Error, "RFC 5321 §4.1.3"},
		{"spamware-date", trace.Warning, "RFC 5322 §3.3"},
		{"duplicate-hop", trace.Error, "RFC 5321 §4.4"},
		{"mail-loop", trace.Error, "RFC 5321 §6.3"},
	}
	for _, o := range [...]field.Oddity{field.BlankLead, field.ByteMark, field.QuotedFrom, field.JunkLine, field.BareLF, field.BareCR,
		field.EightBit, field.NulOctet, field.SpaceColon, field.BlankFold, field.NoBlankLine} {
		ks = append(ks, Kind{"header-" + string(o), trace.Note, "RFC 5322 §2.2"})
	}
	return append(ks, Kind{"header-" + string(field.TooLong), trace.Warning, "RFC 5322 §2.2"})
}

// kindOf is the kind with that id.
func kindOf(id string) Kind {
	for _, k := range Kinds() {
		if k.ID == id {
			return k
		}
	}
	return Kind{ID: id, Severity: trace.Note, Source: "RFC 5321 §4.4"}
}

// make builds a finding; line counts in the message, text comes in parts.
func (t *tracer) make(id string, line int, evidence string, text ...string) trace.Finding {
	k := kindOf(id)
	if len(evidence) > 400 {
		evidence = evidence[:400]
	}
	for i, s := range text {
		text[i] = clip(s)
	}
	return trace.Finding{ID: id, Severity: k.Severity, Line: t.opts.Line - 1 + line, Text: strings.Join(text, ""), Source: k.Source,
		Evidence: evidence}
}

// clip keeps a sentence readable whatever length of name somebody wrote into a field.
func clip(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	end := most
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + " (cut)"
}

// find adds a finding about the message.
func (t *tracer) find(id string, line int, evidence string, text ...string) {
	t.m.Findings = append(t.m.Findings, t.make(id, line, evidence, text...))
}

// findHop adds a finding about hop number i, from 0.
func (t *tracer) findHop(i int, id, evidence string, text ...string) {
	h := &t.m.Hops[i]
	h.Findings = append(h.Findings, t.make(id, t.lines[i], evidence, text...))
}

// oddities turns what the header reader noticed into findings.
func (t *tracer) oddities() {
	for _, n := range t.section.Notes {
		if n.Oddity == field.Unfinished || n.Oddity == field.MboxFrom {
			continue // a header section alone, and the separator of an mbox, are no news
		}
		t.find("header-"+string(n.Oddity), n.Line, "", oddityText(n.Oddity))
	}
}

func oddityText(o field.Oddity) string {
	switch o {
	case field.BlankLead:
		return "Empty lines stand in front of the first field; strict readers see no header section."
	case field.ByteMark:
		return "A byte order mark stands in front of the first field."
	case field.QuotedFrom:
		return "A quoted mbox separator (\">From \") stands among the fields."
	case field.JunkLine:
		return "A line is neither a field nor a continuation; strict readers end the header section there."
	case field.BareLF:
		return "Lines end with CRLF and with LF alone."
	case field.BareCR:
		return "There is CR without LF."
	case field.EightBit:
		return "There are octets beyond ASCII, which only SMTPUTF8 allows."
	case field.NulOctet:
		return "There is a NUL octet."
	case field.SpaceColon:
		return "Space stands between a field's name and its colon."
	case field.BlankFold:
		return "A continuation line holds only white space."
	case field.NoBlankLine:
		return "The body begins without an empty line before it."
	}
	return "The header section is longer than the limit; the rest is not read."
}
