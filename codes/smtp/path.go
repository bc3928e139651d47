package smtp

import "strings"

// ReversePath is the argument of MAIL: whom to tell of a failure (RFC 5321 §4.1.1.2).
type ReversePath struct {
	Mailbox
	Route []string // domains of a source route without "@"; to be ignored, RFC 5321 Appendix C
	Null  bool     // "<>": nobody is to be told, RFC 5321 §4.5.5
}

// ForwardPath is the argument of RCPT: where the mail is to go (RFC 5321 §4.1.1.3).
type ForwardPath struct {
	Mailbox
	Route []string // as in ReversePath
}

// String is the path in brackets, "<>" for the null reverse-path.
func (r ReversePath) String() string { return string(r.Append(nil)) }

// Append appends what String returns.
func (r ReversePath) Append(dst []byte) []byte { return appendPath(dst, r.Route, r.Mailbox) }

// Address is the mailbox without brackets, "" for the null reverse-path.
func (r ReversePath) Address() string { return r.Mailbox.String() }

// String is the path in brackets.
func (f ForwardPath) String() string { return string(f.Append(nil)) }

// Append appends what String returns.
func (f ForwardPath) Append(dst []byte) []byte { return appendPath(dst, f.Route, f.Mailbox) }

// Address is the mailbox without brackets.
func (f ForwardPath) Address() string { return f.Mailbox.String() }

func appendPath(dst []byte, route []string, m Mailbox) []byte {
	dst = append(dst, '<')
	for i, domain := range route {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(dst, '@'), domain...)
	}
	if len(route) > 0 {
		dst = append(dst, ':')
	}
	return append(m.Append(dst), '>')
}

// ParseReversePath reads a whole `Path / "<>"`.
func ParseReversePath(s string, mode Mode) (ReversePath, error) {
	p := parser{line: s, mode: mode, verb: MAIL}
	r, err := p.reversePath()
	if err == nil && !p.done() {
		err = p.fail("the end of the path")
	}
	return r, err
}

// ParseForwardPath reads a whole `Path`, or the bare postmaster.
func ParseForwardPath(s string, mode Mode) (ForwardPath, error) {
	p := parser{line: s, mode: mode, verb: RCPT}
	f, err := p.forwardPath()
	if err == nil && !p.done() {
		err = p.fail("the end of the path")
	}
	return f, err
}

func (p *parser) reversePath() (ReversePath, error) {
	if strings.HasPrefix(p.line[p.pos:], "<>") {
		p.pos += 2
		return ReversePath{Null: true}, nil
	}
	m, route, err := p.path()
	if err != nil {
		return ReversePath{}, err
	}
	if m == (Mailbox{}) {
		return ReversePath{Null: true}, nil // "< >", noted by path
	}
	if m.Domain == "" {
		if err := p.noDomain(); err != nil {
			return ReversePath{}, err
		}
	}
	return ReversePath{Mailbox: m, Route: route}, nil
}

// noDomain fails before the closing bracket.
func (p *parser) noDomain() error {
	if !p.tolerant() {
		p.pos--
	}
	return p.allow(NoDomain, "@ and a domain")
}

func (p *parser) forwardPath() (ForwardPath, error) {
	m, route, err := p.path()
	if err != nil {
		return ForwardPath{}, err
	}
	if m == (Mailbox{}) {
		return ForwardPath{}, p.fail("a mailbox") // RFC 5321 §4.1.1.3: RCPT TO:<> is not in the grammar
	}
	if m.Domain == "" && (!m.IsPostmaster() || len(route) > 0) {
		// §4.1.1.3: "<Postmaster>" alone needs no domain
		if err := p.noDomain(); err != nil {
			return ForwardPath{}, err
		}
	}
	return ForwardPath{Mailbox: m, Route: route}, nil
}

// path reads `"<" [ A-d-l ":" ] Mailbox ">"`. Brackets with nothing but spaces inside give the zero Mailbox.
func (p *parser) path() (Mailbox, []string, error) {
	start := p.pos
	open := p.take('<')
	p.open = open
	if !open {
		if err := p.allow(NoBrackets, "<"); err != nil {
			return Mailbox{}, nil, err
		}
	}
	if p.innerSpace(open) && p.take('>') {
		return Mailbox{}, nil, nil
	}
	var route []string
	var err error
	if p.peek() == '@' {
		if route, err = p.route(); err != nil {
			return Mailbox{}, nil, err
		}
	}
	m, err := p.mailbox()
	if err != nil {
		return Mailbox{}, nil, err
	}
	if err := p.closePath(open); err != nil {
		return Mailbox{}, nil, err
	}
	if p.pos-start > MaxPath {
		err = p.tooLong("a path of at most 256 octets")
	}
	return m, route, err
}

// innerSpace steps over spaces behind "<" in Tolerant mode.
func (p *parser) innerSpace(open bool) bool {
	if !open || !p.tolerant() || p.spaces() == 0 {
		return false
	}
	p.note(SpaceInPath)
	return true
}

func (p *parser) closePath(open bool) error {
	if open && p.tolerant() {
		before := p.pos
		if p.spaces() > 0 {
			if p.peek() == '>' {
				p.note(SpaceInPath)
			} else {
				p.pos = before
			}
		}
	}
	closed := p.take('>')
	if open && closed || !open && !closed && p.tolerant() {
		return nil
	}
	return p.allow(NoBrackets, ">")
}

// route reads `A-d-l ":"`. RFC 5321 §4.1.2: MUST be accepted, SHOULD NOT be generated, SHOULD be ignored.
func (p *parser) route() ([]string, error) {
	p.note(SourceRoute)
	var route []string
	for {
		if len(route) == MaxRoute {
			return nil, p.fail("a shorter source route")
		}
		if !p.take('@') {
			return nil, p.fail("@")
		}
		domain, err := p.domain()
		if err != nil {
			return nil, err
		}
		route = append(route, domain)
		if p.take(':') {
			return route, nil
		}
		if !p.take(',') {
			return nil, p.fail(", or :")
		}
		p.innerSpace(true)
	}
}
