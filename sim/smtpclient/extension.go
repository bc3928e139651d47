package smtpclient

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// Argument is what stands behind the keyword of e in the server's last reply to EHLO; ok is false where it does not offer
// e.
func (c *Client) Argument(e persona.Extension) (arg string, ok bool) {
	if !c.offers.Has(e) {
		return "", false
	}
	for _, line := range c.hello.Lines[1:] {
		keyword, arg, _ := strings.Cut(line, " ")
		if persona.ByKeyword(keyword) == e {
			return arg, true
		}
	}
	return "", true
}

// appendParams adds those parameters of the envelope that the server has offered to take (RFC 5321 §4.1.1: no others may be
// sent), but for those of ownParams. What a mail may not go without, lacking refuses beforehand.
func (c *Client) appendParams(dst []byte, v smtp.Verb, params []smtp.Param) []byte {
	if v == smtp.MAIL {
		dst = c.appendAuth(dst, params)
	}
	for i := range params {
		p := &params[i]
		switch e := persona.ByParam(v, p.Name); {
		case e == 0 || e&ownParams != 0:
		case c.uses(e) && p.Name == "ORCPT":
			orcpt := c.asciiParam(*p)
			dst = orcpt.Append(append(dst, ' '))
		case c.uses(e):
			dst = p.Append(append(dst, ' '))
		}
	}
	return dst
}

// ownParams are the extensions whose parameters this client says itself.
const ownParams = persona.Size | persona.EightBitMIME | persona.Auth | persona.SMTPUTF8 | persona.PRDR |
	persona.NoSoliciting | persona.ConNeg

// lacking is the reason why the server cannot have this mail: it does not offer an extension that the mail may not go
// without. Each extension that knows such a case has its check in a file of its own.
func (c *Client) lacking(env *smtp.Envelope, text []byte) *Error {
	for _, check := range [...]func(*Client, *smtp.Envelope, []byte) *Error{
		(*Client).needsRequireTLS, (*Client).needsDeliverBy, (*Client).needsHold, (*Client).needsValidSince, (*Client).needsPermission,
	} {
		if refusal := check(c, env, text); refusal != nil {
			return refusal
		}
	}
	return nil
}
