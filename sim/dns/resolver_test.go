package dns

import (
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func newWorld(t testing.TB, opts Options) (*fakeNet, *Server, *Resolver) {
	f := newFakeNet()
	s := NewServer(world(t))
	f.serve(ns1, s, nil)
	if opts.Servers == nil {
		opts.Servers = []netip.AddrPort{ns1}
	}
	return f, s, NewResolver(f.host("192.0.2.10"), opts)
}

func (f *fakeNet) questions() string {
	var out []string
	for _, d := range f.sent {
		out = append(out, d.Type+" "+d.Name)
	}
	f.sent = nil
	return strings.Join(out, ", ")
}

func TestOutcomes(t *testing.T) {
	f, s, r := newWorld(t, Options{})
	s.SetFault(Fault{Name: "sick.west.example", Kind: FaultServFail})
	s.SetFault(Fault{Name: "dumb.west.example", Below: true, Kind: FaultSilent})
	s.SetFault(Fault{Name: "shut.west.example", Kind: FaultRefused})
	for _, c := range []struct {
		name    string
		kind    Type
		outcome Outcome
		rcode   Rcode
		data    string
		ttl     time.Duration
		took    time.Duration
	}{
		{"west.example", TypeMX, Found, NoError, "20 mx2.west.example., 10 mx1.west.example.", 300 * time.Second, 0},
		{"west.example", TypeAAAA, NoData, NoError, "", 60 * time.Second, 0},   // RFC 2308 §5: the SOA's MINIMUM
		{"nix.west.example", TypeA, NoName, NXDomain, "", 60 * time.Second, 0}, // RFC 2308 §2.1
		{"www.west.example", TypeA, Found, NoError, "192.0.2.80", 300 * time.Second, 0},
		{"www.west.example", TypeAAAA, NoData, NoError, "", 60 * time.Second, 0},
		{"far.west.example", TypeA, Found, NoError, "192.0.2.91", 300 * time.Second, 0},
		{"mail.west.example", TypeA, NoName, NXDomain, "", 60 * time.Second, 0}, // RFC 6604 §3
		{"loop1.west.example", TypeA, Failed, ServFail, "", 0, 0},
		{"sick.west.example", TypeA, Failed, ServFail, "", 0, 0},
		{"shut.west.example", TypeA, Failed, Refused, "", 0, 0},
		{"x.dumb.west.example", TypeA, Timeout, NoError, "", 0, 10 * time.Second}, // two rounds of 5 s
		{"not..a.name", TypeA, NoName, NoError, "", 0, 0},
	} {
		start := f.now
		a := r.Query(c.name, c.kind)
		var data []string
		for _, rec := range a.Records {
			data = append(data, rec.Data())
		}
		if a.Outcome != c.outcome || a.Rcode != c.rcode || strings.Join(data, ", ") != c.data || a.TTL != c.ttl || f.now.Sub(start) != c.took {
			t.Errorf("%s %s: got %s %s %q ttl %s after %s, want %+v", c.name, c.kind, a.Outcome, a.Rcode, data, a.TTL, f.now.Sub(start), c)
		}
	}
}

func TestCache(t *testing.T) {
	f, s, r := newWorld(t, Options{})
	ask := func(name string, kind Type, want string) {
		t.Helper()
		r.Query(name, kind)
		if got := f.questions(); got != want {
			t.Errorf("asked %q, want %q", got, want)
		}
	}
	ask("West.Example", TypeMX, "MX west.example")
	ask("west.example.", TypeMX, "") // RFC 1035 §2.3.3: case does not count
	f.Sleep(299 * time.Second)
	if a := r.Query("west.example", TypeMX); !a.Cached || a.TTL != time.Second || a.Records[0].TTL != 1 {
		t.Errorf("a second before the end: cached %v, ttl %s, %v", a.Cached, a.TTL, a.Records)
	}
	f.Sleep(time.Second)
	ask("west.example", TypeMX, "MX west.example")
	ask("nix.west.example", TypeMX, "MX nix.west.example")
	ask("nix.west.example", TypeMX, "")
	f.Sleep(time.Minute) // RFC 2308 §5
	ask("nix.west.example", TypeMX, "MX nix.west.example")
	s.SetFault(Fault{Name: "west.example", Kind: FaultServFail})
	f.Sleep(time.Hour)
	ask("west.example", TypeMX, "MX west.example")
	ask("west.example", TypeMX, "MX west.example") // a failure is not remembered
	r.Flush()
	s.ClearFault("west.example")
	ask("west.example", TypeMX, "MX west.example")
	f.Sleep(-time.Hour)
	ask("west.example", TypeMX, "MX west.example") // a clock set back must not keep it
}

func TestCacheIsBounded(t *testing.T) {
	_, _, r := newWorld(t, Options{MaxSize: 10})
	for i := range 100 {
		r.Query(fmt.Sprintf("h%d.wild.west.example", i), TypeMX)
		if n := len(r.cache.answers); n > 10 {
			t.Fatalf("%d answers in a cache of 10", n)
		}
	}
}

func TestServersInTurn(t *testing.T) {
	servers := []netip.AddrPort{ns1, ns2}
	f, s, r := newWorld(t, Options{Servers: servers})
	second := NewServer(world(t))
	f.serve(ns2, second, nil)
	s.SetFault(Fault{Name: ".", Below: true, Kind: FaultSilent})
	if a := r.Query("west.example", TypeMX); a.Outcome != Found || f.now.Sub(origin) != 5*time.Second {
		t.Errorf("first server silent: %s after %s, want found after 5 s", a.Outcome, f.now.Sub(origin))
	}
	second.SetFault(Fault{Name: "west.example", Kind: FaultServFail})
	r.Flush()
	if a := r.Query("west.example", TypeMX); a.Outcome != Failed {
		t.Errorf("one silent, one failing: %s, want server failure", a.Outcome)
	}
}

func TestReferrals(t *testing.T) {
	f, _, r := newWorld(t, Options{})
	sub, err := ParseZone("sub.west.example", "mx.sub.west.example A 192.0.2.77")
	if err != nil {
		t.Fatal(err)
	}
	f.serve(ns2, NewServer(NewZones(sub)), nil)
	for name, want := range map[string]Outcome{
		"mx.sub.west.example":   Found, // RFC 1034 §5.3.3: by the glue to the other server
		"nix.sub.west.example":  NoName,
		"mx.lame.west.example":  Failed, // its server has no address
		"x.circle.west.example": Failed, // each needs the other first
	} {
		if a := r.Query(name, TypeA); a.Outcome != want {
			t.Errorf("%s: got %s, want %s", name, a.Outcome, want)
		}
	}
}

// TestHostileAnswers: what does not belong to the question must neither be believed nor stop the wait for what does.
func TestHostileAnswers(t *testing.T) {
	flip := func(i int, bit byte) func([]byte) []packet {
		return func(p []byte) []packet {
			bad := append([]byte(nil), p...)
			bad[i] ^= bit
			return []packet{{ns1, bad}, {ns1, nil}, {ns1, []byte("junk")}}
		}
	}
	for name, mangle := range map[string]func([]byte) []packet{
		"another id":       flip(1, 1),
		"another question": flip(13, 1),
		"another type":     flip(27, 1),
		"a query":          flip(2, 0x80),
		"another address":  func(p []byte) []packet { return []packet{{ns2, p}} },
		"too many":         func(p []byte) []packet { return make([]packet, 3*maxStrays) },
	} {
		f, s, r := newWorld(t, Options{})
		f.serve(ns1, s, mangle)
		if a := r.Query("west.example", TypeMX); a.Outcome != Timeout {
			t.Errorf("%s: got %s, want no answer", name, a.Outcome)
		}
		f.serve(ns1, s, func(p []byte) []packet {
			bad := mangle(p)
			return append(bad[:min(len(bad), 50)], packet{ns1, p})
		})
		if a := r.Query("west.example", TypeMX); a.Outcome != Found {
			t.Errorf("%s, then the true one: got %s, want found", name, a.Outcome)
		}
	}
	// records about other names in a true answer are not believed (RFC 2181 §5.4.1)
	f, s, r := newWorld(t, Options{})
	f.serve(ns1, s, func(p []byte) []packet {
		m, err := unpack(p)
		if err != nil {
			t.Fatal(err)
		}
		evil, err := ParseRecord("bank.example MX 1 evil.example")
		if err != nil {
			t.Fatal(err)
		}
		m.answer = append(m.answer, evil)
		p, err = m.pack(MaxDatagram)
		if err != nil {
			t.Fatal(err)
		}
		return []packet{{ns1, p}}
	})
	list, _ := r.LookupMX("west.example")
	if want := []MX{{10, "mx1.west.example"}, {20, "mx2.west.example"}}; !reflect.DeepEqual(list, want) {
		t.Errorf("got %v, want %v", list, want)
	}
}

// TestAliasChains: eight aliases are followed, nine are not, also where each is told by another answer.
func TestAliasChains(t *testing.T) {
	for n, want := range map[int]Outcome{8: Found, 9: Failed} {
		f, _, r := newWorld(t, Options{})
		f.servers[ns1] = func(query []byte) []packet { // tells one alias at a time
			m, err := unpack(query)
			if err != nil {
				t.Fatal(err)
			}
			var i int
			if _, err := fmt.Sscanf(m.questions[0].Name, "a%d.example.", &i); err != nil {
				t.Fatal(err)
			}
			line := fmt.Sprintf("a%d.example CNAME a%d.example", i, i+1)
			if i == n {
				line = fmt.Sprintf("a%d.example A 192.0.2.1", i)
			}
			rec, err := ParseRecord(line)
			if err != nil {
				t.Fatal(err)
			}
			m.response, m.answer = true, []Record{rec}
			p, err := m.pack(MaxDatagram)
			if err != nil {
				t.Fatal(err)
			}
			return []packet{{ns1, p}}
		}
		if a := r.Query("a0.example", TypeA); a.Outcome != want {
			t.Errorf("%d aliases: %s, want %s", n, a.Outcome, want)
		}
	}
}

func TestTypedLookups(t *testing.T) {
	f, s, r := newWorld(t, Options{})
	if list, _ := r.LookupMX("null.example"); !reflect.DeepEqual(list, []MX{{0, ""}}) {
		t.Errorf("null MX: %v", list)
	}
	if names, _ := r.LookupPTR(netip.MustParseAddr("192.0.2.25")); !reflect.DeepEqual(names, []string{"mx1.west.example"}) {
		t.Errorf("PTR: %v", names)
	}
	if texts, _ := r.LookupTXT("west.example"); !reflect.DeepEqual(texts, []string{"v=spf1 mx -all"}) {
		t.Errorf("TXT: %v", texts)
	}
	f.questions()
	addrs, a := r.LookupAddr("mx1.west.example") // RFC 5321 §5.2: a host without IPv6 need not ask for it
	if got := f.questions(); got != "A mx1.west.example" || len(addrs) != 1 || a.Outcome != Found {
		t.Errorf("IPv4 host: asked %q, got %v", got, addrs)
	}
	both := NewResolver(f.host("192.0.2.10", "2001:db8::10"), Options{Servers: []netip.AddrPort{ns1}})
	addrs, _ = both.LookupAddr("mx1.west.example")
	if got := fmt.Sprint(addrs); got != "[2001:db8::25 192.0.2.25]" {
		t.Errorf("both families: %s", got)
	}
	if _, a := both.LookupAddr("mx2.west.example"); a.Outcome != Found {
		t.Errorf("AAAA without data beside A: %s, want found", a.Outcome)
	}
	s.SetFault(Fault{Name: "nix.example", Kind: FaultServFail})
	if _, a := both.LookupAddr("nix.example"); a.Outcome != Failed {
		t.Errorf("failing: %s", a.Outcome)
	}
}

// TestResolverAgreesWithZones: for any zone, an answer through the wire is what the zone says.
func TestResolverAgreesWithZones(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := Zone{Name: "."}
		for _, rec := range rapid.SliceOfN(genRecord(), 0, 6).Draw(t, "records") {
			if rec.Type != TypeNS && rec.Type != TypeCNAME && rec.Type != TypeSOA {
				zone.Records = append(zone.Records, rec)
			}
		}
		rec := genRecord().Draw(t, "question")
		if len(zone.Records) > 0 && rapid.Bool().Draw(t, "known") {
			rec = zone.Records[0]
		}
		f := newFakeNet()
		s := NewServer(NewZones(zone))
		f.serve(ns1, s, nil)
		want := s.Zones.lookup(question{rec.Name, rec.Type})
		m := message{answer: want.answer, questions: query(0, question{rec.Name, rec.Type}).questions}
		if p, err := m.pack(MaxStream); err != nil || len(p) > MaxDatagram-100 {
			t.Skip("does not fit into a datagram")
		}
		a := NewResolver(f.host("192.0.2.10"), Options{Servers: []netip.AddrPort{ns1}}).Query(rec.Name, rec.Type)
		if !reflect.DeepEqual(a.Records, want.answer) || a.Rcode != want.rcode {
			t.Fatalf("%s %s\n got %s %v\nwant %s %v", rec.Name, rec.Type, a.Rcode, a.Records, want.rcode, want.answer)
		}
	})
}
