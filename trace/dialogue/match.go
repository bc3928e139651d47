package dialogue

import (
	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace"
)

// match gives a complete reply to what it answers.
func (d *Dialogue) match(r *reply) {
	d.at = r.mark
	d.resync(r)
	if d.textEnded(r) {
		return
	}
	x := d.queue.first()
	if x == nil {
		d.unasked(r)
		return
	}
	r.hide(x.secret)
	if !x.fits(r.code, d.state) && !d.queue.lossy {
		d.find(codes.FindingUnexpectedCode, decimal(int64(r.code))+" is no answer to "+string(x.step()), r.text())
	}
	d.answer(x, r)
}

// resync lets go of what was never answered, where the reply can only belong to something later in the queue.
func (d *Dialogue) resync(r *reply) {
	x := d.queue.first()
	if x == nil || x.what != wantGreeting && x.fits(r.code, d.state) {
		return
	}
	if x.what == wantGreeting {
		if r.code == 220 || r.code >= 400 {
			return // RFC 5321 §4.3.2: 220, 554; RFC 7504 §3: 521; or 421
		}
		d.find(codes.FindingNoGreeting, "the first thing the server says is "+decimal(int64(r.code))+", no greeting", "")
		d.unanswered(d.queue.pop())
		d.state = smtp.StateGreeted
		d.resync(r)
		return
	}
	if x.what == wantReply && x.cmd.Verb == smtp.DATA && r.code/100 == 2 && d.client.in.size > 0 {
		d.lost(d.queue.pop()) // its 354 is missing: this is the reply to the text, if the client sent one
		d.readClient()
		return
	}
	for i := d.queue.head + 1; i < len(d.queue.items); i++ {
		if !d.queue.items[i].only(r.code) {
			continue
		}
		for n := i - d.queue.head; n > 0; n-- {
			d.lost(d.queue.pop())
		}
		return
	}
}

// lost lets go of x, whose reply should have been there.
func (d *Dialogue) lost(x expected) {
	if !d.queue.lossy {
		d.find(codes.FindingMissingReply, "no reply to "+string(x.step())+" was seen", "")
	}
	d.unanswered(x)
}

// textEnded takes a reply that comes while text is being read, and whose end was not seen. RFC 5321 §3.8: a server may
// close at any time with 421; some refuse before the end. A 2yz says that the end was in a gap.
func (d *Dialogue) textEnded(r *reply) bool {
	c := &d.client
	if c.mode != readText || d.queue.len() > 0 {
		return false
	}
	if r.code < 400 {
		if c.body.gap == 0 {
			return false
		}
		b := c.body
		d.endText(false)
		d.expect(expected{what: wantFinal, event: d.events, body: b, sent: b.mark.end, seq: b.mark.last})
		c.mode = readSync
		return false
	}
	e := d.replyEvent(trace.KindReply, r)
	d.emit(e, r.mark)
	d.state = d.state.After(smtp.EndOfData, r.code)
	if m := d.mail; m != nil && m.t.Final == nil {
		m.t.Final = r.ref()
		m.refuse("END")
		c.body.answered = true
	}
	d.goodbye(r)
	return true
}

// unasked takes a reply that answers nothing.
func (d *Dialogue) unasked(r *reply) {
	e := d.replyEvent(trace.KindReply, r)
	switch {
	case d.partial() || !d.client.heard:
	case r.code == 421: // RFC 5321 §3.8, §4.5.3.2: the server may end the session at any time
	default:
		d.find(codes.FindingUnsolicitedReply, "a reply "+decimal(int64(r.code))+" to nothing the client said", r.text())
	}
	if r.code == 220 && d.phase.Greeting == "" {
		e.Kind = trace.KindGreeting
		d.phase.Greeting = r.text()
	}
	d.emit(e, r.mark)
	if c := &d.client; r.code == 354 && d.partial() && c.heard && (c.mode == readSync || c.mode == readCommands) {
		c.proceed(readText, r.mark.last) // DATA was lost, its text follows
		d.beginText()
	}
	d.goodbye(r)
}

// noteCut stands at a line or reply whose end is not in the evidence.
const noteCut = "cut"

func (d *Dialogue) replyEvent(kind trace.EventKind, r *reply) trace.Event {
	d.tellSkipped()
	e := trace.Event{From: trace.FromServer, Kind: kind, Code: r.code, Enhanced: r.enhanced, Lines: r.lines,
		Interim: r.code/100 == 3}
	if r.cut {
		e.Note = noteCut
	}
	return e
}

// answer lets r answer x, the first of the queue.
func (d *Dialogue) answer(x *expected, r *reply) {
	kind := trace.KindReply
	if x.what == wantGreeting {
		kind = trace.KindGreeting
	}
	e := d.replyEvent(kind, r)
	e.Answers = x.event
	done := true
	if x.what == wantFinal || x.cmd.Verb == smtp.BDAT && x.cmd.Last {
		e.Recipient, done = d.perRecipient(x, r)
	}
	d.emit(e, r.mark)
	d.think(x, r)
	if !done {
		d.goodbye(r)
		return
	}
	y := d.queue.pop()
	d.checkOrder(&y, r)
	d.effect(&y, r)
	d.state = d.state.After(y.step(), r.code)
	d.goodbye(r)
}

// perRecipient counts the replies after the end of data where there is one for each accepted recipient: LMTP (RFC 2033
// §4.2), PRDR (draft-hall-prdr: 353, one each, then the final one). done says that r is the last.
func (d *Dialogue) perRecipient(x *expected, r *reply) (recipient int, done bool) {
	if r.code == 421 || d.mail == nil {
		return 0, true
	}
	if r.code == 353 {
		x.perRcpt = true
		return 0, false
	}
	lmtp := d.session.Protocol == "lmtp"
	if !lmtp && !x.perRcpt {
		return 0, true
	}
	n, more := d.mail.nthAccepted(x.each)
	if n == 0 { // all have theirs: PRDR's final reply; LMTP with nobody accepted
		return 0, true
	}
	x.each++
	d.mail.t.Recipients[n-1].Final = r.ref()
	return n, lmtp && !more
}

// unanswered lets x go without a reply.
func (d *Dialogue) unanswered(x expected) { d.effect(&x, nil) }

// goodbye notes replies after which the server closes.
func (d *Dialogue) goodbye(r *reply) {
	switch r.code {
	case 421:
		d.ending.closing = 421
	case 221:
		d.ending.closing = 221
	}
}

// think adds the server's silence before r: after the command, or after the reply before it.
func (d *Dialogue) think(x *expected, r *reply) {
	if x.what == wantGreeting || x.sent == 0 {
		return
	}
	from := max(x.sent, d.ending.lastReply)
	if r.mark.end > from {
		d.ending.think += r.mark.end.Sub(from)
	}
	d.ending.lastReply = r.mark.end
	d.ending.thought = true
}
