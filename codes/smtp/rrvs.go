package smtp

import (
	"strings"
	"time"
)

// RRVS is the value of RCPT's RRVS parameter: since when the recipient's mailbox must have had one owner (RFC 7293 §3.1).
type RRVS struct {
	Since    time.Time
	Continue bool // no-support action "C": a host without RRVS may get the mail; else "R": it may not
}

// ParseRRVS reads `date-time [ ";" ( "C" / "R" ) ]`; RFC 7293 §3.1: "time-secfrac" MUST NOT be used.
func ParseRRVS(s string) (r RRVS, ok bool) {
	date, action, found := strings.Cut(s, ";")
	if strings.Contains(date, ".") || len(date) > maxDateTime {
		return r, false
	}
	t, err := time.Parse(time.RFC3339, strings.ToUpper(date))
	if err != nil {
		return r, false
	}
	r.Since = t
	switch {
	case strings.EqualFold(action, "C"):
		r.Continue = true
	case found && !strings.EqualFold(action, "R"):
		return r, false
	}
	return r, true
}

// String is "2014-04-03T23:01:00Z;C".
func (r RRVS) String() string {
	s := r.Since.Format(time.RFC3339)
	if r.Continue {
		s += ";C"
	}
	return s
}
