package smtpclient

import "github.com/smtpsim/smtpsim/codes/smtp"

// finalReplies reads one reply for each accepted recipient, in order (RFC 2033 §4.2). If the connection breaks in
// between, those who have theirs keep it, the others are to be tried again (§5).
func (t *transaction) finalReplies(end smtp.Verb) *Error {
	var last *Error
	any := false
	for i := range t.result.Recipients {
		to := &t.result.Recipients[i]
		if to.Stage != "" {
			continue
		}
		if t.state == smtp.StateClosed && last != nil {
			break
		}
		reply, err := t.reply(end, t.cfg.Timeouts.End)
		*to = Recipient{Stage: StageEnd, Reply: reply, Err: err, Accepted: err == nil && reply.Positive()}
		t.result.Final = reply
		if to.Accepted {
			any = true
		} else {
			last = &Error{Stage: StageEnd, Reply: reply, Err: err}
		}
	}
	if any {
		if last != nil {
			t.result.settle(last)
		}
		return nil
	}
	return last
}
