package scenario

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is a fault in a scenario file.
type Error struct {
	File         string
	Line, Column int // from 1; 0 where the whole file is meant
	Want         string
	Text         string // the line of the file, as it stands, or a stretch of a long one; "" where the whole file is meant
	Caret        int    // so many characters of Text stand before the place
}

// Error is "file:line:column: what was expected".
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Want)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Want)
}

// The stretch of a line that is quoted: so many characters before the place, and in all.
const (
	quoteBefore = 50
	quoteMax    = 100
)

// quote copies the line of the file that the error is about.
func (e *Error) quote(src []byte) {
	if e.Line == 0 {
		return
	}
	for range e.Line - 1 {
		i := bytes.IndexByte(src, '\n')
		if i < 0 {
			return // the end of the file is meant
		}
		src = src[i+1:]
	}
	if i := bytes.IndexByte(src, '\n'); i >= 0 {
		src = src[:i]
	}
	text := strings.TrimSuffix(string(src), "\r")
	e.Caret = max(e.Column-1, 0)
	for ; e.Caret > quoteBefore && text != ""; e.Caret-- {
		_, n := utf8.DecodeRuneInString(text)
		text = text[n:]
	}
	end := 0
	for range quoteMax {
		_, n := utf8.DecodeRuneInString(text[end:])
		end += n
	}
	e.Text = text[:end]
}
