package queue

import (
	"slices"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// expired is the outcome of a mail whose time is over (RFC 2852 §4.1.3).
func expired() Outcome {
	return Outcome{Reply: smtp.NewReply(554, "5.4.7", "Delivery time expired")}
}

// over says that m's by-time with mode "R" has passed: "no further delivery attempts may be made" (RFC 2852 §4.1.3).
func (m *mail) over(now time.Time) bool {
	return m.asks != nil && m.asks.by.Return && !now.Before(m.asks.byDate)
}

// wakeBy is next, or earlier the moment at which m's by-time is over and somebody is to be told.
func (m *mail) wakeBy(next time.Time) time.Time {
	if m.asks != nil && !m.asks.byDate.IsZero() && !m.asks.late && m.asks.byDate.Before(next) {
		return m.asks.byDate
	}
	return next
}

// expire gives up the recipients that wait when the time of mode "R" is over, and tells the sender in mode "N" (RFC 2852
// §4.1.3). Nothing of m is under way.
func (q *Queue) expire(m *mail, now time.Time) {
	if m.asks == nil || m.asks.byDate.IsZero() || m.asks.late || now.Before(m.asks.byDate) {
		return
	}
	m.asks.late = true
	var late []int
	q.mu.Lock()
	for i := range m.rcpts {
		r := &m.rcpts[i]
		switch {
		case r.status != waiting:
		case m.asks.by.Return:
			r.last, r.status = expired(), failed
		case notify(m.envelope.Recipients[i].Params, "DELAY", true):
			late = append(late, i)
		}
	}
	q.mu.Unlock()
	if m.envelope.Reverse.Null {
		return
	}
	for part := range m.perReport(late) {
		_, err := q.send(m, notice{about: part, action: dsn.Delayed, to: m.reverse(part[0]).Mailbox, status: smtp.EnhancedCode{4, 4, 7}})
		m.asks.late = m.asks.late && err == nil
	}
}

// onwardBy tells the next host how much time is left (RFC 2852 §4.1.4). One that lacks DELIVERBY is not told; that it must
// not get a mail of mode "R" is the client's to see. From one that has DSN the reports on delays are asked for.
func (q *Queue) onwardBy(env *smtp.Envelope, m *mail, offers persona.Extensions) {
	if m.asks.byDate.IsZero() {
		return
	}
	by := m.asks.by
	if by.Seconds = int64(m.asks.byDate.Sub(q.host.Clock.Now()).Round(time.Second) / time.Second); by.Return {
		by.Seconds = max(by.Seconds, 1)
	}
	env.Params = append(env.Params, smtp.Param{Name: "BY", Value: by.String()})
	if by.Return || by.Seconds <= 0 || offers.Has(persona.DeliverBy) || !offers.Has(persona.DSN) {
		return
	}
	env.Recipients = slices.Clone(env.Recipients)
	for i := range env.Recipients {
		r := &env.Recipients[i]
		r.Params = withDelay(r.Params)
	}
}

// withDelay asks for reports on delays: "NOTIFY=FAILURE,DELAY" where nothing was asked for, DELAY beside what was, unless
// that was NEVER (RFC 2852 §4.1.4.2).
func withDelay(params []smtp.Param) []smtp.Param {
	value, found := smtp.FindParam(params, "NOTIFY")
	switch {
	case !found:
		value = "FAILURE,DELAY"
	case strings.EqualFold(value, "NEVER") || notify(params, "DELAY", false):
		return params
	default:
		value += ",DELAY"
	}
	return append(without(params, "NOTIFY"), smtp.Param{Name: "NOTIFY", Value: value})
}

// relayedBy says whether DELIVERBY wants the sender told that the mail went on: with a trace at each hop, and where the
// next host will not watch the time (RFC 2852 §4.1.4).
func (m *mail) relayedBy(o *Outcome, now time.Time) bool {
	if m.asks == nil || m.asks.byDate.IsZero() {
		return false
	}
	return m.asks.by.Trace || !m.asks.by.Return && !o.offers.Has(persona.DeliverBy) && now.Before(m.asks.byDate)
}
