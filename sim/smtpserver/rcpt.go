package smtpserver

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// rcpt is RCPT: one recipient more (RFC 5321 §4.1.1.3). Source routes are read and ignored (§3.3, Appendix C).
func (n *session) rcpt(c *smtp.Command, bad *smtp.SyntaxError) {
	allowed := n.allowed(smtp.RCPT)
	customs := &n.srv.persona.Customs
	switch {
	case customs.BareVerbUnknown && !hasPrefixFold(c.Line, "RCPT TO:"):
		n.say(persona.VerbUnknown)
	case !allowed && (customs.OrderFirst || customs.Reader == persona.ReadExim):
		n.outOfOrder(smtp.RCPT)
	case !n.goodPath(c, bad, &rcptWrongs, c.Forward.Mailbox):
	case !allowed:
		n.outOfOrder(smtp.RCPT)
	case n.check.resumed(): // RFC 1845 §3: what comes next is DATA
		n.reject(503, "5.5.1", "The recipients of this transaction stand already")
	case len(n.tx.Envelope.Recipients) >= n.recipientsMax():
		n.say(persona.RcptTooMany) // RFC 5321 §4.5.3.1.10: 452, none of those accepted is lost
	case n.rcptLimit(c.Forward.Mailbox) && n.rcptParams(c):
		n.addRecipient(c)
	}
}

// recipientsMax is the persona's limit, never below what RFC 5321 §4.5.3.1.8 asks for.
func (n *session) recipientsMax() int { return max(n.srv.persona.RecipientsMax, smtp.MinRecipients) }

// addRecipient asks the backend.
func (n *session) addRecipient(c *smtp.Command) {
	all := append(n.tx.Envelope.Recipients, smtp.Recipient{Forward: c.Forward, Params: c.Params})
	r := n.backend.Rcpt(&n.tx, &all[len(all)-1])
	if r != nil {
		r = n.named(r)
	}
	if r != nil && !r.Positive() {
		n.answer(*r)
		return
	}
	if n.tx.ID == "" {
		n.tx.ID = n.srv.ids.Next(n.srv.host.Clock.Now())
	}
	n.tx.Envelope.Recipients = all
	if r == nil {
		taken := n.words(persona.RcptOK)
		r = &taken
	}
	if len(c.Params) > 0 {
		n.answer(n.features(c, *r))
		return
	}
	n.answer(*r)
}

// rcptParams checks the parameters of RCPT; if one is wrong, it has answered.
func (n *session) rcptParams(c *smtp.Command) bool {
	for i := range c.Params {
		if !n.takeParam(smtp.RCPT, c, &c.Params[i]) {
			return false
		}
	}
	return n.paramsInOrder(c)
}
