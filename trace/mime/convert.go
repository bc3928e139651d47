package mime

import (
	"bytes"
	"encoding/base64"
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/trace/field"
)

// Transport is what a host can take without loss, the least first.
type Transport uint8

// The three of RFC 2045 §2.7 to §2.9 and RFC 3030 §3.
const (
	SevenBit Transport = iota // lines of at most 998 ASCII octets
	EightBit                  // lines of at most 998 octets
	Binary                    // any octets
)

// String is the value of MAIL's BODY parameter (RFC 6152 §2, RFC 3030 §3).
func (t Transport) String() string {
	return [...]string{"7BIT", "8BITMIME", "BINARYMIME"}[min(t, Binary)]
}

// The reasons why a message cannot be converted; the host must do without it (RFC 6152 §3, RFC 3030 §3: X.6.3).
var (
	ErrNotMIME = errors.New("the message is not MIME: nothing says what its octets mean")
	ErrSigned  = errors.New("a part is signed, and must not be changed")
	ErrNested  = errors.New("an encoded part, or one that must not be encoded, holds octets that need encoding")
	ErrOutside = errors.New("octets that need encoding stand outside of all bodies")
	ErrDamaged = errors.New("the parts of the message cannot be told apart")
)

const maxLine = 998 // RFC 5322 §2.1.1, RFC 2045 §2.7

// Needs is the least that p can be transported by: RFC 2045 §2.7 to §2.9.
func Needs(p []byte) Transport { return needs(p, maxLine) }

func needs(p []byte, lineMax int) Transport {
	need, line := SevenBit, 0
	for i, c := range p {
		switch {
		case c == '\n' && i > 0 && p[i-1] == '\r':
			line = -1
		case c == 0, c == '\n', c == '\r' && (i+1 == len(p) || p[i+1] != '\n'), line > lineMax:
			return Binary
		case c >= 0x80:
			need = EightBit
		}
		line++
	}
	return need
}

// Convert makes msg, whose lines end with CRLF, fit for a host that takes no more than to. Text becomes quoted-printable,
// everything else base64 (RFC 2045 §6.7, §6.8); multiparts and messages inside are walked through, and only their label
// changes (§6.4); what needs nothing stays as it is, octet for octet. charset labels a message that is not MIME, whose
// body then counts as text of that charset; "" refuses it. A DKIM signature over the body does not outlive this; what is
// below multipart/signed is left alone, and refused where it would have to change (RFC 1847 §2.1). msg itself is not
// changed; the result is msg where nothing had to be.
func Convert(msg []byte, to Transport, charset string) ([]byte, error) {
	if Needs(msg) <= to {
		return msg, nil
	}
	c := converter{msg: msg, to: to}
	root := Tree(msg)
	if _, ok := root.Header.First("MIME-Version"); !ok { // RFC 2045 §4: without it the message is none of MIME's
		if charset == "" {
			return nil, ErrNotMIME
		}
		root = c.label(root, charset)
	}
	if err := c.part(root, false); err != nil {
		return nil, err
	}
	out := c.apply()
	if needs(out, math.MaxInt) > to { // a long line in a header section is nobody's to break
		return nil, ErrOutside
	}
	return out, nil
}

// converter collects what must be replaced.
type converter struct {
	msg   []byte
	to    Transport
	edits []edit
}

type edit struct {
	start, end int
	with       []byte
}

func (c *converter) replace(start, end int, with []byte) {
	c.edits = append(c.edits, edit{start, end, with})
}

func (c *converter) apply() []byte {
	out := make([]byte, 0, len(c.msg)+len(c.msg)/2)
	at := 0
	slices.SortStableFunc(c.edits, func(a, b edit) int { return a.start - b.start })
	for _, e := range c.edits {
		out = append(append(out, c.msg[at:e.start]...), e.with...)
		at = e.end
	}
	return append(out, c.msg[at:]...)
}

// label makes a leaf of text out of a message that is not MIME (RFC 1428 §3 has gateways do so).
func (c *converter) label(root *Part, charset string) *Part {
	c.replace(root.Header.End, root.Header.End, []byte("MIME-Version: 1.0\r\nContent-Type: text/plain; charset="+charset+"\r\n"))
	return &Part{Type: "text/plain", Start: root.Start, Body: root.Body, End: root.End, Header: root.Header}
}

// part converts one part and what is in it.
func (c *converter) part(p *Part, signed bool) error {
	need := Needs(c.msg[p.Body:p.End])
	if need <= c.to && !c.mislabelled(p) {
		return nil
	}
	switch {
	case need <= c.to && !signed: // the label says more than is there
		c.setEncoding(p, need)
		return nil
	case signed || p.Type == "multipart/signed":
		return ErrSigned
	case p.Type == "message/global" && isIdentity(p.Encoding): // RFC 6532 §3.7: any encoding, unlike message/rfc822
		return c.leaf(p)
	case len(p.Parts) > 0:
		return c.container(p)
	case p.Cut || p.Header.End == p.Header.Body: // or no empty line ends the header section
		return ErrDamaged
	case !isIdentity(p.Encoding) || strings.HasPrefix(p.Type, "multipart/") || p.Type == "message/rfc822" || p.Type == "message/partial":
		return ErrNested // RFC 2046 §5.1, §5.2.1, §5.2.2
	}
	return c.leaf(p)
}

