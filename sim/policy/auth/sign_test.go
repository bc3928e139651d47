package auth

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestSignedMailVerifies signs with both algorithms and all canonicalizations.
func TestSignedMailVerifies(t *testing.T) {
	for _, a := range []Algorithm{Ed25519SHA256, RSASHA256} {
		s := &Signer{Domain: "east.example", Selector: "s1", Key: testKey(t, a, "east.example"), Expires: time.Hour, Identity: "alice@pc.east.example"}
		z := newZone(t, s.published())
		for _, c := range []struct{ header, body Canon }{{Simple, Simple}, {Simple, Relaxed}, {Relaxed, Simple}, {Relaxed, Relaxed}, {"", ""}} {
			s.Header, s.Body = c.header, c.body
			signed := sign(t, s, text(letter))
			got := VerifyDKIM(signed, noon(), z)
			if len(got) != 1 || got[0].Result != Pass || got[0].Identity != s.Identity || got[0].Domain != "east.example" {
				t.Errorf("%s, %s/%s: %+v\n%s", a, c.header, c.body, got, signed)
			}
			for line := range bytes.SplitSeq(signed, crlf) {
				if len(line) > 78 { // RFC 5322 §2.1.1
					t.Errorf("line of %d octets: %s", len(line), line)
				}
			}
		}
	}
}

// TestSameSeedSameKey: a simulated domain has the same key in each run, and another domain another one.
func TestSameSeedSameKey(t *testing.T) {
	for _, a := range []Algorithm{Ed25519SHA256, RSASHA256} {
		one, two, other := testKey(t, a, "east.example"), testKey(t, a, "east.example"), testKey(t, a, "west.example")
		if one.Record() != two.Record() || one.Record() == other.Record() {
			t.Errorf("%s: keys do not follow from their seeds", a)
		}
	}
	if _, err := NewKey("rsa-sha1", [32]byte{}); err == nil {
		t.Error("a key for rsa-sha1 was made (RFC 8301 §3.1)")
	}
}

// tampering is one thing that happens to a signed mail on its way.
type tampering struct {
	name   string
	signer func(*Signer)
	change func(mail string) string
	zone   func(*zone, *Signer)
	later  time.Duration // after noon
	result Result
	reason string
}

