package smtpserver

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// authParamMax is how much AUTH= adds to a MAIL line at most (RFC 4954 §3).
const authParamMax = 500

// authExtension is what AUTH brings beside its command: MAIL's parameter AUTH=, taken from clients that have not
// authenticated themselves, too (RFC 4954 §5: MUST).
func authExtension() extension {
	return extension{is: persona.Auth, mail: []param{{"AUTH", (*session).authParam}}}
}

// authParam checks who is said to have submitted the mail. RFC 4954 §5: what a client says that is not trusted counts as
// "<>", and that is what stays in the envelope.
func (n *session) authParam(_ *smtp.Command, p *smtp.Param) bool {
	who, ok := smtp.DecodeXtext(p.Value)
	if !ok || len(p.Value) > authParamMax {
		return n.reject(501, "5.5.4", "Bad AUTH parameter syntax")
	}
	if who == "<>" {
		return true
	}
	m, err := smtp.ParseMailbox(who, smtp.Strict)
	if err != nil || m.Domain == "" {
		return n.reject(501, "5.5.4", "Bad AUTH parameter syntax")
	}
	if t, ok := n.backend.(Truster); !ok || !t.Trusts(&n.tx, m) {
		p.Value = "<>"
	}
	return true
}
