package queue

import (
	"container/heap"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// FlushFor tries now what waits for the domains that match says yes to, as ETRN asks for (RFC 1985 §4). It gives the
// number of messages.
func (q *Queue) FlushFor(match func(domain string) bool) int {
	now := q.host.Clock.Now()
	q.mu.Lock()
	defer q.mu.Unlock()
	var keep schedule
	found := 0
	for len(q.later) > 0 {
		m := heap.Pop(&q.later).(*mail)
		due := false
		for i := range m.rcpts {
			if m.rcpts[i].status == waiting && match(lower(m.domain(i))) {
				m.rcpts[i].next, due = m.notBefore(now), true
			}
		}
		if !due {
			keep = append(keep, m)
			continue
		}
		found++
		q.fresh = append(q.fresh, m)
	}
	for _, m := range keep {
		heap.Push(&q.later, m)
	}
	if found > 0 {
		q.wake.Notify()
	}
	return found
}

// Waiting counts the messages that wait for a domain that match says yes to.
func (q *Queue) Waiting(match func(domain string) bool) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	found := 0
	for _, m := range q.later {
		for i := range m.rcpts {
			if m.rcpts[i].status == waiting && match(lower(m.domain(i))) {
				found++
				break
			}
		}
	}
	return found
}

// Over sends what waits for those domains through a session that somebody else has opened: after TURN or ATRN the host
// at its other end is the server (RFC 2645 §5.2.1). It returns when all have had their try, and gives the number of
// messages. The caller closes the session.
func (q *Queue) Over(s Session, remote string, match func(domain string) bool) int {
	jobs := q.take(match, q.host.Clock.Now())
	w := worker{queue: q, session: kept{s}, remote: remote}
	for _, j := range jobs {
		outs := make([]Outcome, len(j.rcpts))
		text, err := q.text(j.mail)
		switch {
		case err != nil:
			fill(outs, Outcome{Reply: unreadable(err), Later: true})
		case j.mail.over(q.host.Clock.Now()):
			fill(outs, expired())
		case !s.Usable():
			fill(outs, Outcome{Reply: smtp.NewReply(451, "4.4.2", "connection to "+remote+" lost"), Remote: remote, Later: true})
		default:
			todo := make([]int, len(j.rcpts))
			for k := range todo {
				todo[k] = k
			}
			w.session = kept{s}
			w.send(j, todo, text, outs)
		}
		q.settle(j, outs)
	}
	return len(jobs)
}

// take makes jobs of what waits for those domains, but for what is held until later (RFC 4865 §4.2).
func (q *Queue) take(match func(domain string) bool, now time.Time) (jobs []job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var keep schedule
	for len(q.later) > 0 {
		m := heap.Pop(&q.later).(*mail)
		byDomain := jobs[len(jobs):]
		for i := range m.rcpts {
			if m.rcpts[i].status != waiting || m.notBefore(now).After(now) || !match(lower(m.domain(i))) {
				continue
			}
			m.rcpts[i].status = active
			byDomain = q.addTo(byDomain, m, i)
		}
		if m.active = len(byDomain); m.active == 0 {
			keep = append(keep, m)
		}
		jobs = append(jobs, byDomain...)
	}
	for _, m := range keep {
		heap.Push(&q.later, m)
	}
	return jobs
}

// kept is a session that the worker must not end.
type kept struct{ Session }

// Quit does nothing: whoever opened the session says goodbye.
func (kept) Quit() error { return nil }

// MatchDomains matches the domains of a list, in any case.
func MatchDomains(list []string) func(string) bool {
	return func(domain string) bool {
		for _, d := range list {
			if strings.EqualFold(d, domain) {
				return true
			}
		}
		return false
	}
}
