package scenario

import (
	"slices"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/fault"
)

// MaxTroubles is how many faults with do: a scenario may have.
const MaxTroubles = 10_000

// trouble reads a fault with do:, which sim/fault knows.
func (p *parser) trouble(y *faultYAML) {
	if len(p.s.Troubles) >= MaxTroubles {
		p.fail(y.Do.err("expected at most %d faults", MaxTroubles))
		return
	}
	kinds := make([]string, 0, 32)
	for _, k := range fault.Kinds() {
		kinds = append(kinds, string(k))
	}
	do, err := y.Do.oneOf(kinds...)
	p.fail(err)
	f := fault.Fault{Kind: fault.Kind(do), At: must[time.Duration](p)(y.At.span()), PPM: must[int64](p)(y.Odds.scaled("%", 10_000, 1_000_000,
		"odds from 0.0001% to 100% such as 10%")), Times: int(must[int64](p)(y.Times.integer(1, 1<<30)))}
	if d := must[time.Duration](p)(y.For.span()); d > 0 {
		f.Until = f.At + d
	}
	if f.PPM < 0 {
		p.fail(y.Odds.err("expected odds from 0.0001%% to 100%%, found %q", y.Odds.s))
	}
	p.troubled(&f, y)
	p.troubleInSession(&f, y)
	p.troubleOfHost(&f, y)
	p.pointless(&f, y)
	p.s.Troubles = append(p.s.Troubles, f)
}

// troubled reads whom a fault concerns.
func (p *parser) troubled(f *fault.Fault, y *faultYAML) {
	switch {
	case f.Kind == fault.Zone:
	case f.Kind.OnLink() && len(y.Link) > 0 && !y.Host.set():
		f.Link, _ = p.pair(y.Link, y.Do)
	case y.Host.set() && len(y.Link) == 0:
		f.Host = p.host(y.Host)
	case f.Kind.OnLink():
		p.fail(y.Do.err("expected host: or link: [a, b] for do: %s", f.Kind))
	default:
		p.fail(y.Do.err("expected host: for do: %s", f.Kind))
	}
	ports := map[string]uint16{"smtp": 25, "submission": 587, "submissions": 465, "lmtp": 24, "any": 0}
	f.Port = ports[must[string](p)(y.Service.oneOf("any", "smtp", "submission", "submissions", "lmtp"))]
	if (f.Kind == fault.Refuse || f.Kind == fault.Silent) && f.Port == 0 {
		p.fail(y.Do.err("expected service: smtp, submission, submissions or lmtp for do: %s", f.Kind))
	}
}

// troubleInSession reads at which stage a fault strikes, and what it does there.
func (p *parser) troubleInSession(f *fault.Fault, y *faultYAML) {
	if y.Command.set() {
		stages := make([]string, 0, 16)
		for _, s := range fault.Stages() {
			stages = append(stages, string(s))
		}
		f.Command = fault.Stage(must[string](p)(y.Command.oneOf(stages...)))
		if !f.Kind.CanStrike(f.Command) {
			p.fail(y.Command.err("expected another stage: %s means nothing at %s", f.Kind, f.Command))
		}
	} else if f.Kind.InSession() && f.Kind != fault.Crash {
		p.fail(y.Do.err("expected command: with the stage at which do: %s strikes", f.Kind))
	}
	if y.Recipient.set() {
		f.Recipient = p.mailbox(y.Recipient)
		if f.Command != fault.AtRcpt {
			p.fail(y.Recipient.err("expected recipient: only with command: RCPT"))
		}
	}
	f.Wait = must[time.Duration](p)(y.Wait.span())
	if needs := []fault.Kind{fault.Delay, fault.Drip, fault.Reorder}; slices.Contains(needs, f.Kind) && f.Wait == 0 {
		p.fail(y.Do.err("expected wait: with a time span for do: %s", f.Kind))
	}
	if f.Kind != fault.Reply {
		return
	}
	var r smtp.ReplyParser
	done, err := r.Line(y.Reply.s)
	if f.Reply = r.Reply(); err != nil || !done || f.Reply.Code < 400 || f.Reply.Code > 599 {
		p.fail(y.anyOf(y.Reply).err("expected reply: with a refusal such as \"450 4.2.0 Mailbox busy\", found %q", y.Reply.s))
	}
}

