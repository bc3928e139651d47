package smtpclient

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/trace/field"
)

// solicitation is the value of the mail's Solicitation field for a server that offers NO-SOLICITING: RFC 3865 §2.3 has it the
// only source of the parameter, §2.7 wants its syntax looked at. "": the mail has none.
func (c *Client) solicitation(text []byte) string {
	if !c.uses(persona.NoSoliciting) {
		return ""
	}
	value := headerField(text, "Solicitation")
	if !smtp.IsSolicitation(value) {
		return ""
	}
	return value
}

// headerField is the body of the first header field of that name, unfolded; "" if there is none.
func headerField(text []byte, name string) string {
	head := field.ReadSection(text)
	f, _ := head.First(name)
	return f.Body()
}
