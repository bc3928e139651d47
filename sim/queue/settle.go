package queue

import (
	"container/heap"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
)

// deliver gives a job to the local delivery agent and settles it.
func (q *Queue) deliver(j job) {
	var few fewOutcomes
	outs := few.slice(len(j.rcpts))
	text, err := q.text(j.mail)
	for k, i := range j.rcpts {
		switch {
		case err != nil:
			outs[k] = Outcome{Reply: unreadable(err), Later: true}
		case q.opts.Deliver == nil:
			outs[k].Reply = smtp.NewReply(550, "5.1.1", "There are no mailboxes on this host")
		default:
			outs[k].Said = true
			outs[k].Reply = q.opts.Deliver(Delivery{ID: j.mail.id, Reverse: j.mail.reverse(i),
				Recipient: j.mail.envelope.Recipients[i].Forward, Params: j.mail.envelope.Params, Text: text})
			outs[k].Later = outs[k].Reply.Temporary()
		}
	}
	q.settle(j, outs)
}

// unreadable is the reply when the disk does not give back what it took.
func unreadable(err error) smtp.Reply {
	return smtp.NewReply(451, "4.3.0", "The spool cannot be read: "+err.Error())
}

// text is the message text, from the disk where it has waited.
func (q *Queue) text(m *mail) ([]byte, error) {
	q.mu.Lock()
	text := m.text
	q.mu.Unlock()
	if text != nil {
		return text, nil
	}
	data, err := q.host.Store.Get(m.file)
	if err != nil {
		return nil, err
	}
	stored, err := parseSpool(m.id, data)
	if err != nil {
		return nil, err
	}
	q.mu.Lock()
	m.text = stored.text
	q.mu.Unlock()
	return stored.text, nil
}

// settle notes what a try brought each recipient of j. When it was the mail's last job under way, the mail is finished
// for now.
func (q *Queue) settle(j job, outs []Outcome) {
	m, now := j.mail, q.host.Clock.Now()
	var few [4]rcpt
	results := few[:0] // copies: once nothing is under way any more, the states belong to the runner
	q.mu.Lock()
	for k, i := range j.rcpts {
		r := &m.rcpts[i]
		r.tries++
		r.last = outs[k]
		switch r.status = q.judge(m, r, now); r.status {
		case waiting:
			q.postpone(m, r, now)
		case done:
			r.status = q.owes(m, i, now)
		}
		results = append(results, *r)
	}
	others := m.active > 1
	q.mu.Unlock()
	if !q.silent {
		for k, i := range j.rcpts {
			q.claimTry(m, i, &results[k])
		}
	}
	if others { // before this job counts as over, so that no state is written when the mail is gone
		q.save(m)
	}
	q.mu.Lock()
	m.active--
	last := m.active == 0
	q.mu.Unlock()
	if last {
		q.finish(m)
	}
}

// judge decides after a try: RFC 5321 §4.2.1: 2yz is done, 5yz is for good, 4yz may be better later; "the give-up time
// generally needs to be at least 4-5 days" (§4.5.4.1).
func (q *Queue) judge(m *mail, r *rcpt, now time.Time) status {
	switch {
	case r.last.Reply.Positive():
		return done
	case !r.last.Later:
		return failed
	}
	if m.over(now) {
		r.last = expired()
		return failed
	}
	if now.Sub(m.released()) >= q.giveUp(m) {
		return failed
	}
	return waiting
}

// giveUp is how long a mail may wait; RFC 5321 §4.5.4.1 allows less for reports.
func (q *Queue) giveUp(m *mail) time.Duration {
	if m.envelope.Reverse.Null && q.opts.Persona.BounceGiveUp > 0 {
		return min(q.opts.GiveUp, q.opts.Persona.BounceGiveUp)
	}
	return q.opts.GiveUp
}

// postpone sets the next try: by the schedule, but never after the give-up time, when the last one is due.
func (q *Queue) postpone(m *mail, r *rcpt, now time.Time) {
	age := max(now.Sub(m.released()), 0)
	if n := len(q.opts.Waits); n > 0 {
		r.wait = q.opts.Waits[min(r.tries, n)-1]
	} else {
		r.wait = q.opts.Persona.Retry.Wait(age, r.wait)
	}
	r.wait = max(r.wait, time.Second) // RFC 5321 §4.5.4.1: the sender MUST delay
	if left := q.giveUp(m) - age; left > 0 && r.wait > left {
		r.wait = left
	}
	r.next = now.Add(r.wait)
}

// finish is called when nothing of m is under way: it reports what failed, and keeps or forgets the rest.
func (q *Queue) finish(m *mail) {
	q.note(m)
	q.report(m)
	if m.settled() {
		q.remove(m)
		return
	}
	q.reportDelay(m)
	q.save(m)
	q.mu.Lock()
	m.text = nil // the disk has it
	m.next, _ = m.due()
	m.next = m.wakeBy(m.next)
	heap.Push(&q.later, m)
	first := q.later[0] == m
	q.mu.Unlock()
	if first {
		q.wake.Notify() // the runner's timer is too late now
	}
}

// remove takes m out of the spool. The message goes first: a crash in between leaves a state without mail, which is
// harmless, and never a mail that looks untried.
func (q *Queue) remove(m *mail) {
	_ = q.host.Store.Delete(m.file) // it can only be gone already
	if m.saved {
		_ = q.host.Store.Delete(statePrefix + m.id)
	}
	q.mu.Lock()
	delete(q.mails, m.id)
	q.mu.Unlock()
}

// save writes the recipients' states. Where the disk is full the old state stays: after a crash a recipient may get the
// mail twice, but none loses it.
func (q *Queue) save(m *mail) {
	q.mu.Lock()
	state := appendState(nil, m)
	m.saved = true
	q.mu.Unlock()
	_ = q.host.Store.Put(statePrefix+m.id, state)
}

// claimTry tells the journal what became of one recipient.
func (q *Queue) claimTry(m *mail, i int, r *rcpt) {
	c := host.Claim{Kind: host.ClaimRelayed, Code: r.last.Reply.Code, Texts: r.last.Reply.Lines, Text: r.last.Remote}
	switch {
	case r.status >= done && r.last.Remote == "":
		c.Kind = host.ClaimDelivered
	case r.status == waiting:
		c.Kind, c.Next = host.ClaimQueued, r.wait
	case r.status == failed:
		return // the report makes the claim
	}
	q.claim(m, i, c)
}

// claim completes and writes a claim about recipient i of m.
func (q *Queue) claim(m *mail, i int, c host.Claim) {
	if q.silent {
		return
	}
	c.Time, c.Host, c.Role = q.host.Clock.Now(), q.host.Name, host.RoleQueue
	if m.from == "" {
		m.from = m.envelope.Reverse.Address()
	}
	r := &m.rcpts[i]
	if r.address == "" {
		r.address = m.envelope.Recipients[i].Forward.Address()
	}
	c.MailID, c.Reverse, c.Recipient = m.id, m.from, r.address
	q.host.Claims.Claim(c)
}
