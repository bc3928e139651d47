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
	w := writer{eol: "\r\n"}
	if r.LF {
		w.eol = "\n"
	}
	w.b.Grow(usualLength)
	w.b.WriteString("Received: ")
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
	return w.b.String()
}

// usualLength has room for nearly all fields.
const usualLength = 320

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
	w.fold(dateExim(r.Time))
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
	switch {
	case !a.IsValid():
		return ""
	case a.Is4():
		return "[" + a.String() + "]"
	default:
		return "[IPv6:" + a.String() + "]"
	}
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
func date(t time.Time, pad string) string {
	b := make([]byte, 0, 40)
	b = append(b, dayName(t.Weekday())...)
	b = append(b, ", "...)
	if t.Day() < 10 {
		b = append(b, pad...)
	}
	b = strconv.AppendInt(b, int64(t.Day()), 10)
	b = append(b, ' ')
	b = append(b, monthName(t.Month())...)
	b = t.AppendFormat(b, " 2006 15:04:05 ")
	return string(appendZone(b, t))
}

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

// zoneName is " (CET)", or "" where the zone has no name.
func zoneName(t time.Time) string {
	name, _ := t.Zone()
	if name == "" {
		return ""
	}
	return " (" + comment(name) + ")"
}

// datePostfix pads with a space (strftime %e) and names the zone.
func datePostfix(t time.Time) string { return date(t, " ") + zoneName(t) }

// dateExim pads with a zero and does not name the zone, as RFC 5321 §4.4 has it.
func dateExim(t time.Time) string { return date(t, "0") }
