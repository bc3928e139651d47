package smtpserver

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// tooEarly says that the client has sent on behind EHLO, which must be the last of its group (RFC 2920 §3.1), at a server
// that minds. With PIPECONNECT a client that knows the reply from last time may do so, even before the greeting (Exim).
func (n *session) tooEarly(v smtp.Verb) bool {
	return v != smtp.LHLO && n.unsynchronized() && !n.offers.Has(persona.PipeConnect)
}

// together says that the reply to EHLO goes out with those behind it: the client did not wait for it.
func (n *session) together() bool {
	return n.verb == smtp.EHLO && n.offers.Has(persona.PipeConnect) && n.in.Buffered() > 0
}
