package sim

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim/console"
	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/node"
	"github.com/smtpsim/smtpsim/trace"
)

// seat is the world as the console sees it: what it does here is part of the act that is journalled already.
type seat struct{ w *World }

func (s seat) Find(name string) (string, bool) {
	h, ok := s.w.scenario.Host(strings.ToLower(strings.TrimSuffix(name, ".")))
	if !ok {
		return "", false
	}
	return h.Name, true
}

func (s seat) Hosts() []string                       { return s.w.Hosts() }
func (s seat) Ports(name string) *host.Host          { return s.w.net.Host(name).Ports() }
func (s seat) Now() time.Duration                    { return s.w.Now() }
func (s seat) Date() time.Time                       { return s.w.net.Now() }
func (s seat) Zones() *dns.Zones                     { return s.w.zones }
func (s seat) Queue(name string) []console.QueueItem { return s.w.Queue(name) }
func (s seat) Mailboxes() []console.Mailbox          { return s.w.Mailboxes() }
func (s seat) RunIdle()                              { s.w.runIdle() }
func (s seat) SetHost(name, state string)            { s.w.fault(name, [2]string{}, state) }
func (s seat) Spawn(name, process string, f func())  { s.w.net.Spawn(s.w.net.Host(name), process, f) }

// Pass lets time pass, up to the end of what a world lives.
func (s seat) Pass(d time.Duration) {
	s.w.net.RunUntil(s.w.scenario.Start.Add(s.w.upTo(s.w.Now() + d)))
}

// Await lets things happen until done, at most for limit of virtual time.
func (s seat) Await(done func() bool, limit time.Duration) bool {
	end := s.w.net.Time() + trace.Time(limit)
	for !done() {
		at, ok := s.w.net.NextTime()
		if !ok {
			return done()
		}
		if at > end {
			s.w.net.RunUntil(end.Std())
			return done()
		}
		s.w.net.Step()
	}
	return true
}

func (s seat) NameServer() (netip.AddrPort, bool) {
	h, ok := s.w.scenario.Host(s.w.scenario.Learner)
	if !ok {
		return netip.AddrPort{}, false
	}
	all := s.w.nameServers(h)
	if len(all) == 0 {
		return netip.AddrPort{}, false
	}
	return all[0], true
}

// Send has the host whose user is the sender write a mail, or the learner's host if there is none.
func (s seat) Send(m console.Message) error {
	from := s.w.scenario.Learner
	for i := range s.w.scenario.Hosts {
		if h := &s.w.scenario.Hosts[i]; h.User == m.From && h.User != "" {
			from = h.Name
		}
	}
	n := s.w.nodes[from]
	if n == nil || !n.Is(node.MUA) {
		return fmt.Errorf("nobody here writes as %q", m.From)
	}
	env, text, err := n.Compose(node.Message{From: m.From, To: m.To, Subject: m.Subject, Body: m.Body})
	if err != nil {
		return err
	}
	s.w.net.Spawn(s.w.net.Host(from), "writes mail", func() {
		s.w.handOver(from, env, text)
	})
	return nil
}

// Log is what a host's engines say they did, a line each.
func (s seat) Log(name string) []string { return s.w.ev.lines(name) }

// Queue lists what a host still answers for.
func (w *World) Queue(name string) []console.QueueItem {
	n := w.nodes[name]
	if n == nil || n.Queue() == nil {
		return nil
	}
	now := w.net.Host(name).Ports().Clock.Now()
	var out []console.QueueItem
	for _, it := range n.Queue().List() {
		for _, r := range it.Recipients {
			q := console.QueueItem{Host: name, ID: it.ID, Sender: it.Sender, Recipient: r.Address, Size: int(it.Size)}
			if r.Last.Code != 0 {
				q.LastReply = oneLine(r.Last)
			}
			if !r.Next.IsZero() {
				q.Next = max(r.Next.Sub(now), 0)
			}
			out = append(out, q)
		}
	}
	return out
}

// Mailboxes lists all mailboxes, by host as the scenario lists them, then by user.
func (w *World) Mailboxes() []console.Mailbox {
	var out []console.Mailbox
	for _, name := range w.order {
		h, _ := w.scenario.Host(name) // w.order is made of them
		for _, b := range w.nodes[name].Mailboxes() {
			out = append(out, console.Mailbox{Host: name, User: b.User, Domains: h.Domains, Messages: b.Messages})
		}
	}
	return out
}

// Users lists the addresses that have a mailbox or write mail.
func (w *World) Users() []string {
	var out []string
	for i := range w.scenario.Hosts {
		h := &w.scenario.Hosts[i]
		if h.User != "" {
			out = append(out, h.User)
		}
		for _, d := range h.Domains {
			for _, u := range h.Users {
				out = append(out, u+"@"+d)
			}
		}
	}
	return out
}
