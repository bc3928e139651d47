package smtp

import "strings"

// The range of priorities (RFC 6710 §5).
const (
	MinPriority = -9
	MaxPriority = 9
)

// ParsePriority reads a priority-value: -9 to 9, "0" without a sign (RFC 6710 §7).
func ParsePriority(s string) (priority int, ok bool) {
	digit := strings.TrimPrefix(s, "-")
	if len(digit) != 1 || !isDigit(digit[0]) || s == "-0" {
		return 0, false
	}
	priority = int(digit[0] - '0')
	if digit != s {
		priority = -priority
	}
	return priority, true
}
