package queue

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// validSince takes those out of todo whose mail may not go to a host without RRVS, because the sender did not say "C"
// (RFC 7293 §5.1.1).
func (w *worker) validSince(j job, todo []int, outs []Outcome) []int {
	var left []int
	for n, k := range todo {
		value, found := smtp.FindParam(j.mail.envelope.Recipients[j.rcpts[k]].Params, "RRVS")
		switch {
		case !found || continues(value) || offersOf(w.session).Has(persona.RRVS):
			if left != nil {
				left = append(left, k)
			}
			continue
		case left == nil:
			left = append(make([]int, 0, len(todo)), todo[:n]...)
		}
		// RFC 7293 §15.3, X.7.19: the test cannot be completed
		outs[k] = Outcome{Remote: w.remote, Reply: smtp.NewReply(550, "5.7.19",
			"The next host does not offer RRVS, and cannot tell whether the mailbox still has the same owner")}
	}
	if left == nil {
		return todo
	}
	return left
}

// continues says that RRVS has "C": the mail may go to a host that does not know it.
func continues(value string) bool {
	r, _ := smtp.ParseRRVS(value) // the server has checked it
	return r.Continue
}
