package field

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Format writes r as the software of the style does: "Received: from ..", folded, without the last line end. What r holds
// of other people's text (HELO names, addresses) cannot break out of its place: control characters become "?".
func Format(r Received, style Style) string {
	var w writer
	w.write(r, style)
	return w.b.String()
}

// FormatLine is Format with the last line end, CRLF.
func FormatLine(r Received, style Style) string {
	var w writer
	w.write(r, style)
	w.put("\r\n")
	return w.b.String()
}

func (w *writer) write(r Received, style Style) {
	w.eol = "\r\n"
	if r.LF {
		w.eol = "\n"
	}
	w.b.Grow(usualLength)
	w.put("Received: ")
	switch style {
	case StylePostfix:
		w.postfix(r)
	case StyleExim:
		w.exim(r)
	case StyleOpenSMTPD:
		w.opensmtpd(r)
	case StyleSendmail:
		w.sendmail(r)
	case StyleDovecot:
		w.dovecot(r)
	default:
		w.plain(r)
	}
}

// usualLength has room for nearly all fields.
const usualLength = 256

// writer collects a field.
type writer struct {
	b   strings.Builder
	eol string
}

// put writes our own text.
func (w *writer) put(parts ...string) {
	for _, p := range parts {
		w.b.WriteString(p)
	}
}

// fold begins a continuation line (RFC 5322 §2.2.3).
func (w *writer) fold(parts ...string) {
	w.put(w.eol, "\t")
	w.put(parts...)
}

// plain is RFC 5321 §4.4's grammar with nothing added.
func (w *writer) plain(r Received) {
	if r.Helo != "" || r.IP.IsValid() {
		w.put("from ", atom(orElse(r.Helo, r.RDNS, literal(r.IP))))
		if r.IP.IsValid() {
			w.put(" (", joinWords(ptr(r.RDNS), literal(r.IP)), ")")
		}
		w.put(w.eol, "\t")
	}
	w.put("by ", atom(r.By))
	if r.Via != "" {
		w.put(" via ", atom(r.Via))
	}
	if r.With != "" {
		w.put(" with ", atom(r.With), withNote(r))
	}
	if r.ID != "" {
		w.put(" id ", atom(r.ID))
	}
	if len(r.For) > 0 {
		w.fold("for <", path(r.For[0]), ">")
	}
	for _, c := range r.Clauses {
		w.fold(atom(c.Name), " ", atom(c.Value))
	}
	w.put(";")
	w.fold()
	w.dateExim(r.Time)
}

// clauses writes further registered clauses where the style has no place of its own for them.
func (w *writer) clauses(r Received) {
	for _, c := range r.Clauses {
		if !strings.EqualFold(c.Name, "tls") { // it stands beside the protocol
			w.fold(atom(c.Name), " ", atom(c.Value))
		}
	}
}

// withNote is the comment behind the protocol.
func withNote(r Received) string {
	if r.WithNote == "" {
		return ""
	}
	return " (" + comment(r.WithNote) + ")"
}

// literal is the address literal of RFC 5321 §4.1.3, "" for no address.
func literal(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	var room [64]byte
	b := append(room[:0], '[')
	if !a.Is4() {
		b = append(b, "IPv6:"...)
	}
	return string(append(a.AppendTo(b), ']'))
}

// joinWords joins what is not empty with a space.
func joinWords(words ...string) string {
	out := ""
	for _, s := range words {
		if s != "" && out != "" {
			out += " "
		}
		out += s
	}
	return out
}

// orElse is the first of its arguments that is not empty.
func orElse(words ...string) string {
	for _, s := range words {
		if s != "" {
			return s
		}
	}
	return ""
}

// clean replaces by "?" the octets that bad tells and all control characters.
func clean(s, bad string) string {
	if !strings.ContainsAny(s, bad) && !hasControl(s) {
		return s
	}
	b := []byte(s)
	for i, c := range b {
		if isControl(c) || strings.IndexByte(bad, c) >= 0 {
			b[i] = '?'
		}
	}
	return string(b)
}

func isControl(c byte) bool { return c < ' ' || c == 0x7f }

func hasControl(s string) bool {
	for i := range len(s) {
		if isControl(s[i]) {
			return true
		}
	}
	return false
}

// atom keeps a name one word: no space, no comment, no quoting. Postfix does the same with HELO names.
func atom(s string) string { return clean(s, " <>()\\\";@") }

// ptr keeps a looked-up name from passing for an address literal: whoever owns the address chooses the name.
func ptr(s string) string { return clean(s, " <>()[]\\\";@") }

// path keeps a mailbox within its angle brackets or comment. A quoted local-part keeps its spaces (RFC 5321 §4.1.2).
func path(s string) string {
	if strings.HasPrefix(s, "\"") && strings.Count(s, "\"") == 2 {
		return clean(s, "<>()\\")
	}
	return clean(s, "<>()\\\"; ")
}

// comment keeps text within its parentheses.
func comment(s string) string { return clean(s, "()\\") }

// dayName and monthName are the English short names of RFC 5322 §3.3.
func dayName(d time.Weekday) string { return "SunMonTueWedThuFriSat"[3*d : 3*d+3] }

func monthName(m time.Month) string { return "JanFebMarAprMayJunJulAugSepOctNovDec"[3*m-3 : 3*m] }

// date writes a date-time of RFC 5322 §3.3; pad stands before a day of one digit.
func (w *writer) date(t time.Time, pad string) {
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	var room [48]byte
	b := append(append(room[:0], dayName(t.Weekday())...), ", "...)
	if day < 10 {
		b = append(b, pad...)
	}
	b = append(strconv.AppendInt(b, int64(day), 10), ' ')
	b = append(append(b, monthName(month)...), ' ')
	if year >= 0 && year <= 9999 {
		b = appendTwo(appendTwo(b, year/100), year%100)
	} else {
		b = strconv.AppendInt(b, int64(year), 10)
	}
	b = append(appendTwo(append(b, ' '), hour), ':')
	b = append(appendTwo(b, minute), ':')
	b = append(appendTwo(b, second), ' ')
	w.b.Write(appendZone(b, t))
}

// appendTwo writes a number of two digits.
func appendTwo(b []byte, n int) []byte { return append(b, byte('0'+n/10%10), byte('0'+n%10)) }

// appendZone writes the offset: "+0200". Seconds of old local mean times are cut off.
func appendZone(b []byte, t time.Time) []byte {
	_, off := t.Zone()
	sign := byte('+')
	if off < 0 {
		sign, off = '-', -off
	}
	off /= 60
	return append(b, sign, byte('0'+off/600%10), byte('0'+off/60%10), byte('0'+off%60/10), byte('0'+off%10))
}

// zone writes " (CET)", or nothing where the zone has no name.
func (w *writer) zone(t time.Time) {
	if name, _ := t.Zone(); name != "" {
		w.put(" (", comment(name), ")")
	}
}

// datePostfix pads with a space (strftime %e) and names the zone.
func (w *writer) datePostfix(t time.Time) {
	w.date(t, " ")
	w.zone(t)
}

// dateExim pads with a zero and does not name the zone, as RFC 5321 §4.4 has it.
func (w *writer) dateExim(t time.Time) { w.date(t, "0") }
