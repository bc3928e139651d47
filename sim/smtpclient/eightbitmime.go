package smtpclient

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// eightBit decides how a text with octets over 127 may go: declared, or not at all (RFC 6152 §3, RFC 5321 §2.4). A gateway
// could convert it; this engine does not.
func (c *Client) eightBit(text []byte) (declare bool, refusal *Error) {
	if !smtp.HasEightBit(text) {
		return false, nil
	}
	if !c.uses(persona.EightBitMIME) {
		return false, local(554, "5.6.3", "message contains 8-bit octets, and the server does not offer 8BITMIME")
	}
	return true, nil
}
