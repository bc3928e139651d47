package auth

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/sim/dns"
)

// spfZone has a domain for each thing that SPF does.
func spfZone(t testing.TB) *zone {
	z := newZone(t,
		"txt east.example v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/64 -all exp=why.east.example",
		"txt why.east.example %{i} is no server of %{d}; ask %{L}%%%_%{h}%-%{c} %{r} %{t}",
		"txt soft.example v=spf1 ~all", "txt neutral.example v=spf1 ?all", "txt open.example v=spf1", "txt other.example hello",
		"txt two.example v=spf1 -all", "txt two.example v=spf1 +all", "txt wrong.example v=spf1 ipv4:192.0.2.1 -all",
		"txt a.example v=spf1 a -all", "a.example IN A 192.0.2.25", "a.example IN AAAA 2001:db8::25",
		"txt mx.example v=spf1 mx -all", "mx.example IN MX 10 a.example",
		"txt in.example v=spf1 include:east.example -all", "txt ptr.example v=spf1 ptr -all",
		"25.2.0.192.in-addr.arpa IN PTR mail.ptr.example", "mail.ptr.example IN A 192.0.2.25",
		"txt ex.example v=spf1 exists:%{ir}.%{l1r-}._spf.%{d} -all", "25.2.0.192.alice._spf.ex.example IN A 127.0.0.2",
		"txt down.example v=spf1 a:broken.example -all",
		"txt re.example v=spf1 -ip4:198.51.100.7 redirect=east.example exp=why2.east.example", "txt why2.east.example own words",
		"txt bell.example v=spf1 -all exp=ring.bell.example", "txt ring.bell.example \x07",
		"txt long.example v=spf1 -all exp=much.long.example", "txt much.long.example "+strings.Repeat("x", 201),
		"txt bad.example v=spf1 -all exp=%(d)",
		"txt mx1.east.example v=spf1 a -all", "mx1.east.example IN A 192.0.2.25",
		"txt void.example v=spf1 a:x1.example a:x2.example a:x3.example +all",
		"txt gone.example v=spf1 redirect=nowhere.example")
	for n := range 12 {
		z.records = append(z.records, dns.Record{Name: fmt.Sprintf("l%d.example.", n), Type: dns.TypeTXT,
			Text: []string{fmt.Sprintf("v=spf1 include:l%d.example ?all", n+1)}})
	}
	z.records = append(z.records, dns.Record{Name: "l12.example.", Type: dns.TypeTXT, Text: []string{"v=spf1 -all"}})
	z.broken["broken.example."], z.broken["dead.example."] = dns.Timeout, dns.Failed
	return z
}

func TestSPF(t *testing.T) {
	for _, c := range []struct {
		ip, from string
		want     Result
		reason   string
	}{
		{"192.0.2.25", "alice@east.example", Pass, "matched ip"},
		{"2001:db8::25", "alice@east.example", Pass, "matched ip"},
		{"198.51.100.1", "alice@EAST.example", Fail, "matched all"},
		{"192.0.2.25", "a@soft.example", SoftFail, "matched all"},
		{"192.0.2.25", "a@neutral.example", Neutral, "matched all"},
		{"192.0.2.25", "a@open.example", Neutral, ""},
		{"192.0.2.25", "a@other.example", None, "no DNS record found"},
		{"192.0.2.25", "a@nowhere.example", None, "no DNS record found"},
		{"192.0.2.25", "a@[192.0.2.25]", None, "no domain name that could have a record"},
		{"192.0.2.25", "a@localhost", None, "no domain name that could have a record"},
		{"192.0.2.25", "a@two.example", PermError, "multiple matching DNS records"},
		{"192.0.2.25", "a@wrong.example", PermError, "unknown field"},
		{"192.0.2.25", "a@a.example", Pass, "matched a"},
		{"2001:db8::25", "a@a.example", Pass, "matched a"},
		{"2001:db8::26", "a@a.example", Fail, "matched all"},
		{"192.0.2.25", "a@mx.example", Pass, "matched mx"},
		{"192.0.2.25", "a@in.example", Pass, "matched ip"},
		{"192.0.2.25", "a@ptr.example", Pass, "matched ptr"},
		{"192.0.2.26", "a@ptr.example", Fail, "matched all"},
		{"192.0.2.25", "alice-x@ex.example", Pass, "matched exists"}, // reversed x.alice, of which the right-hand part is kept
		{"192.0.2.25", "x-alice@ex.example", Fail, "matched all"},
		{"192.0.2.25", "a@down.example", TempError, "look-up of A broken.example: no answer"},
		{"192.0.2.25", "a@dead.example", TempError, "look-up of TXT dead.example: server failure"},
		{"192.0.2.25", "a@re.example", Pass, "matched ip"},
		{"192.0.2.25", "a@gone.example", PermError, "no DNS record found"},
		{"192.0.2.25", "a@void.example", PermError, "void lookup limit reached"},
		{"192.0.2.25", "a@l0.example", PermError, "lookup limit reached"},
		{"192.0.2.25", "a@l3.example", Neutral, "matched all"},
		{"192.0.2.25", "", Pass, "matched a"}, // <>: postmaster@mx1.east.example
	} {
		got := CheckSPF(Client{IP: netip.MustParseAddr(c.ip), Helo: "mx1.east.example", From: c.from, Receiver: "mx.west.example", Now: noon()}, spfZone(t))
		if got.Result != c.want || got.Reason != c.reason || got.Identity != MailFrom {
			t.Errorf("%s from %s: %s (%s), expected %s (%s)", c.from, c.ip, got.Result, got.Reason, c.want, c.reason)
		}
	}
}

