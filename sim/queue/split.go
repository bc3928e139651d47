package queue

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// likePersona fills in how the persona's client splits mail, where the options leave it open: one envelope for each
// destination domain, cut at its limit of recipients (RFC 5321 §4.5.4.1: "only one copy of the message SHOULD be
// transmitted"; §4.5.3.1.8), or one for each recipient, as qmail does.
func (o *Options) likePersona() {
	c := &o.Persona.Client
	if o.PerSend == 0 {
		o.PerSend = c.Recipients
		if c.Split == persona.SplitRecipient {
			o.PerSend = 1
		}
	}
	if o.PerDialog == 0 {
		o.PerDialog = c.Mails
	}
	o.PerSend = orDefault(o.PerSend, smtp.MinRecipients)
	o.PerDialog = orDefault(o.PerDialog, 100)
}
