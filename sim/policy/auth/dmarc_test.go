package auth

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/smtpsim/smtpsim/sim/dns"
)

// from is a mail with this From field.
func from(field string) []byte { return text("From: " + field + "\nSubject: x\n\nHi\n") }

// spfOf and dkimOf are checks that passed for a domain; "" none did.
func spfOf(domain string) SPF {
	if domain == "" {
		return SPF{Result: Fail, Domain: "elsewhere.example"}
	}
	return SPF{Result: Pass, Domain: domain}
}

func dkimOf(domain string) []Verification {
	if domain == "" {
		return nil
	}
	return []Verification{{Result: Fail, Domain: "x.example"}, {Result: Pass, Domain: domain}}
}

// TestDMARC: alignment and policies (RFC 9989 §4.7, §4.10).
func TestDMARC(t *testing.T) {
	zone := func() *zone {
		return newZone(t, "txt _dmarc.east.example v=DMARC1; p=reject; sp=quarantine; np=reject; rua=mailto:d@east.example",
			"sub.east.example IN A 192.0.2.1", "txt _dmarc.strict.example v=DMARC1;p=quarantine; adkim=s; aspf=s",
			"txt _dmarc.test.example v=DMARC1; p=reject; t=y", "txt _dmarc.none.example v = DMARC1 ; p = none ; t=y",
			"txt _dmarc.junk.example v=DMARC1; p=later", "txt _dmarc.junkrua.example v=DMARC1; p=later; rua=mailto:x@junkrua.example",
			"txt _dmarc.badsp.example v=DMARC1; p=reject; sp=", "txt _dmarc.old.example v=dmarc1; p=reject", "txt _dmarc.last.example p=reject; v=DMARC1",
			"txt _dmarc.twice.example v=DMARC1; p=reject", "txt _dmarc.twice.example v=DMARC1; p=none", "txt _dmarc.xn--bcher-kva.example v=DMARC1; p=reject", "txt _dmarc.mixed.example hello",
			"txt _dmarc.mixed.example v=DMARC1; p=reject", "txt _dmarc.sub.strict.example v=DMARC1; p=none")
	}
	for _, c := range []struct {
		name, from, spf, dkim string
		want                  Result
		asked                 Disposition
		policy                string
	}{
		{"both aligned", "a@east.example", "east.example", "east.example", Pass, Deliver, "east.example"},
		{"SPF only", "a@east.example", "east.example", "", Pass, Deliver, "east.example"},
		{"DKIM only, forwarded", "a@east.example", "", "east.example", Pass, Deliver, "east.example"},
		{"relaxed: subdomain signs", "a@east.example", "", "mail.EAST.example", Pass, Deliver, "east.example"},
		{"relaxed: parent signs for subdomain", "a@sub.east.example", "", "east.example", Pass, Deliver, "east.example"},
		{"forged", "a@east.example", "evil.example", "evil.example", Fail, Reject, "east.example"},
		{"look-alike domain", "a@east.example", "", "notEast.example", Fail, Reject, "east.example"},
		{"subdomain that exists: sp=", "a@sub.east.example", "", "", Fail, Quarantine, "east.example"},
		{"subdomain that does not: np=", "a@no.east.example", "", "", Fail, Reject, "east.example"},
		{"strict: same domain", "a@strict.example", "strict.example", "", Pass, Deliver, "strict.example"},
		{"strict: subdomain", "a@strict.example", "mail.strict.example", "mail.strict.example", Fail, Quarantine, "strict.example"},
		{"test mode: one level milder", "a@test.example", "", "", Fail, Quarantine, "test.example"},
		{"p=none", "a@none.example", "", "", Fail, Deliver, "none.example"},
		{"no valid policy", "a@junk.example", "", "", None, Deliver, ""},
		{"no valid policy, but reports", "a@junkrua.example", "", "", Fail, Deliver, "junkrua.example"},
		{"sp= is not valid", "a@badsp.example", "", "", None, Deliver, ""},
		{"version in small letters", "a@old.example", "", "", None, Deliver, ""},
		{"version not in front", "a@last.example", "", "", None, Deliver, ""},
		{"two records count as none", "a@twice.example", "", "", None, Deliver, ""},
		{"records of others do not count", "a@mixed.example", "", "", Fail, Reject, "mixed.example"},
		{"no record at all", "a@nowhere.example", "", "", None, Deliver, ""},
		{"a record of its own goes before that of the parent", "a@sub.strict.example", "", "", Fail, Deliver, "sub.strict.example"},
		{"two authors, one forged", "a@east.example, b@none.example", "none.example", "", Fail, Reject, "east.example"},
		{"display name with an address", `"bank@none.example" <a@east.example>`, "", "", Fail, Reject, "east.example"},
		{"comment and folding", "(x@none.example)\r\n Alice <a@EAST.example>", "east.example", "", Pass, Deliver, "east.example"},
		{"parentheses in quotes", `"A (b \" c" (x\)y) <a@east.example>`, "", "", Fail, Reject, "east.example"},
		{"a comment without end", "(x@none.example <a@east.example>", "", "", PermError, Deliver, ""},
		{"U-label", "a@bücher.example", "xn--bcher-kva.example", "", Pass, Deliver, "xn--bcher-kva.example"},
		{"name in a foreign charset", "=?big5?B?pOWxtqzsp94=?= <a@east.example>", "east.example", "", Pass, Deliver, "east.example"},
		{"name in no declared charset", "J\xfcrgen <a@east.example>", "east.example", "", Pass, Deliver, "east.example"},
		{"domain in no declared charset", "a@b\xfccher.example", "", "", PermError, Deliver, ""},
		{"nobody", "nobody:;", "", "", PermError, Deliver, ""},
		{"no address", "Alice", "", "", PermError, Deliver, ""},
		{"address literal", "a@[192.0.2.1]", "", "", PermError, Deliver, ""},
		{"too many authors", "a@a.example, a@b.example, a@c.example, a@d.example, a@e.example, a@f.example", "", "", PermError, Deliver, ""},
	} {
		got := CheckDMARC(from(c.from), spfOf(c.spf), dkimOf(c.dkim), zone())
		if got.Result != c.want || got.Asked != c.asked || got.PolicyDomain != c.policy {
			t.Errorf("%s: %+v, expected %s, %s, %s", c.name, got, c.want, c.asked, c.policy)
		}
	}
	two := append(text("From: a@none.example\n"), from("a@east.example")...)
	if got := CheckDMARC(two, spfOf("none.example"), nil, zone()); got.Result != PermError || got.Reason != "2 From fields: expected one" {
		t.Errorf("two From fields: %+v", got)
	}
}

