package smtpserver

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// binary says that the text of this transaction is binary (RFC 3030 §3).
func (n *session) binary() bool { return n.tx.Body == bodyBinary }

const bodyBinary = "BINARYMIME"

// bodies are the values of BODY that may come: RFC 6152 §2, and RFC 3030 §3 where it was offered.
func (n *session) bodies() []string {
	all := []string{"7BIT", "8BITMIME", bodyBinary}
	if !n.offers.Has(persona.BinaryMIME) {
		return all[:2]
	}
	return all
}

// noDATA refuses DATA for binary text, whose end no dot can mark. RFC 3030 §3: "a 503 response MUST be sent".
func (n *session) noDATA() {
	n.answer(smtp.NewReply(503, "5.5.1", "BODY=BINARYMIME needs BDAT"))
}
