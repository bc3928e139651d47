package queue

import "github.com/smtpsim/smtpsim/codes/smtp"

// reverse is the reverse-path for recipient i: with VERP list+user=domain@list.example, so that a bounce tells by its
// address who could not be reached (Postfix: VERP_README).
func (m *mail) reverse(i int) smtp.ReversePath {
	r := m.envelope.Reverse
	if m.asks == nil || m.asks.verp == "" || r.Null {
		return r
	}
	to := m.envelope.Recipients[i].Forward.Mailbox
	r.Mailbox.Local += m.asks.verp[:1] + to.Local + m.asks.verp[1:] + to.Domain
	return r
}

// perSend is how many recipients may share a transaction.
func (q *Queue) perSend(m *mail) int {
	if m.asks != nil && m.asks.verp != "" {
		return 1
	}
	return q.opts.PerSend
}
