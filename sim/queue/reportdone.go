package queue

import (
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// owes is the status after a success: done, or one of those that a report is owed for.
func (q *Queue) owes(m *mail, i int, now time.Time) status {
	params := m.envelope.Recipients[i].Params
	if m.asks == nil && len(params) == 0 || m.envelope.Reverse.Null { // RFC 3461 §5.2: no DSN where the sender is <>
		return done
	}
	o, success := &m.rcpts[i].last, notify(params, "SUCCESS", false)
	value, _ := smtp.FindParam(params, "NOTIFY")
	switch {
	case o.final() && success: // RFC 3461 §5.2.3
		return delivered
	case o.final() || strings.EqualFold(value, "NEVER"):
		return done
	case success && !o.offers.Has(persona.DSN), m.relayedBy(o, now): // §5.2.2; RFC 2852 §4.1.4
		return relayed
	}
	return done // who has it now tells the rest
}

// owed are the reports about mail that did not fail.
//
//house:table constant
var owed = [...]struct {
	status status
	action dsn.Action
}{{delivered, dsn.Delivered}, {relayed, dsn.Relayed}, {expanded, dsn.Expanded}}

// reportDone tells the sender what it asked to be told: one report for each kind of success. Reports are in the spool
// before the recipients count as done.
func (q *Queue) reportDone(m *mail) {
	for _, kind := range owed {
		var told []int
		for i := range m.rcpts {
			if m.rcpts[i].status == kind.status {
				told = append(told, i)
			}
		}
		for part := range m.perReport(told) {
			_, err := q.send(m, notice{about: part, action: kind.action, to: m.reverse(part[0]).Mailbox})
			for _, i := range part {
				if err != nil {
					q.retryReport(m, i)
				} else {
					q.setDone(&m.rcpts[i])
				}
			}
		}
	}
}