// TestSPFMacros: the example dictionary of RFC 7208 §7.4.
func TestSPFMacros(t *testing.T) {
	m := macros{Client{IP: netip.MustParseAddr("192.0.2.3"), Helo: "h", Now: noon()}, "strong-bad@email.example.com", "email.example.com"}
	six := m
	six.client.IP = netip.MustParseAddr("2001:db8::cb01")
	for _, c := range []struct {
		m    macros
		s    string
		want string
	}{
		{m, "%{s}", "strong-bad@email.example.com"}, {m, "%{o}", "email.example.com"}, {m, "%{d}", "email.example.com"},
		{m, "%{d4}", "email.example.com"}, {m, "%{d3}", "email.example.com"}, {m, "%{d2}", "example.com"}, {m, "%{d1}", "com"},
		{m, "%{dr}", "com.example.email"}, {m, "%{d2r}", "example.email"}, {m, "%{l}", "strong-bad"}, {m, "%{l-}", "strong.bad"},
		{m, "%{lr}", "strong-bad"}, {m, "%{lr-}", "bad.strong"}, {m, "%{l1r-}", "strong"},
		{m, "%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"}, {m, "%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
		{m, "%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"},
		{six, "%{ir}.%{v}._spf.%{d2}", "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com"},
		{m, "%{p}%{S}", "unknownstrong-bad%40email.example.com"},
		{m, "%{c}", ""}, {m, "%(d)", ""}, {m, "%", ""}, {m, "%{d0}", ""}, {m, "%{q}", ""}, {m, "%{d", ""}, {m, "%{dx}", ""},
	} {
		got, err := c.m.expand(c.s, false)
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: %q, %v, expected %q", c.s, got, err, c.want)
		}
	}
}

// TestExplanation: RFC 7208 §6.2.
func TestExplanation(t *testing.T) {
	for from, want := range map[string]string{
		"alice+x@east.example": "198.51.100.7 is no server of east.example; ask alice%2Bx% pc%20198.51.100.7 mx.west.example 1772452800",
		"a@re.example":         "own words", // its own mechanism fails
		"a@soft.example":       "", "a@a.example": "", "a@bell.example": "", "a@long.example": "", "a@bad.example": "",
	} {
		got := CheckSPF(Client{IP: netip.MustParseAddr("198.51.100.7"), Helo: "pc", From: from, Receiver: "mx.west.example", Now: noon()}, spfZone(t))
		if got.Explanation != want {
			t.Errorf("%s: %s, explained as %q, expected %q", from, got.Result, got.Explanation, want)
		}
	}
	other := CheckSPF(Client{IP: netip.MustParseAddr("198.51.100.8"), Helo: "pc", From: "a@re.example"}, spfZone(t))
	if !strings.HasPrefix(other.Explanation, "198.51.100.8 is no server of east.example") { // the domain that it redirects to speaks
		t.Errorf("%q", other.Explanation)
	}
}

// TestReceivedSPF holds the field, also where a sender tries to break out of it (RFC 7208 §9.1).
func TestReceivedSPF(t *testing.T) {
	c := Client{IP: netip.MustParseAddr("198.51.100.7"), Helo: "mx1.east.example", From: "alice@east.example", Receiver: "mx.west.example"}
	want := "Received-SPF: fail (mx.west.example: domain of\r\n\talice@east.example\r\n\tdoes not designate 198.51.100.7 as permitted sender)\r\n" +
		"\tidentity=mailfrom; client-ip=198.51.100.7;\r\n\treceiver=mx.west.example;\r\n\thelo=mx1.east.example;\r\n\tenvelope-from=\"alice@east.example\"\r\n"
	if got := CheckSPF(c, spfZone(t)).ReceivedSPF(c); got != want {
		t.Errorf("%q", got)
	}
	helo := CheckHelo(c, spfZone(t))
	if helo.Result != Fail || helo.Domain != "mx1.east.example" || strings.Contains(helo.ReceivedSPF(c), "envelope-from") {
		t.Errorf("%+v: %s", helo, helo.ReceivedSPF(c))
	}
	c.From, c.Helo = "\") evil\r\nX: (@east.example", "a\r\nb"
	if got := CheckSPF(c, spfZone(t)).ReceivedSPF(c); strings.Contains(got, "\nX") || strings.Contains(got, "\nb") || strings.Count(got, "(") != 2 {
		t.Errorf("%q", got)
	}
}

func FuzzExplanation(f *testing.F) {
	f.Add("v=spf1 -all exp=why.east.example", "%{i} %{L1r-} %% %_")
	f.Add("v=spf1 a:%{ir}.x redirect=%{d2}", "%{c}")
	f.Fuzz(func(t *testing.T, record, text string) {
		z := newZone(t)
		z.records = []dns.Record{{Name: "east.example.", Type: dns.TypeTXT, Text: []string{record}},
			{Name: "why.east.example.", Type: dns.TypeTXT, Text: []string{text}}}
		c := Client{IP: netip.MustParseAddr("198.51.100.7"), Helo: "mx1.east.example", From: "alice@east.example", Now: noon()}
		got := CheckSPF(c, z)
		if len(got.Explanation) > maxExplanation || strings.ContainsAny(got.Explanation, "\r\n") {
			t.Errorf("%q", got.Explanation)
		}
		if field := got.ReceivedSPF(c); strings.Count(field, "\n") > 9 || !strings.HasPrefix(field, "Received-SPF: "+string(got.Result)) {
			t.Errorf("%q", field)
		}
	})
}