func tamperings() []tampering {
	record := func(format string) func(*zone, *Signer) {
		return func(z *zone, s *Signer) {
			_, p, _ := strings.Cut(s.Key.Record(), "p=")
			z.records[0].Text[0] = strings.ReplaceAll(format, "KEY", p)
		}
	}
	replace := func(old, new string) func(string) string {
		return func(m string) string { return strings.Replace(m, old, new, 1) }
	}
	footer := func(m string) string { return m + "-- \r\nlist@lists.example\r\n" }
	return []tampering{
		{name: "nothing", result: Pass},
		{name: "a trace field is added", change: func(m string) string { return "Received: by mx.example; today\r\n" + m }, result: Pass},
		{name: "header folded again", change: replace("Subject: Lunch  today?", "SUBJECT : Lunch\r\n\ttoday? "), result: Pass},
		{name: "white space in the body", change: replace("shall we  meet", "shall \twe meet"), result: Pass},
		{name: "empty lines at the end", change: func(m string) string { return m + "\r\n\r\n" }, result: Pass},
		{name: "subject changed", change: replace("Lunch", "Dinner"), result: Fail, reason: "signature did not verify"},
		{name: "subject tagged by a list", change: replace("Subject: ", "Subject: [lunch] "), result: Fail, reason: "signature did not verify"},
		{name: "replay with another From", change: replace("alice@east", "carol@east"), result: Fail, reason: "signature did not verify"},
		{name: "a second From on top", change: func(m string) string { return "From: Boss <boss@west.example>\r\n" + m }, result: Fail,
			reason: "signature did not verify"},
		{name: "a second Subject, signed once only", signer: func(s *Signer) { s.Fields = []string{"From", "Subject"} },
			change: func(m string) string { return "Subject: Money\r\n" + m }, result: Pass},
		{name: "body changed", change: replace("at 12", "at 11"), result: Fail, reason: "body hash did not verify"},
		{name: "footer added by a list", change: footer, result: Fail, reason: "body hash did not verify"},
		{name: "footer behind l=", signer: func(s *Signer) { s.Prefix = 1000 }, change: footer, result: Pass, reason: "26 octets of the body are not signed"},
		{name: "body shorter than l=", signer: func(s *Signer) { s.Prefix = 1000 }, change: replace("Hello Bob,\r\n", ""), result: Fail,
			reason: "l= covers 45 octets, the body has 33"},
		{name: "simple header folded again", signer: func(s *Signer) { s.Header = Simple }, change: replace("Subject: ", "Subject:  "),
			result: Fail, reason: "signature did not verify"},
		{name: "simple body, white space", signer: func(s *Signer) { s.Body = Simple }, change: replace("we  meet", "we meet"),
			result: Fail, reason: "body hash did not verify"},
		{name: "expired", signer: func(s *Signer) { s.Expires = time.Hour }, later: 66 * time.Minute, result: Fail, reason: "signature expired"},
		{name: "expired within the slack of clocks", signer: func(s *Signer) { s.Expires = time.Hour }, later: 64 * time.Minute, result: Pass},
		{name: "signed in the future", later: -6 * time.Minute, result: Fail, reason: "signed in the future"},
		{name: "identity outside the domain", change: replace("d=east.example;", "d=east.example; i=alice@west.example;"), result: Neutral,
			reason: "i=alice@west.example: expected an identity within east.example"},
		{name: "rsa-sha1", change: replace("ed25519-sha256", "rsa-sha1"), result: Policy, reason: "rsa-sha1 is historic"},
		{name: "unknown algorithm", change: replace("ed25519-sha256", "rot13-sha256"), result: Neutral, reason: "unknown algorithm rot13-sha256"},
		{name: "other algorithm than the key", change: replace("ed25519-sha256", "rsa-sha256"), result: PermError,
			reason: "inappropriate key algorithm: the key is of type ed25519"},
		{name: "tag doubled", change: replace("v=1;", "v=1; v=1;"), result: Neutral, reason: `tag list, octet 5: expected the tag "v" only once`},
		{name: "version 2", change: replace("v=1;", "v=2;"), result: Neutral, reason: "v=2: expected 1"},
		{name: "From not signed", signer: func(s *Signer) { s.Fields = []string{"Subject"} }, result: Neutral, reason: "the From field is not signed"},
		{name: "no bh=", change: replace("bh=", "xh="), result: PermError, reason: "signature without bh="},
		{name: "key revoked", zone: record("v=DKIM1; k=ed25519; p="), result: PermError, reason: "key revoked"},
		{name: "key gone", zone: func(z *zone, _ *Signer) { z.records = nil }, result: PermError, reason: "no key for signature"},
		{name: "name server down", zone: func(z *zone, _ *Signer) { z.broken[z.records[0].Name] = 4 }, result: TempError,
			reason: "key unavailable: no answer"},
		{name: "key for sha1 only", zone: record("k=ed25519; h=sha1; p=KEY"), result: PermError, reason: "inappropriate hash algorithm: the key is for sha1"},
		{name: "key for other things", zone: record("k=ed25519; s=tlsrpt; p=KEY"), result: PermError, reason: "the key is not for mail"},
		{name: "key of another version", zone: record("v=DKIM2; k=ed25519; p=KEY"), result: PermError,
			reason: "key record: expected v=DKIM1 in front, found v=DKIM2"},
		{name: "key is not DKIM at all", zone: record("hello"), result: PermError,
			reason: `key record: tag list, octet 0: expected name=value, found "hello"`},
		{name: "domain is testing", zone: record("k=ed25519; t=y; p=KEY"), result: Neutral, reason: "good signature, but the domain is testing"},
		{name: "subdomain in i= under t=s", signer: func(s *Signer) { s.Identity = "@pc.east.example" }, zone: record("k=ed25519; t=s; p=KEY"),
			result: PermError, reason: "the key's t=s does not allow a subdomain in i="},
		{name: "t=s without subdomain", zone: record("k=ed25519; t=s:x; h=sha1:sha256; n=note; p=KEY"), result: Pass},
	}
}

func TestTampering(t *testing.T) {
	for _, c := range tamperings() {
		t.Run(c.name, func(t *testing.T) {
			s := signer(t, "east.example")
			if c.signer != nil {
				c.signer(s)
			}
			z := newZone(t, s.published())
			mail := string(sign(t, s, text(letter)))
			if c.change != nil {
				changed := c.change(mail)
				if changed == mail {
					t.Fatal("nothing was changed")
				}
				mail = changed
			}
			if c.zone != nil {
				c.zone(z, s)
			}
			got := VerifyDKIM([]byte(mail), noon().Add(c.later), z)
			if len(got) != 1 || got[0].Result != c.result || got[0].Reason != c.reason {
				t.Errorf("%+v\nexpected %s (%s)", got, c.result, c.reason)
			}
		})
	}
}

// TestManySignatures: each counts for itself, and only so many are looked at.
func TestManySignatures(t *testing.T) {
	east, list := signer(t, "east.example"), signer(t, "lists.example")
	z := newZone(t, east.published(), list.published())
	mail := sign(t, east, text(letter))
	mail = sign(t, list, bytes.Replace(mail, []byte("Subject: "), []byte("Subject: [x] "), 1))
	got := VerifyDKIM(mail, noon(), z)
	if len(got) != 2 || got[0].Result != Pass || got[0].Domain != "lists.example" || got[1].Result != Fail || got[0].ID == got[1].ID {
		t.Errorf("%+v", got)
	}
	for range 20 {
		mail = sign(t, list, mail)
	}
	if got := VerifyDKIM(mail, noon(), z); len(got) != maxSignatures {
		t.Errorf("%d signatures were looked at, expected %d", len(got), maxSignatures)
	}
}

