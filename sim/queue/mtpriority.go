package queue

import (
	"strconv"

	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/trace/field"
)

// priority is what MT-PRIORITY asks for; 0 without it (RFC 6710 §4.1).
func (m *mail) priority() int {
	if m.asks == nil {
		return 0
	}
	return m.asks.priority
}

// place puts j into the lane: behind all jobs of its priority and of higher ones (RFC 6710 §5.1).
func (l *lane) place(j job) {
	l.jobs = append(l.jobs, j)
	p := j.mail.priority()
	for i := len(l.jobs) - 1; i > l.head && l.jobs[i-1].mail.priority() < p; i-- {
		l.jobs[i-1], l.jobs[i] = l.jobs[i], l.jobs[i-1]
	}
}

// first is the priority of the lane's next job.
func (l *lane) first() int {
	if l.head == len(l.jobs) {
		return 0
	}
	return l.jobs[l.head].mail.priority()
}

// line puts a lane that waits for a worker behind those of its priority.
func (q *Queue) line(l *lane) {
	q.ready = append(q.ready, l)
	for i := len(q.ready) - 1; i > 0 && q.ready[i-1].first() < l.first(); i-- {
		q.ready[i-1], q.ready[i] = q.ready[i], q.ready[i-1]
	}
}

const priorityField = "MT-Priority"

// onwardPriority is the text for a host that does not know MT-PRIORITY: the priority goes with it as a header field, in
// place of any such field (RFC 6758 §3.3).
func (m *mail) onwardPriority(text []byte, offers persona.Extensions) []byte {
	if !m.asksFor("MT-PRIORITY") || offers.Has(persona.MTPriority) {
		return text
	}
	return append([]byte(priorityField+": "+strconv.Itoa(m.asks.priority)+"\r\n"), field.Without(text, priorityField)...)
}

// asksFor says whether MAIL had a parameter of that name.
func (m *mail) asksFor(name string) bool {
	for i := range m.envelope.Params {
		if m.envelope.Params[i].Name == name {
			return true
		}
	}
	return false
}