// troubleOfHost reads what faults beside sessions do.
func (p *parser) troubleOfHost(f *fault.Fault, y *faultYAML) {
	f.Down = must[time.Duration](p)(y.Down.span())
	queue, err := y.Queue.oneOf("kept", "lost")
	p.fail(err)
	f.QueueLost = queue == "lost"
	f.BitsPerSecond = must[int64](p)(y.Bandwidth.bits())
	if f.Kind == fault.Clog && f.BitsPerSecond == 0 {
		f.BitsPerSecond = 1000
	}
	f.Offset = must[time.Duration](p)(y.Offset.duration())
	f.DriftPPB = must[int64](p)(y.Drift.drift())
	switch f.Kind {
	case fault.DNS:
		f.How = must[string](p)(y.How.oneOf(fault.ServFail, fault.Timeout, fault.Lame, fault.Stale))
		if f.Name = "."; y.Name.set() {
			f.Name = must[string](p)(y.Name.hostName()) + "."
		}
		if h, ok := p.s.Host(f.Host); ok && !h.Is(DNS) {
			p.fail(y.Host.err("expected a host with the role dns, found %q", y.Host.s))
		}
	case fault.Certificate:
		f.How = must[string](p)(y.How.oneOf(fault.Expired, fault.WrongName))
	case fault.Zone:
		for _, w := range y.Remove {
			name, kind, _ := strings.Cut(w.s, " ")
			if _, ok := dns.ParseType(strings.TrimSpace(kind)); !ok || dns.ValidName(name) != nil {
				p.fail(w.err("expected a name and a type such as \"west.example. MX\", found %q", w.s))
			}
			f.Remove = append(f.Remove, w.s)
		}
		for _, w := range y.Add {
			if _, err := dns.ParseRecord(w.s); err != nil {
				p.fail(w.err("expected a record such as \"west.example. 300 IN MX 10 mx2.west.example.\": %s", oneLine(err.Error())))
			}
			f.Add = append(f.Add, w.s)
		}
		if len(f.Add)+len(f.Remove) == 0 {
			p.fail(y.Do.err("expected remove: [\"west.example. MX\"] or add: [\"west.example. 300 IN MX 10 mx2.west.example.\"] for do: zone"))
		}
	}
}

// pointless refuses what says nothing, so that nobody believes that it does.
func (p *parser) pointless(f *fault.Fault, y *faultYAML) {
	crash := f.Kind == fault.Crash || f.Kind == fault.CrashAfter
	for _, x := range []struct {
		word
		key string
		ok  bool
	}{
		{y.State, "state", false},
		{y.Reply, "reply", f.Kind == fault.Reply},
		{y.Wait, "wait", f.Kind == fault.Delay || f.Kind == fault.Drip || f.Kind == fault.Hang || f.Kind == fault.Reorder},
		{y.Down, "down", crash},
		{y.Queue, "queue", crash},
		{y.Bandwidth, "bandwidth", f.Kind == fault.Clog},
		{y.How, "how", f.Kind == fault.DNS || f.Kind == fault.Certificate},
		{y.Name, "name", f.Kind == fault.DNS},
		{y.Offset, "offset", f.Kind == fault.Clock},
		{y.Drift, "drift", f.Kind == fault.Clock},
		{y.Times, "times", f.Command != ""},
		{y.Odds, "odds", f.Command != "" || f.Kind == fault.Loss || f.Kind == fault.Duplicate || f.Kind == fault.Reorder ||
			f.Kind == fault.DiskFull || f.Kind == fault.DNS},
		{y.Command, "command", f.Kind.InSession()},
		{y.Service, "service", f.Kind.InSession() || f.Kind == fault.Refuse || f.Kind == fault.Silent},
	} {
		if x.set() && !x.ok {
			p.fail(x.err("expected no %s: with do: %s", x.key, f.Kind))
		}
	}
}

// anyOf is w, or do: where w is not there.
func (y *faultYAML) anyOf(w word) word {
	if w.line > 0 {
		return w
	}
	return y.Do
}

// MaxBodyBytes is the largest body that size: makes.
const MaxBodyBytes = 16 << 20

// padded is a body with lines of filler behind it, up to so many octets with CRLF.
func padded(body string, octets int64) string {
	const line = "This line is here for its length, so that the mail is as large as wanted.\n"
	for int64(len(body)) < octets {
		body += strings.Repeat(line, int((octets-int64(len(body)))/int64(len(line)+1))+1)
	}
	return body
}
