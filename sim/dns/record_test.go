package dns

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseRecord(t *testing.T) {
	for in, want := range map[string]string{
		"west.example. 300 IN MX 10 mx1.west.example.":  "west.example. 300 IN MX 10 mx1.west.example.",
		"West.Example MX 10 MX1.West.Example":           "west.example. 300 IN MX 10 mx1.west.example.",
		"null.example. 60 MX 0 .":                       "null.example. 60 IN MX 0 .",
		"web.west.example IN A 192.0.2.80":              "web.west.example. 300 IN A 192.0.2.80",
		"mx.west.example AAAA 2001:DB8::19":             "mx.west.example. 300 IN AAAA 2001:db8::19",
		`west.example 0 IN TXT "v=spf1 -all" "a\"b\\"`:  `west.example. 0 IN TXT "v=spf1 -all" "a\"b\\"`,
		`west.example 0 IN TXT bare\032word "\000\255"`: `west.example. 0 IN TXT "bare word" "\000\255"`,
		"25.2.0.192.in-addr.arpa PTR mx1.west.example":  "25.2.0.192.in-addr.arpa. 300 IN PTR mx1.west.example.",
		"west.example SOA ns.west.example hostmaster.west.example 1 2 3 4 5": "west.example. 300 IN SOA " +
			"ns.west.example. hostmaster.west.example. 1 2 3 4 5",
	} {
		r, err := ParseRecord(in)
		if err != nil || r.String() != want {
			t.Errorf("%s\n got %v, %v\nwant %s", in, r, err, want)
		}
	}
}

func TestParseRecordErrors(t *testing.T) {
	long := strings.Repeat("x", 64)
	for in, want := range map[string]string{
		"":                               "expected name, type and data",
		"west.example MX":                "expected name, type and data",
		"west.example MX mx1":            "1 words of data, MX has 2",
		"west.example MX 65536 mx1":      "expected 0 to 65535",
		"west.example MX 10 mx..example": "expected no empty label",
		long + ".example A 192.0.2.1":    "label of 64 octets",
		"west.example A 2001:db8::1":     "expected one of IPv4",
		"west.example AAAA 192.0.2.1":    "expected one of IPv6",
		"west.example A 192.0.2.300":     "expected one of IPv4",
		"west.example WKS x":             `unknown type "WKS"`,
		"west.example ANY x":             "cannot be served",
		`west.example TXT "open`:         "expected a closing quote",
		`west.example TXT "\300"`:        "three digits up to 255",
		`west.example TXT "` + strings.Repeat("y", 256) + `"`: "256 octets, expected at most 255",
	} {
		if _, err := ParseRecord(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error with %q", in, err, want)
		}
	}
}

// genRecord draws records that can be served.
func genRecord() *rapid.Generator[Record] {
	label := rapid.StringMatching(`[a-z0-9_*][a-z0-9-]{0,8}`)
	name := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(label, 1, 4).Draw(t, "labels"), ".") + "."
	})
	return rapid.Custom(func(t *rapid.T) Record {
		r := Record{Name: name.Draw(t, "name"), TTL: rapid.Uint32Range(0, 1<<31-1).Draw(t, "ttl"),
			Type: rapid.SampledFrom([]Type{TypeA, TypeAAAA, TypeCNAME, TypeNS, TypePTR, TypeMX, TypeTXT, TypeSOA}).Draw(t, "type")}
		switch r.Type {
		case TypeA:
			r.Addr = netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "a")))
		case TypeAAAA:
			b := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "aaaa")
			b[0] = 0x20 // not an IPv4-mapped one
			r.Addr = netip.AddrFrom16([16]byte(b))
		case TypeTXT:
			for _, s := range rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 255), 1, 3).Draw(t, "txt") {
				r.Text = append(r.Text, string(s))
			}
		case TypeMX:
			r.Preference, r.Target = rapid.Uint16().Draw(t, "pref"), name.Draw(t, "target")
		case TypeSOA:
			r.Target = name.Draw(t, "target")
			n := rapid.SliceOfN(rapid.Uint32(), 5, 5).Draw(t, "soa")
			r.SOA = SOA{name.Draw(t, "mbox"), n[0], n[1], n[2], n[3], n[4]}
		default:
			r.Target = name.Draw(t, "target")
		}
		return r
	})
}

func TestRecordRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := genRecord().Draw(t, "record")
		back, err := ParseRecord(r.String())
		if err != nil || !reflect.DeepEqual(back, r) {
			t.Fatalf("%s\n got %+v, %v\nwant %+v", r, back, err, r)
		}
		wire, ok := fromRR(toRR(r))
		if !ok || !reflect.DeepEqual(wire, r) {
			t.Fatalf("over the wire\n got %+v\nwant %+v", wire, r)
		}
		m := message{id: 7, response: true, answer: []Record{r}, questions: query(7, question{r.Name, r.Type}).questions}
		p, err := m.pack(MaxStream)
		if err != nil {
			t.Fatal(err)
		}
		got, err := unpack(p)
		if err != nil || len(got.answer) != 1 || !reflect.DeepEqual(got.answer[0], r) {
			t.Fatalf("packed\n got %+v, %v\nwant %+v", got.answer, err, r)
		}
	})
}

func TestReverseName(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.25":  "25.2.0.192.in-addr.arpa.",
		"2001:db8::1": "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.",
	} {
		if got := ReverseName(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: got %s, want %s", addr, got, want)
		}
	}
}

// RFC 2782, RFC 6698 §2.2: the text is read as it is written, and survives the wire.
func TestServiceRecords(t *testing.T) {
	for _, text := range []string{
		"_submission._tcp.nord.example. 300 IN SRV 0 1 587 msa.nord.example.",
		"_25._tcp.mx1.west.example. 300 IN TLSA 3 1 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971",
	} {
		r, err := ParseRecord(text)
		if err != nil {
			t.Fatal(err)
		}
		back, ok := fromRR(toRR(r))
		if r.String() != text || !ok || back.String() != text {
			t.Errorf("%s came back as %s, off the wire as %s", text, r, back)
		}
	}
	for _, text := range []string{"a.example. TLSA 3 1 1", "a.example. TLSA 3 1 1 zz", "a.example. TLSA 300 1 1 00",
		"a.example. SRV 0 1 587", "a.example. SRV 0 1 70000 b.example."} {
		if _, err := ParseRecord(text); err == nil {
			t.Errorf("%s was read", text)
		}
	}
}

// A signed zone gives AD to those who ask for it, a bogus one SERVFAIL to all, an alias into an unsigned zone no AD.
func TestSecured(t *testing.T) {
	zone, err := ParseZone(".", "a.good.example. A 192.0.2.1", "a.bad.example. A 192.0.2.2", "a.plain.example. A 192.0.2.3",
		"b.good.example. CNAME a.plain.example.", "c.plain.example. CNAME a.bad.example.")
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(NewZones(zone))
	s.SetSecured([]Secured{{"good.example", Secure}, {"bad.example", Bogus}})
	for _, c := range []struct {
		name  string
		asked bool
		rcode Rcode
		ad    bool
	}{{"a.good.example.", true, NoError, true}, {"a.good.example.", false, NoError, false}, {"a.bad.example.", true, ServFail, false},
		{"a.bad.example.", false, ServFail, false}, {"a.plain.example.", true, NoError, false},
		{"b.good.example.", true, NoError, false}, {"c.plain.example.", true, ServFail, false},
		{"nowhere.good.example.", true, NXDomain, true}} {
		m := query(1, question{c.name, TypeA})
		m.authentic = c.asked
		packet, err := m.pack(MaxDatagram)
		if err != nil {
			t.Fatal(err)
		}
		got, err := unpack(s.Respond(packet, MaxDatagram))
		if err != nil || got.rcode != c.rcode || got.authentic != c.ad {
			t.Errorf("%s, AD asked %v: %v AD %v, %v; want %v AD %v", c.name, c.asked, got.rcode, got.authentic, err, c.rcode, c.ad)
		}
	}
}
