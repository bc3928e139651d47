package policy

import (
	"net/netip"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
)

// RFC 6647 §5: too early, in time, too late, known, forgotten, another client of the same network.
func TestGreylist(t *testing.T) {
	g := NewGreylist(GreylistOptions{Prefix: 24})
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, step := range []struct {
		after            time.Duration
		client, from, to string
		pass             bool
	}{
		{0, "192.0.2.1", "a@east.example", "bob@west.example", false},
		{30 * time.Second, "192.0.2.1", "a@east.example", "bob@west.example", false},
		{5 * time.Minute, "192.0.2.1", "a@east.example", "carol@west.example", false},                   // another tuple
		{5 * time.Minute, "198.51.100.1", "a@east.example", "bob@west.example", false},                  // another client
		{6 * time.Minute, "192.0.2.77", "A@east.example", "bob@west.example", true},                     // the same network
		{7 * time.Minute, "192.0.2.1", "new@east.example", "anybody@west.example", true},                // known now
		{25 * time.Hour, "198.51.100.1", "a@east.example", "bob@west.example", false},                   // too late: anew
		{25*time.Hour + 2*time.Minute, "198.51.100.1", "a@east.example", "bob@west.example", true},      // in time
		{8*24*time.Hour + 25*time.Hour, "198.51.100.1", "a@east.example", "bob@west.example", false},    // forgotten after a week
		{7*24*time.Hour + 5*time.Minute, "192.0.2.1", "other@east.example", "carol@west.example", true}, // not yet forgotten
		{15*24*time.Hour + 5*time.Minute, "192.0.2.1", "x@east.example", "carol@west.example", false},   // a week of silence
		{0, "2001:db8::1", "a@east.example", "bob@west.example", false},                                 // IPv6 too
		{2 * time.Minute, "2001:db8::2", "a@east.example", "bob@west.example", true},                    // a /64 counts as one
		{2 * time.Minute, "2001:db8:0:1::2", "a@east.example", "bob@west.example", false},               // another does not
	} {
		r := g.Check(start.Add(step.after), netip.MustParseAddr(step.client), step.from, step.to)
		if (r == nil) != step.pass {
			t.Errorf("%v %s %s: %v, want pass %v", step.after, step.client, step.to, r, step.pass)
		}
		if r != nil && r.Code != 450 {
			t.Errorf("code %d, want 450", r.Code)
		}
	}
}

// book answers from a table.
type book struct {
	a, ptr, txt map[string][]string
	fails       bool
}

func (b book) Query(name string, kind dns.Type) dns.Answer {
	var out dns.Answer
	if kind != dns.TypeA {
		return dns.Answer{Outcome: dns.NoName}
	}
	for _, a := range b.a[name] {
		out.Records = append(out.Records, dns.Record{Name: name, Type: kind, Addr: netip.MustParseAddr(a)})
	}
	return out
}

func (b book) LookupAddr(name string) (addrs []netip.Addr, answer dns.Answer) {
	for _, a := range b.a[name] {
		addrs = append(addrs, netip.MustParseAddr(a))
	}
	if b.fails {
		return nil, dns.Answer{Outcome: dns.Timeout}
	}
	return addrs, dns.Answer{Outcome: dns.NoName}
}

func (b book) LookupPTR(a netip.Addr) ([]string, dns.Answer) {
	if b.fails {
		return nil, dns.Answer{Outcome: dns.Timeout}
	}
	return b.ptr[a.String()], dns.Answer{}
}

func (b book) LookupTXT(name string) ([]string, dns.Answer) { return b.txt[name], dns.Answer{} }

// RFC 5782 §2.1, §2.4, §5.
func TestList(t *testing.T) {
	b := book{a: map[string][]string{
		"66.113.0.203.bl.example.": {"127.0.0.2"},
		"67.113.0.203.bl.example.": {"198.51.100.1"}, // a wildcard of whoever bought the name
		"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.example.": {"127.0.0.4"},
	}, txt: map[string][]string{"66.113.0.203.bl.example.": {"open relay\r\n250 ok"}}}
	for client, want := range map[string]string{
		"203.0.113.66": "554 5.7.1 Service unavailable; client [203.0.113.66] blocked using bl.example; open relay??250 ok",
		"203.0.113.67": "", "203.0.113.68": "",
		"2001:db8::1": "554 5.7.1 Service unavailable; client [2001:db8::1] blocked using bl.example",
	} {
		got := ""
		if r := List("bl.example").Check(b, netip.MustParseAddr(client)); r != nil {
			got = string(r.Append(nil)[:len(r.Append(nil))-2])
		}
		if got != want {
			t.Errorf("%s: %q, want %q", client, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	b := book{ptr: map[string][]string{"192.0.2.1": {"mx.east.example"}, "192.0.2.2": {"liar.example"}},
		a: map[string][]string{"mx.east.example": {"192.0.2.1"}, "liar.example": {"203.0.113.1"}}}
	for _, c := range []struct {
		demand Named
		client string
		code   int
	}{{NamedAny, "192.0.2.3", 0}, {NamedExists, "192.0.2.1", 0}, {NamedExists, "192.0.2.2", 0}, {NamedExists, "192.0.2.3", 550},
		{NamedMatches, "192.0.2.1", 0}, {NamedMatches, "192.0.2.2", 550}} {
		if r := c.demand.Check(b, netip.MustParseAddr(c.client)); code(r) != c.code {
			t.Errorf("%s %s: %d, want %d", c.demand, c.client, code(r), c.code)
		}
	}
	if r := NamedExists.Check(book{fails: true}, netip.MustParseAddr("192.0.2.1")); code(r) != 450 {
		t.Errorf("a DNS that is silent gives %d, want 450", code(r))
	}
	for _, c := range []struct {
		demand Hello
		name   string
		code   int
	}{{HelloAny, "x", 0}, {HelloFull, "x", 504}, {HelloFull, "x.example", 0}, {HelloFull, "[192.0.2.1]", 0},
		{HelloResolves, "mx.east.example", 0}, {HelloResolves, "nowhere.example", 550}, {HelloOther, "ME.example", 550},
		{HelloOther, "you", 0}} {
		if r := c.demand.Check(b, c.name, "me.example"); code(r) != c.code {
			t.Errorf("%s %s: %d, want %d", c.demand, c.name, code(r), c.code)
		}
	}
}

func TestRates(t *testing.T) {
	r := NewRates(Limits{Per: time.Minute, Connections: 2, Messages: 1, Recipients: 3})
	now, client := time.Unix(1e9, 0), netip.MustParseAddr("192.0.2.1")
	for i, want := range []int{0, 0, 421} {
		if got := code(r.Connection(now, client)); got != want {
			t.Errorf("connection %d: %d, want %d", i, got, want)
		}
	}
	if got := code(r.Connection(now, netip.MustParseAddr("192.0.2.2"))); got != 0 {
		t.Errorf("another client: %d", got)
	}
	if a, b := code(r.Message(now, client)), code(r.Message(now, client)); a != 0 || b != 450 {
		t.Errorf("messages: %d, %d", a, b)
	}
	if got := code(r.Connection(now.Add(time.Minute), client)); got != 0 {
		t.Errorf("in the next period: %d", got)
	}
}

func code(r *smtp.Reply) int {
	if r == nil {
		return 0
	}
	return r.Code
}
