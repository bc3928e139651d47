package smtp

import "strconv"

// EnhancedCode is an enhanced status code class.subject.detail (RFC 3463 §2); the zero value means none.
type EnhancedCode [3]int

// IsZero says whether there is no code.
func (e EnhancedCode) IsZero() bool { return e[0] == 0 }

// String is "5.1.1", "" for the zero value.
func (e EnhancedCode) String() string { return string(e.Append(nil)) }

// Append appends what String returns.
func (e EnhancedCode) Append(dst []byte) []byte {
	if e.IsZero() {
		return dst
	}
	dst = strconv.AppendInt(dst, int64(e[0]), 10)
	dst = strconv.AppendInt(append(dst, '.'), int64(e[1]), 10)
	return strconv.AppendInt(append(dst, '.'), int64(e[2]), 10)
}

// ParseEnhanced reads a whole enhanced status code.
func ParseEnhanced(s string) (EnhancedCode, bool) {
	e, n := CutEnhanced(s)
	return e, n > 0 && n == len(s)
}

// CutEnhanced reads the enhanced status code at the start of s and says how many octets it takes; 0 if there is none.
// RFC 3463 §2: class 2, 4 or 5, then numbers of one to three digits.
func CutEnhanced(s string) (EnhancedCode, int) {
	if len(s) < 5 || s[1] != '.' || s[0] != '2' && s[0] != '4' && s[0] != '5' {
		return EnhancedCode{}, 0
	}
	subject, n := smallNumber(s[2:])
	if n == 0 || 2+n >= len(s) || s[2+n] != '.' {
		return EnhancedCode{}, 0
	}
	detail, m := smallNumber(s[3+n:])
	end := 3 + n + m
	if m == 0 || end < len(s) && (s[end] == '.' || '0' <= s[end] && s[end] <= '9') {
		return EnhancedCode{}, 0
	}
	return EnhancedCode{int(s[0] - '0'), subject, detail}, end
}

// smallNumber reads one to three digits without leading zeros.
func smallNumber(s string) (value, n int) {
	for n < len(s) && n < 3 && '0' <= s[n] && s[n] <= '9' {
		value = 10*value + int(s[n]-'0')
		n++
	}
	if n > 1 && s[0] == '0' {
		return 0, 0
	}
	return value, n
}
