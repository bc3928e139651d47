package secure

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/dns"
)

func chain(t *testing.T, name string, until time.Time) []*x509.Certificate {
	t.Helper()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	ca := ed25519.NewKeyFromSeed(make([]byte, 32))
	leaf := ed25519.NewKeyFromSeed([]byte(strings.Repeat("x", 32)))
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ca"}, NotBefore: start,
		NotAfter: start.AddDate(10, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	own := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: start, NotAfter: until, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	var out []*x509.Certificate
	for _, c := range []struct {
		template *x509.Certificate
		public   any
	}{{own, leaf.Public()}, {root, ca.Public()}} {
		der, err := x509.CreateCertificate(strings.NewReader(""), c.template, root, c.public, ca)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, parsed)
	}
	return out
}

// RFC 7672 §3.1: usages, selectors, matching types; names and dates count under a trust anchor only.
func TestCertificates(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	good := chain(t, "mx1.west.example", now.AddDate(1, 0, 0))
	expired := chain(t, "mx1.west.example", now.AddDate(0, -1, 0))
	other := chain(t, "other.example", now.AddDate(1, 0, 0))
	sum := func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }
	sum512 := func(b []byte) []byte { s := sha512.Sum512(b); return s[:] }
	for _, c := range []struct {
		what    string
		chain   []*x509.Certificate
		records []dns.TLSA
		ok      bool
	}{
		{"3 1 1", good, []dns.TLSA{{Usage: 3, Selector: 1, Matching: 1, Data: sum(good[0].RawSubjectPublicKeyInfo)}}, true},
		{"3 0 2", good, []dns.TLSA{{Usage: 3, Matching: 2, Data: sum512(good[0].Raw)}}, true},
		{"3 0 0", good, []dns.TLSA{{Usage: 3, Data: good[0].Raw}}, true},
		{"3 1 1 of somebody else", good, []dns.TLSA{{Usage: 3, Selector: 1, Matching: 1, Data: make([]byte, 32)}}, false},
		{"3 1 1, expired", expired, []dns.TLSA{{Usage: 3, Selector: 1, Matching: 1, Data: sum(expired[0].RawSubjectPublicKeyInfo)}}, true},
		{"3 1 1, wrong name", other, []dns.TLSA{{Usage: 3, Selector: 1, Matching: 1, Data: sum(other[0].RawSubjectPublicKeyInfo)}}, true},
		{"2 0 1", good, []dns.TLSA{{Usage: 2, Matching: 1, Data: sum(good[1].Raw)}}, true},
		{"2 0 1, expired", expired, []dns.TLSA{{Usage: 2, Matching: 1, Data: sum(expired[1].Raw)}}, false},
		{"2 0 1, wrong name", other, []dns.TLSA{{Usage: 2, Matching: 1, Data: sum(other[1].Raw)}}, false},
		{"2 0 1 of the server's own", good, []dns.TLSA{{Usage: 2, Matching: 1, Data: sum(good[0].Raw)}}, false},
		{"one of two", good, []dns.TLSA{{Usage: 3, Selector: 1, Matching: 1, Data: make([]byte, 32)}, {Usage: 3, Data: good[0].Raw}}, true},
		{"none", good, nil, false},
	} {
		err := Certificates(c.chain, Usable(c.records), []string{"mx1.west.example"}, now)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v, want ok %v", c.what, err, c.ok)
		}
	}
	for _, r := range []dns.TLSA{{Usage: 0, Matching: 1, Data: make([]byte, 32)}, {Usage: 1, Matching: 1, Data: make([]byte, 32)},
		{Usage: 3, Matching: 1, Data: make([]byte, 31)}, {Usage: 3, Selector: 2, Data: []byte{1}}, {Usage: 3, Matching: 3, Data: []byte{1}}} {
		if len(Usable([]dns.TLSA{r})) != 0 {
			t.Errorf("%+v is usable", r)
		}
	}
}

// RFC 8461 §3.1, §3.2, §4.1.
func TestPolicy(t *testing.T) {
	p, err := ParsePolicy("version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmx: backupmx.example.com\r\n" +
		"max_age: 604800\r\nmode: none\r\nfuture: yes\r\n")
	if err != nil || p.Mode != Enforce || p.MaxAge != 7*24*time.Hour {
		t.Fatalf("%+v, %v", p, err)
	}
	for name, want := range map[string]bool{"mail.example.com": true, "MAIL.example.com.": true, "a.example.net": true,
		"a.b.example.net": false, "example.net": false, "mail.example.org": false} {
		if p.Allows(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
	for _, bad := range []string{"", "mode: enforce\nmx: a.example\nmax_age: 1", "version: STSv1\nmode: x\nmx: a.example\nmax_age: 1",
		"version: STSv1\nmode: enforce\nmax_age: 1", "version: STSv1\nmode: enforce\nmx: a.example", "version: STSv1\nmode: none\nmax_age: -1",
		"version: STSv1\nno colon", strings.Repeat("x", MaxPolicy+1)} {
		if _, err := ParsePolicy(bad); err == nil {
			t.Errorf("%.40q was read", bad)
		}
	}
	if _, err := ParsePolicy("version: STSv1\nmode: none\nmax_age: 86400\n"); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		texts []string
		id    string
	}{{[]string{"v=STSv1; id=20260302T090000;"}, "20260302T090000"}, {[]string{"v=spf1 -all", "v=STSv1;id=1"}, "1"},
		{[]string{"v=STSv1; id=1", "v=STSv1; id=2"}, ""}, {[]string{"v=STSv1"}, ""}, {[]string{"v=STSv1; id=a-b"}, ""}, {nil, ""},
		{[]string{"v=STSv10; id=1"}, ""}} {
		if id, ok := ParseID(c.texts); id != c.id || ok != (c.id != "") {
			t.Errorf("%q: %q %v", c.texts, id, ok)
		}
	}
	now := time.Unix(1e9, 0)
	var cache Cache
	cache.Put("west.example", "1", p, now)
	if _, id, ok := cache.Get("west.example", now.Add(6*24*time.Hour)); !ok || id != "1" {
		t.Error("a policy was forgotten too early")
	}
	if _, _, ok := cache.Get("west.example", now.Add(7*24*time.Hour)); ok {
		t.Error("a policy was kept too long")
	}
}
