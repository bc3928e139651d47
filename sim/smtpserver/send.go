package smtpserver

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// sendExtension, somlExtension and samlExtension are SEND, SOML and SAML: mail to the terminal of a user who is logged in,
// instead of or beside the mailbox (RFC 821 §3.4; RFC 5321 Appendix F.6: not to be used any more). They open a
// transaction like MAIL; to whom the text goes is the backend's to decide by Transaction.Kind.
func sendExtension() extension { return terminal(persona.Send, smtp.SEND) }
func somlExtension() extension { return terminal(persona.Soml, smtp.SOML) }
func samlExtension() extension { return terminal(persona.Saml, smtp.SAML) }

func terminal(e persona.Extension, v smtp.Verb) extension {
	return extension{is: e, verbs: []verb{{v, (*session).send}}}
}

func (n *session) send(c *smtp.Command, bad *smtp.SyntaxError) { n.mail(c, bad) }
