package dialogue

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace"
)

// clientMode is what the client's next octets are.
type clientMode uint8

const (
	readCommands clientMode = iota
	readAuth                // one line of an AUTH exchange (RFC 4954 §4)
	readText                // text after 354, up to the end of data (RFC 5321 §4.1.1.4)
	readChunk               // the octets of a BDAT (RFC 3030 §2)
	readStartTLS            // STARTTLS was granted: the first octet tells whether TLS begins
	readTLS                 // ciphertext
	readGuess               // the deciding reply was lost: the first line tells text from commands
	readSync                // mid stream: up to the first line that is surely a command
	awaitReply              // nothing is read until the server has answered the last command
	awaitEnd                // nothing is read until it is clear whether the text has ended here
)

// client is what reads the client's direction.
type client struct {
	in     stream
	lines  lineReader
	mode   clientMode
	closed bool // FIN seen
	heard  bool // something came

	verb     smtp.Verb // awaitReply: which command's reply
	released int64     // what came in a chunk before this one was sent without waiting
	text     smtp.Unstuffer
	body     *body // being filled
	chunk    int64 // octets of the present BDAT that are to come
	chunkEnd mark  // what came of it
	last     bool  // it is the last
	secret   bool  // AUTH was refused: a line of base64 may still be a credential
	ends     suspects
	hold     bool  // nothing is read now
	upTo     int64 // if not 0: what came in a later chunk has to wait
	skipped  mark  // octets that were neither commands nor text, not yet told of
}

// readClient reads as far as the octets and the server's replies allow.
func (d *Dialogue) readClient() {
	c := &d.client
	for {
		p := c.in.first()
		c.heard = c.heard || p != nil && len(p.data) > 0
		if p == nil || c.hold || c.upTo > 0 && p.seq > c.upTo {
			return
		}
		if p.gap > 0 && !c.blocked() {
			gap := p.gap
			p.gap = 0
			d.clientGap(gap, p)
			continue
		}
		if !d.readMode(p) {
			return
		}
	}
}

// blocked says that nothing is read before something else has happened.
func (c *client) blocked() bool {
	return c.mode == awaitReply || c.mode == awaitEnd || c.mode == readGuess
}

// readMode reads on in the present mode; false: it needs more octets or a reply.
func (d *Dialogue) readMode(p *piece) bool {
	c := &d.client
	switch c.mode {
	case readText:
		return d.readContent(p)
	case readChunk:
		return d.readOctets(p)
	case readTLS:
		d.tls.take(trace.FromClient, p)
		c.in.skip(len(p.data))
		return true
	case readStartTLS:
		return d.firstAfterStartTLS(p)
	case awaitReply:
		return d.overdue()
	case awaitEnd:
		return d.endOverdue()
	case readGuess:
		return d.guess(false)
	}
	l, ok := c.lines.next(&c.in)
	if !ok {
		return c.in.first() != nil // a gap
	}
	switch c.mode {
	case readAuth:
		d.authLine(l)
	case readSync:
		d.syncLine(l)
	default:
		d.command(l)
	}
	return true
}

// command takes a line where a command belongs.
func (d *Dialogue) command(l line) {
	d.at = l.mark
	cmd, said, err := d.opts.Texts.command(l.text)
	if l.cut > 0 {
		d.find(codes.FindingLongCommandLine, "a command line of "+decimal(l.mark.bytes)+" octets; what is beyond "+decimal(int64(d.opts.MaxLine))+" was not kept", "")
	}
	known := smtp.KnownVerb(string(cmd.Verb)) != ""
	if !known {
		cmd.Verb = ""
	}
	if !known && d.client.secret && looksSecret(l.text) {
		d.client.mode = readAuth // sent on although AUTH was refused: never shown
		d.authLine(l)
		return
	}
	d.client.secret = d.client.secret && !known
	e := trace.Event{From: trace.FromClient, Kind: trace.KindCommand, Verb: string(cmd.Verb), Line: cmd.Line, Early: d.early(l.mark, cmd.Verb)}
	if cmd.Verb == smtp.AUTH {
		e.Line = maskAuth(&cmd)
	}
	if e.Early {
		d.checkEarly(l.mark)
	}
	n := d.emit(e, l.mark)
	d.checkLine(&cmd, err, l)
	x := expected{what: wantReply, cmd: cmd, said: said, bad: err != nil, event: n, secret: cmd.Initial, sent: l.mark.end, seq: l.mark.last}
	d.afterCommand(&x, err)
	if x.what != wantNothing {
		d.expect(x)
	}
}

// afterCommand sets what the client's next octets are.
func (d *Dialogue) afterCommand(x *expected, err error) {
	c := &d.client
	switch x.cmd.Verb {
	case smtp.DATA, smtp.STARTTLS, smtp.TURN, smtp.ATRN:
		c.await(x.cmd.Verb)
		if x.cmd.Verb == smtp.DATA && d.oneSided() {
			c.mode = readGuess
		}
	case smtp.AUTH:
		if err == nil {
			d.beginAuth(&x.cmd)
		}
		c.await(smtp.AUTH)
	case smtp.BDAT:
		d.beginChunk(x, err)
	case smtp.LHLO:
		d.session.Protocol = "lmtp" // RFC 2033 §4.1
		c.body = nil
	case smtp.MAIL, smtp.SEND, smtp.SOML, smtp.SAML, smtp.RSET, smtp.EHLO, smtp.HELO:
		c.body = nil // chunks that come now belong to another message
	}
}

func (c *client) await(v smtp.Verb) { c.mode, c.verb = awaitReply, v }

