package queue

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/sim/dns"
)

// table is a DNS without packets: "west.example MX" → "10 mx1, 20 mx2", or an outcome.
type table map[string]string

func (t table) answer(key string) (string, dns.Answer) {
	switch data, ok := t[key]; {
	case data == "SERVFAIL":
		return "", dns.Answer{Outcome: dns.Failed}
	case data == "silent":
		return "", dns.Answer{Outcome: dns.Timeout}
	case data == "NXDOMAIN", !ok && t[strings.Fields(key)[0]] == "":
		return "", dns.Answer{Outcome: dns.NoName}
	case !ok || data == "":
		return "", dns.Answer{Outcome: dns.NoData}
	default:
		return data, dns.Answer{Outcome: dns.Found}
	}
}

func (t table) LookupMX(domain string) (list []dns.MX, a dns.Answer) {
	data, a := t.answer(domain + " MX")
	if a.Outcome != dns.Found {
		return nil, a
	}
	for word := range strings.SplitSeq(data, ", ") {
		var mx dns.MX
		if _, err := fmt.Sscan(word, &mx.Preference, &mx.Host); err != nil {
			panic(err)
		}
		mx.Host = strings.TrimSuffix(mx.Host, ".")
		list = append(list, mx)
	}
	return list, a
}

func (t table) LookupAddr(name string) (addrs []netip.Addr, a dns.Answer) {
	data, a := t.answer(name + " A")
	if a.Outcome != dns.Found {
		return nil, a
	}
	for word := range strings.SplitSeq(data, ", ") {
		addrs = append(addrs, netip.MustParseAddr(word))
	}
	return addrs, a
}

// names is the DNS of the routing tests; a bare name says that it exists.
func names() table {
	return table{
		"two.example MX": "10 mx1.two.example, 20 mx2.two.example", "two.example A": "192.0.2.80",
		"equal.example MX": "10 a.example, 10 b.example, 20 c.example",
		"only-a.example":   "exists", "only-a.example A": "192.0.2.81",
		"empty.example":   "exists",
		"null.example MX": "0 .", "null.example A": "192.0.2.82",
		"mixed.example MX": "0 ., 10 mx.example",
		"sick.example MX":  "SERVFAIL", "sick.example A": "192.0.2.83",
		"dumb.example MX":    "silent",
		"half.example":       "exists",
		"half.example A":     "SERVFAIL",
		"backup.example MX":  "10 best.example, 20 ME.nord.example, 20 same.example, 30 worse.example",
		"backup2.example MX": "10 best.example, 20 same.example, 20 ME.nord.example, 30 worse.example",
		"mine.example MX":    "10 me.nord.example, 20 other.example",
		"me.nord.example":    "exists",
	}
}

