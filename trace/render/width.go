package render

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// runeWidth is how many terminal cells r takes: 0 for combining marks, 2 for wide East Asian characters and emoji, else
// 1. Ambiguous characters, the box drawing among them, count as 1 everywhere, so output does not depend on a locale.
func runeWidth(r rune) int {
	if r < 0x300 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// cells is the width of visible text.
func cells(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

// cut splits s after at most w cells.
func cut(s string, w int) (head, tail string) {
	n := 0
	for i, r := range s {
		if n += runeWidth(r); n > w {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// fit is s in at most w cells, the last of them an ellipsis where something is missing.
func (o *Options) fit(s string, w int) string {
	if cells(s) <= w {
		return s
	}
	dots := o.glyph().dots
	head, _ := cut(s, max(w-cells(dots), 0))
	dots, _ = cut(dots, w)
	return strings.TrimRight(head, " ") + dots
}

// pad is s with spaces up to w cells.
func pad(s string, w int) string {
	return s + strings.Repeat(" ", max(w-cells(s), 0))
}

// padLeft is s at the right of w cells.
func padLeft(s string, w int) string {
	return strings.Repeat(" ", max(w-cells(s), 0)) + s
}

// Wrap breaks text that smtpsim itself wrote, such as help, into lines of at most w cells.
func Wrap(s string, w int) []string { return wrap(s, w) }

// Cut is any text made harmless, with an ellipsis where it is wider than w cells.
func (o Options) Cut(s string, w int) string { return o.fit(o.visible(s), max(w, 1)) }

// wrap breaks s into lines of at most w cells, at spaces where it can. It gives no line for "".
func wrap(s string, w int) []string {
	return wrapFirst(s, w, w)
}

// wrapFirst is wrap with another width for the first line.
func wrapFirst(s string, first, w int) []string {
	var lines []string
	room := max(first, 1)
	for s != "" {
		head, tail := cut(s, room)
		if head == "" { // a wide character and one cell
			_, n := utf8.DecodeRuneInString(s)
			head, tail = s[:n], s[n:]
		}
		if tail != "" && !strings.HasPrefix(tail, " ") {
			i := breakAt(head)
			head, tail = head[:i], head[i:]+tail
		}
		lines = append(lines, strings.TrimRight(head, " "))
		s = strings.TrimLeft(tail, " ")
		room = max(w, 1)
	}
	return lines
}

// breakAt is where a line that goes on in the middle of a word is best broken: at its last space, else behind a sign
// that ends a part of an address, else at its end.
func breakAt(head string) int {
	if i := strings.LastIndexByte(head, ' '); i > 0 && 3*cells(head[:i]) >= cells(head) {
		return i + 1
	}
	if i := strings.LastIndexAny(head, "@.,;:/=-"); i > 0 && 2*cells(head[:i]) >= cells(head) {
		return i + 1
	}
	return len(head)
}

// clip keeps at most n lines of w cells, the last with an ellipsis where more were; with Whole it keeps all.
func (o *Options) clip(lines []string, n, w int) []string {
	if o.Whole || len(lines) <= n {
		return lines
	}
	dots := o.glyph().dots
	head, _ := cut(lines[n-1], w-cells(dots))
	return append(lines[:n-1:n-1], strings.TrimRight(head, " ")+dots)
}
