package smtpserver

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// smtpUTF8 is SMTPUTF8: UTF-8 in addresses and header sections.
func smtpUTF8() extension {
	return extension{is: persona.SMTPUTF8, mail: []param{{"SMTPUTF8", (*session).utf8}}}
}

// utf8 takes MAIL's parameter. RFC 6531 §3.4: it must not have a value.
func (n *session) utf8(_ *smtp.Command, p *smtp.Param) bool {
	if p.Value != "" {
		n.sayOf(persona.ParamUnknown, p.String())
		return false
	}
	n.tx.UTF8 = true
	return true
}

// takesUTF8 says whether the addresses of this MAIL or RCPT may be in UTF-8: its transaction asks for SMTPUTF8.
func (n *session) takesUTF8(c *smtp.Command) bool {
	if !n.takesParam(persona.SMTPUTF8) {
		return false
	}
	if c.Verb == smtp.RCPT {
		return n.tx.UTF8
	}
	_, asked := c.Param("SMTPUTF8")
	return asked
}

// notUTF8 refuses an address in UTF-8 in a transaction that did not ask for it: RFC 6531 §3.5, 550 to MAIL and 553 to RCPT.
func (n *session) notUTF8(v smtp.Verb) {
	if v == smtp.RCPT {
		n.reject(553, "5.6.7", "Address in UTF-8, but MAIL came without SMTPUTF8")
		return
	}
	n.reject(550, "5.6.7", "Address in UTF-8 needs SMTPUTF8")
}

// utf8Argument takes the parameter SMTPUTF8 off the argument of VRFY and EXPN (RFC 6531 §3.7.4.2). The client may use it
// once it has seen the keyword.
func (n *session) utf8Argument(arg string) (rest string, asked bool) {
	const word = " SMTPUTF8"
	at := len(arg) - len(word)
	if at <= 0 || !strings.EqualFold(arg[at:], word) || !n.offers.Has(persona.SMTPUTF8) {
		return arg, false
	}
	return strings.TrimSpace(arg[:at]), true
}

// answerName answers VRFY and EXPN with a name that may be in UTF-8. RFC 6531 §3.7.4.2: 252 or 550 with X.6.8 where the
// client did not say that it can read that.
func (n *session) answerName(r *smtp.Reply, asked bool) {
	switch {
	case asked || isPlain(r):
		n.answer(*r)
	case n.verb == smtp.VRFY:
		n.answer(smtp.NewReply(252, "2.6.8", "The name is in UTF-8; mail for it is taken"))
	default:
		n.answer(smtp.NewReply(550, "5.6.8", "The names are in UTF-8"))
	}
}

// named is the backend's reply to RCPT, without an address in UTF-8 where the transaction did not ask for that: RFC 6531
// §3.7.4.1: 251 and 551 become 250 and 550.
func (n *session) named(r *smtp.Reply) *smtp.Reply {
	if n.tx.UTF8 || r.Code%100 != 51 || isPlain(r) {
		return r
	}
	if r.Positive() {
		return &smtp.Reply{Code: 250, Enhanced: r.Enhanced, Lines: []string{"User not local; will forward"}}
	}
	return &smtp.Reply{Code: 550, Enhanced: r.Enhanced, Lines: []string{"User not local"}}
}

// isPlain says that the reply is in ASCII.
func isPlain(r *smtp.Reply) bool {
	for _, line := range r.Lines {
		if smtp.HasEightBit([]byte(line)) {
			return false
		}
	}
	return true
}

// traced is an address as the trace field has it. RFC 6531 §3.7.3 would have U-labels in a mail with SMTPUTF8; where only the
// domain is not ASCII it has A-labels here, so that the next host may get the mail without SMTPUTF8, whose trace fields
// "must conform to RFC 5321".
func (t *Transaction) traced(m smtp.Mailbox) string {
	if t.UTF8 {
		ascii := m
		if ascii.Domain = smtp.ALabels(m.Domain); ascii.IsASCII() {
			return ascii.String()
		}
	}
	return m.String()
}
