package mime

import (
	"bytes"
	"strings"

	"github.com/smtpsim/smtpsim/trace/field"
)

// Limits of Tree.
const (
	MaxDepth    = 32
	MaxParts    = 1000
	maxBoundary = 200 // RFC 2046 §5.1.1 allows 70
)

// Part is one body part: a leaf, a multipart, or a message within the message.
type Part struct {
	Type        string            // "text/plain"; lower case
	Params      map[string]string // of the Content-Type
	Encoding    string            // Content-Transfer-Encoding, lower case; "" is 7bit
	Disposition string            // "attachment", "inline" or ""
	Filename    string            // from the disposition, else the type's "name"; decoded
	Start       int               // of the part's header section in the message
	Body, End   int               // of its body; End is behind it
	Header      field.Section     // offsets count from Start
	Parts       []*Part           // of a multipart or a message/rfc822
	Cut         bool              // a limit or the end of the message came before the closing boundary
}

// Tree reads the parts of msg (RFC 2046 §5). It never fails: what is broken is a leaf, or is cut.
func Tree(msg []byte) *Part {
	left := MaxParts
	return readPart(msg, 0, len(msg), 0, &left)
}

// Walk visits p and all parts in it, in the order of the message.
func (p *Part) Walk(visit func(*Part)) {
	visit(p)
	for _, q := range p.Parts {
		q.Walk(visit)
	}
}

func readPart(msg []byte, start, end, depth int, left *int) *Part {
	*left--
	p := &Part{Start: start, End: end, Header: field.ReadSection(msg[start:end])}
	p.Body = start + p.Header.Body
	p.Type = "text/plain" // RFC 2045 §5.2
	if f, ok := p.Header.First("Content-Type"); ok {
		p.Type, p.Params = ParseType(f.Body())
	}
	if f, ok := p.Header.First("Content-Transfer-Encoding"); ok {
		p.Encoding = strings.ToLower(f.Body())
	}
	p.Filename = DecodeHeader(p.Params["name"])
	if f, ok := p.Header.First("Content-Disposition"); ok {
		kind, params := ParseType(f.Body())
		p.Disposition = kind
		if name := params["filename"]; name != "" {
			p.Filename = DecodeHeader(name)
		}
	}
	switch {
	case depth >= MaxDepth:
		p.Cut = true
	case strings.HasPrefix(p.Type, "multipart/"):
		p.split(msg, depth, left)
	case p.Type == "message/rfc822" || p.Type == "message/global": // RFC 2046 §5.2.1, RFC 6532 §3.7
		if *left > 0 && p.Encoding != "base64" && p.Encoding != "quoted-printable" {
			p.Parts = []*Part{readPart(msg, p.Body, p.End, depth+1, left)}
		}
	}
	return p
}

// split cuts a multipart at its boundary lines (RFC 2046 §5.1.1).
func (p *Part) split(msg []byte, depth int, left *int) {
	boundary := p.Params["boundary"]
	if boundary == "" || len(boundary) > maxBoundary {
		p.Cut = true
		return
	}
	delimiter := []byte("--" + boundary)
	begin := -1
	for pos := p.Body; pos < p.End; {
		next := p.End
		if i := bytes.IndexByte(msg[pos:p.End], '\n'); i >= 0 {
			next = pos + i + 1
		}
		last, is := delimits(msg[pos:next], delimiter)
		if is {
			if begin >= 0 {
				if *left <= 0 {
					p.Cut = true
					return
				}
				p.Parts = append(p.Parts, readPart(msg, begin, lineStart(msg, begin, pos), depth+1, left))
			}
			begin = next
			if last {
				return
			}
		}
		pos = next
	}
	p.Cut = true
	if begin >= 0 && *left > 0 {
		p.Parts = append(p.Parts, readPart(msg, begin, p.End, depth+1, left))
	}
}

// delimits tells whether a line is the boundary, and whether the closing one.
func delimits(line, delimiter []byte) (last, is bool) {
	rest, ok := bytes.CutPrefix(line, delimiter)
	if !ok {
		return false, false
	}
	rest, last = bytes.CutPrefix(rest, []byte("--"))
	return last, len(bytes.TrimRight(rest, " \t\r\n")) == 0
}

// lineStart is pos without the line end before it, which belongs to the boundary.
func lineStart(msg []byte, begin, pos int) int {
	if pos > begin && msg[pos-1] == '\n' {
		pos--
	}
	if pos > begin && msg[pos-1] == '\r' {
		pos--
	}
	return pos
}
