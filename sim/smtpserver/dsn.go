package smtpserver

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// dsnExtension is DSN: who is told what became of the mail.
func dsnExtension() extension {
	return extension{
		is:   persona.DSN,
		mail: []param{{"RET", (*session).dsnMail}, {"ENVID", (*session).dsnMail}},
		rcpt: []param{{"NOTIFY", (*session).dsnRcpt}, {"ORCPT", (*session).dsnRcpt}},
	}
}

// dsnMail checks RET and ENVID (RFC 3461 §4.3, §4.4); if one is wrong, it has answered. What they ask for is the
// backend's to do.
func (n *session) dsnMail(_ *smtp.Command, p *smtp.Param) bool {
	ok := p.Name == "ENVID" && p.Value != "" && len(p.Value) <= 100 && isXtext(p.Value) ||
		p.Name == "RET" && (strings.EqualFold(p.Value, "FULL") || strings.EqualFold(p.Value, "HDRS"))
	if !ok {
		n.sayOf(persona.DSNRetSyntax, p.Name)
	}
	return ok
}

// dsnRcpt checks NOTIFY and ORCPT (RFC 3461 §4.1, §4.2).
func (n *session) dsnRcpt(_ *smtp.Command, p *smtp.Param) bool {
	ok := p.Name == "ORCPT" && strings.IndexByte(p.Value, ';') > 0 && len(p.Value) <= 500 && isXtext(p.Value) ||
		p.Name == "NOTIFY" && isNotify(p.Value)
	if !ok {
		n.sayOf(persona.DSNNotifySyntax, p.Name)
	}
	return ok
}

// isXtext says whether each "+" has its two digits (RFC 3461 §4).
func isXtext(value string) bool {
	_, ok := smtp.DecodeXtext(value)
	return ok
}

// isNotify is NEVER alone, or a list of the other three.
func isNotify(value string) bool {
	if strings.EqualFold(value, "NEVER") {
		return true
	}
	for word := range strings.SplitSeq(value, ",") {
		if !strings.EqualFold(word, "SUCCESS") && !strings.EqualFold(word, "FAILURE") && !strings.EqualFold(word, "DELAY") {
			return false
		}
	}
	return true
}
