package queue

import (
	"bytes"
	"container/heap"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// Options say how a host's queue works. Zero values mean what is written beside them.
type Options struct {
	Router  *Router
	Persona *persona.Persona // schedule, give-up times, queue ids
	Connect Connector        // how to open a session to another host

	Deliver    func(Delivery) smtp.Reply                              // local delivery; nil: there is none, 550
	Stamp      func(id string, to []smtp.Recipient) string            // trace field with its line end for mail made here; nil: none
	Waits      []time.Duration                                        // between tries, the last one again and again; nil: the persona's
	GiveUp     time.Duration                                          // 0: the persona's, at least for RFC 5321 §4.5.4.1's 4-5 days
	DelayDSN   time.Duration                                          // a "delayed" report after so long; 0: the persona's; < 0: never
	DoubleTo   string                                                 // mailbox that gets what would be a report about a report; "": dropped with a claim
	Workers    int                                                    // at the same time, over all domains; 0: 50
	PerSend    int                                                    // recipients in one transaction; 0: 100, which every server takes (RFC 5321 §4.5.3.1.8)
	PerDialog  int                                                    // messages in one session; 0: 100
	Checkpoint bool                                                   // let interrupted transfers be gone on with (RFC 1845)
	Demands    Demands                                                // what domains and senders want of TLS; nil: nothing
	DialMax    time.Duration                                          // for one connection attempt; 0: the network's own
	Speaks     persona.Extensions                                     // those of the host's own servers
	Expand     func([]smtp.Recipient) (out []smtp.Recipient, ok bool) // the host's aliases, for reports to its own users; nil: none
	From       func(text []byte) string                               // what the host that gave the mail called itself, out of its trace fields, for reports; nil: not told
}

// Delivery is what the local delivery agent gets: one mail for one recipient.
type Delivery struct {
	ID        string
	Reverse   smtp.ReversePath
	Recipient smtp.ForwardPath
	Params    []smtp.Param // of MAIL, for an agent that sends the mail on
	Text      []byte       // not to be changed
}

// Queue is one host's spool and the processes that empty it.
type Queue struct {
	host   *host.Host
	opts   Options
	ids    *persona.IDs
	wake   host.Signal
	spare  []*mail // the runner's other list, used in turn with fresh
	remote []job   // the runner's, for one mail
	silent bool    // nobody reads claims

	mu      sync.Mutex // guards what follows; never held across anything that blocks
	mails   map[string]*mail
	fresh   []*mail // came since the runner looked last
	later   schedule
	lanes   map[string]*lane
	ready   []*lane // have jobs but no worker, for want of free workers
	ended   []*lane // for domains to come
	workers int
	stopped bool
}

// Open makes the queue of a host, with what its disk holds from before, and starts the runner.
func Open(h *host.Host, opts Options) (*Queue, error) {
	if opts.Persona == nil {
		opts.Persona = persona.Postfix()
	}
	if opts.GiveUp == 0 {
		opts.GiveUp = opts.Persona.GiveUp
	}
	if opts.DelayDSN == 0 {
		opts.DelayDSN = opts.Persona.DelayDSN
	}
	opts.Workers = orDefault(opts.Workers, 50)
	opts.likePersona()
	q := &Queue{host: h, opts: opts, ids: opts.Persona.NewIDs(h.Rand), wake: h.NewSignal(), mails: map[string]*mail{}, lanes: map[string]*lane{}}
	_, q.silent = h.Claims.(host.NoClaims)
	if err := q.recover(); err != nil {
		return nil, err
	}
	h.Go("queue", q.run)
	return q, nil
}

func orDefault(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}

// recover takes the spool over from the disk: RFC 5321 §6.1: mail is not lost "because the host later crashes".
func (q *Queue) recover() error {
	for _, name := range q.host.Store.List(spoolPrefix) {
		id := strings.TrimPrefix(name, spoolPrefix)
		data, err := q.host.Store.Get(name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		m, err := parseSpool(id, data)
		if err != nil {
			return err
		}
		m.text = nil
		if data, err := q.host.Store.Get(statePrefix + id); err == nil {
			if err := m.parseState(data); err != nil {
				return err
			}
			m.saved = true
		}
		q.mails[id] = m
		q.fresh = append(q.fresh, m)
	}
	for _, name := range q.host.Store.List(statePrefix) {
		if q.mails[strings.TrimPrefix(name, statePrefix)] == nil { // crashed between two deletes
			if err := q.host.Store.Delete(name); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

// IDs is where the queue's ids come from: a server that gives out ids itself takes them from here.
func (q *Queue) IDs() *persona.IDs { return q.ids }

// NextID is a new queue id. A server that writes the id into its trace field asks for it first.
func (q *Queue) NextID() string {
	for {
		id := q.ids.Next(q.host.Clock.Now())
		q.mu.Lock()
		_, taken := q.mails[id]
		q.mu.Unlock()
		if !taken {
			return id
		}
	}
}

// ErrTaken is a queue id that another mail in the spool has.
var ErrTaken = errors.New("queue id is in use")

// Accept takes responsibility for a message, trace field in front of text: when it returns nil the mail is on disk, and
// the server may say 250 (RFC 5321 §6.1). Field, text and the list of recipients are copied. The error is the disk's, or ErrTaken.
func (q *Queue) Accept(id string, env smtp.Envelope, field string, text []byte) error {
	file := spoolPrefix + id
	m := &mail{id: file[len(spoolPrefix):], file: file, arrived: q.host.Clock.Now(), envelope: env, size: int64(len(field) + len(text)), slot: -1}
	m.address(env.Recipients)
	var few [512]byte
	head := appendSpool(few[:0], m)
	start := len(head)
	head = append(head, field...)
	q.mu.Lock()
	_, taken := q.mails[id]
	q.mu.Unlock()
	if taken {
		return ErrTaken // two mails with one id would be one mail
	}
	data := bytes.Join([][]byte{head, text}, nil)
	m.text = data[start:]
	if err := q.host.Store.Put(file, data); err != nil {
		return err
	}
	q.note(m)
	q.mu.Lock()
	q.mails[m.id] = m
	q.fresh = append(q.fresh, m)
	q.mu.Unlock()
	q.wake.Notify()
	return nil
}

// Flush tries everything that waits now, as ETRN or "sendmail -q" do.
func (q *Queue) Flush() {
	now := q.host.Clock.Now()
	q.mu.Lock()
	for len(q.later) > 0 {
		m := heap.Pop(&q.later).(*mail)
		for i := range m.rcpts {
			if m.rcpts[i].status == waiting {
				m.rcpts[i].next = m.notBefore(now)
			}
		}
		q.fresh = append(q.fresh, m)
	}
	q.mu.Unlock()
	q.wake.Notify()
}

// Stop ends the runner when it looks next; what is under way is finished.
func (q *Queue) Stop() {
	q.mu.Lock()
	q.stopped = true
	q.mu.Unlock()
	q.wake.Notify()
}

// run is the queue-runner process: new mail or the next timer wakes it.
func (q *Queue) run() {
	for {
		now := q.host.Clock.Now()
		jobs, wait, ok := q.collect(now)
		if !ok {
			return
		}
		for _, m := range jobs {
			q.dispatch(m, now)
		}
		clear(jobs) // their memory is used again: it must not hold mail that is long gone
		if len(jobs) == 0 {
			q.wake.Wait(wait)
		}
	}
}

// collect takes the mails that are due. wait is until the next one; negative: for ever. !ok means the end.
func (q *Queue) collect(now time.Time) (due []*mail, wait time.Duration, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	due, q.fresh = q.fresh, q.spare[:0]
	for len(q.later) > 0 && !q.later[0].next.After(now) {
		due = append(due, heap.Pop(&q.later).(*mail))
	}
	q.spare = due
	wait = -1
	if len(q.later) > 0 {
		wait = max(q.later[0].next.Sub(now), time.Millisecond) // a drifting clock must not make us spin
	}
	return due, wait, !q.stopped
}

// dispatch hands the due recipients of m to the lanes of their domains; one transaction for all of a domain (RFC 5321
// §4.5.4.1: "only one copy of the message SHOULD be transmitted").
func (q *Queue) dispatch(m *mail, now time.Time) {
	q.expire(m, now)
	here, remote := q.sort(m, now)
	for _, j := range remote {
		q.enqueue(j)
	}
	clear(remote)
	switch {
	case len(here.rcpts) > 0:
		q.deliver(here)
	case len(remote) == 0:
		q.finish(m)
	}
}

// sort takes the due recipients of m into jobs: those that are delivered here, and those of each other domain.
func (q *Queue) sort(m *mail, now time.Time) (here job, remote []job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	here.mail, remote = m, q.remote[:0]
	for i := range m.rcpts {
		if r := &m.rcpts[i]; r.status != waiting || r.next.After(now) {
			continue
		}
		m.rcpts[i].status = active
		if q.opts.Router.isLocal(m.domain(i)) {
			here.rcpts = m.with(here.rcpts, i)
		} else {
			remote = q.addTo(remote, m, i)
		}
	}
	q.remote = remote
	m.active = len(remote)
	if len(here.rcpts) > 0 {
		m.active++
	}
	return here, remote
}

// addTo puts recipient i into the job of its domain that still has room.
func (q *Queue) addTo(jobs []job, m *mail, i int) []job {
	for k := range jobs {
		if strings.EqualFold(m.domain(jobs[k].rcpts[0]), m.domain(i)) && len(jobs[k].rcpts) < q.perSend(m) {
			jobs[k].rcpts = append(jobs[k].rcpts, i)
			return jobs
		}
	}
	return append(jobs, job{m, m.with(nil, i)})
}
