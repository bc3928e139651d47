package scenario

import (
	"net/netip"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

func (p *parser) hosts() {
	if len(p.f.Hosts) > MaxHosts {
		p.fail(p.f.Hosts[MaxHosts].Name.err("expected at most %d hosts", MaxHosts))
		return
	}
	names, addrs := map[string]bool{}, map[netip.Addr]bool{}
	for i := range p.f.Hosts {
		y := &p.f.Hosts[i]
		h := Host{Name: must[string](p)(y.Name.hostName())}
		if names[h.Name] {
			p.fail(y.Name.err("expected a new host name, %q stands above already", h.Name))
		}
		names[h.Name] = true
		if len(y.Addresses) == 0 {
			p.fail(y.Name.err("expected addresses for host %q: [192.0.2.1]", h.Name))
		}
		for _, w := range y.Addresses {
			a := must[netip.Addr](p)(w.addr())
			if addrs[a] {
				p.fail(w.err("expected a new address, %s stands above already", a))
			}
			addrs[a] = true
			h.Addrs = append(h.Addrs, a)
		}
		p.roles(&h, y)
		p.mailHost(&h, y)
		p.behaviour(&h, y)
		p.service(&h, &y.Service)
		p.sts(&h, y)
		p.sending(&h, &y.Sending)
		p.extended(&h, &y.Extended)
		p.authentication(&h, &y.Authentication)
		p.admission(&h, &y.Admission)
		p.account(&h, &y.Account)
		p.actors(&h, &y.Actors)
		p.s.Hosts = append(p.s.Hosts, h)
	}
	for i := range p.f.Hosts {
		p.references(&p.s.Hosts[i], &p.f.Hosts[i])
	}
	p.learner()
}

// defaultPersona is what a host is like where nothing is said.
const defaultPersona = "postfix"

func (p *parser) roles(h *Host, y *hostYAML) {
	if len(y.Roles) == 0 {
		p.fail(y.Name.err("expected roles for host %q: [mua], [msa, mta, mda], [dns] or [web]", h.Name))
	}
	for _, w := range y.Roles {
		r, err := w.oneOf("mua", "msa", "mta", "mda", "dns", "web")
		p.fail(err)
		h.Roles = append(h.Roles, Role(r))
	}
	if h.Persona = defaultPersona; y.Persona.set() {
		h.Persona = must[string](p)(y.Persona.oneOf(persona.Names()...))
	}
}

func (p *parser) mailHost(h *Host, y *hostYAML) {
	for _, w := range y.Domains {
		h.Domains = append(h.Domains, must[string](p)(w.hostName()))
	}
	for _, w := range y.RelayTo {
		h.RelayTo = append(h.RelayTo, must[string](p)(w.hostName()))
	}
	for _, w := range y.RelayFrom {
		h.RelayFrom = append(h.RelayFrom, must[netip.Prefix](p)(w.prefix()))
	}
	for _, w := range y.Users {
		if w.s == "" || strings.ContainsAny(w.s, " @<>/\\") {
			p.fail(w.err("expected a local part such as bob, found %q", w.s))
		}
		h.Users = append(h.Users, w.s)
	}
	for _, name := range sortedKeys(y.Aliases) {
		if h.Aliases == nil {
			h.Aliases = map[string][]string{}
		}
		for _, w := range y.Aliases[name] {
			h.Aliases[name] = append(h.Aliases[name], w.s)
		}
	}
	if y.Extensions != nil {
		h.Extensions = []string{}
		for _, w := range *y.Extensions {
			if persona.ByKeyword(w.s) == 0 {
				p.fail(w.err("expected one of the EHLO keywords %s, found %q", strings.Join(persona.Keywords(), ", "), w.s))
			}
			h.Extensions = append(h.Extensions, w.s)
		}
	}
	ehlo, err := y.EHLO.oneOf("yes", "no")
	p.fail(err)
	h.NoEHLO = ehlo == "no"
}

func (p *parser) behaviour(h *Host, y *hostYAML) {
	h.TLS.Submissions = must[bool](p)(y.TLS.Submissions.boolean())
	h.TLS.Offer = must[bool](p)(y.TLS.Offer.boolean())
	h.TLS.Client = must[string](p)(y.TLS.Client.oneOf("may", "never", "must"))
	h.TLS.Certificate = must[string](p)(y.TLS.Certificate.oneOf("valid", "expired", "wrong-name"))
	h.Limits.MessageSize = must[int64](p)(y.Limits.MessageSize.integer(1, 1<<40))
	h.Limits.Recipients = int(must[int64](p)(y.Limits.Recipients.integer(1, 1<<20)))
	h.Limits.Hops = int(must[int64](p)(y.Limits.Hops.integer(1, 1000)))
	h.ClockOffset = must[time.Duration](p)(y.Clock.Offset.duration())
	h.DriftPPB = must[int64](p)(y.Clock.Drift.drift())
	h.Zone = must[time.Duration](p)(y.Clock.Zone.zone())
	h.GiveUp = must[time.Duration](p)(y.GiveUp.span())
	if y.RetryLike.set() {
		h.RetryLike = must[string](p)(y.RetryLike.oneOf(persona.ScheduleNames()...))
		if len(y.Retry) > 0 {
			p.fail(y.RetryLike.err("expected either retry-like: or retry:"))
		}
	}
	for _, w := range y.Retry {
		d := must[time.Duration](p)(w.span())
		if d <= 0 {
			p.fail(w.err("expected a wait longer than nothing, found %q", w.s))
		}
		h.Retry = append(h.Retry, d)
	}
	for _, r := range y.Replies {
		at, err := r.At.oneOf("RCPT", "CONNECT", "EHLO", "MAIL", "DATA", "END")
		p.fail(err)
		code, _, _, ok := smtp.SplitReplyLine(r.Reply.s)
		if !ok || code < 200 {
			p.fail(r.Reply.err("expected a reply such as \"450 4.2.0 Mailbox busy\", found %q", r.Reply.s))
		}
		h.Replies = append(h.Replies, Reply{At: at, Recipient: r.Recipient.s, Text: r.Reply.s,
			Times: int(must[int64](p)(r.Times.integer(1, 1<<30)))})
	}
}

// references checks what names other hosts, once all are known.
func (p *parser) references(h *Host, y *hostYAML) {
	if h.Is(MUA) {
		if !y.SubmitTo.set() || !y.User.set() {
			p.fail(y.Name.err("expected submit-to: and user: for the mua %q", h.Name))
			return
		}
		h.SubmitTo, h.User = p.host(y.SubmitTo), p.mailbox(y.User)
	}
	p.collects(h, &y.Service)
	p.tracks(h, &y.Extended)
	p.fetches(h, &y.Account)
	for _, domain := range sortedKeys(y.Routes) {
		if h.Routes == nil {
			h.Routes = map[string]string{}
		}
		h.Routes[domain] = p.host(y.Routes[domain])
	}
}

// mailbox checks an address against the grammar (RFC 5321 §4.1.2).
func (p *parser) mailbox(w word) string {
	c, err := smtp.ParseCommand("RCPT TO:<"+w.s+">", smtp.StrictUTF8)
	if err != nil || len(c.Forward.Route) > 0 || c.Forward.Domain == "" {
		p.fail(w.err("expected an address such as bob@west.example, found %q", w.s))
		return ""
	}
	return w.s
}

func (p *parser) learner() {
	if p.f.Learner.set() {
		p.s.Learner = p.host(p.f.Learner)
		return
	}
	i := slices.IndexFunc(p.s.Hosts, func(h Host) bool { return h.Is(MUA) })
	p.s.Learner = p.s.Hosts[max(i, 0)].Name
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