func TestRoute(t *testing.T) {
	r := &Router{
		Lookup: names(), Rand: rand.New(rand.NewPCG(1, 1)), Names: []string{"me.nord.example"},
		Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.10"), netip.MustParseAddr("2001:db8::10")},
		Local: func(d string) bool { return d == "nord.example" },
		Rules: map[string]Rule{
			"ruled.example": {Host: "hub.example"},
			"store.example": {Addr: netip.MustParseAddr("192.0.2.24"), LMTP: true},
			"two-b.example": {Host: "hub.example", Port: 2525},
		},
	}
	for _, c := range []struct {
		domain string
		action Action
		want   string // the exchangers, or the reply
		source string
	}{
		{"nord.example", ActionLocal, "", "a local rule comes before the DNS"},
		{"NORD.Example", ActionLocal, "", "RFC 5321 §2.4: domains without regard to case"},
		{"", ActionLocal, "", "RFC 5321 §4.5.1: <postmaster>"},
		{"ruled.example", ActionRelay, "0 hub.example:25", "a local rule, though the DNS knows no such name"},
		{"two-b.example", ActionRelay, "0 hub.example:2525", "a local rule with a port"},
		{"store.example", ActionRelay, "0 [192.0.2.24]:24 lmtp", "RFC 2033"},
		{"two.example", ActionRelay, "10 mx1.two.example:25 | 20 mx2.two.example:25", "RFC 5321 §5.1: lower numbers first; the A record is not used"},
		{"only-a.example", ActionRelay, "0 only-a.example:25", "RFC 5321 §5.1: implicit MX"},
		{"[192.0.2.77]", ActionRelay, "0 [192.0.2.77]:25", "RFC 5321 §4.1.3"},
		{"[IPv6:2001:db8::77]", ActionRelay, "0 [ipv6:2001:db8::77]:25", "RFC 5321 §4.1.3"},
		{"[192.0.2.10]", ActionFail, "554 5.4.6", "our own address without a rule: RFC 5321 §5.1"},
		{"[127.0.0.1]", ActionFail, "554 5.4.6", "the loopback address is ours too"},
		{"[IPv6:::1]", ActionFail, "554 5.4.6", "the same in IPv6"},
		{"[IPv6:::ffff:127.0.0.1]", ActionFail, "554 5.4.6", "the same, disguised"},
		{"[2001:db8::77]", ActionFail, "550 5.1.2", "RFC 5321 §4.1.3: an IPv6 literal has its tag"},
		{"[x-tag:1]", ActionFail, "550 5.1.2", "a literal that nobody can route"},
		{"nix.example", ActionFail, "550 5.1.2", "RFC 5321 §5.1: NXDOMAIN MUST be reported as an error"},
		{"empty.example", ActionFail, "550 5.4.4", "RFC 3463 §3.5, X.4.4"},
		{"null.example", ActionFail, "556 5.1.10", "RFC 7505 §4.1; its A record does not help"},
		{"mixed.example", ActionRelay, "10 mx.example:25", "RFC 7505 §3: the mixture is wrong; the true exchanger is used"},
		{"sick.example", ActionRetry, "451 4.4.3", "RFC 5321 §5.1: a temporary error MUST be queued; the A record is not used"},
		{"dumb.example", ActionRetry, "451 4.4.3", "RFC 5321 §5.1"},
		{"half.example", ActionRetry, "451 4.4.3", "no MX, and the address is not known now"},
		{"backup.example", ActionRelay, "10 best.example:25", "RFC 5321 §5.1: own preference and higher numbers MUST be discarded"},
		{"backup2.example", ActionRelay, "10 best.example:25", "the same in whatever order the DNS gives equal ones"},
		{"mine.example", ActionFail, "554 5.4.6", "RFC 5321 §5.1: no records left: returned as undeliverable"},
		{"me.nord.example", ActionFail, "554 5.4.6", "the implicit MX is this host"},
	} {
		p := r.Route(c.domain)
		got := show(p)
		if p.Action == ActionFail || p.Action == ActionRetry {
			got = fmt.Sprintf("%d %s", p.Reply.Code, p.Reply.Enhanced)
		}
		if p.Action != c.action || got != c.want || p.Reason() == "" {
			t.Errorf("%s (%s): got %d %q (%s), want %d %q", c.domain, c.source, p.Action, got, p.Reason(), c.action, c.want)
		}
	}
}

func show(p Plan) string {
	var groups []string
	for _, g := range p.Groups {
		var hosts []string
		for _, x := range g {
			hosts = append(hosts, fmt.Sprintf("%d %s:%d", x.Preference, x.Name, x.Port))
		}
		groups = append(groups, strings.Join(hosts, ", "))
	}
	s := strings.Join(groups, " | ")
	if p.LMTP {
		s += " lmtp"
	}
	return s
}

// TestEqualPreferencesAreShuffled: RFC 5321 §5.1: "the sender-SMTP MUST randomize them to spread the load".
func TestEqualPreferencesAreShuffled(t *testing.T) {
	count := map[string]int{}
	r := &Router{Lookup: names(), Rand: rand.New(rand.NewPCG(3, 4))}
	for range 1000 {
		count[show(r.Route("equal.example"))]++
	}
	a := count["10 a.example:25, 10 b.example:25 | 20 c.example:25"]
	b := count["10 b.example:25, 10 a.example:25 | 20 c.example:25"]
	if a+b != 1000 || a < 420 || a > 580 {
		t.Errorf("of 1000: %v", count)
	}
}

func TestSmartHost(t *testing.T) {
	r := &Router{Lookup: table{}, Rules: map[string]Rule{"*": {Host: "smart.example"}, "own.example": {Host: "own-hub.example"}}}
	for domain, want := range map[string]string{"own.example": "0 own-hub.example:25", "any.example": "0 smart.example:25", "[192.0.2.1]": "0 smart.example:25"} {
		if got := show(r.Route(domain)); got != want {
			t.Errorf("%s: got %s, want %s", domain, got, want)
		}
	}
}
