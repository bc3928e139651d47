package lossless

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/node"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// bug is something that a node might do wrong, planted between its parts.
type bug struct {
	name  string
	plant func(*node.Config) node.Seams
}

// bugs are those that the judge must find.
func bugs() []bug {
	return []bug{
		{"250 before the store", disk(func(d *liar) { d.putLate = time.Second })},
		{"deletes the spool file before delivery is confirmed", disk(func(d *liar) { d.forgetful = true })},
		{"loses the queue at a restart", disk(func(d *liar) { d.blind = true })},
		{"delivers twice after a crash: the spool file is deleted too late", disk(func(d *liar) { d.deleteLate = 10 * time.Minute })},
		{"drops the mail on 4yz at the dot", sending(func(r *smtpclient.Recipient) bool { return r.Stage == smtpclient.StageEnd && r.Reply.Temporary() })},
		{"takes a lost connection after the dot for success", sending(func(r *smtpclient.Recipient) bool { return r.Stage == smtpclient.StageEnd && r.Reply.Code == 0 })},
		{"takes 5yz for done", sending(func(r *smtpclient.Recipient) bool { return r.Reply.Permanent() })},
		{"forgets the second recipient after a partial refusal", partial},
		{"tries a permanent failure for ever", forever},
		{"sends the bounce to From: instead of the reverse-path", toFrom},
		{"bounces a bounce", bouncesBounce},
		{"loops without counting hops", countless},
		{"relays for anybody", openRelay},
		{"sends passwords outside TLS", inClear},
	}
}

// TestPlantedBugs: each bug is found by the judge of TestNoMailIsLost, and its network is made small.
func TestPlantedBugs(t *testing.T) {
	if testing.Short() {
		t.Skip("the judge is the same as in TestNoMailIsLost, and this takes half a minute under the race detector")
	}
	const most = 3000 // networks for one bug
	for _, b := range bugs() {
		t.Run(b.name, func(t *testing.T) {
			for seed := uint64(1); seed <= most; seed++ {
				wrong := try(draw(seed), &b, nil)
				if len(wrong) == 0 {
					continue
				}
				before := draw(seed)
				d, wrong := shrink(before, &b)
				t.Logf("found in network %d, shrunk from %d to %d hosts, %d to %d mails, %d to %d faults (%d lines)\n%s\n%s", seed,
					len(before.hosts), len(d.hosts), len(before.mails), len(d.mails), len(before.faults), len(d.faults),
					strings.Count(d.yaml(), "\n"), wrong[0], d.yaml())
				return
			}
			t.Errorf("not found in %d networks", most)
		})
	}
}

// liar is a disk that does not do what it says.
type liar struct {
	host.Store
	h          *host.Host
	putLate    time.Duration
	deleteLate time.Duration
	forgetful  bool
	blind      bool
	memory     map[string][]byte // what is only in memory
}

func disk(how func(*liar)) func(*node.Config) node.Seams {
	return func(cfg *node.Config) node.Seams {
		h := *cfg.Host
		d := &liar{Store: h.Store, h: cfg.Host, memory: map[string][]byte{}}
		how(d)
		h.Store = d
		cfg.Host = &h
		return node.Seams{}
	}
}

func (d *liar) Put(name string, data []byte) error {
	if id, ok := strings.CutPrefix(name, "state/"); ok && d.forgetful {
		if text, err := d.Store.Get("spool/" + id); err == nil {
			d.memory["spool/"+id] = text
			_ = d.Store.Delete("spool/" + id)
		}
	}
	if d.putLate == 0 || !strings.HasPrefix(name, "spool/") {
		return d.Store.Put(name, data)
	}
	d.memory[name] = data
	d.h.Go("disk", func() {
		d.h.Clock.Sleep(d.putLate)
		if data, still := d.memory[name]; still {
			delete(d.memory, name)
			_ = d.Store.Put(name, data)
		}
	})
	return nil
}

func (d *liar) Get(name string) ([]byte, error) {
	if data, ok := d.memory[name]; ok {
		return append([]byte(nil), data...), nil
	}
	return d.Store.Get(name)
}

func (d *liar) Delete(name string) error {
	if _, ok := d.memory[name]; ok {
		delete(d.memory, name)
		return nil
	}
	if d.deleteLate == 0 {
		return d.Store.Delete(name)
	}
	d.h.Go("disk", func() {
		d.h.Clock.Sleep(d.deleteLate)
		_ = d.Store.Delete(name)
	})
	return nil
}

func (d *liar) List(prefix string) []string {
	if d.blind && prefix == "spool/" {
		return nil
	}
	clear(d.memory) // it is only asked after a restart
	return d.Store.List(prefix)
}

// hook is a session whose results are changed.
type hook struct {
	queue.Session
	change func(smtp.Envelope, *smtpclient.Result) bool // true: it is a success now
	before func(*smtp.Envelope, []byte)
}

