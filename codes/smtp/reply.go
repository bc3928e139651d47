package smtp

import "unicode/utf8"

// Reply is a server's answer (RFC 5321 §4.2).
type Reply struct {
	Code     int
	Enhanced EnhancedCode // stands in front of every line (RFC 2034 §4); zero: none
	Lines    []string     // texts without code and enhanced code; at least one, may be ""
}

// NewReply makes a reply; enhanced is "5.1.1" or "". It is for constants: an enhanced code that is none is left out.
func NewReply(code int, enhanced string, lines ...string) Reply {
	e, _ := ParseEnhanced(enhanced)
	if len(lines) == 0 {
		lines = []string{""}
	}
	return Reply{Code: code, Enhanced: e, Lines: lines}
}

// Positive says 2yz: done.
func (r Reply) Positive() bool { return r.Code/100 == 2 }

// Intermediate says 3yz: go on.
func (r Reply) Intermediate() bool { return r.Code/100 == 3 }

// Temporary says 4yz: not now, but the same command may succeed later.
func (r Reply) Temporary() bool { return r.Code/100 == 4 }

// Permanent says 5yz: the same command will not succeed.
func (r Reply) Permanent() bool { return r.Code/100 == 5 }

// Text is the lines joined by a newline.
func (r Reply) Text() string {
	switch len(r.Lines) {
	case 0:
		return ""
	case 1:
		return r.Lines[0]
	}
	text := append([]byte(nil), r.Lines[0]...)
	for _, line := range r.Lines[1:] {
		text = append(append(text, '\n'), line...)
	}
	return string(text)
}

// Append appends the wire form with CRLFs. Octets that would break a line (CR, LF, NUL) become "?": a text can come from
// a client, and must not write a second reply. What would make a line longer than MaxReplyLine is cut off.
func (r Reply) Append(dst []byte) []byte {
	if len(r.Lines) == 0 {
		return append(r.appendLine(dst, ' ', ""), "\r\n"...)
	}
	for i, line := range r.Lines {
		sep := byte('-')
		if i == len(r.Lines)-1 {
			sep = ' '
		}
		dst = append(r.appendLine(dst, sep, line), "\r\n"...)
	}
	return dst
}

// String is the wire form without the last CRLF.
func (r Reply) String() string {
	wire := r.Append(nil)
	return string(wire[:len(wire)-2])
}

func (r Reply) appendLine(dst []byte, sep byte, text string) []byte {
	begin := len(dst)
	code := uint(r.Code) % 1000 // three digits, always
	dst = append(dst, byte('0'+code/100), byte('0'+code/10%10), byte('0'+code%10), sep)
	if !r.Enhanced.IsZero() {
		dst = r.Enhanced.Append(dst)
		if text != "" {
			dst = append(dst, ' ')
		}
	}
	start := len(dst)
	dst = append(dst, text[:fit(text, MaxReplyLine-2-(start-begin))]...)
	for i := start; i < len(dst); i++ {
		if c := dst[i]; c <= '\r' && (c == '\r' || c == '\n' || c == 0) {
			dst[i] = '?'
		}
	}
	return dst
}

// fit is how many octets of text go into room, without cutting a character of UTF-8 in two.
func fit(text string, room int) int {
	if len(text) <= room {
		return len(text)
	}
	for room > 0 && !utf8.RuneStart(text[room]) {
		room--
	}
	return room
}

// SplitReplyLine takes a line without its line end apart: three digits, a separator (' ', '-', or 0 if the line ends
// there), the text. ok says that it begins with three digits that no fourth and no letter follows.
func SplitReplyLine(line string) (code int, sep byte, text string, ok bool) {
	if len(line) < 3 {
		return 0, 0, "", false
	}
	for i := range 3 {
		c := line[i]
		if c < '0' || c > '9' {
			return 0, 0, "", false
		}
		code = 10*code + int(c-'0')
	}
	if len(line) == 3 {
		return code, 0, "", true
	}
	sep = line[3]
	if is(sep, classLetDig) {
		return 0, 0, "", false
	}
	return code, sep, line[4:], true
}

// MaxRepeated is how many octets of somebody else's words a reply repeats: others must fit beside them (RFC 5321 §4.5.3.1.5).
const MaxRepeated = 200

// Printable is the beginning of what somebody else wrote, up to so many octets, in printable ASCII with "?" for all else, so that
// it can stand in a reply or in a trace field (RFC 5321 §4.2).
func Printable(s string, most int) string {
	b := []byte(s[:min(len(s), most)])
	for i, c := range b {
		if c < ' ' || c > '~' {
			b[i] = '?'
		}
	}
	return string(b)
}
