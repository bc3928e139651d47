package smtp

import (
	"strconv"
	"strings"
	"time"
)

// ParseHoldFor reads the value of MAIL's HOLDFOR parameter: 1 to 999999999 seconds, without leading zeros (RFC 4865 §3).
func ParseHoldFor(s string) (d time.Duration, ok bool) {
	if !isNumber(s) || s[0] == '0' {
		return 0, false
	}
	seconds, _ := strconv.ParseInt(s, 10, 64) // nine digits at most
	return time.Duration(seconds) * time.Second, true
}

// ParseHoldUntil reads the value of HOLDUNTIL: a date-time of RFC 3339 in UTC (RFC 4865 §3: "normalized to UTC").
func ParseHoldUntil(s string) (t time.Time, ok bool) {
	t, err := time.Parse(time.RFC3339, strings.ToUpper(s))
	_, offset := t.Zone()
	return t.UTC(), err == nil && offset == 0 && len(s) <= maxDateTime
}

// maxDateTime is a date-time with nine digits of a second's fraction and an offset.
const maxDateTime = len("2026-03-02T09:00:00.123456789+00:00")
