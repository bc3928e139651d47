package queue

import (
	"slices"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// status is how far one recipient is.
type status uint8

const (
	waiting   status = iota // for its next try
	active                  // in a worker's hands
	failed                  // for good, and not yet reported
	done                    // delivered, relayed, reported or dropped
	delivered               // in the mailbox, and the sender is to be told
	relayed                 // with a host that will not tell, and the sender is to be told
	expanded                // others stand for it, and the sender is to be told
)

// Outcome is what one try brought one recipient.
type Outcome struct {
	Reply  smtp.Reply // the reply that decided; made up here where no server said anything
	Remote string     // who said it, "mx1.west.example[192.0.2.25]"; "": this host
	Said   bool       // Reply was really said by Remote, or by the local delivery agent
	Later  bool       // another try is worth while

	offers persona.Extensions // of Remote
	lmtp   bool               // Remote is a message store: what it takes is delivered (RFC 2033 §4.2)
}

// final says that it was a mailbox, and not another host, that was reached or tried.
func (o *Outcome) final() bool { return o.Remote == "" || o.lmtp }

// fewOutcomes is room on the stack for the outcomes of most jobs.
type fewOutcomes [2]Outcome

func (f *fewOutcomes) slice(n int) []Outcome {
	if n <= len(f) {
		return f[:n]
	}
	return make([]Outcome, n)
}

// mail is one message in the spool.
type mail struct {
	id       string
	file     string // its name on the disk, which ends with id
	arrived  time.Time
	envelope smtp.Envelope
	text     []byte // nil: on disk only
	size     int64
	from     string // the address of the reverse-path, once a claim needed it
	asks     *asks
	rcpts    []rcpt // as envelope.Recipients
	numbers  []int  // 0, 1, 2 ..: a job of one recipient is a part of it
	active   int    // jobs under way
	saved    bool   // there is a file with the states
	told     bool   // a "delayed" report went out
	slot     int    // in the heap of those that wait; -1: not there
	next     time.Time
	one      struct { // room for the recipient of a mail that has only one
		recipient [1]smtp.Recipient
		rcpt      [1]rcpt
		number    [1]int
	}
}

// address gives m recipients, copied, that all wait, and reads what it asks for.
func (m *mail) address(to []smtp.Recipient) {
	if len(to) == 1 {
		m.one.recipient[0] = to[0]
		m.envelope.Recipients, m.rcpts, m.numbers = m.one.recipient[:], m.one.rcpt[:], m.one.number[:]
	} else {
		m.envelope.Recipients, m.rcpts, m.numbers = slices.Clone(to), make([]rcpt, len(to)), make([]int, len(to))
		for i := range m.numbers {
			m.numbers[i] = i
		}
		m.settleExpanded()
	}
	m.ask()
}

// with is rcpts and i.
func (m *mail) with(rcpts []int, i int) []int {
	if len(rcpts) == 0 {
		return m.numbers[i : i+1 : i+1]
	}
	return append(rcpts, i)
}

// rcpt is the state of one recipient.
type rcpt struct {
	status status
	tries  int
	wait   time.Duration // before the next try
	next   time.Time
	last   Outcome

	address string // once a claim needed it
}

// job is the recipients of one mail that go to one domain in one transaction.
type job struct {
	mail  *mail
	rcpts []int
}

// domain keys a recipient's destination.
func (m *mail) domain(i int) string {
	f := &m.envelope.Recipients[i].Forward
	if len(f.Route) > 0 { // a host that follows source routes has left one (RFC 821 §3.6)
		return f.Route[0]
	}
	return f.Domain
}

// settled reports whether nothing waits any more.
func (m *mail) settled() bool {
	for i := range m.rcpts {
		if m.rcpts[i].status != done {
			return false
		}
	}
	return true
}

// due is the earliest next try, of the mail or of a report that found no room; ok is false if no recipient waits.
func (m *mail) due() (next time.Time, ok bool) {
	for i := range m.rcpts {
		if r := &m.rcpts[i]; (r.status == waiting || r.status == failed || r.status > done) && (!ok || r.next.Before(next)) {
			next, ok = r.next, true
		}
	}
	return next, ok
}

// schedule is the heap of mails that wait, earliest first; ties by id so that the order never depends on chance.
type schedule []*mail

func (s schedule) Len() int { return len(s) }

func (s schedule) Less(i, j int) bool {
	if !s[i].next.Equal(s[j].next) {
		return s[i].next.Before(s[j].next)
	}
	return s[i].id < s[j].id
}

func (s schedule) Swap(i, j int) {
	s[i], s[j] = s[j], s[i]
	s[i].slot, s[j].slot = i, j
}

// Push is for container/heap.
func (s *schedule) Push(x any) {
	m := x.(*mail)
	m.slot = len(*s)
	*s = append(*s, m)
}

// Pop is for container/heap.
func (s *schedule) Pop() any {
	old := *s
	m := old[len(old)-1]
	old[len(old)-1] = nil
	*s = old[:len(old)-1]
	m.slot = -1
	return m
}
