package dialogue

import (
	"bytes"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/codes/smtp"
)

// A dot alone between line ends of which one is no CRLF ends the text for some servers and is text for others (RFC 5321
// §4.1.1.4 knows CRLF.CRLF alone). What the client sends behind it is read only when the server's replies have told
// which it was: more replies than there is text to end, or replies to what stands behind the dot.

// suspects is the state of that question.
type suspects struct {
	prev   [4]byte // the last octets of the text as they came
	part   []byte  // the dot and its line end, text if the server did not end there
	form   string  // "LF.CRLF"
	passed int64   // up to this offset the question is answered: no
	doneAt int64   // where the last of them ended
	held   []reply // replies since the text could have ended
}

// reset begins a new text. Replies that are held stay: they are due to what comes now.
func (s *suspects) reset() {
	*s = suspects{prev: [4]byte{0, 0, '\r', '\n'}, part: s.part[:0], passed: s.passed, held: s.held, doneAt: -1}
}

// remember keeps the last octets of p.
func (s *suspects) remember(p []byte) {
	for _, b := range p[max(0, len(p)-len(s.prev)):] {
		s.prev = [4]byte{s.prev[1], s.prev[2], s.prev[3], b}
	}
}

// at is octet i of p, counted on backwards into what came before it.
func (s *suspects) at(p []byte, i int) byte {
	if i >= 0 {
		return p[i]
	}
	return s.prev[len(s.prev)+i]
}

// find is the first suspect that is complete in p: where its dot stands (it may have come before p) and where what
// follows begins, at least least.
func (s *suspects) find(p []byte, least int) (dot, end int, ok bool) {
	for dot = -2; dot < len(p); dot++ {
		if dot >= 0 {
			n := bytes.IndexByte(p[dot:], '.')
			if n < 0 {
				return 0, 0, false
			}
			dot += n
		} else if s.at(p, dot) != '.' {
			continue
		}
		if end, ok = s.ends(p, dot); ok && end >= least {
			return dot, end, true
		}
	}
	return 0, 0, false
}

// ends says whether the dot at i is alone between line ends of which one is bare.
func (s *suspects) ends(p []byte, dot int) (end int, ok bool) {
	if !isLineEnd(s.at(p, dot-1)) || dot+1 >= len(p) {
		return 0, false
	}
	switch s.at(p, dot+1) {
	case '\n':
		return dot + 2, dot+2 > 0 // else it was complete before p
	case '\r':
		if dot+2 >= len(p) {
			return 0, false // it is not known yet whether LF follows
		}
		if s.at(p, dot+2) != '\n' {
			return dot + 2, true
		}
		return dot + 3, s.lineEndBefore(p, dot) != "CRLF"
	}
	return 0, false
}

func (s *suspects) lineEndBefore(p []byte, dot int) string {
	switch {
	case s.at(p, dot-1) == '\r':
		return "CR"
	case s.at(p, dot-2) == '\r':
		return "CRLF"
	}
	return "LF"
}

// readSuspect reads text in which such a dot was seen, up to the next one.
func (d *Dialogue) readSuspect(p *piece) bool {
	c := &d.client
	least := 0
	if p.offset == c.ends.doneAt { // the one that ends here was read
		least = 1
	}
	dot, end, ok := c.ends.find(p.data, least)
	if !ok {
		end = len(p.data)
	}
	text, rest, done := c.text.Feed(p.data[:end])
	n := end - len(rest)
	if done || !ok {
		d.putText(p, text, n)
		if done {
			d.endText(true)
		}
		return true
	}
	c.ends.form = c.ends.lineEndBefore(p.data, dot) + "." + c.ends.lineEndAfter(p.data, end)
	b := c.body
	b.mark.add(p, n)
	full := append(b.tail, text...)
	k := 0
	if c.ends.form != "CRLF.CR" { // there the dot and the CR are still with the Unstuffer
		k = dotPart(full)
	}
	b.add(full[:len(full)-k], d.opts.MaxHeader)
	c.ends.part = append(c.ends.part[:0], full[len(full)-k:]...)
	b.tail = b.tail[:0]
	c.ends.remember(p.data[:n])
	c.in.skip(n)
	at := p.offset
	c.ends.doneAt = at
	if at <= c.ends.passed || d.oneSided() {
		d.goOn(at)
		return true
	}
	c.mode = awaitEnd
	return true
}

func (s *suspects) lineEndAfter(p []byte, end int) string {
	switch {
	case s.at(p, end-1) != '\n':
		return "CR"
	case s.at(p, end-2) == '\r':
		return "CRLF"
	}
	return "LF"
}

// dotPart is how many octets at the end of text are the dot, unless it was taken away, and its line end.
func dotPart(text []byte) int {
	k := 0
	if n := len(text); n > 0 && text[n-1] == '\n' {
		k = 1
	}
	if n := len(text) - k; n > 0 && text[n-1] == '\r' {
		k++
	}
	if n := len(text) - k; n > 0 && text[n-1] == '.' && (n == 1 || isLineEnd(text[n-2])) {
		k++
	}
	return k
}

