package smtpclient

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// asksEach says whether the client asks for a reply of its own to each recipient (draft-hall-prdr). As Exim has it, only
// where there are several.
func (t *transaction) asksEach() bool {
	return t.cfg.PRDR && t.uses(persona.PRDR) && !t.cfg.LMTP && len(t.env.Recipients) > 1
}

// eachReplies reads, after 353, a reply for each accepted recipient and then the final one. A final refusal is one for all;
// a connection that breaks before it leaves all to be tried again: the server has not taken the mail yet.
func (t *transaction) eachReplies(end smtp.Verb) *Error {
	replies := make([]smtp.Reply, len(t.result.Recipients))
	for i := range t.result.Recipients {
		if t.result.Recipients[i].Stage != "" {
			continue
		}
		reply, err := t.reply(end, t.cfg.Timeouts.End)
		if err != nil {
			return &Error{Stage: StageEnd, Err: err}
		}
		replies[i] = reply
	}
	final, err := t.reply(end, t.cfg.Timeouts.End)
	if err != nil {
		return &Error{Stage: StageEnd, Err: err}
	}
	t.result.Final = final
	refused, accepted := &Error{Stage: StageEnd, Reply: final}, 0
	for i := range t.result.Recipients {
		to := &t.result.Recipients[i]
		if to.Stage != "" {
			continue
		}
		if !final.Positive() {
			replies[i] = final
		}
		*to = Recipient{Stage: StageEnd, Reply: replies[i], Accepted: replies[i].Positive()}
		if to.Accepted {
			accepted++
		} else {
			refused.Reply = replies[i]
		}
	}
	if accepted > 0 {
		return nil
	}
	return refused
}
