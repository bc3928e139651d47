package auth

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/dns"
)

// results are what a host found out about a mail.
func results(id string, methods ...Method) Results { return Results{id, methods} }

// pass seals a text as the host of a domain that has validated the chain before; change happens to the text in between.
func pass(t testing.TB, z *zone, mail []byte, domain string, change func([]byte) []byte) []byte {
	t.Helper()
	chain := ValidateARC(mail, noon(), z)
	if change != nil {
		mail = change(mail)
	}
	set, err := signer(t, domain).Seal(mail, results("mx."+domain, Method{Name: "dmarc", Result: Pass, Props: []Prop{{"header", "from", "east.example"}}}), chain, noon())
	if err != nil {
		t.Fatal(err)
	}
	return append([]byte(set), mail...)
}

// arcZone has the keys of those who pass mail on.
func arcZone(t testing.TB) *zone {
	return newZone(t, signer(t, "east.example").published(), signer(t, "lists.example").published(), signer(t, "old.example").published(),
		signer(t, "west.example").published())
}

// tagged is a list's subject tag.
func tagged(mail []byte) []byte {
	return bytes.Replace(mail, []byte("Subject: "), []byte("Subject: [x] "), 1)
}

// TestARCChain: a list changes a mail, an old address forwards it, and the receiver knows what the list saw.
func TestARCChain(t *testing.T) {
	z := arcZone(t)
	mail := sign(t, signer(t, "east.example"), text(letter))
	if c := ValidateARC(mail, noon(), z); c.Result != None {
		t.Errorf("no chain: %+v", c)
	}
	mail = pass(t, z, mail, "lists.example", tagged)
	one := ValidateARC(mail, noon(), z)
	if one.Result != Pass || len(one.Sets) != 1 || one.OldestPass != 0 {
		t.Fatalf("one set: %+v\n%s", one, mail)
	}
	mail = pass(t, z, append([]byte("Received: by old.example\r\n"), mail...), "old.example", nil)
	if c := ValidateARC(mail, noon(), z); c.Result != Pass || c.OldestPass != 0 || len(c.Sets) != 2 {
		t.Errorf("two sets, not changed: %+v", c)
	}
	mail = pass(t, z, mail, "west.example", tagged)
	c := ValidateARC(mail, noon(), z)
	if c.Result != Pass || c.OldestPass != 3 || len(c.Sets) != 3 || c.Sets[0].Domain != "lists.example" || c.Sets[0].Results.Find("dmarc") != Pass {
		t.Errorf("three sets, changed: %+v", c)
	}
	if v := VerifyDKIM(mail, noon(), z); v[0].Result != Fail {
		t.Errorf("the author's signature outlived the list: %+v", v)
	}
}

// TestARCTampering: RFC 8617 §5.2.
func TestARCTampering(t *testing.T) {
	replace := func(old, new string) func(string) string {
		return func(m string) string { return strings.Replace(m, old, new, 1) }
	}
	drop := func(field string) func(string) string {
		return func(m string) string {
			at := strings.Index(m, field)
			end := at + strings.Index(m[at:], "\r\nARC-") + 2
			return m[:at] + m[end:]
		}
	}
	for _, c := range []struct {
		name, reason string
		change       func(string) string
		zone         func(*zone)
		later        time.Duration
	}{
		{"body changed", "ARC-Message-Signature 2: body hash did not verify", replace("at 12", "at 11"), nil, 0},
		{"subject changed", "ARC-Message-Signature 2: signature did not verify", replace("Lunch", "Dinner"), nil, 0},
		{"testimony changed", "ARC-Seal 2: signature did not verify", replace("dmarc=pass", "dmarc=fail"), nil, 0},
		{"old testimony changed", "ARC-Seal 2: signature did not verify", replace("i=1; mx.lists.example", "i=1; mx.evil.example"), nil, 0},
		{"seal is missing", "set 2 has 2 of three fields", drop("ARC-Seal: i=2"), nil, 0},
		{"testimony twice", "arc-authentication-results 2 is there twice",
			func(m string) string { return "ARC-Authentication-Results: i=2; mx.old.example; none\r\n" + m }, nil, 0},
		{"gap", "set 2 has 0 of three fields", replaceAll("i=2;", "i=3;"), nil, 0},
		{"no set in front", "set 1 has 0 of three fields", replaceAll("i=1;", "i=3;"), nil, 0},
		{"cv=none in the second", "set 2 says cv=none, expected pass", replace("cv=pass", "cv=none"), nil, 0},
		{"cv=pass in the first", "set 1 says cv=pass, expected none", replace("cv=none", "cv=pass"), nil, 0},
		{"cv=fail in the last", "the last who passed it on found it broken", replace("cv=pass", "cv=fail"), nil, 0},
		{"cv=fail in the first", "set 1 says cv=fail, expected none", replace("cv=none", "cv=fail"), nil, 0},
		{"h= in a seal", "arc-seal 2: expected no h= in an ARC-Seal", replace("cv=pass", "h=from; cv=pass"), nil, 0},
		{"seal under a message signature", "arc-message-signature 2 signs ARC-Seal", replace("h=From:", "h=ARC-Seal:From:"), nil, 0},
		{"instance 51", "ARC-Authentication-Results: expected i=1 to i=50 in front, found \"i=51\"", replace("Results: i=2;", "Results: i=51;"), nil, 0},
		{"key gone", "ARC-Seal 1: no key for signature", nil, func(z *zone) { z.records = append(z.records[:1], z.records[2:]...) }, 0},
		{"name server down: for good all the same", "ARC-Message-Signature 2: key unavailable: no answer", nil,
			func(z *zone) { z.broken["s1._domainkey.old.example."] = dns.Timeout }, 0},
		{"in the future", "ARC-Message-Signature 2: signed in the future", nil, nil, -time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			z := arcZone(t)
			mail := string(pass(t, z, pass(t, z, text(letter), "lists.example", nil), "old.example", nil))
			if c.change != nil {
				changed := c.change(mail)
				if changed == mail {
					t.Fatal("nothing was changed")
				}
				mail = changed
			}
			if c.zone != nil {
				c.zone(z)
			}
			got := ValidateARC([]byte(mail), noon().Add(c.later), z)
			if got.Result != Fail || got.Reason != c.reason || len(got.Sets) != 0 {
				t.Errorf("%+v\nexpected %s", got, c.reason)
			}
		})
	}
}

