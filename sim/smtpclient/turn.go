package smtpclient

import (
	"net"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
)

// Turn asks the server to change roles: ATRN with the domains whose mail is wanted (RFC 2645 §5.2.1; none: all of the
// client's), or TURN (RFC 821 §3.8). After 250 the connection belongs to the caller, who is the server on it from now on and
// speaks first; the Client has ended. A refusal is an *Error, and the session goes on.
func (c *Client) Turn(v smtp.Verb, domains []string) (net.Conn, error) {
	words := []string{string(v)}
	if len(domains) > 0 {
		words = append(words, strings.Join(domains, ","))
	}
	reply, err := c.command(v, words...)
	if err != nil || reply.Code != 250 {
		return nil, &Error{Stage: Stage(v), Reply: reply, Err: err}
	}
	early, _ := c.buf.in.Peek(c.buf.in.Buffered())
	conn := host.Again(c.conn, early)
	c.cfg.Buffers.give(c.buf)
	c.buf, c.state = nil, smtp.StateClosed
	return conn, nil
}
