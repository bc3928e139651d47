package smtp

import "strconv"

// ReplyError is a line that cannot belong to a reply.
type ReplyError struct {
	Line int    // number of the line in its reply, from 1
	Want string // what was expected
}

// Error names position and expectation.
func (e *ReplyError) Error() string {
	return "line " + strconv.Itoa(e.Line) + " of the reply: expected " + e.Want
}

// ReplyParser puts the lines of a reply together. The zero value is Strict; set Mode before the first line. After a
// finished reply, and after an error, the next line begins a new one.
type ReplyParser struct {
	Mode Mode

	code     int
	lines    []string
	notes    []Tolerance
	finished bool
}

// Line takes the next line, without its line end; done says that it was the last of its reply. The parser keeps s.
func (p *ReplyParser) Line(s string) (done bool, err error) {
	if p.finished {
		p.Reset()
	}
	code, sep, text, ok := SplitReplyLine(s)
	if !ok {
		return false, p.fail("three digits and a text")
	}
	if err := p.check(code, sep, len(s)); err != nil {
		return false, err
	}
	if sep != ' ' && sep != '-' && sep != 0 {
		text = s[3:]
	}
	if len(p.lines) == 0 {
		p.code = code
		if sep == '-' {
			p.lines = make([]string, 0, 10) // room for what most servers say to EHLO
		}
	}
	if len(p.lines) < MaxReplyLines {
		p.lines = append(p.lines, text)
	} else if err := p.allow(LongReply, "at most 4096 lines"); err != nil {
		return false, err
	}
	p.finished = sep != '-'
	return p.finished, nil
}

func (p *ReplyParser) check(code int, sep byte, length int) error {
	if code < 200 || code > 559 || code/10%10 > 5 { // §4.2: Reply-code = %x32-35 %x30-35 %x30-39
		if err := p.allow(OddCode, "a code from 200 to 559 with a second digit up to 5"); err != nil {
			return err
		}
	}
	if len(p.lines) > 0 && code != p.code { // §4.2.1: the same on every line
		if err := p.allow(CodeChanges, "the code "+strconv.Itoa(p.code)); err != nil {
			return err
		}
	}
	if length+2 > MaxReplyLine {
		if err := p.allow(LongReplyLine, "at most 512 octets"); err != nil {
			return err
		}
	}
	switch sep {
	case ' ', '-':
		return nil
	case 0: // §4.2: "clients SHOULD be prepared to process the code alone"
		p.note(BareCode)
		return nil
	}
	return p.allow(OddSeparator, "a space or a hyphen after the code")
}

func (p *ReplyParser) allow(t Tolerance, want string) error {
	if p.Mode != Tolerant {
		return p.fail(want)
	}
	p.note(t)
	return nil
}

func (p *ReplyParser) note(t Tolerance) {
	for _, have := range p.notes {
		if have == t {
			return
		}
	}
	p.notes = append(p.notes, t)
}

func (p *ReplyParser) fail(want string) error {
	e := &ReplyError{Line: len(p.lines) + 1, Want: want}
	p.Reset()
	return e
}

// Reset forgets an unfinished reply.
func (p *ReplyParser) Reset() { *p = ReplyParser{Mode: p.Mode} }

// Open says that a reply has begun and not ended.
func (p *ReplyParser) Open() bool { return len(p.lines) > 0 && !p.finished }

// Tolerances says how the lines so far stray.
func (p *ReplyParser) Tolerances() []Tolerance { return p.notes }

// Reply is what the lines so far say. The enhanced code is that of the first line if its class is the code's first
// digit (RFC 2034 §4); it is taken off every line that bears it.
func (p *ReplyParser) Reply() Reply {
	r := Reply{Code: p.code, Lines: p.lines}
	if len(p.lines) == 0 {
		return r
	}
	e, n := CutEnhanced(p.lines[0])
	if n == 0 || e[0] != p.code/100 || !endsWord(p.lines[0], n) {
		return r
	}
	r.Enhanced = e
	r.Lines = make([]string, len(p.lines))
	for i, line := range p.lines {
		r.Lines[i] = line
		if here, n := CutEnhanced(line); here == e && endsWord(line, n) {
			r.Lines[i] = line[min(n+1, len(line)):]
		}
	}
	return r
}

func endsWord(s string, n int) bool { return n == len(s) || s[n] == ' ' }

// ParseReply reads a whole reply given with or without its line ends: CRLF, in Tolerant mode LF too.
func ParseReply(wire string, mode Mode) (Reply, error) {
	p := ReplyParser{Mode: mode}
	for len(wire) > 0 {
		line, rest, err := cutLine(wire, mode)
		if err {
			return Reply{}, p.fail("CRLF at the end of the line")
		}
		done, failed := p.Line(line)
		if failed != nil {
			return Reply{}, failed
		}
		if wire = rest; done && wire != "" {
			return Reply{}, p.fail("the end of the reply")
		}
	}
	if !p.finished {
		if len(p.lines) == 0 || mode != Tolerant {
			return Reply{}, p.fail("a line with a space after the code")
		}
		p.note(UnfinishedReply)
	}
	return p.Reply(), nil
}

func cutLine(s string, mode Mode) (line, rest string, bad bool) {
	for i := range len(s) {
		if s[i] != '\n' {
			continue
		}
		if i > 0 && s[i-1] == '\r' {
			return s[:i-1], s[i+1:], false
		}
		return s[:i], s[i+1:], mode != Tolerant
	}
	return s, "", false
}