func (s hook) Send(env smtp.Envelope, text []byte) (smtpclient.Result, error) {
	if s.before != nil {
		s.before(&env, text)
	}
	r, err := s.Session.Send(env, text)
	if s.change != nil && s.change(env, &r) {
		err = nil
	}
	return r, err
}

func connecting(s hook) node.Seams {
	return node.Seams{Connect: func(c queue.Connector) queue.Connector {
		return func(t queue.Target) (queue.Session, error) {
			inner, err := c(t)
			if err != nil {
				return nil, err
			}
			s := s
			s.Session = inner
			return s, nil
		}
	}}
}

// success makes a recipient look accepted.
func success(r *smtpclient.Recipient) {
	*r = smtpclient.Recipient{Stage: smtpclient.StageEnd, Reply: smtp.NewReply(250, "2.0.0", "ok"), Accepted: true}
}

// sending takes some failures for success.
func sending(wrongly func(*smtpclient.Recipient) bool) func(*node.Config) node.Seams {
	return func(cfg *node.Config) node.Seams {
		if cfg.SubmitTo != "" {
			return node.Seams{} // a mail program has no queue
		}
		return connecting(hook{change: func(_ smtp.Envelope, r *smtpclient.Result) (changed bool) {
			for i := range r.Recipients {
				if to := &r.Recipients[i]; !to.Accepted && wrongly(to) {
					success(to)
					changed = true
				}
			}
			return changed
		}})
	}
}

func partial(cfg *node.Config) node.Seams {
	if cfg.SubmitTo != "" {
		return node.Seams{}
	}
	return connecting(hook{change: func(_ smtp.Envelope, r *smtpclient.Result) bool {
		if r.Accepted() == 0 {
			return false
		}
		for i := range r.Recipients {
			success(&r.Recipients[i])
		}
		return true
	}})
}

func forever(cfg *node.Config) node.Seams {
	cfg.GiveUp = 100 * 365 * 24 * time.Hour
	return connecting(hook{change: func(_ smtp.Envelope, r *smtpclient.Result) bool {
		for i := range r.Recipients {
			if to := &r.Recipients[i]; to.Reply.Permanent() {
				to.Reply = smtp.NewReply(450, "4.0.0", "later")
			}
		}
		return false
	}})
}

// fromField is the address in the From field of the mail that a report returns.
func fromField(text []byte) (address string) {
	for line := range strings.SplitSeq(string(text), "\r\n") {
		if a, ok := strings.CutPrefix(line, "From: "); ok && !strings.Contains(a, "<") {
			address = a
		}
	}
	return address
}

func toFrom(*node.Config) node.Seams {
	redirect := func(null bool, to *smtp.Mailbox, text []byte) {
		m, err := smtp.ParseMailbox(fromField(text), smtp.Strict)
		if null && factsOf(text).reports == 1 && err == nil && m.Domain == to.Domain {
			*to = m
		}
	}
	s := connecting(hook{before: func(env *smtp.Envelope, text []byte) {
		env.Recipients = append([]smtp.Recipient(nil), env.Recipients...)
		redirect(env.Reverse.Null, &env.Recipients[0].Forward.Mailbox, text)
	}})
	s.Deliver = func(deliver func(queue.Delivery) smtp.Reply) func(queue.Delivery) smtp.Reply {
		return func(d queue.Delivery) smtp.Reply {
			redirect(d.Reverse.Null, &d.Recipient.Mailbox, d.Text)
			return deliver(d)
		}
	}
	return s
}

func bouncesBounce(cfg *node.Config) node.Seams {
	if len(cfg.Domains) > 0 {
		cfg.DoubleTo = "bob@" + cfg.Domains[0]
	}
	return node.Seams{}
}

func countless(cfg *node.Config) node.Seams {
	cfg.Limits.Hops = 1 << 20
	return node.Seams{}
}

// relayer is a backend that takes what it should not.
type relayer struct {
	smtpserver.Backend
	domains []string
}

type relaySession struct {
	smtpserver.Session
	domains []string
}

func (b relayer) Session(p *smtpserver.Peer) (smtpserver.Session, *smtp.Reply) {
	s, r := b.Backend.Session(p)
	if s == nil {
		return nil, r
	}
	return relaySession{s, b.domains}, r
}

func (s relaySession) Rcpt(t *smtpserver.Transaction, r *smtp.Recipient) *smtp.Reply {
	reply := s.Session.Rcpt(t, r)
	if reply != nil && reply.Permanent() && !slices.Contains(s.domains, r.Forward.Domain) {
		return nil
	}
	return reply
}

func inClear(cfg *node.Config) node.Seams {
	if cfg.Accounts != nil {
		a := *cfg.Accounts
		a.InClear = true
		cfg.Accounts = &a
	}
	for name, login := range cfg.Logins {
		l := *login
		l.InClear = true
		cfg.Logins[name] = &l
	}
	return node.Seams{}
}

func openRelay(cfg *node.Config) node.Seams {
	return node.Seams{Backend: func(b smtpserver.Backend) smtpserver.Backend { return relayer{b, cfg.Domains} }}
}
