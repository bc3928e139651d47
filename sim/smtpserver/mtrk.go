package smtpserver

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// messageTracking is MTRK: the sender may ask later where the mail is (RFC 3885), by a protocol of its own (RFC 3887).
func messageTracking() extension {
	return extension{is: persona.MTRK, mail: []param{{"MTRK", (*session).mtrk}, {"ENVID", (*session).dsnMail}}}
}

// mtrk checks MTRK. RFC 3885 §3.2: "if the MTRK parameter is given, an ENVID parameter MUST be included", of the form
// local-envid@host.
func (n *session) mtrk(c *smtp.Command, p *smtp.Param) bool {
	envid, ok := smtp.FindParam(c.Params, "ENVID")
	at := strings.IndexByte(envid, '@')
	if _, good := smtp.ParseMTRK(p.Value); !good {
		return n.reject(501, "5.5.4", "Syntax: MTRK=certifier, and :seconds")
	}
	if !ok || at <= 0 || at == len(envid)-1 {
		return n.reject(501, "5.5.4", "MTRK needs ENVID=id@host")
	}
	return true
}
