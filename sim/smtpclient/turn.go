package smtpclient

import (
	"net"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
)

// Turn asks the server to change roles: ATRN with the domains whose mail is wanted (RFC 2645 §5.2.1; none: all of the
// client's), or TURN (RFC 821 §3.8). After 250 the connection belongs to the caller, who is the server on it from now on and
// speaks first; the Client has ended. A refusal is an *Error, and the session goes on.
func (c *Client) Turn(v smtp.Verb, domains []string) (net.Conn, error) {
	if c.state == smtp.StateClosed || c.buf == nil {
		return nil, &Error{Stage: Stage(v), Err: errClosed}
	}
	line := append(c.buf.out, v...)
	if len(domains) > 0 {
		line = append(append(line, ' '), strings.Join(domains, ",")...)
	}
	c.line(v, line)
	if err := c.write(); err != nil {
		return nil, &Error{Stage: Stage(v), Err: err}
	}
	// RFC 2645 §5.2.1: "The timeout for this command MUST be at least 10 minutes"
	reply, err := c.reply(v, max(c.cfg.Timeouts.End, turnTimeout))
	if err != nil || reply.Code != 250 {
		return nil, &Error{Stage: Stage(v), Reply: reply, Err: err}
	}
	early, _ := c.buf.in.Peek(c.buf.in.Buffered())
	conn := host.Again(c.conn, early)
	c.cfg.Buffers.give(c.buf)
	c.buf, c.state = nil, smtp.StateClosed
	return conn, nil
}

// turnTimeout is for the server to look into its queue.
const turnTimeout = 10 * time.Minute
