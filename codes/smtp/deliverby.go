package smtp

import (
	"strconv"
	"strings"
)

// DeliverBy is the value of MAIL's BY parameter: how much time is left for a mail, and what is to happen when it is over
// (RFC 2852 §4).
type DeliverBy struct {
	Seconds int64 // left; with Return more than nothing, with Notify it may be over
	Return  bool  // by-mode "R": give the mail back; else "N": tell the sender, and go on
	Trace   bool  // by-trace "T": tell the sender of each hop
}

// maxBySeconds is the most that nine digits say.
const maxBySeconds = 999_999_999

// ParseDeliverBy reads `by-time ";" by-mode [by-trace]` (RFC 2852 §4). It takes a time that is over with "R" too, which only
// a queue may write; [DeliverBy.Sendable] tells.
func ParseDeliverBy(s string) (by DeliverBy, ok bool) {
	number, mode, found := strings.Cut(s, ";")
	digits := strings.TrimLeft(number, "+-")
	if !found || len(number)-len(digits) > 1 || !isNumber(digits) {
		return by, false
	}
	by.Seconds, _ = strconv.ParseInt(digits, 10, 64) // nine digits at most
	if number[0] == '-' {
		by.Seconds = -by.Seconds
	}
	switch strings.ToUpper(mode) {
	case "N":
	case "NT":
		by.Trace = true
	case "R":
		by.Return = true
	case "RT":
		by.Return, by.Trace = true, true
	default:
		return by, false
	}
	return by, true
}

// isNumber is 1*9DIGIT.
func isNumber(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != "" && len(s) <= 9
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isAlpha(c byte) bool { return 'A' <= upper(c) && upper(c) <= 'Z' }

// Sendable says whether the value may stand in a command: "a negative or zero value is not allowed with a by-mode of R"
// (RFC 2852 §4).
func (b DeliverBy) Sendable() bool { return !b.Return || b.Seconds > 0 }

// String is "120;RT". More than nine digits cannot be said.
func (b DeliverBy) String() string {
	mode := ";N"
	if b.Return {
		mode = ";R"
	}
	if b.Trace {
		mode += "T"
	}
	return strconv.FormatInt(max(min(b.Seconds, maxBySeconds), -maxBySeconds), 10) + mode
}
