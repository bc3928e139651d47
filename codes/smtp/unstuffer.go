package smtp

import (
	"bytes"
	"encoding/binary"
)

// Unstuffer finds the end of mail data and takes the added dots away (RFC 5321 §4.5.2), for chunks cut anywhere. Its zero
// value stands at the beginning of a message and ends it where the RFC does, at CRLF.CRLF; everything else that somebody
// might take for an end is text, and is counted in SuspectEnds.
//
// The text it gives is what a receiver stores: line ends as they came, with the CRLF before the final dot.
type Unstuffer struct {
	// Ends are further ends that a lax server takes, the gaps through which mail is smuggled; RFC 5321 §4.1.1.4 forbids them.
	Ends TextEnds

	BareLF      int64 // LFs that no CR came before (RFC 5321 §2.3.8)
	BareCR      int64 // CRs that no LF follows
	LongLines   int64 // lines of more than 1000 octets (RFC 5321 §4.5.3.1.6)
	SuspectEnds int64 // dots alone between line ends of which one is bare, whether they ended the message or not
	BareEnd     bool  // the end that was taken is one of them; only with Ends

	state  unstuffState
	bare   bool // the present line began after a bare LF that ended a line
	bareCR bool // the same of a bare CR
	column int  // octets of the present line in the text
	buf    []byte
}

type unstuffState uint8

const (
	unLineStart unstuffState = iota // after CRLF, or at the beginning: a dot here is transparency's or the end's
	unInLine                        // within a line
	unCR                            // within a line, the last octet was CR
	unDot                           // a dot at a line's start, held back
	unDotCR                         // that dot and a CR, both held back: LF makes them the end
	unLF                            // after a bare LF that ends no line
	unLFDot                         // after it a dot: text, but somebody may take it for the end
	unLFDotCR                       // and a CR
	unCRDot                         // CR and a dot: like the two above
	unCRDotCR                       // and a CR
	unDone                          // the end was seen
)

// Feed takes the next octets. text is what they add to the message, valid until the next call and often a part of p;
// done says that the end was among them, rest is what follows it. After the end Feed gives everything back as rest.
func (u *Unstuffer) Feed(p []byte) (text, rest []byte, done bool) {
	if u.state == unDone {
		return nil, p, true
	}
	u.buf = u.buf[:0]
	start := 0 // p[start:i] is text not yet in buf
	for i := 0; i < len(p); i++ {
		switch u.state {
		case unLineStart:
			i = u.plainLines(p, i)
		case unInLine:
			i = u.skip(p, i)
		}
		if i == len(p) {
			break
		}
		switch keep, ended := u.step(p[i]); {
		case ended:
			return u.cut(p, start, i), p[i+1:], true
		case keep == keepNot:
			u.buf = append(u.buf, p[start:i]...)
			start = i + 1
		case keep != keepIt: // what was held back turns out to be text
			u.buf = append(append(u.buf, p[start:i]...), heldBack[keep]...)
			start = i
		}
	}
	return u.cut(p, start, len(p)), nil, false
}

// cut is the text gathered so far: p's own octets where none had to be left out.
func (u *Unstuffer) cut(p []byte, start, end int) []byte {
	if len(u.buf) == 0 {
		return p[start:max(start, end)]
	}
	u.buf = append(u.buf, p[start:max(start, end)]...)
	return u.buf
}

// plainLines passes whole lines that need no second look: no dot in front, no CR but in the CRLF at the end.
func (u *Unstuffer) plainLines(p []byte, i int) int {
	for i < len(p) && p[i] != '.' {
		n := bytes.IndexByte(p[i:], '\n')
		if n < 1 || p[i+n-1] != '\r' || bytes.IndexByte(p[i:i+n-1], '\r') >= 0 {
			break
		}
		u.column = n
		u.endLine()
		i += n + 1
	}
	return i
}

