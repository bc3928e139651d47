package lossless

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/node"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// ledger is what witnesses outside the nodes saw: servers took mail, clients were told so.
type ledger struct {
	sc    *scenario.Scenario
	disks map[string]host.Store // as they are, under whatever a bug puts between
	took  []passage
	told  []passage
	wrong []string // what must never happen, when it happened
	cover *coverage
	now   func() time.Duration // since the start

	visits map[[2]netip.AddrPort]*visit // of sessions, for the coverage
}

// passage is one mail that went from one host to another.
type passage struct {
	from, to   string // hosts
	mail       int    // of the mail, or of the one that a report is about; -1: none
	recipients []string
}

func (l *ledger) accuse(format string, args ...any) {
	if len(l.wrong) < 10 {
		l.wrong = append(l.wrong, fmt.Sprintf(format, args...))
	}
}

// watch is sim.Options.Node: the witnesses stand next to the engines, planted bugs behind them.
func (l *ledger) watch(bug *bug) func(*node.Config) {
	return func(cfg *node.Config) {
		name := cfg.Host.Name
		l.disks[name] = cfg.Host.Store
		for d := range cfg.Domains {
			cfg.DoubleTo = "postmaster@" + cfg.Domains[d]
		}
		if h, _ := l.sc.Host(name); h.Auth.User != "" && !h.Auth.InClear {
			tapped := *cfg.Host
			tapped.Dialer = wire{cfg.Host.Dialer, l, name}
			cfg.Host = &tapped
		}
		var seams node.Seams
		if bug != nil {
			seams = bug.plant(cfg)
		}
		cfg.Seams.Deliver = seams.Deliver
		cfg.Seams.Backend = func(b smtpserver.Backend) smtpserver.Backend {
			if seams.Backend != nil {
				b = seams.Backend(b)
			}
			return server{b, l, name}
		}
		cfg.Seams.Connect = func(c queue.Connector) queue.Connector {
			c = l.client(name, c)
			if seams.Connect != nil {
				c = seams.Connect(c)
			}
			return c
		}
		if l.cover != nil {
			cfg.Fault = l.cover.watch(l, name, cfg.Fault)
		}
	}
}

func (l *ledger) hostAt(a netip.Addr) string {
	for i := range l.sc.Hosts {
		if slices.Contains(l.sc.Hosts[i].Addrs, a) {
			return l.sc.Hosts[i].Name
		}
	}
	return ""
}

// server is the witness beside a server.
type server struct {
	smtpserver.Backend
	l    *ledger
	name string
}

func (s server) Session(p *smtpserver.Peer) (smtpserver.Session, *smtp.Reply) {
	inner, r := s.Backend.Session(p)
	if inner == nil {
		return nil, r
	}
	watched := serverSession{inner, s}
	if a, knows := inner.(smtpserver.Authenticator); knows {
		return authSession{watched, a}, r
	}
	return watched, r
}

type serverSession struct {
	smtpserver.Session
	server server
}

// authSession is one that knows passwords.
type authSession struct {
	serverSession
	smtpserver.Authenticator
}

// Rcpt: no open relay (RFC 5321 §7.1 and common sense): foreign mail only from the host's own clients, or as backup exchanger.
func (s serverSession) Rcpt(t *smtpserver.Transaction, r *smtp.Recipient) *smtp.Reply {
	reply := s.Session.Rcpt(t, r)
	if reply != nil && !reply.Positive() {
		return reply
	}
	h, _ := s.server.l.sc.Host(s.server.name)
	own := t.User != "" || slices.ContainsFunc(h.RelayFrom, func(p netip.Prefix) bool { return p.Contains(t.Remote.Addr()) })
	if d := r.Forward.Domain; !own && !slices.Contains(h.Domains, d) && !slices.Contains(h.RelayTo, d) {
		s.server.l.accuse("%s relays for anybody: it took <%s> from %s", s.server.name, r.Forward.Address(), s.server.l.hostAt(t.Remote.Addr()))
	}
	return reply
}

// Data notes what was taken.
func (s serverSession) Data(t *smtpserver.Transaction, text []byte) *smtp.Reply {
	var to []string
	for _, r := range t.Envelope.Recipients {
		to = append(to, r.Forward.Address())
	}
	remote, null := t.Remote.Addr(), t.Envelope.Reverse.Null
	reply := s.Session.Data(t, text)
	if reply != nil && !reply.Positive() {
		return reply
	}
	f := factsOf(text)
	s.server.l.took = append(s.server.l.took, passage{from: s.server.l.hostAt(remote), to: s.server.name, mail: f.mail, recipients: to})
	h, _ := s.server.l.sc.Host(s.server.name)
	if limit := hopLimit(h); f.hops > limit {
		s.server.l.accuse("%s took mail m%d with %d Received fields although it stops at %d (RFC 5321 §6.3)", s.server.name, f.mail, f.hops, limit)
	}
	if f.reports > 1 && null && !slices.ContainsFunc(to, isPostmaster) {
		s.server.l.accuse("a report about a report about m%d goes to <%s> (RFC 5321 §6.1)", f.mail, to[0])
	}
	return reply
}

func isPostmaster(address string) bool { return strings.HasPrefix(address, "postmaster@") }

// hopLimit is what a host of the scenario says, or its software.
func hopLimit(h *scenario.Host) int {
	if h.Limits.Hops > 0 {
		return h.Limits.Hops
	}
	return persona.ByName(h.Persona).HopLimit
}

// client is the witness beside a client.
func (l *ledger) client(name string, connect queue.Connector) queue.Connector {
	return func(t queue.Target) (queue.Session, error) {
		s, err := connect(t)
		if err != nil {
			return nil, err
		}
		return clientSession{s, l, name, l.hostAt(t.Addr.Addr())}, nil
	}
}

type clientSession struct {
	queue.Session
	l        *ledger
	from, to string
}

func (s clientSession) Send(env smtp.Envelope, text []byte) (smtpclient.Result, error) {
	result, err := s.Session.Send(env, text)
	p := passage{from: s.from, to: s.to, mail: factsOf(text).mail}
	for i, r := range result.Recipients {
		if r.Accepted {
			p.recipients = append(p.recipients, env.Recipients[i].Forward.Address())
		}
	}
	if len(p.recipients) > 0 {
		s.l.told = append(s.l.told, p)
	}
	return result, err
}

// facts are what the text of a mail tells.
type facts struct {
	mail    int // m<n> in the innermost Subject; -1: none
	hops    int
	reports int      // one within the other
	failed  []string // final recipients of the innermost report
}

// factsOf reads a text with as little as is needed; what is no mail of ours gives mail -1.
func factsOf(text []byte) facts {
	f := facts{mail: -1}
	recipient, header := "", true
	for line := range strings.SplitSeq(string(text), "\r\n") {
		header = header && line != ""
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "Received":
			if header {
				f.hops++
			}
		case "Subject":
			var n int
			if _, err := fmt.Sscanf(value, "m%d", &n); err == nil {
				f.mail = n
			}
		case "Reporting-MTA":
			f.reports++
			f.failed = nil
		case "Final-Recipient":
			_, recipient, _ = strings.Cut(value, "; ")
			if recipient == "" {
				_, recipient, _ = strings.Cut(value, ";")
			}
		case "Action":
			if value == "failed" {
				f.failed = append(f.failed, recipient)
			}
		}
	}
	return f
}
