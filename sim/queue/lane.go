package queue

import (
	"github.com/smtpsim/smtpsim/sim/host"
)

// lane is the row of jobs for one domain. At most one worker serves it: the messages of a lane share its session. A lane
// that has ended serves another domain later.
type lane struct {
	domain string
	jobs   []job
	head   int
	busy   bool // has a worker, or waits for one in Queue.ready
	work   func()
}

// enqueue puts j into the lane of its domain and starts a worker if there is none.
func (q *Queue) enqueue(j job) {
	domain := lower(j.mail.domain(j.rcpts[0]))
	q.mu.Lock()
	l := q.lanes[domain]
	if l == nil {
		l = q.newLane(domain)
		q.lanes[domain] = l
	}
	l.place(j)
	start := !l.busy
	l.busy = true
	if start && q.workers >= q.opts.Workers {
		q.line(l)
		start = false
	}
	if start {
		q.workers++
	}
	q.mu.Unlock()
	if start {
		q.start(l)
	}
}

func (q *Queue) newLane(domain string) *lane {
	if last := len(q.ended) - 1; last >= 0 {
		l := q.ended[last]
		q.ended = q.ended[:last]
		l.domain, l.busy = domain, false
		return l
	}
	l := &lane{domain: domain}
	w := worker{queue: q, lane: l}
	l.work = w.run
	return l
}

func (q *Queue) start(l *lane) { q.host.Go("deliver", l.work) }

// next is the lane's next job. Without one the lane ends, unless the worker still holds a session to close first.
func (q *Queue) next(l *lane, holding bool) (j job, ok bool) {
	q.mu.Lock()
	if l.head < len(l.jobs) {
		j = l.jobs[l.head]
		l.jobs[l.head] = job{}
		l.head++
		if l.head == len(l.jobs) {
			l.jobs, l.head = l.jobs[:0], 0
		}
		q.mu.Unlock()
		return j, true
	}
	if holding {
		q.mu.Unlock()
		return job{}, false
	}
	delete(q.lanes, l.domain)
	q.ended = append(q.ended, l)
	var successor *lane
	if len(q.ready) > 0 {
		successor = q.ready[0]
		q.ready = q.ready[1:]
	} else {
		q.workers--
	}
	q.mu.Unlock()
	if successor != nil {
		q.start(successor)
	}
	return job{}, false
}

// rest takes all jobs out of the lane: they share the fate of the one that found no host.
func (q *Queue) rest(l *lane) []job {
	q.mu.Lock()
	defer q.mu.Unlock()
	jobs := l.jobs[l.head:]
	l.jobs, l.head = nil, 0
	return jobs
}

// worker empties one lane.
type worker struct {
	queue   *Queue
	lane    *lane
	plan    Plan
	remote  string  // who is at the other end of session
	session Session // nil: none open
	sent    int     // messages in it
	all     []int   // scratch
	targets []Target
	care    care // of the present mail, and of the session
	met     bool // in this attempt: a host was there and spoke of this mail
	again   bool // the host that was just asked is to be asked again
}

func (w *worker) run() {
	for {
		j, ok := w.queue.next(w.lane, w.session != nil)
		switch {
		case ok:
			w.attempt(j)
		case w.session != nil:
			w.hangUp()
		default:
			w.plan, w.remote = Plan{}, ""
			return
		}
	}
}

func (w *worker) hangUp() {
	if w.session != nil {
		_ = w.session.Quit() // the mail is settled: how the goodbye went does not matter (RFC 5321 §4.1.1.10)
	}
	w.session, w.sent = nil, 0
}

// attempt tries to get one job done and settles it.
func (w *worker) attempt(j job) {
	q := w.queue
	var few fewOutcomes
	outs := few.slice(len(j.rcpts))
	text, err := q.text(j.mail)
	switch {
	case err != nil:
		fill(outs, Outcome{Reply: unreadable(err), Later: true})
		q.settle(j, outs)
		return
	case j.mail.asks != nil && j.mail.over(q.host.Clock.Now()):
		fill(outs, expired())
		q.settle(j, outs)
		return
	}
	w.all = w.all[:0]
	for k := range j.rcpts {
		w.all = append(w.all, k)
	}
	todo := w.all
	if care := q.careOf(j.mail, text); care != w.care || w.sent >= q.opts.PerDialog {
		w.hangUp() // what was good enough for the last mail may not be for this one
		w.care = care
	}
	if w.session != nil {
		w.claimRouted(j)
		if todo = w.send(j, todo, text, outs); len(todo) == 0 {
			q.settle(j, outs)
			return
		} // else it was closed while idle: begin anew
	}
	w.met = false
	w.plan = q.opts.Router.Route(w.lane.domain)
	w.claimRouted(j)
	switch w.plan.Action {
	case ActionLocal:
		q.deliver(j)
		return
	case ActionRelay:
		todo = w.relay(j, todo, text, outs)
	default:
		for _, k := range todo {
			outs[k] = Outcome{Reply: w.plan.Reply, Later: w.plan.Action == ActionRetry}
		}
	}
	q.settle(j, outs)
	if len(todo) == len(j.rcpts) && !w.met {
		w.spread(outs[0])
	}
}

// spread settles everything else in the lane with the outcome of a job for which no host could be reached, so that the
// others need not wait for the same timeouts (RFC 5321 §4.5.4.1: "A client SHOULD keep a list of hosts it cannot reach").
func (w *worker) spread(o Outcome) {
	for _, other := range w.queue.rest(w.lane) {
		w.claimRouted(other)
		outs := make([]Outcome, len(other.rcpts))
		fill(outs, o)
		w.queue.settle(other, outs)
	}
}

func fill(outs []Outcome, o Outcome) {
	for i := range outs {
		outs[i] = o
	}
}

func (w *worker) claimRouted(j job) {
	if w.queue.silent {
		return
	}
	for _, i := range j.rcpts {
		w.queue.claim(j.mail, i, host.Claim{Kind: host.ClaimRouted, Text: w.plan.Reason()})
	}
}
