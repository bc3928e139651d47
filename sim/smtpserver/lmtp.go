package smtpserver

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// deliverEach answers the end of data once for each accepted recipient, in order (RFC 2033 §4.2).
func (n *session) deliverEach() {
	var replies []*smtp.Reply
	if each, ok := n.backend.(RecipientSession); ok {
		replies = each.DataEach(&n.tx, n.text)
	} else if r := n.backend.Data(&n.tx, n.text); r != nil {
		for range n.tx.Envelope.Recipients {
			replies = append(replies, r)
		}
	}
	for i := range n.tx.Envelope.Recipients {
		n.values.Arg = n.tx.Envelope.Recipients[i].Forward.Address()
		r := n.words(persona.AcceptedRecipient)
		if i < len(replies) && replies[i] != nil {
			r = *replies[i]
		}
		if r.Positive() {
			n.claimStored(n.tx.Envelope.Recipients[i : i+1])
		}
		n.answer(r)
	}
}
