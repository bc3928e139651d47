package smtpserver

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// requireTLS is REQUIRETLS: the mail may travel over verified TLS only, all the way (RFC 8689). RFC 8689 §2: "advertised ...
// following the negotiation of STARTTLS": Server.offers leaves it out before.
func requireTLS() extension {
	return extension{is: persona.RequireTLS, mail: []param{{"REQUIRETLS", (*session).requireTLSParam}}}
}

// requireTLSParam refuses a value (RFC 8689 §2, item 4: it has none).
func (n *session) requireTLSParam(_ *smtp.Command, p *smtp.Param) bool {
	return p.Value == "" || n.reject(501, "5.5.4", "REQUIRETLS takes no value")
}
