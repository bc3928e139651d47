package table

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks may follow one letter before they are written as escapes: real scripts need no
// more, and a tower of marks paints over the lines above and below.
const maxMarks = 2

// Visible returns s with everything that could steer a terminal, or hide from a reader, written as an escape: C0 and C1
// controls, ESC, DEL and octets that are not UTF-8 as \x1b, line ends and tabs as \r \n \t, bidirectional controls,
// line separators, zero-width and other format characters, and unassigned ones as \u202e. Letters, digits, marks,
// punctuation, symbols and the ASCII space stay. A backslash stays single: Visible is for reading; JSON has the octets.
func Visible(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	marks := maxMarks // a mark with no letter before it is escaped
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			escapeByte(&b, s[i])
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				escapeRune(&b, r)
			} else {
				b.WriteRune(r)
			}
		case !unicode.IsPrint(r):
			escapeRune(&b, r)
		default:
			marks = 0
			b.WriteRune(r)
		}
		i += n
	}
	return b.String()
}

// plain says that s holds nothing but printable ASCII, the common case.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

const hexDigits = "0123456789abcdef"

func escapeByte(b *strings.Builder, c byte) {
	b.WriteString(`\x`)
	b.WriteByte(hexDigits[c>>4])
	b.WriteByte(hexDigits[c&15])
}

func escapeRune(b *strings.Builder, r rune) {
	switch {
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case r < 0x80:
		escapeByte(b, byte(r))
	case r < 0x10000:
		b.WriteString(`\u`)
		hexRune(b, r, 4)
	default:
		b.WriteString(`\U`)
		hexRune(b, r, 8)
	}
}

func hexRune(b *strings.Builder, r rune, digits int) {
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		b.WriteByte(hexDigits[r>>shift&15])
	}
}
