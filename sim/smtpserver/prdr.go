package smtpserver

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// prdrExtension is PRDR: a reply for each recipient at the end of data (draft-hall-prdr; the words are Exim's).
func prdrExtension() extension {
	return extension{is: persona.PRDR, mail: []param{{"PRDR", (*session).prdr}}}
}

// prdr takes MAIL's parameter, which has no value.
func (n *session) prdr(_ *smtp.Command, p *smtp.Param) bool {
	if p.Value != "" {
		n.sayOf(persona.ParamUnknown, p.String())
		return false
	}
	n.each = true
	return true
}

// deliverPRDR answers 353, then once for each accepted recipient in order, then for the mail.
func (n *session) deliverPRDR() {
	n.answer(smtp.NewReply(353, "", "PRDR content analysis beginning"))
	var replies []*smtp.Reply
	var refusal *smtp.Reply // of the mail as a whole
	if each, ok := n.backend.(RecipientSession); ok {
		replies = each.DataEach(&n.tx, n.text)
	} else {
		refusal = n.backend.Data(&n.tx, n.text)
	}
	final := n.words(persona.Accepted)
	accepted := false
	var last smtp.Reply
	for i := range n.tx.Envelope.Recipients {
		r := refusal
		if i < len(replies) {
			r = replies[i]
		}
		last = verdict(n.tx.Envelope.Recipients[i].Forward.Address(), r)
		if last.Positive() {
			accepted = true
			n.claimStored(n.tx.Envelope.Recipients[i : i+1])
		}
		n.answer(last)
	}
	if !accepted {
		final = smtp.Reply{Code: last.Code, Enhanced: last.Enhanced, Lines: []string{"PRDR no recipient accepted"}}
	}
	n.answer(final)
}

// verdict is the reply about one recipient.
func verdict(address string, r *smtp.Reply) smtp.Reply {
	about := "PRDR R=<" + address + "> "
	switch {
	case r == nil:
		return smtp.NewReply(250, "2.1.5", about+"acceptance")
	case r.Positive():
		about += "acceptance"
	case r.Temporary():
		about += "temporary refusal"
	default:
		about += "refusal"
	}
	return smtp.Reply{Code: r.Code, Enhanced: r.Enhanced, Lines: []string{about + ": " + r.Lines[0]}}
}
