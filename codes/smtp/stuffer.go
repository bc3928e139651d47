package smtp

import "bytes"

// Stuffer makes mail data transparent on its way out (RFC 5321 §4.5.2): a dot is put before each line that begins with
// one. The zero value stands at the beginning of a message. Line ends are CRLF; a bare LF or CR is an octet like any
// other, so that [Unstuffer] gives back exactly what went in.
type Stuffer struct{ state stuffState }

type stuffState uint8

const (
	stuffLineStart stuffState = iota // at the beginning of a line: a dot here is doubled
	stuffInLine                      // within a line
	stuffCR                          // within a line, the last octet was CR
)

// Append appends the next part of the mail data in wire form.
func (s *Stuffer) Append(dst, text []byte) []byte {
	start := 0
	for i := s.plain(text); i < len(text); i++ {
		switch s.state {
		case stuffLineStart:
			if text[i] == '.' {
				dst = append(append(dst, text[start:i]...), '.')
				start = i
			}
			s.state = stuffInLine
			if text[i] == '\r' {
				s.state = stuffCR
			}
		case stuffInLine:
			i = skipToCR(text, i)
			if i < len(text) {
				s.state = stuffCR
			}
		case stuffCR:
			switch text[i] {
			case '\n':
				s.state = stuffLineStart
			case '\r':
			default:
				s.state = stuffInLine
			}
		}
	}
	return append(dst, text[start:]...)
}

// plain passes text that has no dot behind a line end: nearly all texts, as a whole.
func (s *Stuffer) plain(text []byte) int {
	if len(text) < 2 || s.state == stuffLineStart && text[0] == '.' || s.state == stuffCR || bytes.Contains(text, []byte("\n.")) {
		return 0
	}
	switch end := text[len(text)-2:]; {
	case end[1] == '\r':
		s.state = stuffCR
	case string(end) == "\r\n":
		s.state = stuffLineStart
	default:
		s.state = stuffInLine
	}
	return len(text)
}

// End appends the end of mail data: the dot on its line, and before it a CRLF if the text does not end with one
// (RFC 5321 §4.1.1.4). The Stuffer then stands at the beginning of a new message.
func (s *Stuffer) End(dst []byte) []byte {
	if s.state != stuffLineStart {
		dst = append(dst, '\r', '\n')
	}
	s.state = stuffLineStart
	return append(dst, '.', '\r', '\n')
}

// AppendStuffed appends a whole message in wire form, end of mail data included.
func AppendStuffed(dst, text []byte) []byte {
	var s Stuffer
	return s.End(s.Append(dst, text))
}
