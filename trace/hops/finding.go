package hops

import (
	"strings"
	"unicode/utf8"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/field"
)

// kind is what is always the same of a finding.
type kind struct {
	severity trace.Severity
	source   string
}

// kinds are the findings of this package. Notes are everyday life.
func kinds(id string) kind {
	switch id {
	// the message's header section
	case "no-received":
		return kind{trace.Note, "RFC 5321 §4.4"}
	case "too-many-hops":
		return kind{trace.Warning, "RFC 5321 §6.3"}
	case "many-hops":
		return kind{trace.Note, "RFC 5321 §6.3"}
	case "return-path-twice":
		return kind{trace.Note, "RFC 5321 §4.4"}
	case "trace-not-on-top":
		return kind{trace.Note, "RFC 5321 §4.4"}
	case "header-" + string(field.TooLong):
		return kind{trace.Warning, "RFC 5322 §2.1.1"}
	// times
	case "date-wrong-zone", "date-before-first-stamp":
		return kind{trace.Note, "RFC 5322 §3.6.1"}
	case "clock-skew", "zone-skew":
		return kind{trace.Note, "RFC 5321 §4.4"}
	case "clock-far-off":
		return kind{trace.Warning, "RFC 5321 §4.4"}
	case "slow-hop":
		return kind{trace.Note, "RFC 5321 §4.5.4.1"}
	case "no-date":
		return kind{trace.Note, "RFC 5322 §3.6.7"}
	case "obsolete-date":
		return kind{trace.Note, "RFC 5321 §4.4"}
	// one hop
	case "unregistered-protocol":
		return kind{trace.Note, "RFC 5321 §4.4"}
	case "tls-not-in-protocol":
		return kind{trace.Note, "RFC 3848"}
	case "name-not-confirmed":
		return kind{trace.Note, "RFC 5321 §4.1.4"}
	case "helo-is-receiver":
		return kind{trace.Note, "RFC 5321 §4.1.1.1"}
	case "several-recipients":
		return kind{trace.Note, "RFC 5321 §7.2"}
	case "chain-gap":
		return kind{trace.Note, "RFC 5321 §4.4"}
	// signs that a field was made up or copied
	case "impossible-address":
		return kind{trace.Error, "RFC 5321 §4.1.3"}
	case "spamware-date":
		return kind{trace.Warning, "RFC 5322 §3.3"}
	case "duplicate-hop":
		return kind{trace.Error, "RFC 5321 §4.4"}
	case "mail-loop":
		return kind{trace.Error, "RFC 5321 §6.3"}
	}
	return kind{trace.Note, "RFC 5322 §2.2"} // "header-..": an oddity of the header section
}

// make builds a finding; line counts in the message, text comes in parts.
func (t *tracer) make(id string, line int, evidence string, text ...string) trace.Finding {
	k := kinds(id)
	if len(evidence) > 400 {
		evidence = evidence[:400]
	}
	for i, s := range text {
		text[i] = clip(s)
	}
	return trace.Finding{ID: id, Severity: k.severity, Line: t.opts.Line - 1 + line, Text: strings.Join(text, ""), Source: k.source,
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
