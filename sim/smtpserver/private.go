package smtpserver

import "github.com/smtpsim/smtpsim/codes/smtp"

// private answers a verb that only this server knows. RFC 5321 §4.1.5: such verbs begin with X.
func (n *session) private(c *smtp.Command) bool {
	reply, ok := n.srv.cfg.Private[c.Verb]
	if ok {
		n.answer(reply)
	}
	return ok
}
