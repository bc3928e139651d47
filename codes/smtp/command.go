package smtp

import "strconv"

// Command is a client's line, understood. Which fields have a meaning depends on the verb; the others are zero.
type Command struct {
	Verb       Verb
	Line       string      // as it came, without line end
	Domain     string      // EHLO, HELO, LHLO
	Reverse    ReversePath // MAIL, SEND, SOML, SAML
	Forward    ForwardPath // RCPT
	Params     []Param     // MAIL and its brothers, RCPT, XCLIENT, XFORWARD
	Arg        string      // VRFY, EXPN, HELP, NOOP, ETRN, ATRN: the argument; AUTH: the mechanism, upper case; BURL: the URL
	Initial    string      // AUTH: the initial response as sent, "=" if it is empty, "" if there is none (RFC 4954 §4)
	Size       int64       // BDAT: octets of the chunk
	Last       bool        // BDAT, BURL: the last chunk
	Tolerances []Tolerance // how the line strays, in the order of finding
}

// Param is the value of the parameter with that upper-case name, and whether it is there.
func (c *Command) Param(name string) (string, bool) { return FindParam(c.Params, name) }

// Tolerated says whether t was noted.
func (c *Command) Tolerated(t Tolerance) bool {
	for _, have := range c.Tolerances {
		if have == t {
			return true
		}
	}
	return false
}

// String is the command in the RFC's own form: upper-case verb, brackets, single spaces.
func (c Command) String() string { return string(c.Append(nil)) }

// Append appends what String returns; no line end.
func (c Command) Append(dst []byte) []byte {
	dst = append(dst, c.Verb...)
	switch c.Verb {
	case EHLO, HELO, LHLO:
		return appendArg(dst, c.Domain)
	case MAIL, SEND, SOML, SAML:
		dst = c.Reverse.Append(append(dst, " FROM:"...))
		return appendParams(dst, c.Params)
	case RCPT:
		dst = c.Forward.Append(append(dst, " TO:"...))
		return appendParams(dst, c.Params)
	case XCLIENT, XFORWARD:
		return appendParams(dst, c.Params)
	case BDAT:
		dst = strconv.AppendInt(append(dst, ' '), c.Size, 10)
		return appendLast(dst, c.Last)
	case BURL:
		return appendLast(appendArg(dst, c.Arg), c.Last)
	case AUTH:
		return appendArg(appendArg(dst, c.Arg), c.Initial)
	}
	return appendArg(dst, c.Arg)
}

func appendArg(dst []byte, arg string) []byte {
	if arg == "" {
		return dst
	}
	return append(append(dst, ' '), arg...)
}

func appendParams(dst []byte, params []Param) []byte {
	for _, p := range params {
		dst = p.Append(append(dst, ' '))
	}
	return dst
}

func appendLast(dst []byte, last bool) []byte {
	if last {
		return append(dst, " LAST"...)
	}
	return dst
}

// ParseCommand reads a client's line, given without its line end. The error is a *[SyntaxError].
func ParseCommand(line string, mode Mode) (Command, error) {
	p := parser{line: line, mode: mode}
	if len(line) > MaxTolerantLine {
		return Command{Line: line}, p.lineTooLong()
	}
	if p.tolerant() && p.spaces() > 0 {
		p.note(LeadingSpace)
	}
	verb, err := p.verbWord()
	if err != nil {
		return Command{Line: line}, err
	}
	p.verb = verb
	if len(line)+2 > maxLine(verb) {
		if !p.tolerant() {
			return Command{Verb: verb, Line: line}, p.lineTooLong()
		}
		p.note(LongLine)
	}
	p.trimEnd()
	c := Command{Verb: verb, Line: line}
	err = p.argument(&c)
	if err == nil && !p.done() {
		err = p.allow(ExtraArgument, "the end of the line")
	}
	c.Tolerances = p.notes
	return c, err
}

// maxLine is the longest line of that verb, CRLF included.
func maxLine(v Verb) int {
	switch v {
	case MAIL:
		return MaxMailLine
	case RCPT:
		return MaxRcptLine
	case AUTH:
		return MaxAuthLine
	}
	return MaxCommandLine
}

// lineTooLong is "500 Line too long" of RFC 5321 §4.5.3.1.9.
func (p *parser) lineTooLong() error {
	return &SyntaxError{Verb: p.verb, Offset: len(p.line), Want: "a shorter line",
		Reply: Reply{Code: 500, Enhanced: EnhancedCode{5, 5, 2}, Lines: []string{"Line too long"}}}
}

// verbWord reads the verb and stays behind it.
func (p *parser) verbWord() (Verb, error) {
	start := p.pos
	lower := false
	for p.pos < len(p.line) && is(p.line[p.pos], classLetDig) || p.pos > start && p.peek() == '-' {
		lower = lower || 'a' <= p.line[p.pos] && p.line[p.pos] <= 'z'
		p.pos++
	}
	word := p.line[start:p.pos]
	verb := KnownVerb(word)
	if verb == "" || !p.done() && !isSpace(p.peek()) {
		return "", p.unknownVerb(start, word)
	}
	if lower {
		p.note(LowerCase)
	}
	return verb, nil
}

// unknownVerb is "500 Syntax error, command unrecognized" of RFC 5321 §4.2.2; X.5.1 is "invalid command" (RFC 3463 §3.6).
func (p *parser) unknownVerb(start int, word string) error {
	if p.done() || isSpace(p.peek()) {
		if len(word) <= 32 {
			p.verb = Verb(upperString(word))
		}
		p.pos = start
	}
	e := SyntaxError{Verb: p.verb, Offset: p.pos, Want: "a command",
		Reply: Reply{Code: 500, Enhanced: EnhancedCode{5, 5, 1}, Lines: []string{"Command unrecognized"}}}
	return &e
}

// trimEnd takes white space off the end. RFC 5321 §4.1.1: "SMTP receivers SHOULD tolerate trailing white space".
func (p *parser) trimEnd() {
	end := len(p.line)
	for end > p.pos && isSpace(p.line[end-1]) {
		end--
	}
	if end < len(p.line) {
		p.note(TrailingSpace)
		p.line = p.line[:end]
	}
}

// argument reads what follows the verb.
func (p *parser) argument(c *Command) error {
	switch c.Verb {
	case EHLO, HELO, LHLO:
		return p.greetArgument(c)
	case MAIL, SEND, SOML, SAML:
		return p.mailArgument(c)
	case RCPT:
		return p.rcptArgument(c)
	case BDAT:
		return p.bdatArgument(c)
	case BURL:
		return p.burlArgument(c)
	case AUTH:
		return p.authArgument(c)
	case VRFY, EXPN, ETRN:
		return p.stringArgument(c, true)
	case HELP, NOOP, ATRN:
		return p.stringArgument(c, false)
	case XCLIENT, XFORWARD:
		return p.attributes(c)
	}
	return nil // DATA, RSET, QUIT, STARTTLS, TURN, VERB, ONEX: nothing follows
}
