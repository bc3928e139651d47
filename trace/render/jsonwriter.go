package render

import (
	"encoding/base64"
	"io"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/smtpsim/smtpsim/trace"
)

// jsonWriter writes JSON (RFC 8259) member by member, in the order of the calls. Inside an array keys are ignored.
type jsonWriter struct {
	out    io.Writer
	b      []byte
	pretty bool   // two spaces per level
	nest   []byte // '{' and '[' that are open
	fresh  bool   // nothing stands in the innermost one yet
	err    error
}

const jsonBuffer = 64 << 10

// flush hands finished text on; a long report never stands in memory as text.
func (w *jsonWriter) flush() {
	if w.err == nil {
		_, w.err = w.out.Write(w.b)
	}
	w.b = w.b[:0]
}

// member writes what stands in front of a value: comma, line, key.
func (w *jsonWriter) member(key string) {
	if len(w.b) > jsonBuffer {
		w.flush()
	}
	if len(w.nest) == 0 {
		return
	}
	if !w.fresh {
		w.b = append(w.b, ',')
	}
	w.fresh = false
	w.newline()
	if w.nest[len(w.nest)-1] == '{' {
		w.b = appendQuoted(w.b, key)
		w.b = append(w.b, ':')
		if w.pretty {
			w.b = append(w.b, ' ')
		}
	}
}

func (w *jsonWriter) newline() {
	if !w.pretty {
		return
	}
	w.b = append(w.b, '\n')
	for range w.nest {
		w.b = append(w.b, ' ', ' ')
	}
}

func (w *jsonWriter) nested(key string, opening, closing byte, f func()) {
	w.member(key)
	w.b = append(w.b, opening)
	w.nest = append(w.nest, opening)
	w.fresh = true
	f()
	empty := w.fresh
	w.nest = w.nest[:len(w.nest)-1]
	w.fresh = false
	if !empty {
		w.newline()
	}
	w.b = append(w.b, closing)
}

func (w *jsonWriter) object(key string, f func()) { w.nested(key, '{', '}', f) }
func (w *jsonWriter) array(key string, f func())  { w.nested(key, '[', ']', f) }

func (w *jsonWriter) raw(key, value string) {
	w.member(key)
	w.b = append(w.b, value...)
}

func (w *jsonWriter) null(key string) { w.raw(key, "null") }

func (w *jsonWriter) boolean(key string, v bool) { w.raw(key, strconv.FormatBool(v)) }

func (w *jsonWriter) integer(key string, n int64) { w.raw(key, strconv.FormatInt(n, 10)) }

// known is n, or null where 0 stands for not known.
func (w *jsonWriter) known(key string, n int64) {
	if n == 0 {
		w.null(key)
		return
	}
	w.integer(key, n)
}

// pair is [a, b], or null where both are 0.
func (w *jsonWriter) pair(key string, p [2]int64) {
	if p == [2]int64{} {
		w.null(key)
		return
	}
	w.raw(key, "["+strconv.FormatInt(p[0], 10)+","+strconv.FormatInt(p[1], 10)+"]")
}

func (w *jsonWriter) time(key string, t trace.Time) {
	if t == 0 {
		w.null(key)
		return
	}
	w.text(key, t.String())
}

func (w *jsonWriter) seconds(key string, d *trace.Seconds) {
	if d == nil {
		w.null(key)
		return
	}
	w.duration(key, time.Duration(*d))
}

func (w *jsonWriter) duration(key string, d time.Duration) {
	b, _ := trace.Seconds(d).MarshalJSON() // never fails
	w.raw(key, string(b))
}

// text is s, octets that are not UTF-8 as U+FFFD, and then a twin with the exact octets in base64.
func (w *jsonWriter) text(key, s string) {
	w.member(key)
	w.b = appendQuoted(w.b, s)
	if !utf8.ValidString(s) && len(w.nest) > 0 && w.nest[len(w.nest)-1] == '{' {
		w.member(key + "_base64")
		w.b = appendQuoted(w.b, base64.StdEncoding.EncodeToString([]byte(s)))
	}
}

// known text is s, or null where "" stands for not known.
func (w *jsonWriter) textOrNull(key, s string) {
	if s == "" {
		w.null(key)
		return
	}
	w.text(key, s)
}

// textIf leaves the member out where there is nothing to say.
func (w *jsonWriter) textIf(key, s string) {
	if s != "" {
		w.text(key, s)
	}
}

// texts is an array of texts; its twin has null where the text is exact already.
func (w *jsonWriter) texts(key string, ss []string) {
	exact := true
	w.array(key, func() {
		for _, s := range ss {
			exact = exact && utf8.ValidString(s)
			w.text("", s)
		}
	})
	if exact {
		return
	}
	w.array(key+"_base64", func() {
		for _, s := range ss {
			if utf8.ValidString(s) {
				w.null("")
			} else {
				w.text("", base64.StdEncoding.EncodeToString([]byte(s)))
			}
		}
	})
}

// appendQuoted writes s as a JSON string. Beyond what RFC 8259 §7 demands it escapes every character that is not
// printable, so that JSON on a terminal is harmless as well; a reader of JSON sees no difference.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < 0x7f && c != '"' && c != '\\' {
			b = append(b, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case r == utf8.RuneError && n == 1:
			b = append(b, "\ufffd"...)
		case unicode.IsPrint(r):
			b = append(b, s[i:i+n]...)
		default:
			b = appendEscaped(b, r)
		}
		i += n
	}
	return append(b, '"')
}

func appendEscaped(b []byte, r rune) []byte {
	switch r {
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	if r >= 0x10000 { // a surrogate pair
		r -= 0x10000
		return appendHex(appendHex(b, 0xd800+r>>10), 0xdc00+r&0x3ff)
	}
	return appendHex(b, r)
}

func appendHex(b []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