// goOn takes the dot for text, as the RFC does.
func (d *Dialogue) goOn(passed int64) {
	c := &d.client
	c.ends.passed = max(c.ends.passed, passed)
	c.body.add(c.ends.part, d.opts.MaxHeader)
	c.mode = readText
}

// endHere takes the dot for the end of data, as the server did.
func (d *Dialogue) endHere() {
	if d.client.in.size > 0 {
		d.find(codes.FindingSmuggledEnd, "the server took "+d.client.ends.form+" as the end of data: what follows in the text are commands to it", "")
	} else {
		d.find(codes.FindingBareLFEnd, "the server took "+d.client.ends.form+" as the end of data", "")
	}
	d.endText(true)
}

// endOverdue goes on reading text when too much is held back.
func (d *Dialogue) endOverdue() bool {
	c := &d.client
	if c.in.size <= int64(d.opts.MaxPending) {
		return false
	}
	d.goOn(c.in.first().offset)
	return true
}

// settle gives the held replies to what they answer, as far as it is clear where the text ended.
func (d *Dialogue) settle(final bool) {
	c := &d.client
	for {
		c.upTo = 0
		if len(c.ends.held) > 0 { // what the client sent after that reply is told of after it
			c.upTo = c.ends.held[0].mark.last
		}
		d.readClient()
		switch {
		case c.mode == awaitEnd && d.judge(final):
		case c.mode == awaitEnd || len(c.ends.held) == 0:
			c.upTo = 0
			return
		default:
			r := c.ends.held[0]
			c.ends.held = c.ends.held[1:]
			d.match(&r)
		}
	}
}

// judge decides whether the text ended at the dot the client's direction stands behind; false: not yet.
func (d *Dialogue) judge(final bool) bool {
	c := &d.client
	at := c.in.offset()
	if len(c.ends.held) == 0 || c.ends.held[0].code == 421 {
		if final || len(c.ends.held) > 0 {
			d.goOn(at)
			return true
		}
		return false
	}
	rest := c.in.peek(nil, d.opts.MaxPending)
	codes := make([]int, len(c.ends.held))
	for i, r := range c.ends.held {
		codes[i] = r.code
	}
	text, passed := textCost(rest, codes)
	here := commandCost(rest, codes[1:])
	later, laterAt := laterCost(rest, codes)
	best := min(text, here, later)
	sure := final || len(codes) >= 8
	switch {
	case here == best && text > best && later > best:
		d.endHere()
	case text == best && (sure || here > best && later > best):
		d.goOn(at + passed)
	case later == best && (sure && here > best || here > best && text > best):
		d.goOn(at + laterAt - 1)
	case here == best && sure:
		d.endHere()
	default:
		return false
	}
	return true
}

// textCost is how badly the replies fit if rest is text up to CRLF.CRLF, and where that is.
func textCost(rest []byte, codes []int) (cost int, end int64) {
	var u smtp.Unstuffer
	_, after, done := u.Feed(rest)
	if !done {
		if codes[0] >= 400 {
			return len(codes) - 1, int64(len(rest)) // refused before its end
		}
		return len(codes), int64(len(rest))
	}
	return commandCost(after, codes[1:]), int64(len(rest) - len(after))
}

// laterCost is the same if it ended at one of the next suspects.
func laterCost(rest []byte, codes []int) (cost int, end int64) {
	var s suspects
	s.reset()
	cost, from := len(codes)+1, 0
	for range 8 {
		_, n, ok := s.find(rest[from:], 0)
		if !ok {
			break
		}
		s.remember(rest[from : from+n])
		from += n
		if c := commandCost(rest[from:], codes[1:]); c < cost {
			cost, end = c, int64(from)
		}
		if n == 0 {
			from++
			if from >= len(rest) {
				break
			}
		}
	}
	return cost, end
}

// commandCost is how many of the replies do not fit if rest are commands.
func commandCost(rest []byte, codes []int) int {
	cost := 0
	for i := 0; i < len(codes); i++ {
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			return cost + len(codes) - i // nothing is left that could have been answered
		}
		l := bytes.TrimRight(rest[:end], "\r")
		rest = rest[end+1:]
		cmd, _ := smtp.ParseCommand(string(l[:min(len(l), smtp.MaxCommandLine)]), smtp.Tolerant)
		x := expected{what: wantReply, cmd: cmd}
		known := smtp.KnownVerb(string(cmd.Verb)) != ""
		if !x.fits(codes[i], smtp.StateReady) || !known && codes[i] == 250 {
			cost++
		}
		if cmd.Verb == smtp.DATA && codes[i] == 354 {
			var u smtp.Unstuffer
			_, after, done := u.Feed(rest)
			if rest = after; !done {
				rest = nil
			}
			i++ // the reply to its end
			if !done && i < len(codes) {
				cost++
			}
		}
	}
	return cost
}
