package smtpserver

import (
	"bytes"
	"io"
	"net"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// Turner is a Session whose server gives out mail over the connection on which the client has come.
type Turner interface {
	// Turn is asked by ATRN with its domains and by TURN without. A 250 reverses the roles.
	Turn(t *Transaction, v smtp.Verb, domains []string) smtp.Reply
	// Reversed has the connection once that 250 has gone out: it is the client on it now, and waits for the greeting.
	// The engine closes it afterwards.
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
		turner.Reversed(n.handOver(), domains)
	}
	n.state = smtp.StateClosed
}

// handOver is the connection with what was read of it already.
func (n *session) handOver() net.Conn {
	early, _ := n.in.Peek(n.in.Buffered())
	return turned{n.conn, io.MultiReader(bytes.NewReader(bytes.Clone(early)), n.conn)}
}

// turned is a connection some octets of which were read before.
type turned struct {
	net.Conn
	in io.Reader
}

func (t turned) Read(p []byte) (int, error) { return t.in.Read(p) }

// Close leaves the connection open: the session that it came from closes it.
func (turned) Close() error { return nil }
