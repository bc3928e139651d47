package smtpclient

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// needsValidSince keeps a mail for a certain owner of a mailbox from a server that would not ask who that is, unless the
// sender has said "C" (RFC 7293 §5.1.1). Whoever has several recipients takes them apart before.
func (c *Client) needsValidSince(env *smtp.Envelope, _ []byte) *Error {
	if c.uses(persona.RRVS) {
		return nil
	}
	for i := range env.Recipients {
		value, found := smtp.FindParam(env.Recipients[i].Params, "RRVS")
		if !found {
			continue
		}
		if r, _ := smtp.ParseRRVS(value); !r.Continue {
			return local(550, "5.7.19", "The server does not offer RRVS, and cannot tell whether the mailbox still has the same owner")
		}
	}
	return nil
}
