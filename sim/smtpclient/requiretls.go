package smtpclient

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// needsRequireTLS refuses to give a mail that says REQUIRETLS to a server that would not keep to it (RFC 8689 §4.2.1). That
// the certificate is good was made sure when the session began. A report goes on without the parameter (§4.2.1: "return-path
// is not empty").
func (c *Client) needsRequireTLS(env *smtp.Envelope, _ []byte) *Error {
	if len(env.Params) == 0 || env.Reverse.Null {
		return nil
	}
	if _, ok := smtp.FindParam(env.Params, "REQUIRETLS"); !ok {
		return nil
	}
	switch {
	case c.tls == nil:
		return local(550, "5.7.10", "Encryption needed")
	case !c.offers.Has(persona.RequireTLS):
		return local(550, "5.7.30", "REQUIRETLS support required")
	}
	return nil
}
