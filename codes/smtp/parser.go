package smtp

import (
	"strconv"
	"unicode/utf8"
)

// SyntaxError is a line that cannot be read as a command. A server sends Reply; an analyzer shows Verb, which is set
// wherever the line begins with a word, known or not.
type SyntaxError struct {
	Verb   Verb   // canonical if known, else the word in upper case, "" if there is none
	Offset int    // octets from the start of the line
	Want   string // what was expected there
	Reply  Reply  // what RFC 5321 §4.2.4 and §4.3.2 tell a server to answer
}

// Error names position and expectation.
func (e *SyntaxError) Error() string {
	return "octet " + strconv.Itoa(e.Offset+1) + ": expected " + e.Want
}

// parser walks over one line. It keeps slices of the line, so that an ordinary command costs no allocation.
type parser struct {
	line  string
	pos   int
	mode  Mode
	verb  Verb
	notes []Tolerance
	open  bool // within the brackets of a path
}

func (p *parser) tolerant() bool { return p.mode == Tolerant }

func (p *parser) done() bool { return p.pos >= len(p.line) }

// peek is the next octet, 0 at the end. A NUL in the line reads like the end and is refused there.
func (p *parser) peek() byte {
	if p.pos < len(p.line) {
		return p.line[p.pos]
	}
	return 0
}

// take steps over c if it is next.
func (p *parser) take(c byte) bool {
	if p.pos < len(p.line) && p.line[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

// spaces steps over spaces and tabs and counts them.
func (p *parser) spaces() int {
	start := p.pos
	for p.pos < len(p.line) && isSpace(p.line[p.pos]) {
		p.pos++
	}
	return p.pos - start
}

// note records t once.
func (p *parser) note(t Tolerance) {
	for _, have := range p.notes {
		if have == t {
			return
		}
	}
	p.notes = append(p.notes, t)
}

// allow is for what only Tolerant takes: it notes t, or fails.
func (p *parser) allow(t Tolerance, want string) error {
	if !p.tolerant() {
		return p.fail(want)
	}
	p.note(t)
	return nil
}

// fail is the error at the present position. 501 is RFC 5321 §4.2.2's "syntax error in parameters or arguments"; the
// enhanced code says which argument (RFC 3463 §3.2, §3.6).
func (p *parser) fail(want string) error {
	enhanced := EnhancedCode{5, 5, 4}
	switch {
	case p.verb == RCPT:
		enhanced = EnhancedCode{5, 1, 3}
	case p.verb.OpensTransaction():
		enhanced = EnhancedCode{5, 1, 7}
	}
	return p.failWith(501, enhanced, want)
}

func (p *parser) failWith(code int, enhanced EnhancedCode, want string) error {
	return &SyntaxError{Verb: p.verb, Offset: p.pos, Want: want,
		Reply: Reply{Code: code, Enhanced: enhanced, Lines: []string{"Syntax error: expected " + want}}}
}

// highOctet steps over a character that is no ASCII, if the mode takes it (RFC 6531 §3.3: UTF-8).
func (p *parser) highOctet() error {
	r, size := utf8.DecodeRuneInString(p.line[p.pos:])
	valid := r != utf8.RuneError || size > 1
	switch {
	case p.mode == StrictUTF8 && valid:
	case p.mode == Tolerant && valid:
		p.note(UTF8)
	case p.mode == Tolerant:
		p.note(EightBit)
	default: // RFC 5321 §2.4: "SHOULD reject such commands, normally using '500 syntax error - invalid character'"
		return p.failWith(500, EnhancedCode{5, 5, 2}, "ASCII characters only")
	}
	p.pos += size
	return nil
}

// Character classes as bits, so that one look-up serves each loop.
const (
	classAtext  = 1 << iota // RFC 5322 §3.2.3
	classLetDig             // RFC 5321 §4.1.2
	classHex
	classDcontent // RFC 5321 §4.1.3
	classValue    // esmtp-value, RFC 5321 §4.1.2
)

// classes says which classes each octet is in.
//
//house:table computed once, read only
var classes = func() (t [256]uint8) {
	for c := range 256 {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' && c < 128
		digit := '0' <= c && c <= '9'
		if letter || digit {
			t[c] |= classAtext | classLetDig
		}
		if digit || letter && c|0x20 <= 'f' {
			t[c] |= classHex
		}
		if c >= 33 && c <= 90 || c >= 94 && c <= 126 {
			t[c] |= classDcontent
		}
		if c >= 33 && c <= 126 && c != '=' {
			t[c] |= classValue
		}
	}
	for _, c := range "!#$%&'*+-/=?^_`{|}~" {
		t[c] |= classAtext
	}
	return t
}()

func is(c byte, class uint8) bool { return classes[c]&class != 0 }

func isSpace(c byte) bool { return c == ' ' || c == '\t' }

func isControl(c byte) bool { return c < ' ' || c == 127 }
