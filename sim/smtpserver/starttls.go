package smtpserver

import (
	"crypto/tls"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// starttls is STARTTLS (RFC 3207 §4). In StateMail and StateRcpt the table forbids it; some servers take it there.
func (n *session) starttls(c *smtp.Command) {
	customs := &n.srv.persona.Customs
	switch {
	case customs.HelloBeforeAll && !n.allowed(smtp.STARTTLS):
		n.say(persona.HelloFirst)
	case c.Tolerated(smtp.ExtraArgument):
		n.say(persona.StartTLSSyntax)
	case n.tls != nil:
		n.say(persona.StartTLSActive)
	case !n.offers.Has(persona.StartTLS):
		n.say(persona.StartTLSOff)
	case !customs.StartTLSAnywhere && !n.allowed(smtp.STARTTLS):
		n.sayOf(persona.VerbOff, "STARTTLS")
	case n.unsynchronized():
		n.last = true
		n.say(persona.Unsynchronized)
	default:
		n.say(persona.StartTLSReady)
		n.handshake()
	}
}

// beforeTLS are the commands that a server which insists on TLS answers without (RFC 3207 §4).
func beforeTLS(v smtp.Verb) bool {
	switch v {
	case smtp.NOOP, smtp.EHLO, smtp.HELO, smtp.LHLO, smtp.STARTTLS, smtp.QUIT:
		return true
	}
	return false
}

// handshake makes the connection a TLS connection. RFC 3207 §4.2: the server forgets all that it heard before, and
// octets that came with the command in plain text were put there by somebody else (§6): they are thrown away.
func (n *session) handshake() {
	n.abort()
	n.tx.Verb, n.tx.Helo, n.tx.User = "", "", ""
	if n.err != nil {
		return
	}
	if err := host.Timeout(n.raw, n.srv.host.Clock, n.wait); err != nil {
		n.err = err
		return
	}
	conn := tls.Server(n.raw, host.TLSConfig(n.srv.host, "tls", n.srv.cfg.TLS))
	n.in.Reset(n)
	if err := conn.Handshake(); err != nil {
		n.claimTLS(host.ClaimTLSFailed, err.Error())
		n.state = smtp.StateClosed
		if !isTimeout(err) {
			n.err = err
		}
		return
	}
	n.tls, n.conn = conn, n.srv.host.Within(conn)
	state := conn.ConnectionState()
	n.tx.TLS = &state
	n.claimTLS(host.ClaimTLS, host.TLSVersion(state.Version))
	n.state = n.state.After(smtp.Handshake, 0)
	n.offers = n.srv.offers(true, n.backend)
}
