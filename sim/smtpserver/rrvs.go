package smtpserver

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// requireValidSince is RRVS: the mail is for who had the mailbox then, and for nobody after (RFC 7293). Since when a mailbox has had
// its owner is the backend's to know.
func requireValidSince() extension {
	return extension{is: persona.RRVS, rcpt: []param{{"RRVS", (*session).rrvs}}}
}

func (n *session) rrvs(_ *smtp.Command, p *smtp.Param) bool {
	if _, ok := smtp.ParseRRVS(p.Value); !ok {
		return n.reject(501, "5.5.4", "Syntax: RRVS=2014-04-03T23:01:00Z, and ;C or ;R") // RFC 5321 §4.2.2
	}
	return true
}