// skip goes to the next CR or bare LF within a line. It looks ahead by windows: else a text with many CRs and no LF, or
// the other way round, would be searched to its end again and again.
func (u *Unstuffer) skip(p []byte, i int) int {
	const window = 256 // more than nearly all lines
	start := i
	for i < len(p) {
		w := p[i:min(len(p), i+window)]
		n := bytes.IndexByte(w, '\n')
		if n < 0 {
			n = len(w)
		}
		if cr := bytes.IndexByte(w[:n], '\r'); cr >= 0 {
			n = cr
		}
		i += n
		if n < len(w) {
			break
		}
	}
	u.column += i - start
	return i
}

// TextEnds is a set of ends of mail data besides CRLF.CRLF.
type TextEnds uint8

// The ends. Software that took bare LFs for line ends had the first three together.
const (
	EndLFLF   TextEnds = 1 << iota // LF.LF
	EndLFCRLF                      // LF.CRLF
	EndCRLFLF                      // CRLF.LF
	EndCRCR                        // CR.CR
	EndNUL                         // CRLF.NUL CRLF, where NULs are dropped

	EndLF = EndLFLF | EndLFCRLF | EndCRLFLF
)

//house:table constant
var textEnds = [...]string{"lf-lf", "lf-crlf", "crlf-lf", "cr-cr", "nul"}

// Has says whether all of x are in the set.
func (e TextEnds) Has(x TextEnds) bool { return e&x == x }

// TextEndByName is the end of that name; 0 if there is none.
func TextEndByName(name string) TextEnds {
	for i, known := range textEnds {
		if known == name {
			return 1 << i
		}
	}
	return 0
}

// String lists the names of the set, "keep" for none.
func (e TextEnds) String() string {
	out := ""
	for i, name := range textEnds {
		if e.Has(1 << i) {
			out += " " + name
		}
	}
	if out == "" {
		return "keep"
	}
	return out[1:]
}

type keep uint8

const (
	keepIt keep = iota
	keepNot
	keepWithCR
	keepWithDot
	keepWithDotCR
)

// heldBack is what keep gives back before the present octet.
//
//house:table constant
var heldBack = [...]string{keepWithCR: "\r", keepWithDot: ".", keepWithDotCR: ".\r"}

// step takes one octet.
func (u *Unstuffer) step(c byte) (k keep, ended bool) {
	switch u.state {
	case unLineStart:
		if c == '.' {
			u.state = unDot
			return keepNot, false
		}
	case unDot:
		if c == 0 && u.Ends.Has(EndNUL) {
			return keepNot, false
		}
		return u.afterDot(c)
	case unDotCR:
		return u.afterDotCR(c)
	case unCR:
		if c == '\n' { // CRLF
			u.endLine()
			return keepIt, false
		}
		u.BareCR++
		if u.Ends.Has(EndCRCR) {
			u.endLine()
			u.bareCR = true
			return u.step(c)
		}
		if c == '.' {
			u.state = unCRDot
			u.column++
			return keepIt, false
		}
	case unLF:
		if c == '.' {
			u.state = unLFDot
			u.column++
			return keepIt, false
		}
	case unLFDot, unLFDotCR, unCRDot, unCRDotCR:
		u.suspect(c)
		return keepIt, false
	}
	u.inLine(c)
	return keepIt, false
}

// inLine takes an octet that nothing before it makes special.
func (u *Unstuffer) inLine(c byte) {
	switch c {
	case '\r':
		u.state = unCR
		u.column++
	case '\n':
		u.bareLF()
	default:
		u.state = unInLine
		u.column++
	}
}

func (u *Unstuffer) bareLF() {
	u.BareLF++
	if u.Ends&(EndLFLF|EndLFCRLF) != 0 {
		u.endLine()
		u.bare = true
		return
	}
	u.state = unLF
	u.column++
}

func (u *Unstuffer) endLine() {
	if u.column+1 > MaxTextLine { // with the LF
		u.LongLines++
	}
	u.state, u.bare, u.bareCR = unLineStart, false, false
	u.column = 0
}

