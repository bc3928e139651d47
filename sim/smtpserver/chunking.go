package smtpserver

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/fault"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// bdat is BDAT: a counted piece of mail data (RFC 3030 §2). The octets follow whatever the reply will be, and are read
// before it is given.
func (n *session) bdat(c *smtp.Command, bad *smtp.SyntaxError) {
	allowed := n.allowed(n.verb) && !n.broken
	switch {
	case !n.offers.Has(persona.Chunking):
		n.sayOf(persona.BdatOff, "BDAT")
		return
	case n.srv.persona.Customs.NoEmptyChunk && bad == nil && c.Size == 0 && !c.Last:
		n.say(persona.BdatNull)
		return
	case bad != nil && !allowed && n.srv.persona.Customs.Reader == persona.ReadGrammar:
		n.outOfOrder(smtp.BDAT)
		return
	case bad != nil: // how much follows is unknown: what this server says then, it says last
		n.last = n.srv.persona.Texts[persona.BdatSyntax].Code == 521
		n.say(persona.BdatSyntax)
		return
	}
	if n.state == smtp.StateRcpt {
		n.dots.Reset() // its counters tell of bare LFs; here they are not looked for
		n.beginText()
	}
	if err := n.readChunk(c.Size, allowed); err != nil {
		n.cutShort(err)
		return
	}
	n.values.Size = c.Size
	switch {
	case n.broken && c.Last:
		n.abort()
		n.say(persona.BdatNeedsRcpt)
	case !allowed:
		n.outOfOrder(smtp.BDAT)
	case c.Last:
		n.endOfText()
	case n.chunks > n.srv.textMax():
		n.broken = true // RFC 3030 §2: those that follow fail as well, until RSET
		n.say(persona.TextTooBig)
	default:
		n.say(persona.BdatOK)
	}
}

// readChunk reads size octets and keeps them if keep is set.
func (n *session) readChunk(size int64, keep bool) error {
	struck := n.srv.cfg.Fault != nil && keep
	for size > 0 {
		if _, err := n.in.Peek(1); err != nil {
			return err
		}
		if struck {
			if struck = false; n.strikes(fault.AtText, "") {
				return errFault
			}
		}
		piece, _ := n.in.Peek(int(min(int64(n.in.Buffered()), size)))
		if keep {
			n.addText(piece)
		}
		size -= int64(len(piece))
		if _, err := n.in.Discard(len(piece)); err != nil {
			return err
		}
	}
	return nil
}
