package smtpclient

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// permits says whether the mail came with CONPERM (RFC 4141 §4).
func permits(env *smtp.Envelope) bool {
	_, found := smtp.FindParam(env.Params, "CONPERM")
	return found
}

// needsPermission keeps a mail with CONPERM from a server that can neither hold to it nor tell what its recipients can show
// (RFC 4141 §3.3: MUST end the session, status 5.6.3).
func (c *Client) needsPermission(env *smtp.Envelope, _ []byte) *Error {
	if !permits(env) || c.uses(persona.ConPerm) || c.uses(persona.ConNeg) || c.cfg.LMTP { // a message store is no hop
		return nil
	}
	return local(554, "5.6.3", "Conversion may be required, and the server offers neither CONPERM nor CONNEG")
}
