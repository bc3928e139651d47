package smtpserver

import "github.com/smtpsim/smtpsim/codes/smtp"

// fixed answers a verb to which this server always says the same: one of its own, whose name begins with X (RFC 5321
// §4.1.5), or one that is known and not allowed here (§4.2.4: 502).
func (n *session) fixed(c *smtp.Command) bool {
	reply, ok := n.srv.cfg.Fixed[c.Verb]
	if ok {
		n.answer(reply)
	}
	return ok
}
