package auth

import (
	"fmt"
	"strings"
)

// Limits of an Authentication-Results field.
const (
	maxResults = 100
	maxProps   = 100
)

// Results is an Authentication-Results field: what one service found out about a mail (RFC 7601 §2.2).
type Results struct {
	ServID  string // authserv-id: who says so
	Methods []Method
}

// Method is one method and its result. Comments are not kept.
type Method struct {
	Name   string
	Result Result
	Reason string // ""; or why
	Props  []Prop
}

// Prop is what was looked at: "smtp.mailfrom=east.example" has the type smtp and the name mailfrom.
type Prop struct{ Type, Name, Value string }

// Find is the first result of a method; None if there is none.
func (r Results) Find(name string) Result {
	for _, m := range r.Methods {
		if m.Name == name {
			return m.Result
		}
	}
	return None
}

// FindResults is the topmost Authentication-Results field of a text that is ours; ok is false if there is none.
func FindResults(text []byte, ours func(servID string) bool) (r Results, ok bool) {
	m := split(text)
	for _, f := range m.named("authentication-results") {
		if r, err := ParseResults(string(f.value)); err == nil && ours(r.ServID) {
			return r, true
		}
	}
	return Results{}, false
}

// Format writes the field, folded, with its last CRLF.
func (r Results) Format() string { return string(r.appendField(nil, "Authentication-Results:")) }

// appendField writes the results behind a head such as "Authentication-Results:".
func (r Results) appendField(dst []byte, head string) []byte {
	dst = append(append(append(dst, head...), ' '), quote(r.ServID)...)
	if len(r.Methods) == 0 {
		return append(dst, "; none\r\n"...)
	}
	for _, m := range r.Methods {
		dst = append(dst, ";\r\n\t"...)
		start := len(dst)
		dst = append(append(append(dst, m.Name...), '='), m.Result...)
		if m.Reason != "" {
			dst = append(append(dst, " reason="...), quoted(m.Reason)...)
		}
		for _, p := range m.Props {
			word := p.Type + "." + p.Name + "=" + quote(p.Value)
			if len(dst)-start+len(word) >= lineMax {
				dst = append(dst, "\r\n\t"...)
				start = len(dst)
			} else {
				dst = append(dst, ' ')
			}
			dst = append(dst, word...)
		}
	}
	return append(dst, crlf...)
}

// quote is s as it may stand for a value: a token, an address, or in quotes (RFC 7601 §2.2, pvalue).
func quote(s string) string {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`()<>,;:\"/[]?=`, c) >= 0 {
			return quoted(s)
		}
	}
	if s == "" {
		return `""`
	}
	return s
}

// quoted is s as a quoted-string; what cannot stand in one becomes a question mark (RFC 5322 §3.2.4).
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c == 0x7f:
			b.WriteByte('?')
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// ParseResults reads the value of an Authentication-Results field. The error names the offset and what was expected there.
func ParseResults(value string) (Results, error) {
	var out Results
	if len(value) > maxTagList {
		return out, fmt.Errorf("results of %d octets: expected at most %d", len(value), maxTagList)
	}
	p := resultParser{s: value}
	id, ok := p.value(idStop)
	if !ok {
		return out, p.err("an authserv-id")
	}
	out.ServID = id
	if v, ok := p.value(idStop); ok && v != "1" { // RFC 7601 §2.6
		return out, p.err("version 1")
	}
	for p.take(';') {
		if len(out.Methods) == 0 && p.none() {
			return out, nil
		}
		if p.space(); p.at == len(p.s) && len(out.Methods) > 0 {
			break // a semicolon at the end, as large sites write it
		}
		m, err := p.method()
		if err != nil {
			return out, err
		}
		if out.Methods = append(out.Methods, m); len(out.Methods) > maxResults {
			return out, p.err("fewer results")
		}
	}
	if p.space(); p.at < len(p.s) || len(out.Methods) == 0 {
		return out, p.err("a semicolon and a result")
	}
	return out, nil
}

// StripResults takes out the Authentication-Results fields that claim to be ours: whoever sends them from outside has made them up
// (RFC 7601 §5). Fields that nobody can read go too. removed counts them; text itself is not changed.
func StripResults(text []byte, ours func(servID string) bool) (kept []byte, removed int) {
	from := 0
	for _, f := range split(text).fields {
		if f.name != "authentication-results" {
			continue
		}
		p := resultParser{s: string(f.value)}
		if id, ok := p.value(idStop); ok && !ours(id) {
			continue
		}
		kept = append(kept, text[from:f.at]...)
		from = f.at + len(f.raw)
		removed++
	}
	if removed == 0 {
		return text, 0
	}
	return append(kept, text[from:]...), removed
}
