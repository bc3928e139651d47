package dns

import (
	"strings"
	"testing"
)

// world is the name space of the tests: the five kinds of domain of a sorting task, aliases, and odd corners.
func world(t testing.TB) *Zones {
	t.Helper()
	zones := NewZones()
	for name, lines := range map[string]string{
		".": "example. TXT \"for examples\"",
		"west.example.": `west.example. SOA ns.west.example. hostmaster.west.example. 1 7200 3600 1209600 60
			west.example. 300 MX 20 mx2.west.example.
			west.example. 300 MX 10 mx1.west.example.
			west.example. A 192.0.2.80
			west.example. TXT "v=spf1 mx" " -all"
			mx1.west.example. A 192.0.2.25
			mx1.west.example. AAAA 2001:db8::25
			mx2.west.example. A 192.0.2.26
			www.west.example. CNAME west.example.
			mail.west.example. CNAME gone.west.example.
			far.west.example. CNAME mx.ost.example.
			loop1.west.example. CNAME loop2.west.example.
			loop2.west.example. CNAME loop1.west.example.
			a.deep.west.example. A 192.0.2.99
			*.wild.west.example. MX 5 mx1.west.example.
			sub.west.example. NS ns.sub.west.example.
			ns.sub.west.example. A 192.0.2.54
			lame.west.example. NS lost.west.example.
			circle.west.example. NS ns.round.west.example.
			round.west.example. NS ns.circle.west.example.`,
		"ost.example.":          "ost.example. A 192.0.2.90\nmx.ost.example. A 192.0.2.91",
		"null.example.":         "null.example. MX 0 .",
		"2.0.192.in-addr.arpa.": `25.2.0.192.in-addr.arpa. PTR mx1.west.example.`,
	} {
		z, err := ParseZone(name, strings.Split(lines, "\n")...)
		if err != nil {
			t.Fatal(err)
		}
		zones.Set(z)
	}
	return zones
}

