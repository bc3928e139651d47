package smtpclient

import (
	"unicode/utf8"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/trace/mime"
)

// needsUTF8 refuses what only SMTPUTF8 can carry, to a server that does not offer it (RFC 6531 §3.2, §3.5). A domain alone
// can be written in ASCII: its A-labels are not internationalized.
func (c *Client) needsUTF8(env *smtp.Envelope, text []byte) *Error {
	c.bounds.alabel = false
	if c.uses(persona.SMTPUTF8) {
		return nil
	}
	if !c.bounds.ascii {
		c.bounds.alabel = true
		if !nameable(env.Reverse.Mailbox) {
			return local(550, "5.6.7", "the reverse-path needs SMTPUTF8")
		}
		for i := range env.Recipients {
			if !nameable(env.Recipients[i].Forward.Mailbox) {
				return local(553, "5.6.7", "an address needs SMTPUTF8")
			}
		}
	}
	if _, asked := smtp.FindParam(env.Params, "SMTPUTF8"); asked && smtp.HasEightBit(text) && mime.HeaderEightBit(text) {
		return local(554, "5.6.9", "the header section needs SMTPUTF8")
	}
	return nil
}

// nameable says that m can be written in ASCII.
func nameable(m smtp.Mailbox) bool {
	m.Domain = smtp.ALabels(m.Domain)
	return m.IsASCII()
}

// unnameable settles the recipients that the server cannot be told of, so that the others get the mail.
func (c *Client) unnameable(env *smtp.Envelope, fates []Recipient) (refusal *Error) {
	if c.uses(persona.SMTPUTF8) {
		return nil
	}
	for i := range env.Recipients {
		if !nameable(env.Recipients[i].Forward.Mailbox) {
			refusal = local(553, "5.6.7", "the address needs SMTPUTF8")
			refusal.Stage = StageRcpt
			fates[i] = Recipient{Stage: StageRcpt, Reply: refusal.Reply}
		}
	}
	return refusal
}

// international says whether the mail needs the parameter SMTPUTF8. RFC 6531 §3.4: only a mail that needs it should have it.
// A header section with octets over 127 that are no UTF-8 is an old one without a label.
func (t *transaction) international(text []byte) bool {
	if !t.uses(persona.SMTPUTF8) {
		return false
	}
	if !t.bounds.ascii {
		return true
	}
	return t.body != mime.SevenBit && mime.HeaderEightBit(text) && utf8.Valid(mime.HeaderSection(text))
}

// path is a mailbox as this server can be told it.
func (c *Client) path(m smtp.Mailbox) smtp.Mailbox {
	if c.bounds.alabel {
		m.Domain = smtp.ALabels(m.Domain)
	}
	return m
}

// asciiParam writes an address of the type utf-8 in a parameter in the form that any server takes (RFC 6533 §3:
// utf-8-addr-xtext).
func (c *Client) asciiParam(p smtp.Param) smtp.Param {
	if !c.uses(persona.SMTPUTF8) {
		p.Value = smtp.EncodeUnitext(p.Value)
	}
	return p
}
