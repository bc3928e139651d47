package smtpserver

import (
	"net"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// Turner is a Session whose server gives out mail over the connection on which the client has come.
type Turner interface {
	// Turn is asked by ATRN with its domains and by TURN without. A 250 reverses the roles.
	Turn(t *Transaction, v smtp.Verb, domains []string) smtp.Reply
	// Reversed has the connection once that 250 has gone out: it is the client on it now, waits for the greeting, and may close
	// it; the engine does so afterwards in any case.
	Reversed(conn net.Conn, domains []string)
}

// turnExtension is TURN: the roles change, and the server sends its mail for the client (RFC 821 §3.8). RFC 5321 Appendix
// F.1 has it removed from use: nothing shows that the client is who it says in HELO, and whoever claims a name gets its
// mail.
func turnExtension() extension {
	return extension{is: persona.TURN, verbs: []verb{{smtp.TURN, (*session).turn}}}
}

func (n *session) turn(c *smtp.Command, _ *smtp.SyntaxError) {
	turner, ok := n.backend.(Turner)
	switch {
	case c.Tolerated(smtp.ExtraArgument):
		n.reject(501, "5.5.4", "Syntax: TURN")
	case !n.allowed(smtp.TURN): // RFC 821 §4.3: 503
		n.reject(503, "5.5.1", "TURN is not permitted now")
	case !ok:
		n.sayOf(persona.VerbOff, "TURN") // §3.8: it may always refuse with 502
	default:
		n.reverse(turner, smtp.TURN, nil)
	}
}

// reverse asks the backend, and hands the connection over where it consents.
func (n *session) reverse(turner Turner, v smtp.Verb, domains []string) {
	r := turner.Turn(&n.tx, v, domains)
	if r.Code != 250 {
		n.answer(r)
		return
	}
	n.answer(r)
	n.flush()
	if n.err == nil {
		early, _ := n.in.Peek(n.in.Buffered())
		turner.Reversed(host.Again(n.conn, early), domains)
	}
	n.state = smtp.StateClosed
}
