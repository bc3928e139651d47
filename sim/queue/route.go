package queue

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
)

// The ports of mail transport and of LMTP (RFC 5321 §2.3.1; RFC 2033 §5 leaves the latter open, 24 is the custom).
const (
	PortSMTP = 25
	PortLMTP = 24
)

// Lookup is what routing needs of a resolver.
type Lookup interface {
	LookupMX(domain string) ([]dns.MX, dns.Answer)
	LookupAddr(name string) ([]netip.Addr, dns.Answer)
}

// Rule is a local rule: where the mail for a domain goes, whatever the DNS says.
type Rule struct {
	Host string // looked up by address, not by MX; "" if Addr is set
	Addr netip.Addr
	Port uint16 // 0: the protocol's
	LMTP bool   // hand it to a message store (RFC 2033)
}

// Action is what happens to the mail of a domain.
type Action uint8

const (
	ActionLocal Action = iota // deliver here
	ActionRelay               // send to one of the exchangers
	ActionRetry               // not known now: keep and ask again
	ActionFail                // give back
)

// Exchanger is one machine that may take the mail.
type Exchanger struct {
	Preference uint16
	Name       string     // without last dot; an address literal if Addr is set
	Addr       netip.Addr // known without a look-up
	Port       uint16
}

// Plan is where the mail of one domain goes now.
type Plan struct {
	Domain string
	Action Action
	LMTP   bool
	Groups [][]Exchanger // by preference, best first; inside a group in the order to try
	Reply  smtp.Reply    // ActionRetry, ActionFail: what is told
	reason string
	ruled  bool // by a local rule: the next host is this host's choice
}

// Reason says in one sentence why the plan is so.
func (p *Plan) Reason() string {
	if p.reason == "" {
		p.reason = describe(p.Domain, p.Groups)
	}
	return p.reason
}

// Router finds the next host for a domain.
type Router struct {
	Lookup Lookup
	Rand   *rand.Rand
	Names  []string                 // by which this host is known in mail transactions (RFC 5321 §5.1)
	Addrs  []netip.Addr             // of this host
	Local  func(domain string) bool // domains that are delivered here; nil: none
	Rules  map[string]Rule          // local rules by lower-case domain; "*": for all others, a smart host
}

// Route decides about one domain: local rules first, then the DNS (RFC 5321 §5.1).
func (r *Router) Route(domain string) Plan {
	name := strings.ToLower(smtp.ALabels(strings.TrimSuffix(domain, "."))) // RFC 6531 §3.2: the DNS knows A-labels
	p := Plan{Domain: name}
	if r.isLocal(name) {
		p.Action, p.reason = ActionLocal, "local rule: mail for "+name+" is delivered here"
		return p
	}
	if rule, ok := r.rule(name); ok {
		return r.byRule(p, rule)
	}
	if strings.HasPrefix(name, "[") {
		return r.byLiteral(p)
	}
	list, answer := r.Lookup.LookupMX(name)
	switch answer.Outcome {
	case dns.Found:
		return r.byMX(p, list)
	case dns.NoData:
		return r.byAddress(p)
	case dns.NoName:
		// RFC 5321 §5.1: "If a non-existent domain error is returned, this situation MUST be reported as an error."
		return p.fail(smtp.NewReply(550, "5.1.2", "Domain "+name+" does not exist"), "the DNS knows no "+name+" (NXDOMAIN)")
	}
	// RFC 5321 §5.1: "If a temporary error is returned, the message MUST be queued and retried later."
	return p.later(answer, "MX of "+name)
}

// isLocal reports whether mail for domain is delivered here. A bare <postmaster> is (RFC 5321 §4.5.1).
func (r *Router) isLocal(domain string) bool {
	return domain == "" || r.Local != nil && r.Local(strings.ToLower(smtp.ALabels(domain)))
}

func (r *Router) rule(name string) (Rule, bool) {
	if rule, ok := r.Rules[name]; ok {
		return rule, true
	}
	rule, ok := r.Rules["*"]
	return rule, ok
}

func (r *Router) byRule(p Plan, rule Rule) Plan {
	p.Action, p.LMTP, p.ruled = ActionRelay, rule.LMTP, true
	x := Exchanger{Name: rule.Host, Addr: rule.Addr, Port: rule.Port}
	if x.Port == 0 && rule.LMTP {
		x.Port = PortLMTP
	}
	if x.Port == 0 {
		x.Port = PortSMTP
	}
	if x.Name == "" {
		x.Name = smtp.Literal(x.Addr)
	}
	p.Groups = [][]Exchanger{{x}}
	p.reason = "local rule: mail for " + p.Domain + " goes to " + x.Name
	return p
}

// byLiteral is mail for an address: no look-up at all (RFC 5321 §4.1.3).
func (r *Router) byLiteral(p Plan) Plan {
	addr, ok := smtp.LiteralAddr(p.Domain)
	if !ok {
		return p.fail(smtp.NewReply(550, "5.1.2", "Address literal "+p.Domain+" is none that can be reached"),
			p.Domain+" names neither an IPv4 nor an IPv6 address")
	}
	addr = addr.Unmap()
	if r.ours(addr) {
		return p.loop(p.Domain)
	}
	p.Action, p.reason = ActionRelay, "address literal "+p.Domain
	p.Groups = [][]Exchanger{{{Name: p.Domain, Addr: addr, Port: PortSMTP}}}
	return p
}

