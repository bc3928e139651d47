package queue

import "github.com/smtpsim/smtpsim/codes/smtp"

// Targets are the addresses at which a mail for the domain would be tried, in order, without a mail: for a question to the
// next host. Where there are none, the reply says why; a domain that is delivered here gives 250.
func (q *Queue) Targets(domain string) ([]Target, smtp.Reply) {
	w := worker{queue: q, plan: q.opts.Router.Route(domain)}
	if w.plan.Action == ActionLocal {
		return nil, smtp.NewReply(250, "2.1.5", "delivered here")
	}
	if w.plan.Action != ActionRelay {
		return nil, w.plan.Reply
	}
	fails := failures{domain: domain}
	var all []Target
	for _, group := range w.plan.Groups {
		targets, own := w.resolve(group, &fails)
		if own {
			fails.own = true
			break
		}
		all = append(all, targets...)
		w.targets = nil
	}
	return all, fails.result().Reply
}
