package smtpclient

import (
	"crypto/tls"
	"errors"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// ErrNoTLS is a server without the TLS that the client insists on.
var ErrNoTLS = errors.New("TLS is required, but the server does not offer it")

// errInjected is text behind the reply to STARTTLS: somebody else has put it there, to be read as if it came through TLS.
var errInjected = errors.New("octets in plain text behind the reply to STARTTLS")

// starttls starts TLS where it is wanted and offered, and introduces the client anew (RFC 3207 §4.2).
func (c *Client) starttls() error {
	if c.cfg.TLS == nil || c.tls != nil || c.cfg.Without&persona.StartTLS != 0 {
		return nil
	}
	if !c.offers.Has(persona.StartTLS) {
		return c.withoutTLS(smtp.Reply{})
	}
	reply, err := c.command(smtp.STARTTLS, "STARTTLS")
	if err != nil {
		return &Error{Stage: StageTLS, Err: err}
	}
	if reply.Code != 220 {
		return c.withoutTLS(reply)
	}
	if err := c.handshake(); err != nil {
		c.claimTLS(host.ClaimTLSFailed, err.Error())
		c.state = smtp.StateClosed
		return &Error{Stage: StageTLS, Err: err}
	}
	return c.introduce()
}

// implicitTLS makes the handshake before anything is said (RFC 8314 §3).
func (c *Client) implicitTLS() error {
	if c.cfg.TLS == nil {
		return &Error{Stage: StageTLS, Err: ErrNoTLS}
	}
	if err := c.handshake(); err != nil {
		c.claimTLS(host.ClaimTLSFailed, err.Error())
		c.state = smtp.StateClosed
		return &Error{Stage: StageTLS, Err: err}
	}
	c.state = smtp.StateConnected
	return nil
}

// withoutTLS goes on in plain text where that is allowed (RFC 3207 §4: the client decides).
func (c *Client) withoutTLS(reply smtp.Reply) error {
	if c.cfg.TLSRequired {
		return &Error{Stage: StageTLS, Reply: reply, Err: ErrNoTLS}
	}
	if c.state == smtp.StateClosed {
		return &Error{Stage: StageTLS, Reply: reply}
	}
	return nil
}

func (c *Client) handshake() error {
	if c.buf.in.Buffered() > 0 {
		return errInjected
	}
	if err := host.Timeout(c.raw, c.cfg.Host.Clock, c.cfg.Timeouts.Mail); err != nil {
		return err
	}
	conn := tls.Client(c.raw, host.TLSConfig(c.cfg.Host, "tls", c.cfg.TLS))
	if err := conn.Handshake(); err != nil {
		return err
	}
	c.conn = c.cfg.Host.Within(conn)
	state := conn.ConnectionState()
	c.tls = &state
	c.claimTLS(host.ClaimTLS, host.TLSVersion(state.Version))
	c.state = c.state.After(smtp.Handshake, 0)
	return nil
}
