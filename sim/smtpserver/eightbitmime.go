package smtpserver

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// eightBitMIME is 8BITMIME: octets over 127 in the body of a mail.
func eightBitMIME() extension {
	return extension{is: persona.EightBitMIME, mail: []param{{"BODY", (*session).body}}}
}

// body reads MAIL's BODY parameter (RFC 6152 §2); if it is wrong, it has answered. The text itself is taken as it comes:
// a server with 8BITMIME must not touch an octet, and one without may (RFC 5321 §2.4) but this one does not.
func (n *session) body(_ *smtp.Command, p *smtp.Param) bool {
	for _, value := range n.bodies() {
		if strings.EqualFold(p.Value, value) {
			n.tx.Body = value
			return true
		}
	}
	n.sayOf(persona.BodySyntax, p.String())
	return false
}
