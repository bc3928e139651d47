package smtpclient

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// appendDSN adds those of the envelope's parameters that belong to DSN, where it was offered (RFC 3461 §4). No other
// parameter of the sender's is passed on: RFC 5321 §4.1.1 forbids what the server did not offer, and SIZE and BODY are
// this client's own to say.
func (c *Client) appendDSN(dst []byte, params []smtp.Param) []byte {
	if !c.uses(persona.DSN) {
		return dst
	}
	for _, p := range params {
		switch p.Name {
		case "RET", "ENVID", "NOTIFY", "ORCPT":
			dst = p.Append(append(dst, ' '))
		}
	}
	return dst
}