// end is the end of the mail data; bare says that one of its line ends is.
func (u *Unstuffer) end(bare bool) (keep, bool) {
	u.state = unDone
	if bare {
		u.SuspectEnds++
		u.BareEnd = true
	}
	return keepNot, true
}

// afterDot takes the octet behind a dot at a line's start.
func (u *Unstuffer) afterDot(c byte) (keep, bool) {
	lf := EndCRLFLF
	if u.bare {
		lf = EndLFLF
	}
	switch {
	case c == '\r' && u.bareCR: // CR.CR
		u.BareCR++
		return u.end(true)
	case c == '\r':
		u.state = unDotCR
		return keepNot, false
	case c == '\n' && u.Ends.Has(lf) && !u.bareCR: // CRLF.LF, LF.LF
		u.BareLF++
		return u.end(true)
	case c == '\n':
		u.SuspectEnds++
	}
	stuffed := !u.bareCR && (!u.bare || u.Ends.Has(EndLFLF|EndLFCRLF))
	u.inLine(c) // §4.5.2: the first character is a period and there are others: it is deleted
	if !stuffed {
		return keepWithDot, false // not behind what is no line end to this server
	}
	return keepIt, false
}

// afterDotCR takes the octet behind a line's dot and CR.
func (u *Unstuffer) afterDotCR(c byte) (keep, bool) {
	if c == '\n' && (!u.bare || u.Ends.Has(EndLFCRLF)) {
		return u.end(u.bare) // CRLF.CRLF; LF.CRLF
	}
	if c == '\n' {
		u.SuspectEnds++
		u.endLine()
		return keepWithDotCR, false
	}
	u.BareCR++
	u.SuspectEnds++ // CRLF.CR
	u.column++
	u.state = unCR
	u.inLine(c)
	return keepWithCR, false
}

// suspect follows a dot that stands behind a bare LF or CR: to the RFC it is text.
func (u *Unstuffer) suspect(c byte) {
	switch {
	case c == '\r' && (u.state == unLFDot || u.state == unCRDot):
		u.state += unLFDotCR - unLFDot // the CR may belong to a CRLF
		u.column++
		return
	case u.state == unLFDotCR || u.state == unCRDotCR:
		u.SuspectEnds++ // LF.CRLF, CR.CRLF, LF.CR, CR.CR
		u.state = unCR
		u.step(c)
		return
	case c == '\n': // LF.LF, CR.LF
		u.SuspectEnds++
	}
	u.inLine(c)
}

// Done says that the end was seen.
func (u *Unstuffer) Done() bool { return u.state == unDone }

// Reset makes u ready for the next message; Ends stay.
func (u *Unstuffer) Reset() { *u = Unstuffer{Ends: u.Ends, buf: u.buf[:0]} }

// Tolerances is what the counters say, in a fixed order; nil for mail data that keeps to the RFC.
func (u *Unstuffer) Tolerances() []Tolerance {
	var notes []Tolerance
	for _, n := range [...]struct {
		count int64
		note  Tolerance
	}{{u.BareLF, BareLF}, {u.BareCR, BareCR}, {u.SuspectEnds, BareLFEnd}, {u.LongLines, LongLine}} {
		if n.count > 0 {
			notes = append(notes, n.note)
		}
	}
	return notes
}

// HasEightBit says whether an octet has its high bit set (RFC 6152).
func HasEightBit(p []byte) bool {
	const high = 0x8080808080808080
	for len(p) >= 8 {
		if binary.NativeEndian.Uint64(p)&high != 0 {
			return true
		}
		p = p[8:]
	}
	for _, c := range p {
		if c >= 0x80 {
			return true
		}
	}
	return false
}

func skipToCR(text []byte, i int) int {
	if n := bytes.IndexByte(text[i:], '\r'); n >= 0 {
		return i + n
	}
	return len(text)
}