// proceed lets the client's direction go on: the reply that came in chunk seq has decided.
func (c *client) proceed(m clientMode, seq int64) {
	c.mode, c.released = m, seq
}

// early says whether a command came before the reply that would have allowed it: before the greeting (RFC 5321
// §4.3.1), behind a command that must be the last of its group, or grouped at all where PIPELINING was not offered
// (RFC 2920 §3.1).
func (d *Dialogue) early(m mark, v smtp.Verb) bool {
	if m.seq < d.client.released {
		return true
	}
	first := d.queue.first()
	if first == nil || d.partial() || d.server.deaf {
		return false
	}
	if first.what == wantGreeting {
		return true
	}
	return !d.offers.pipelining || d.queue.last().endsGroup()
}

// overdue ends the waiting for a reply when too much is held back.
func (d *Dialogue) overdue() bool {
	c := &d.client
	if c.in.size <= int64(d.opts.MaxPending) {
		return false
	}
	d.server.deaf = !d.server.heard
	d.find(codes.FindingReplyNotSeen, "no reply to "+string(c.verb)+" was seen; what the client sent on is read by its look", "")
	c.guessNext()
	return true
}

func (c *client) guessNext() {
	switch c.verb {
	case smtp.DATA:
		c.mode = readGuess
	case smtp.STARTTLS:
		c.mode = readStartTLS
	case smtp.AUTH:
		c.mode, c.secret = readCommands, true
	default:
		c.mode = readCommands
	}
}

// guess reads the first line after DATA where its reply was lost: a command means that DATA was refused.
func (d *Dialogue) guess(final bool) bool {
	c := &d.client
	head := c.in.peek(nil, smtp.MaxCommandLine)
	if len(head) == 0 && !final { // a gap is in front
		d.beginText()
		return true
	}
	end := indexLineEnd(head)
	if end < 0 && len(head) < smtp.MaxCommandLine && !final {
		return false
	}
	if end < 0 {
		end = len(head)
	}
	if isCommand(head[:end]) {
		c.mode = readCommands
		return true
	}
	d.beginText()
	return true
}

func indexLineEnd(p []byte) int {
	for i, b := range p {
		if b == '\n' {
			if i > 0 && p[i-1] == '\r' {
				return i - 1
			}
			return i
		}
	}
	return -1
}

// isCommand says whether a line is surely a command and no text.
func isCommand(text []byte) bool {
	cmd, err := smtp.ParseCommand(string(text), smtp.Tolerant)
	if err != nil || smtp.KnownVerb(string(cmd.Verb)) == "" {
		return false
	}
	switch cmd.Verb {
	case smtp.HELP, smtp.SEND, smtp.VERB, smtp.TURN, smtp.ONEX, smtp.SOML, smtp.SAML:
		return len(text) == len(cmd.Verb) // words of English too
	case smtp.QUIT, smtp.RSET, smtp.DATA, smtp.STARTTLS:
		return len(cmd.Tolerances) == 0 || !cmd.Tolerated(smtp.ExtraArgument)
	}
	return true
}

// syncLine takes a line of a connection whose beginning was not seen: junk, until one is surely a command.
func (d *Dialogue) syncLine(l line) {
	if isCommand(l.text) {
		d.tellSkipped()
		d.client.mode = readCommands
		d.command(l)
		return
	}
	d.junk(trace.FromClient, l)
}

// junk tells of a line that is neither command nor reply. Runs of lines become one event.
func (d *Dialogue) junk(from trace.Side, l line) {
	if from == trace.FromServer {
		d.emit(trace.Event{From: from, Kind: trace.KindJunk, Line: string(l.text)}, l.mark)
		return
	}
	d.client.skipped.join(l.mark)
}

// clientGap takes n lost octets in front of p.
func (d *Dialogue) clientGap(n int64, p *piece) {
	c := &d.client
	var at mark
	at.add(p, 0)
	d.cutCommand()
	d.queue.lossy = true
	switch c.mode {
	case readText:
		c.body.gap += n
		d.gapEvent(trace.FromClient, n, at)
		return
	case readChunk:
		d.gapEvent(trace.FromClient, n, at)
		d.chunkGap(n)
		return
	case readTLS:
		d.tls.lost(trace.FromClient)
		return
	}
	d.gapEvent(trace.FromClient, n, at)
	if c.mode == readCommands || c.mode == readAuth {
		c.mode = readSync
	}
}

// cutCommand ends a line of which no more comes: its verb may be enough to know what was wanted.
func (d *Dialogue) cutCommand() {
	l, open := d.client.lines.abandon()
	if !open {
		return
	}
	word, _, found := strings.Cut(string(l.text), " ")
	verb := smtp.KnownVerb(word)
	if verb == "" || !found || d.client.mode == readAuth {
		d.junk(trace.FromClient, l)
		return
	}
	cmd := smtp.Command{Verb: verb, Line: string(l.text)}
	e := trace.Event{From: trace.FromClient, Kind: trace.KindCommand, Verb: string(verb), Line: cmd.Line, Note: noteCut}
	if verb == smtp.AUTH {
		e.Line = maskAuth(&cmd)
	}
	d.tellSkipped()
	n := d.emit(e, l.mark)
	d.expect(expected{what: wantReply, cmd: cmd, bad: true, event: n, sent: l.mark.end, seq: l.mark.last})
}

func (d *Dialogue) gapEvent(from trace.Side, n int64, at mark) {
	at.offset -= n
	d.emit(trace.Event{From: from, Kind: trace.KindGap, Bytes: n}, at)
}
