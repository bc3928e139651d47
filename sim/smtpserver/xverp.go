package smtpserver

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// variableReturn is XVERP: each recipient gets the mail from a reverse-path of its own, so that a bounce tells whose address
// failed (Postfix: VERP_README).
func variableReturn() extension {
	return extension{is: persona.XVERP, mail: []param{{"XVERP", (*session).xverp}}}
}

// verpDelimiters are the characters that may part list, user and domain (Postfix: verp_delimiter_filter).
const verpDelimiters = "-=+"

// xverp checks XVERP and its two characters, as Postfix does.
func (n *session) xverp(c *smtp.Command, p *smtp.Param) bool {
	if p.Value != "" && (len(p.Value) != 2 || strings.Trim(p.Value, verpDelimiters) != "") {
		return n.reject(501, "5.5.4", "Error: XVERP needs two characters from "+verpDelimiters)
	}
	if c.Reverse.Null {
		return n.reject(503, "5.5.4", "Error: XVERP requires non-null sender")
	}
	return true
}

// verpAlone says that the only value of c's parameters that RFC 5321 §4.1.2 does not allow is XVERP's: "=" is one of its
// characters.
func verpAlone(c *smtp.Command) bool {
	found := false
	for i := range c.Params {
		if p := &c.Params[i]; p.Name == "XVERP" {
			found = true
		} else if strings.Contains(p.Value, "=") || strings.Trim(p.Name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
			return false
		}
	}
	return found
}
