package smtp

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// EncodeUnitext writes s as RFC 6533 §3's utf-8-addr-xtext: characters that are not ASCII become "\x{FC}". ASCII stays, for
// where it must be encoded the sender has done so already. What is not UTF-8 stays too.
func EncodeUnitext(s string) string {
	if isASCII(s) || !utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
			continue
		}
		b.WriteString(`\x{` + strings.ToUpper(strconv.FormatInt(int64(r), 16)) + "}")
	}
	return b.String()
}

// DecodeUnitext reads what EncodeUnitext wrote, and "\x{3D}" and the like for characters that stand in a parameter only so
// (RFC 6533 §3). What is no such form stays as it is.
func DecodeUnitext(s string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, `\x{`)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		hex, after, closed := strings.Cut(rest, "}")
		point, err := strconv.ParseUint(hex, 16, 32)
		if !closed || err != nil || len(hex) > 6 || !utf8.ValidRune(rune(point)) {
			b.WriteString(`\x{`)
			s = rest
			continue
		}
		b.WriteRune(rune(point))
		s = after
	}
}