func replaceAll(old, new string) func(string) string {
	return func(m string) string { return strings.ReplaceAll(m, old, new) }
}

// TestSealBrokenChain: who finds a chain broken says so once, and nobody goes on with it (RFC 8617 §5.1.2, §5.1.3).
func TestSealBrokenChain(t *testing.T) {
	z := arcZone(t)
	mail := tagged(pass(t, z, text(letter), "lists.example", nil))
	sealed := pass(t, z, mail, "old.example", nil)
	if !bytes.Contains(sealed, []byte("ARC-Seal: i=2; a=ed25519-sha256; cv=fail;")) {
		t.Errorf("%s", sealed)
	}
	if c := ValidateARC(sealed, noon(), z); c.Result != Fail {
		t.Errorf("%+v", c)
	}
	if again := pass(t, z, sealed, "west.example", nil); !bytes.Equal(again, sealed) {
		t.Errorf("a dead chain was continued: %s", again)
	}
	// §5.1.2: the seal covers its own set only
	m := split(sealed)
	seal := m.named("arc-seal")[0]
	s, bad := parseSignature(string(seal.value), arcSeal)
	if bad != nil {
		t.Fatal(bad)
	}
	own := arcSets{{results: m.named("arc-authentication-results")[0], message: m.named("arc-message-signature")[0], seal: seal}}
	if bad := s.verifySeal(own, noon(), z); bad != nil {
		t.Errorf("%+v", bad)
	}
}

// TestFiftySets: the limit of RFC 8617 §4.2.1, at it and one past it.
func TestFiftySets(t *testing.T) {
	z := arcZone(t)
	mail := text(letter)
	for range MaxSets {
		mail = pass(t, z, mail, "lists.example", nil)
	}
	if c := ValidateARC(mail, noon(), z); c.Result != Pass || len(c.Sets) != MaxSets {
		t.Fatalf("%s (%s), %d sets", c.Result, c.Reason, len(c.Sets))
	}
	if again := pass(t, z, mail, "lists.example", nil); !bytes.Equal(again, mail) {
		t.Error("a set 51 was added")
	}
	more := fmt.Sprintf("ARC-Seal: i=51; a=ed25519-sha256; cv=pass; d=lists.example; s=s1; b=aaaa\r\n%s", mail)
	if c := ValidateARC([]byte(more), noon(), z); c.Result != Fail {
		t.Errorf("%+v", c)
	}
}

// TestOtherSealer: a chain of which another implementation made the second set, after it had found ours good (testdata/PROVENANCE.md).
func TestOtherSealer(t *testing.T) {
	z := newZone(t)
	for _, domain := range []string{"lists.example", "old.example"} {
		s := &Signer{Domain: domain, Selector: "s1", Key: testKey(t, RSASHA256, domain)}
		z.records = append(z.records, newZone(t, s.published()).records...)
	}
	mail := file(t, "dkimpy-arc.eml")
	c := ValidateARC(mail, noon(), z)
	if c.Result != Pass || len(c.Sets) != 2 || c.OldestPass != 0 || c.Sets[1].Domain != "old.example" || c.Sets[1].Results.Find("arc") != Pass {
		t.Errorf("%+v", c)
	}
	if c := ValidateARC(tagged(mail), noon(), z); c.Result != Fail {
		t.Errorf("changed: %+v", c)
	}
}

// TestArrivedChain: who changes a text before it goes on seals what was true before (RFC 8617 §5.1).
func TestArrivedChain(t *testing.T) {
	z := arcZone(t)
	came := pass(t, z, text(letter), "lists.example", nil)
	changed := tagged(came)
	for _, c := range []struct {
		said, want Result
	}{{Pass, Pass}, {Fail, Fail}, {None, Fail}} {
		chain := ArrivedChain(changed, c.said)
		set, err := signer(t, "old.example").Seal(changed, results("mx.old.example"), chain, noon())
		if err != nil {
			t.Fatal(err)
		}
		if got := ValidateARC(append([]byte(set), changed...), noon(), z); chain.Result != c.want || got.Result != c.want {
			t.Errorf("%s: %+v, then %+v", c.said, chain, got)
		}
	}
	if c := ArrivedChain(text(letter), None); c.Result != None {
		t.Errorf("%+v", c)
	}
}
