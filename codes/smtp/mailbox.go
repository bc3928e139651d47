package smtp

import "strings"

// Mailbox is `Local-part "@" ( Domain / address-literal )` of RFC 5321 §4.1.2.
type Mailbox struct {
	Local  string // without quotes and quoting backslashes
	Domain string // a name, an address literal "[192.0.2.1]", or "" for the bare postmaster
}

// String is the mailbox with the least quoting that is right (RFC 5321 §4.1.2), "" for the zero Mailbox.
func (m Mailbox) String() string {
	if m == (Mailbox{}) {
		return ""
	}
	if m.Domain != "" && isDotString(m.Local) {
		return m.Local + "@" + m.Domain
	}
	return string(m.Append(nil))
}

// Append appends what String returns.
func (m Mailbox) Append(dst []byte) []byte {
	if m == (Mailbox{}) {
		return dst
	}
	if isDotString(m.Local) {
		dst = append(dst, m.Local...)
	} else {
		dst = appendQuoted(dst, m.Local)
	}
	if m.Domain == "" {
		return dst
	}
	dst = append(dst, '@')
	return append(dst, m.Domain...)
}

// IsPostmaster says whether the local part is "postmaster" in any case (RFC 5321 §4.5.1).
func (m Mailbox) IsPostmaster() bool { return strings.EqualFold(m.Local, "postmaster") }

// IsASCII says whether the mailbox needs no SMTPUTF8.
func (m Mailbox) IsASCII() bool { return isASCII(m.Local) && isASCII(m.Domain) }

// ParseMailbox reads a whole mailbox without brackets.
func ParseMailbox(s string, mode Mode) (Mailbox, error) {
	p := parser{line: s, mode: mode}
	if len(s) > MaxTolerantLine {
		return Mailbox{}, p.fail("a mailbox that is not that long")
	}
	m, err := p.mailbox()
	if err == nil && !p.done() {
		err = p.fail("the end of the mailbox")
	}
	return m, err
}

// mailbox reads a Mailbox. A missing domain is the caller's to judge.
func (p *parser) mailbox() (Mailbox, error) {
	start := p.pos
	local, err := p.localPart()
	if err != nil {
		return Mailbox{}, err
	}
	if p.pos-start == 0 {
		return Mailbox{}, p.fail("a local part")
	}
	if len(local) > MaxLocalPart {
		if err := p.tooLong("a local part of at most 64 octets"); err != nil {
			return Mailbox{}, err
		}
	}
	if !p.take('@') {
		return Mailbox{Local: local}, nil
	}
	domain, err := p.domain()
	return Mailbox{Local: local, Domain: domain}, err
}

// tooLong is "501 Path too long" of RFC 5321 §4.5.3.1.9, which only Tolerant forgives.
func (p *parser) tooLong(want string) error { return p.allow(LongPath, want) }

// localPart reads `Dot-string / Quoted-string`.
func (p *parser) localPart() (string, error) {
	if p.peek() == '"' {
		local, err := p.quoted()
		if err != nil || !p.tolerant() || p.done() || p.peek() == '@' || p.endsPath() {
			return local, err
		}
		p.note(BadLocal) // `"a".b@c`, RFC 822's mixture: keep it as one string
		rest, err := p.dotString()
		return local + rest, err
	}
	return p.dotString()
}

// dotString reads `Atom *("." Atom)`.
func (p *parser) dotString() (string, error) {
	start, lastDot := p.pos, true
	for p.pos < len(p.line) {
		c := p.line[p.pos]
		switch {
		case is(c, classAtext):
			lastDot = false
			p.pos++
		case c == '.':
			if lastDot {
				if err := p.allow(BadDots, "a letter before the dot"); err != nil {
					return "", err
				}
			}
			lastDot = true
			p.pos++
		case c >= 128:
			if err := p.highOctet(); err != nil {
				return "", err
			}
			lastDot = false
		case c == '@' || !p.tolerant() || p.endsPath():
			return p.endDotString(start, lastDot)
		default:
			p.noteBadLocal(c)
			lastDot = false
			p.pos++
		}
	}
	return p.endDotString(start, lastDot)
}

func (p *parser) noteBadLocal(c byte) {
	if isControl(c) {
		p.note(Control)
	} else {
		p.note(BadLocal)
	}
}

func (p *parser) endDotString(start int, lastDot bool) (string, error) {
	if lastDot && p.pos > start {
		if err := p.allow(BadDots, "a letter after the dot"); err != nil {
			return "", err
		}
	}
	return p.line[start:p.pos], nil
}

// endsPath says whether the next octet ends a path. In Tolerant mode a space in brackets does not if "@" is still to come:
// sendmail takes "<a b@c>".
func (p *parser) endsPath() bool {
	c := p.peek()
	if isSpace(c) && p.open && p.tolerant() {
		next := strings.IndexAny(p.line[p.pos:], "@>")
		return next < 0 || p.line[p.pos+next] == '>'
	}
	return c == '>' || c == '<' || isSpace(c)
}

// quoted reads `DQUOTE *QcontentSMTP DQUOTE` and takes the quoting away. RFC 5321 §4.1.2: "all quoted forms MUST be
// treated as equivalent".
func (p *parser) quoted() (string, error) {
	p.pos++ // the opening quote
	start := p.pos
	var plain []byte // used from the first backslash on
	escaped := false
	for p.pos < len(p.line) {
		c := p.line[p.pos]
		if c == '"' {
			text := p.line[start:p.pos]
			p.pos++
			if escaped {
				return string(append(plain, text...)), nil
			}
			return text, nil
		}
		if c == '\\' {
			plain = append(plain, p.line[start:p.pos]...)
			escaped = true
			p.pos++
			start = p.pos
			if p.done() {
				break
			}
			c = p.line[p.pos]
		}
		if err := p.quotedOctet(c); err != nil {
			return "", err
		}
	}
	return "", p.fail(`a closing "`)
}

func (p *parser) quotedOctet(c byte) error {
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

// isDotString says whether s may stand without quotes. Non-ASCII counts as atext (RFC 6531 §3.3).
func isDotString(s string) bool {
	lastDot := true
	for i := range len(s) {
		switch c := s[i]; {
		case is(c, classAtext) || c >= 128:
			lastDot = false
		case c == '.' && !lastDot:
			lastDot = true
		default:
			return false
		}
	}
	return !lastDot
}

func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, s[i])
	}
	return append(dst, '"')
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 128 {
			return false
		}
	}
	return true
}