func TestLookup(t *testing.T) {
	zones := world(t)
	for _, c := range []struct{ q, want, source string }{
		{"west.example. MX", "NOERROR mx2.west.example. mx1.west.example.", "RFC 1034 §4.3.2 step 3a"},
		{"west.example. AAAA", "NOERROR soa:west.example.", "NODATA, RFC 2308 §2.2"},
		{"deep.west.example. A", "NOERROR soa:west.example.", "empty non-terminal: NODATA, RFC 8020 §2"},
		{"nix.west.example. A", "NXDOMAIN soa:west.example.", "RFC 2308 §2.1"},
		{"nix.example. MX", "NXDOMAIN soa:.", "the root zone knows that there is none"},
		{"www.west.example. MX", "NOERROR west.example. mx2.west.example. mx1.west.example.", "RFC 1034 §4.3.2 step 3a"},
		{"www.west.example. CNAME", "NOERROR west.example.", "the alias itself"},
		{"mail.west.example. A", "NXDOMAIN gone.west.example. soa:west.example.", "RFC 6604 §3"},
		{"far.west.example. A", "NOERROR mx.ost.example. 192.0.2.91", "into another zone of the server"},
		{"loop1.west.example. A", "SERVFAIL", "RFC 1034 §3.6.2"},
		{"x.wild.west.example. MX", "NOERROR mx1.west.example.", "RFC 4592 §3.3.1"},
		{"x.wild.west.example. A", "NOERROR soa:west.example.", "RFC 4592 §2.2.1: NODATA at a wildcard"},
		{"mx.sub.west.example. A", "NOERROR ns:ns.sub.west.example.", "a referral, RFC 1034 §4.3.2 step 3b"},
		{"null.example. MX", "NOERROR .", "RFC 7505 §3"},
		{"25.2.0.192.in-addr.arpa. PTR", "NOERROR mx1.west.example.", "RFC 1035 §3.5"},
	} {
		name, kind, _ := strings.Cut(c.q, " ")
		typ, _ := ParseType(kind)
		r := zones.lookup(question{name, typ})
		got := []string{r.rcode.String()}
		for _, rec := range r.answer {
			if rec.Target != "" {
				got = append(got, rec.Target)
			} else {
				got = append(got, rec.Data())
			}
		}
		for _, rec := range r.authority {
			if rec.Type == TypeNS {
				got = append(got, "ns:"+rec.Target)
			} else {
				got = append(got, "soa:"+rec.Name)
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s (%s): got %s, want %s", c.q, c.source, s, c.want)
		}
	}
	if r := NewZones().lookup(question{"west.example.", TypeA}); r.rcode != Refused {
		t.Errorf("no zone at all: got %s, want REFUSED", r.rcode)
	}
}

func TestRespondRefusesNonsense(t *testing.T) {
	s := NewServer(world(t))
	good := query(9, question{"west.example.", TypeMX})
	p, err := good.pack(MaxDatagram)
	if err != nil {
		t.Fatal(err)
	}
	if s.Respond(p[:11], MaxDatagram) != nil || s.Respond(nil, MaxDatagram) != nil {
		t.Error("half a header was answered")
	}
	answer := s.Respond(p, MaxDatagram)
	if s.Respond(answer, MaxDatagram) != nil {
		t.Error("a response was answered: two servers would never stop")
	}
	status := append([]byte(nil), p...)
	status[2] |= 2 << 3 // opcode STATUS
	if m, err := unpack(s.Respond(status, MaxDatagram)); err != nil || m.rcode != NotImp {
		t.Errorf("opcode STATUS: got %v, %v, want NOTIMP", m.rcode, err)
	}
	two := good
	two.questions = append(two.questions, two.questions[0])
	p, err = two.pack(MaxDatagram)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := unpack(s.Respond(p, MaxDatagram)); err != nil || m.rcode != FormErr {
		t.Errorf("two questions: got %v, %v, want FORMERR", m.rcode, err)
	}
}

func TestRespondTruncates(t *testing.T) {
	z := Zone{Name: "big.example."}
	for i := range 40 {
		r, err := ParseRecord("big.example. TXT \"" + strings.Repeat("x", 40) + string(rune(0x30+i%10)) + "\"")
		if err != nil {
			t.Fatal(err)
		}
		z.Records = append(z.Records, r)
	}
	s := NewServer(NewZones(z))
	q := query(1, question{"big.example.", TypeTXT})
	p, err := q.pack(MaxDatagram)
	if err != nil {
		t.Fatal(err)
	}
	udp := s.Respond(p, MaxDatagram)
	if m, err := unpack(udp); err != nil || !m.truncated || len(m.answer) != 0 || len(udp) > MaxDatagram {
		t.Errorf("udp: %d octets, truncated %v, %d answers, %v", len(udp), m.truncated, len(m.answer), err)
	}
	if m, err := unpack(s.Respond(p, MaxStream)); err != nil || m.truncated || len(m.answer) != 40 {
		t.Errorf("tcp: truncated %v, %d answers, %v", m.truncated, len(m.answer), err)
	}
}

// TestRespondAtTheLimit: an answer of exactly 512 octets goes into a datagram, one of 513 does not (RFC 1035 §2.3.4).
func TestRespondAtTheLimit(t *testing.T) {
	for octets, cut := range map[int]bool{MaxDatagram: false, MaxDatagram + 1: true} {
		q := query(1, question{"a.example.", TypeTXT})
		m := q
		m.response = true
		m.answer = []Record{{Name: "a.example.", Type: TypeTXT, Text: []string{strings.Repeat("x", 255), ""}}}
		p, err := m.pack(MaxStream)
		if err != nil {
			t.Fatal(err)
		}
		m.answer[0].Text[1] = strings.Repeat("y", octets-len(p))
		p, err = m.pack(MaxDatagram)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := unpack(p); err != nil || got.truncated != cut || !cut && len(p) != octets {
			t.Errorf("%d octets: truncated %v, %d octets sent, %v", octets, got.truncated, len(p), err)
		}
	}
}

func TestZoneCheck(t *testing.T) {
	z, err := ParseZone("west.example", "west.example MX 0 .", "west.example MX 10 mx.west.example",
		"mx.west.example CNAME web.west.example", "mx.west.example A 192.0.2.1", "other.example A 192.0.2.2")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range z.Check() {
		got = append(got, e.Error())
	}
	for i, want := range []string{"other.example. 300 IN A 192.0.2.2: not in zone", "RFC 7505 §3", "RFC 2181 §10.3", "RFC 1034 §3.6.2"} {
		if i >= len(got) || !strings.Contains(got[i], want) {
			t.Errorf("problem %d: want %q in %q", i, want, got)
		}
	}
}

func TestZonesEdit(t *testing.T) {
	zones := world(t)
	if n := zones.Delete("west.example", TypeMX); n != 2 {
		t.Errorf("deleted %d MX records, want 2", n)
	}
	r, err := ParseRecord("west.example MX 5 mx3.west.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := zones.Add(r); err != nil {
		t.Fatal(err)
	}
	if got := zones.lookup(question{"west.example.", TypeMX}).answer; len(got) != 1 || got[0].Target != "mx3.west.example." {
		t.Errorf("after the edit: %v", got)
	}
	zones.Remove("west.example")
	if got := zones.lookup(question{"west.example.", TypeMX}); got.rcode != NXDomain {
		t.Errorf("after removing the zone the root answers NXDOMAIN; got %s", got.rcode)
	}
}

func FuzzRespond(f *testing.F) {
	s := NewServer(world(f))
	for _, q := range []question{{"west.example.", TypeMX}, {"loop1.west.example.", TypeANY}, {".", TypeSOA}} {
		m := query(3, q)
		p, err := m.pack(MaxDatagram)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(p)
		f.Add(s.Respond(p, MaxStream))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		if a := s.Respond(p, MaxDatagram); len(a) > MaxDatagram {
			t.Errorf("%d octets in a datagram", len(a))
		}
		if d, ok := Describe(p); ok {
			for _, a := range d.Answers {
				if _, err := ParseRecord(a); err != nil {
					t.Error(err)
				}
			}
		}
	})
}