// TestDMARCErrors: what cannot be looked up now is neither pass nor fail (RFC 9989 §5.3.6).
func TestDMARCErrors(t *testing.T) {
	records := []string{"txt _dmarc.east.example v=DMARC1; p=reject"}
	for _, c := range []struct {
		name, broken string
		spf          SPF
		dkim         []Verification
		want         Result
	}{
		{"policy", "_dmarc.east.example.", spfOf(""), nil, TempError},
		{"identifier's policy", "_dmarc.mail.east.example.", spfOf("mail.east.example"), nil, TempError},
		{"but another one passes", "_dmarc.mail.east.example.", spfOf("mail.east.example"), dkimOf("east.example"), Pass},
		{"key of a signature that would count", "", spfOf(""), []Verification{{Result: TempError, Domain: "east.example"}}, TempError},
		{"key of one that would not", "", spfOf(""), []Verification{{Result: TempError, Domain: "evil.example"}}, Fail},
	} {
		z := newZone(t, records...)
		z.broken[c.broken] = dns.Failed
		if got := CheckDMARC(from("a@east.example"), c.spf, c.dkim, z); got.Result != c.want {
			t.Errorf("%s: %+v, expected %s", c.name, got, c.want)
		}
	}
}

// TestTreeWalk holds the examples of RFC 9989 §4.10 and Appendix B.4.
func TestTreeWalk(t *testing.T) {
	asked := func(z *zone) (names []string) {
		for _, q := range z.asked {
			if name, ok := strings.CutPrefix(q, "TXT _dmarc."); ok {
				names = append(names, name)
			}
		}
		return names
	}
	b41 := []string{"txt _dmarc.example.com v=DMARC1; p=reject", "txt _dmarc.signing.example.com v=DMARC1; p=none"}
	z := newZone(t, b41...)
	got := CheckDMARC(from("a@example.com"), spfOf("example.com"), dkimOf("signing.example.com"), z)
	if !got.SPFAligned || !got.DKIMAligned || got.Organization != "example.com" {
		t.Errorf("B.4.1: %+v", got)
	}
	if want := []string{"example.com", "com", "signing.example.com"}; !slices.Equal(asked(z), want) {
		t.Errorf("B.4.1 asked %v, expected %v", asked(z), want)
	}
	z = newZone(t, b41...)
	got = CheckDMARC(from("a@a.b.c.d.e.f.g.h.i.j.k.example.com"), spfOf("example.com"), dkimOf("signing.example.com"), z)
	if !got.SPFAligned || !got.DKIMAligned || got.Organization != "example.com" || got.PolicyDomain != "example.com" {
		t.Errorf("B.4.2: %+v", got)
	}
	want := []string{"a.b.c.d.e.f.g.h.i.j.k.example.com", "g.h.i.j.k.example.com", "h.i.j.k.example.com", "i.j.k.example.com", "j.k.example.com",
		"k.example.com", "example.com", "com", "signing.example.com"}
	if !slices.Equal(asked(z), want) {
		t.Errorf("B.4.2 asked %v", asked(z))
	}
	psd := []string{"txt _dmarc.bank.example v=DMARC1; p=reject; psd=y", "txt _dmarc.giant.bank.example v=DMARC1; p=quarantine"}
	z = newZone(t, psd...)
	got = CheckDMARC(from("a@giant.bank.example"), spfOf("mail.giant.bank.example"), dkimOf("mail.mega.bank.example"), z)
	if !got.SPFAligned || got.DKIMAligned || got.Organization != "giant.bank.example" || slices.Contains(asked(z), "example") {
		t.Errorf("B.4.3: %+v", got)
	}
	if got = CheckDMARC(from("a@mega.bank.example"), spfOf(""), nil, newZone(t, psd...)); got.PolicyDomain != "bank.example" || got.Asked != Reject {
		t.Errorf("policy of the public suffix: %+v", got)
	}
	z = newZone(t, "txt _dmarc.mail.example.com v=DMARC1; p=none; psd=n", "txt _dmarc.example.com v=DMARC1; p=reject")
	if got = CheckDMARC(from("a@a.mail.example.com"), spfOf("mail.example.com"), dkimOf("example.com"), z); !got.SPFAligned || got.DKIMAligned ||
		got.Organization != "mail.example.com" {
		t.Errorf("psd=n: %+v", got)
	}
}

