package smtpserver

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// contentPermission is CONPERM: the parts of the mail may be converted on the way as their Content-Convert fields say, and
// the mail must not arrive otherwise (RFC 4141 §4).
func contentPermission() extension {
	return extension{is: persona.ConPerm, mail: []param{{"CONPERM", (*session).withoutValue}}}
}

// withoutValue refuses a value where none may be.
func (n *session) withoutValue(_ *smtp.Command, p *smtp.Param) bool {
	if p.Value != "" {
		return n.reject(501, "5.5.4", p.Name+" takes no value") // RFC 4141 §4.2, §5.2: "There are no arguments"
	}
	return true
}