// TestAnyOctet: what was signed verifies, and no octet of it can change but white space, the case of signed names, and what is
// outside the signature.
func TestAnyOctet(t *testing.T) {
	s := signer(t, "east.example")
	z := newZone(t, s.published())
	rapid.Check(t, func(rt *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[ -~]{0,30}`), 1, 8)
		subject := rapid.StringMatching(`[!-~]([ -~]{0,40}[!-~])?`).Draw(rt, "subject")
		mail := text("From: a@east.example\nSubject: " + subject + "\n\n" + strings.Join(words.Draw(rt, "body"), "\n") + "\n")
		s.Header, s.Body = Canon(rapid.SampledFrom([]Canon{Simple, Relaxed}).Draw(rt, "header")), rapid.SampledFrom([]Canon{Simple, Relaxed}).Draw(rt, "body canon")
		field, err := s.Sign(mail, noon())
		if err != nil {
			rt.Fatal(err)
		}
		signed := append([]byte(field), mail...)
		if v := VerifyDKIM(signed, noon(), z); len(v) != 1 || v[0].Result != Pass {
			rt.Fatalf("%+v\n%s", v, signed)
		}
		at := rapid.IntRange(len(field), len(signed)-1).Draw(rt, "at")
		octet := rapid.ByteRange('!', '~').Draw(rt, "octet")
		if signed[at] == octet || signed[at]|0x20 == octet|0x20 && s.Header == Relaxed {
			rt.Skip("the same")
		}
		signed[at] = octet
		if v := VerifyDKIM(signed, noon(), z); len(v) == 1 && v[0].Result == Pass {
			rt.Fatalf("octet %d may be %q:\n%s", at, octet, signed)
		}
	})
}

// TestKeySizes: RFC 8301 §3.2.
func TestKeySizes(t *testing.T) {
	s := &Signer{Domain: "east.example", Selector: "s1", Key: testKey(t, RSASHA256, "east.example")}
	signed := sign(t, s, text(letter))
	for bits, want := range map[int]Result{512: Policy, 1023: Policy, 1024: Fail, 4096: Fail, 4097: Policy} {
		n := make([]byte, (bits+7)/8)
		n[0] = 1 << ((bits - 1) % 8)
		n[len(n)-1] |= 1
		z := newZone(t, "txt s1._domainkey.east.example v=DKIM1; p="+pkcs1(t, n))
		got := VerifyDKIM(signed, noon(), z)
		if got[0].Result != want {
			t.Errorf("%d bits: %s", bits, describe(got[0]))
		}
	}
}

func FuzzVerify(f *testing.F) {
	s := signer(f, "east.example")
	z := newZone(f, s.published())
	f.Add(sign(f, s, text(letter)))
	f.Add(file(f, "rfc8463-a3.eml"))
	f.Add([]byte("DKIM-Signature: v=1;b=;\r\n b = x; a=b"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, v := range VerifyDKIM(data, noon(), z) {
			if v.Result == "" || v.Result != Pass && v.Reason == "" {
				t.Errorf("%+v", v)
			}
		}
		ValidateARC(data, noon(), z)
		_, _ = Authors(data)
		if kept, n := StripResults(data, func(string) bool { return true }); n == 0 && !bytes.Equal(kept, data) {
			t.Error("changed for nothing")
		}
	})
}

func ExampleSigner_Sign() {
	key, _ := NewKey(Ed25519SHA256, [32]byte{1})
	s := &Signer{Domain: "east.example", Selector: "s1", Key: key}
	field, _ := s.Sign(text(letter), noon())
	fmt.Print(strings.ReplaceAll(strings.ReplaceAll(field, "\r", ""), "\t", "  "))
	// Output:
	// DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=east.example;
	//   s=s1; t=1772452800; h=From:Subject:Date:To:Message-ID:From:Subject:Date:To;
	//   bh=rHsV22rYqdgU1bRMFT6C/9IfUWGjCnrwnaI1rbLLOKM=;
	//   b=rHKY4tkLBbbkJCfRVEikmvB16jQmVLKDiLem7jVegX7ablqWUKFIXhYskmZLVBvhP5Nc3O0Yi
	//   jedZa+JA5HxBw==
}

func FuzzParseKey(f *testing.F) {
	f.Add(testKey(f, Ed25519SHA256, "x").Record())
	f.Add("v=DKIM1; h=sha256; k=rsa; s=email:*; t=y:s; p=MAA=")
	f.Fuzz(func(t *testing.T, record string) {
		for _, a := range []Algorithm{Ed25519SHA256, RSASHA256} {
			if k, bad := parseKey(record, a); bad == nil && (k.rsa == nil) == (k.ed25519 == nil) {
				t.Errorf("%q: neither a key nor an error", record)
			}
		}
	})
}
