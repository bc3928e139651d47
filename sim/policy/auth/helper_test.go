package auth

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/dns"
)

// zone is a resolver over a few records, which counts what it is asked.
type zone struct {
	records []dns.Record
	broken  map[string]dns.Outcome // canonical names that get no answer
	asked   []string
}

// newZone reads records, a line each; names of the form "txt NAME TEXT" are TXT records without the 255 octets a string has.
func newZone(t testing.TB, lines ...string) *zone {
	z := &zone{broken: map[string]dns.Outcome{}}
	for _, line := range lines {
		if rest, ok := strings.CutPrefix(line, "txt "); ok {
			name, text, _ := strings.Cut(rest, " ")
			z.records = append(z.records, dns.Record{Name: dns.CanonicalName(name), Type: dns.TypeTXT, Text: []string{text}})
			continue
		}
		r, err := dns.ParseRecord(line)
		if err != nil {
			t.Fatal(err)
		}
		z.records = append(z.records, r)
	}
	return z
}

func (z *zone) Query(name string, kind dns.Type) dns.Answer {
	name = dns.CanonicalName(name)
	a := dns.Answer{Name: name, Type: kind, Outcome: dns.NoName}
	z.asked = append(z.asked, kind.String()+" "+strings.TrimSuffix(name, "."))
	if o, ok := z.broken[name]; ok {
		a.Outcome = o
		return a
	}
	for _, r := range z.records {
		if dns.InZone(r.Name, name) && a.Outcome == dns.NoName {
			a.Outcome = dns.NoData
		}
		if r.Name == name && r.Type == kind {
			a.Records, a.Outcome = append(a.Records, r), dns.Found
		}
	}
	return a
}

// noon is the moment of most tests.
func noon() time.Time { return time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC) }

// text is a mail with CRLF line ends from one with LF.
func text(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

// file is a mail of testdata.
func file(t testing.TB, name string) []byte {
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return text(string(data))
}

// testKey is the key of a domain in tests.
func testKey(t testing.TB, a Algorithm, domain string) Key {
	var seed [32]byte
	copy(seed[:], domain)
	k, err := NewKey(a, seed)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// signer signs for a domain with an Ed25519 key and the selector s1.
func signer(t testing.TB, domain string) *Signer {
	return &Signer{Domain: domain, Selector: "s1", Key: testKey(t, Ed25519SHA256, domain)}
}

// published is the record of a signer.
func (s *Signer) published() string {
	return "txt " + s.Selector + "._domainkey." + s.Domain + " " + s.Key.Record()
}

// sign is the text with a signature in front.
func sign(t fataler, s *Signer, text []byte) []byte {
	field, err := s.Sign(text, noon())
	if err != nil {
		t.Fatal(err)
	}
	return append([]byte(field), text...)
}

const letter = `From: Alice <alice@east.example>
To: bob@west.example
Subject: Lunch  today?
Date: Mon, 2 Mar 2026 12:00:00 +0000
Message-ID: <1@pc.east.example>

Hello Bob,

shall we  meet at 12?

Alice

`

// pkcs1 is a public key with this modulus, which need not be a product of primes, in base64.
func pkcs1(t testing.TB, n []byte) string {
	t.Helper()
	key := rsa.PublicKey{N: new(big.Int).SetBytes(n), E: exponent}
	return base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(&key))
}

// fataler is a test, or one run of a property.
type fataler interface{ Fatal(args ...any) }
