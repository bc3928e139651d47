package maillog

import (
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// moment reads the time in front of a line, and gives the rest. Seconds since 1970 ("1795286000.246486"), Exim's "2026-11-21 13:33:20.248
// -0500" and RFC 3339 are times; syslog's "Nov 21 13:33:20" (RFC 3164 §4.1.2) lacks year and zone, Exim's without a zone the latter.
func moment(line string) (t trace.Time, rest string) {
	first, rest, _ := strings.Cut(line, " ")
	if at, err := time.Parse(time.RFC3339Nano, first); err == nil {
		return trace.FromStd(at), rest
	}
	if sec, frac, ok := strings.Cut(first, "."); ok && len(sec) == 10 && len(frac) <= 9 {
		s, err := strconv.ParseInt(sec, 10, 64)
		ns, err2 := strconv.ParseInt((frac + "000000000")[:9], 10, 64)
		if err == nil && err2 == nil {
			return trace.Time(s*1e9 + ns), rest
		}
	}
	if _, err := time.Parse("2006-01-02", first); err == nil {
		clock, after, _ := strings.Cut(rest, " ")
		zone, more, _ := strings.Cut(after, " ")
		if at, err := time.Parse("2006-01-02 15:04:05 -0700", first+" "+clock+" "+zone); err == nil {
			return trace.FromStd(at), more
		}
		return 0, after
	}
	if len(line) > 16 && line[3] == ' ' && line[9] == ':' && line[12] == ':' {
		return 0, line[16:]
	}
	return 0, line
}
