package smtp

import (
	"math"
	"strings"
)

// greetArgument reads `SP ( Domain / address-literal )` (RFC 5321 §4.1.1.1, RFC 2033 §4.1).
func (p *parser) greetArgument(c *Command) error {
	if p.done() {
		return p.allow(NoArgument, "a space and the client's domain")
	}
	if err := p.space("a space"); err != nil {
		return err
	}
	start := p.pos
	if p.verb == HELO && p.peek() == '[' {
		// The grammar has Domain only, its text allows a literal where there is no name: §4.1.1.1, §4.1.3.
		p.note(LiteralInHelo)
	}
	domain, err := p.domain()
	if err == nil && p.done() {
		c.Domain = domain
		return nil
	}
	if !p.tolerant() {
		if err == nil {
			err = p.fail("the end of the domain")
		}
		return err
	}
	// Any word will do: RFC 5321 §4.1.4 forbids to refuse mail because the name cannot be verified.
	p.pos = start
	for !p.done() && !isSpace(p.peek()) {
		p.pos++
	}
	c.Domain = p.line[start:p.pos]
	if err != nil || !isName(c.Domain) {
		p.note(BadDomain)
	}
	return nil
}

func isName(domain string) bool {
	_, err := ParseDomain(domain, StrictUTF8)
	return err == nil
}

// mailArgument reads `SP "FROM:" Reverse-path [SP Mail-parameters]` (RFC 5321 §4.1.1.2).
func (p *parser) mailArgument(c *Command) error {
	if err := p.keyword("FROM:", "a space and FROM:"); err != nil {
		return err
	}
	var err error
	if c.Reverse, err = p.reversePath(); err != nil {
		return err
	}
	c.Params, err = p.paramsAfterPath()
	return err
}

// rcptArgument reads `SP "TO:" Forward-path [SP Rcpt-parameters]` (RFC 5321 §4.1.1.3).
func (p *parser) rcptArgument(c *Command) error {
	if err := p.keyword("TO:", "a space and TO:"); err != nil {
		return err
	}
	var err error
	if c.Forward, err = p.forwardPath(); err != nil {
		return err
	}
	c.Params, err = p.paramsAfterPath()
	return err
}

// keyword reads `SP "FROM:"` or `SP "TO:"`. RFC 5321 §3.3: spaces on neither side of the colon.
func (p *parser) keyword(want, wantSpace string) error {
	if err := p.space(wantSpace); err != nil {
		return err
	}
	word := want[:len(want)-1]
	if len(p.line)-p.pos < len(word) || !strings.EqualFold(p.line[p.pos:p.pos+len(word)], word) {
		return p.fail(want)
	}
	p.pos += len(word)
	if p.take(':') {
		return p.afterColon()
	}
	spaces := p.spaces()
	if p.take(':') {
		if err := p.allow(SpaceBeforeColon, want); err != nil {
			return err
		}
		return p.afterColon()
	}
	if spaces > 0 && p.peek() == '<' {
		return p.allow(NoColon, want)
	}
	return p.fail(":")
}

func (p *parser) afterColon() error {
	if isSpace(p.peek()) {
		if err := p.allow(SpaceAfterColon, "< right after the colon"); err != nil {
			return err
		}
		p.spaces()
	}
	return nil
}

// paramsAfterPath reads the parameters and the space before them.
func (p *parser) paramsAfterPath() ([]Param, error) {
	if p.done() {
		return nil, nil
	}
	if isSpace(p.peek()) {
		if err := p.space("a space"); err != nil {
			return nil, err
		}
	} else if err := p.allow(NoSpaceParams, "a space before the parameters"); err != nil {
		return nil, err
	}
	return p.params()
}

// bdatArgument reads `SP chunk-size [SP "LAST"]` (RFC 3030 §2).
func (p *parser) bdatArgument(c *Command) error {
	if err := p.space("a space and the size of the chunk"); err != nil {
		return err
	}
	start := p.pos
	for !p.done() && '0' <= p.peek() && p.peek() <= '9' {
		digit := int64(p.peek() - '0')
		if c.Size > (math.MaxInt64-digit)/10 {
			return p.fail("a smaller size")
		}
		c.Size = 10*c.Size + digit
		p.pos++
	}
	if p.pos == start {
		return p.fail("the size of the chunk in octets")
	}
	return p.last(c)
}

// burlArgument reads `SP absolute-URI [SP "LAST"]` (RFC 4468 §3.3).
func (p *parser) burlArgument(c *Command) error {
	if err := p.space("a space and a URL"); err != nil {
		return err
	}
	start := p.pos
	for !p.done() && !isSpace(p.peek()) {
		if err := p.printable(); err != nil {
			return err
		}
	}
	if c.Arg = p.line[start:p.pos]; c.Arg == "" {
		return p.fail("a URL")
	}
	return p.last(c)
}

func (p *parser) last(c *Command) error {
	if p.done() {
		return nil
	}
	if err := p.space("a space or the end of the line"); err != nil {
		return err
	}
	if !strings.EqualFold(p.line[p.pos:], "LAST") {
		return p.fail("LAST")
	}
	p.pos += len("LAST")
	c.Last = true
	return nil
}

// authArgument reads `SP mechanism [SP initial-response]` (RFC 4954 §4).
func (p *parser) authArgument(c *Command) error {
	if err := p.space("a space and a mechanism"); err != nil {
		return err
	}
	start := p.pos
	for !p.done() && (is(p.peek(), classLetDig) || p.peek() == '-' || p.peek() == '_') {
		p.pos++
	}
	if p.pos == start || p.pos-start > 20 { // RFC 4422 §3.1: 1 to 20 characters
		return p.fail("a mechanism of at most 20 letters, digits, - and _")
	}
	c.Arg = upperString(p.line[start:p.pos])
	if p.done() {
		return nil
	}
	if err := p.space("a space or the end of the line"); err != nil {
		return err
	}
	start = p.pos
	for !p.done() && isBase64(p.peek()) {
		p.pos++
	}
	c.Initial = p.line[start:p.pos]
	return nil // what is left over is an extra argument
}

func isBase64(c byte) bool { return is(c, classLetDig) || c == '+' || c == '/' || c == '=' }

// stringArgument reads `SP String`. What a string may be is left to the server: RFC 5321 §3.5.1 allows a user name, or a
// user name and domain, and RFC 1985 §4 a node behind "@" or "#".
func (p *parser) stringArgument(c *Command, required bool) error {
	if p.done() {
		if required {
			return p.allow(NoArgument, "a space and an argument")
		}
		return nil
	}
	if err := p.space("a space"); err != nil {
		return err
	}
	start := p.pos
	for !p.done() {
		if isSpace(p.peek()) {
			p.pos++
			continue
		}
		if err := p.printable(); err != nil {
			return err
		}
	}
	c.Arg = p.line[start:p.pos]
	return nil
}

// printable steps over one octet that is no control character.
func (p *parser) printable() error {
	c := p.peek()
	if c >= 128 {
		return p.highOctet()
	}
	if isControl(c) {
		if err := p.allow(Control, "no control character"); err != nil {
			return err
		}
	}
	p.pos++
	return nil
}

// attributes reads `1*(SP name "=" value)` of XCLIENT and XFORWARD (Postfix's XCLIENT_README, XFORWARD_README).
func (p *parser) attributes(c *Command) error {
	if err := p.space("a space and attributes"); err != nil {
		return err
	}
	var err error
	c.Params, err = p.params()
	return err
}