// byAddress is the implicit MX with preference 0 of a domain without any MX record (RFC 5321 §5.1).
func (r *Router) byAddress(p Plan) Plan {
	if r.named(p.Domain) {
		return p.loop(p.Domain)
	}
	_, answer := r.Lookup.LookupAddr(p.Domain)
	switch {
	case answer.Outcome == dns.Found:
		p.Action, p.reason = ActionRelay, p.Domain+" has no MX: its address counts as one"
		p.Groups = [][]Exchanger{{{Name: p.Domain, Port: PortSMTP}}}
		return p
	case answer.Outcome.Temporary():
		return p.later(answer, "address of "+p.Domain)
	}
	// RFC 3463 §3.5, X.4.4: "A DNS lookup returning only an SOA record for a domain name is one example"
	return p.fail(smtp.NewReply(550, "5.4.4", "Domain "+p.Domain+" has neither MX nor address"),
		p.Domain+" exists but has no MX, A or AAAA record")
}

// byMX sorts the exchangers and takes out this host and all that are not better (RFC 5321 §5.1). list is sorted.
func (r *Router) byMX(p Plan, list []dns.MX) Plan {
	if len(list) == 1 && list[0].Host == "" {
		// RFC 7505 §4.1: do not try, and say 556 5.1.10
		return p.fail(smtp.NewReply(556, "5.1.10", "Domain "+p.Domain+" does not accept mail"), p.Domain+" has a null MX: it takes no mail")
	}
	self := false
	for _, mx := range list {
		if self = r.named(mx.Host); self {
			p.Groups = before(p.Groups, mx.Preference)
			break
		}
		if mx.Host == "" {
			continue // a null MX beside others is no host (RFC 7505 §3 forbids the mixture)
		}
		x := Exchanger{Preference: mx.Preference, Name: mx.Host, Port: PortSMTP}
		if n := len(p.Groups); n > 0 && p.Groups[n-1][0].Preference == mx.Preference {
			p.Groups[n-1] = append(p.Groups[n-1], x)
		} else {
			p.Groups = append(p.Groups, []Exchanger{x})
		}
	}
	switch {
	case len(p.Groups) == 0 && self:
		return p.loop(p.Domain)
	case len(p.Groups) == 0:
		return p.unusable()
	}
	for _, g := range p.Groups { // RFC 5321 §5.1: "the sender-SMTP MUST randomize them"
		r.Rand.Shuffle(len(g), func(i, j int) { g[i], g[j] = g[j], g[i] })
	}
	p.Action = ActionRelay
	return p
}

// before keeps the groups with a preference lower than limit.
func before(groups [][]Exchanger, limit uint16) [][]Exchanger {
	for i, g := range groups {
		if g[0].Preference >= limit {
			return groups[:i]
		}
	}
	return groups
}

// named reports whether name is one of this host's.
func (r *Router) named(name string) bool {
	for _, own := range r.Names {
		if strings.EqualFold(own, name) {
			return true
		}
	}
	return false
}

// ours reports whether mail sent to a comes back to this host. Names of others may lead to a loopback address too.
func (r *Router) ours(a netip.Addr) bool {
	if a.IsLoopback() || a.IsUnspecified() {
		return true
	}
	for _, own := range r.Addrs {
		if own == a {
			return true
		}
	}
	return false
}

func (p Plan) fail(reply smtp.Reply, reason string) Plan {
	p.Action, p.Reply, p.reason, p.Groups = ActionFail, reply, reason, nil
	return p
}

func (p Plan) later(answer dns.Answer, what string) Plan {
	p.Action, p.Groups = ActionRetry, nil
	p.Reply = smtp.NewReply(451, "4.4.3", fmt.Sprintf("The DNS gives no answer for the %s: %s", what, answer.Outcome))
	p.reason = fmt.Sprintf("%s: %s", what, answer.Outcome)
	return p
}

// loop is for mail whose best exchanger is this host itself without a rule that would deliver it here: it "MUST be
// returned as undeliverable" (RFC 5321 §5.1).
func (p Plan) loop(domain string) Plan {
	return p.fail(smtp.NewReply(554, "5.4.6", "Mail for "+domain+" loops back to myself"),
		"this host is the best exchanger of "+domain+" but has no rule for it")
}

// unusable: "If MX records are present, but none of them are usable, this situation MUST be reported as an error"; the
// address of the domain itself is not tried (RFC 5321 §5.1).
func (p Plan) unusable() Plan {
	return p.fail(smtp.NewReply(550, "5.4.4", "No mail exchanger of "+p.Domain+" has an address"),
		"no MX of "+p.Domain+" has an address")
}

func describe(domain string, groups [][]Exchanger) string {
	var few [128]byte
	b := append(append(append(few[:0], "MX of "...), domain...), ": "...)
	for i, g := range groups {
		for j, x := range g {
			if i+j > 0 {
				b = append(b, ", "...)
			}
			b = strconv.AppendUint(b, uint64(x.Preference), 10)
			b = append(append(b, ' '), x.Name...)
		}
	}
	return string(b)
}
