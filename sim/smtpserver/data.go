package smtpserver

import (
	"bytes"
	"strconv"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/fault"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// data is DATA (RFC 5321 §4.1.1.4).
func (n *session) data(c *smtp.Command) {
	allowed := n.allowed(smtp.DATA) && !n.broken
	customs := &n.srv.persona.Customs
	extra := c.Tolerated(smtp.ExtraArgument) && !customs.IgnoreArguments
	switch {
	case !allowed && (customs.OrderFirst && !customs.NoArguments || !extra):
		n.outOfOrder(smtp.DATA)
	case extra:
		n.say(persona.DataSyntax) // §4.3.2: 501
	case n.binary():
		n.noDATA()
	case n.unsynchronized():
		n.last = true
		n.say(persona.Unsynchronized)
	default:
		n.goAhead()
		n.verb = smtp.EndOfData
		if err := n.readText(); err != nil {
			n.savePart()
			n.cutShort(err)
			return
		}
		n.endOfText()
	}
}

// goAhead is 354.
func (n *session) goAhead() {
	if len(n.check.resume) > 0 { // RFC 1845 §5
		n.reject(354, "", "Send previously checkpointed message starting at octet "+strconv.Itoa(len(n.check.resume)))
		return
	}
	n.say(persona.DataOK)
}

// readText reads mail data up to its end. More than the limit is read and thrown away: the size that was declared is not
// to be trusted (RFC 1870 §6.3), and the client listens only after its dot.
func (n *session) readText() error {
	n.dots.Ends = n.srv.persona.Customs.Ends
	if n.srv.persona.Customs.BareLF == persona.BareLFEnds {
		n.dots.Ends |= smtp.EndLF
	}
	n.dots.Reset()
	n.beginText()
	if n.srv.cfg.TextTimeout > 0 {
		n.wait = n.srv.cfg.TextTimeout
		defer func() { n.wait = n.srv.persona.CommandTimeout }()
	}
	struck := n.srv.cfg.Fault != nil
	for {
		if _, err := n.in.Peek(1); err != nil {
			return err
		}
		if struck {
			if struck = false; n.strikes(fault.AtText, "") {
				return errFault
			}
		}
		chunk, _ := n.in.Peek(n.in.Buffered())
		text, rest, done := n.dots.Feed(chunk)
		n.addText(text)
		if _, err := n.in.Discard(len(chunk) - len(rest)); err != nil {
			return err
		}
		if done {
			return nil
		}
	}
}

// beginText readies the buffers for a new text.
func (n *session) beginText() {
	n.text, n.chunks = append(n.text[:0], n.check.resume...), int64(len(n.check.resume))
	n.beginSum()
	n.addSum(n.check.resume)
}

// addText keeps a piece of mail data, one octet beyond the limit at most.
func (n *session) addText(piece []byte) {
	n.chunks += int64(len(piece))
	n.addSum(piece)
	if room := n.srv.textMax() + 1 - int64(len(n.text)); int64(len(piece)) > room {
		piece = piece[:max(room, 0)]
	}
	n.text = append(n.text, piece...)
}

// endOfText answers the end of data, by whatever way the text came.
func (n *session) endOfText() {
	n.claimData()
	n.slow = 0
	if n.srv.cfg.Fault != nil && n.strikes(fault.AtEnd, "") {
		return
	}
	bareLF := n.srv.persona.Customs.BareLF
	switch {
	case n.chunks > n.srv.textMax():
		n.refuseText(persona.TextTooBig)
	case bareLF == persona.BareLFReject && n.dots.BareLF > 0:
		n.last = true
		n.refuseText(persona.TextBareLF)
	case bareLF == persona.BareLFReject && n.dots.BareCR > 0:
		n.last = true
		n.refuseText(persona.TextBareCR)
	case n.srv.persona.HopLimit > 0 && CountHops(n.text, n.srv.persona.HopLimit+1) > n.srv.persona.HopLimit:
		n.refuseText(persona.TooManyHops)
	default:
		if bareLF == persona.BareLFNormalize && n.dots.BareLF > 0 {
			n.text = normalize(n.text)
		}
		n.deliver()
	}
}

// refuseText says no to the text as a whole, in LMTP to each recipient (RFC 2033 §4.2).
func (n *session) refuseText(s persona.Situation) { n.refuseTextWith(n.words(s)) }

// refuseTextWith does so with a reply from outside.
func (n *session) refuseTextWith(r smtp.Reply) {
	for range n.answers() {
		n.answer(r)
	}
	n.abort()
}

// answers is how many replies the end of data has.
func (n *session) answers() int {
	if n.srv.cfg.LMTP {
		return len(n.tx.Envelope.Recipients)
	}
	return 1
}

// deliver hands the mail to the backend. After a positive reply it is the server's (RFC 5321 §4.2.5, §6.1); that reply
// must not be given before the backend has it safe.
func (n *session) deliver() {
	n.open = false
	n.values.Size = int64(len(n.text))
	switch {
	case n.check.done: // it was accepted before the connection broke: no second copy
		n.say(persona.Accepted)
	case n.srv.cfg.LMTP:
		n.deliverEach()
	case n.each && len(n.tx.Envelope.Recipients) > 1:
		n.deliverPRDR()
	default:
		n.deliverOnce()
	}
	n.forget()
}

// deliverOnce has one reply for all recipients.
func (n *session) deliverOnce() {
	r := n.backend.Data(&n.tx, n.text)
	if r == nil {
		accepted := n.words(persona.Accepted)
		r = &accepted
	}
	if r.Positive() {
		n.claimStored(n.tx.Envelope.Recipients)
		n.saveDone()
	}
	n.answer(*r)
}

// normalize makes every line end CRLF.
func normalize(text []byte) []byte {
	out := make([]byte, 0, len(text)+bytes.Count(text, []byte{'\n'}))
	for i, c := range text {
		if c == '\n' && (i == 0 || text[i-1] != '\r') {
			out = append(out, '\r')
		}
		out = append(out, c)
	}
	return out
}

// CountHops counts the Received fields in the header section of text, up to max (RFC 5321 §6.3).
func CountHops(text []byte, max int) int {
	const name = "received:"
	hops := 0
	for len(text) > 0 && hops < max {
		if text[0] == '\r' || text[0] == '\n' {
			break // the empty line: the body begins
		}
		if len(text) >= len(name) && text[0]|0x20 == 'r' && bytes.EqualFold(text[:len(name)], []byte(name)) {
			hops++
		}
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			break
		}
		text = text[end+1:]
	}
	return hops
}