// mislabelled says that p's label claims more than the host takes.
func (c *converter) mislabelled(p *Part) bool {
	return p.Encoding == "binary" && c.to < Binary || p.Encoding == "8bit" && c.to < EightBit
}

func isIdentity(encoding string) bool {
	switch encoding {
	case "", "7bit", "8bit", "binary":
		return true
	}
	return false
}

// container converts the parts inside. RFC 2045 §6.4: its own label is an identity, no less than those within.
func (c *converter) container(p *Part) error {
	if !isIdentity(p.Encoding) {
		return ErrNested
	}
	if p.Encoding != "" {
		c.setEncoding(p, c.to)
	}
	for _, q := range p.Parts {
		if err := c.part(q, false); err != nil {
			return err
		}
	}
	if p.Cut {
		return ErrDamaged
	}
	return nil
}

// leaf encodes a body.
func (c *converter) leaf(p *Part) error {
	body := c.msg[p.Body:p.End]
	if strings.HasPrefix(p.Type, "text/") || strings.HasPrefix(p.Type, "message/") {
		c.setField(p, "quoted-printable")
		c.body(p, appendQuotedPrintable(nil, body))
		return nil
	}
	c.setField(p, "base64")
	c.body(p, appendBase64(nil, body, p.End == len(c.msg)))
	return nil
}

func (c *converter) body(p *Part, encoded []byte) { c.replace(p.Body, p.End, encoded) }

func (c *converter) setEncoding(p *Part, t Transport) {
	c.setField(p, [...]string{"7bit", "8bit", "binary"}[t])
}

// setField changes the Content-Transfer-Encoding field in place, or adds one at the end of the header section.
func (c *converter) setField(p *Part, value string) {
	f, ok := p.Header.First("Content-Transfer-Encoding")
	line := []byte("Content-Transfer-Encoding: " + value)
	switch {
	case ok:
		c.replace(p.Start+f.Start, p.Start+f.End, line)
	default:
		c.replace(p.Start+p.Header.End, p.Start+p.Header.End, append(line, "\r\n"...))
	}
}

// qpBreak is the column behind which a line of quoted-printable is broken: with an encoded octet and the "=" it stays
// within the 76 of RFC 2045 §6.7 (5). It is Postfix's.
const qpBreak = 72

// appendQuotedPrintable encodes text with CRLF line ends (RFC 2045 §6.7). CR and LF alone are octets like others.
func appendQuotedPrintable(dst, text []byte) []byte {
	const hex = "0123456789ABCDEF"
	column := 0
	for i := 0; i < len(text); i++ {
		b := text[i]
		if b == '\r' && i+1 < len(text) && text[i+1] == '\n' {
			dst = append(dst, '\r', '\n')
			column = 0
			i++
			continue
		}
		if column > qpBreak {
			dst = append(dst, '=', '\r', '\n')
			column = 0
		}
		last := i+1 == len(text) || text[i+1] == '\r' && i+2 < len(text) && text[i+2] == '\n'
		if b > '~' || b < ' ' && b != '\t' || b == '=' || last && (b == ' ' || b == '\t') { // rules 1 to 3
			dst = append(dst, '=', hex[b>>4], hex[b&15])
			column += 3
			continue
		}
		dst = append(dst, b)
		column++
	}
	return dst
}

// base64Line is how many octets go on one line of 76 characters (RFC 2045 §6.8).
const base64Line = 57

// appendBase64 encodes octets; end says that nothing follows which would end the last line.
func appendBase64(dst, octets []byte, end bool) []byte {
	for len(octets) > base64Line {
		dst = append(base64.StdEncoding.AppendEncode(dst, octets[:base64Line]), '\r', '\n')
		octets = octets[base64Line:]
	}
	dst = base64.StdEncoding.AppendEncode(dst, octets)
	if end {
		dst = append(dst, '\r', '\n')
	}
	return dst
}

// IsBinary says whether a part of msg calls itself binary (RFC 2045 §6.2), so that its CRs and LFs are no line ends.
func IsBinary(msg []byte) bool {
	binary := false
	Tree(msg).Walk(func(p *Part) { binary = binary || p.Encoding == "binary" })
	return binary
}

// HeaderEightBit says whether the header section of msg, or of a part or message in it, holds octets over 127: RFC 6532's
// internationalized header.
func HeaderEightBit(msg []byte) bool {
	found := false
	Tree(msg).Walk(func(p *Part) {
		for _, n := range p.Header.Notes {
			found = found || n.Oddity == field.EightBit
		}
	})
	return found
}

// HeaderSection is the header section of msg, without the empty line.
func HeaderSection(msg []byte) []byte {
	if end := bytes.Index(msg, []byte("\r\n\r\n")); end >= 0 {
		return msg[:end+2]
	}
	return msg
}
