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
		params := j.mail.envelope.Recipients[j.rcpts[k]].Params
		value, found := smtp.FindParam(params, "RRVS")
		r, _ := smtp.ParseRRVS(value)
		switch {
		case !found || r.Continue || offersOf(w.session).Has(persona.RRVS):
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