// TestWalkIsBounded: no walk asks for more than eight names, whatever the name looks like (RFC 9989 §4.10).
func TestWalkIsBounded(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		labels := rapid.SliceOfN(rapid.StringMatching(`[a-c]{1,2}`), 1, 60).Draw(rt, "labels")
		z := newZone(t)
		CheckDMARC(from("a@"+strings.Join(labels, ".")), spfOf(""), nil, z)
		if len(z.asked) > maxWalk || len(z.asked) == 0 {
			rt.Fatalf("asked %v", z.asked)
		}
	})
}

func TestDMARCRecordRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		policy := rapid.SampledFrom([]Disposition{Deliver, Quarantine, Reject})
		r := DMARCRecord{Domain: policy.Draw(rt, "p"), PSD: rapid.SampledFrom([]byte("uyn")).Draw(rt, "psd"), Test: rapid.Bool().Draw(rt, "t"),
			StrictDKIM: rapid.Bool().Draw(rt, "adkim"), StrictSPF: rapid.Bool().Draw(rt, "aspf")}
		if rapid.Bool().Draw(rt, "has sp") {
			r.Subdomains, r.Missing = policy.Draw(rt, "sp"), policy.Draw(rt, "np")
		}
		r.Reports = rapid.SliceOfN(rapid.StringMatching(`[!-:<-~]{1,9}@east\.example`), 0, 3).Draw(rt, "rua")
		if len(r.Reports) == 0 {
			r.Reports = nil
		}
		if got, ok := ParseDMARC(r.String()); !ok || !reflect.DeepEqual(got, r) {
			rt.Fatalf("%q is %+v, %v\nnot %+v", r.String(), got, ok, r)
		}
	})
}

func FuzzParseDMARC(f *testing.F) {
	f.Add("v=DMARC1; p=reject; rua=mailto:a@b.example!10m,https://x; np=none; psd=n; t=y")
	f.Fuzz(func(t *testing.T, s string) {
		r, ok := ParseDMARC(s)
		if !ok {
			return
		}
		if again, ok := ParseDMARC(r.String()); !ok || !reflect.DeepEqual(again, r) {
			t.Errorf("%q\nis %+v\nthen %+v, %v", s, r, again, ok)
		}
	})
}
