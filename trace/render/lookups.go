package render

import (
	"strings"

	"github.com/smtpsim/smtpsim/trace"
)

// maxLookupLines bounds how many look-ups a heading shows.
const maxLookupLines = 12 // the JSON has all

// lookups are the questions to the DNS that led to s or that it led to, a line each.
func (o *Options) lookups(s *trace.Session) (lines []string) {
	for i, l := range s.DNS {
		if i == maxLookupLines && !o.Whole {
			return append(lines, o.items([]string{o.t("dns.more", "n", itoa(int64(len(s.DNS)-i)))}, dim)...)
		}
		answer := o.t("dns.silent")
		switch {
		case len(l.Answers) > 0:
			answer = o.visible(strings.Join(data(l), ", "))
		case l.Rcode == "NOERROR":
			answer = o.t("dns.nothing")
		case l.Rcode != "":
			answer = o.visible(l.Rcode)
		}
		lines = append(lines, o.items([]string{"DNS", o.t("session.packet", "n", itoa(l.Packet)), o.visible(l.Name) + " " + o.visible(l.Type) + ": " + answer}, dim)...)
	}
	return lines
}

// data are the answers without owner, TTL and class.
func data(l *trace.Lookup) []string {
	out := make([]string, len(l.Answers))
	for i, a := range l.Answers {
		out[i] = a
		if _, rest, ok := strings.Cut(a, " IN "); ok {
			out[i] = strings.TrimPrefix(rest, l.Type+" ")
		}
	}
	return out
}
