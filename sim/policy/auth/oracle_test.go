package auth

import (
	"bytes"
	"crypto"
	"errors"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/authres"
	"github.com/emersion/go-msgauth/dkim"
	"pgregory.net/rapid"

	"github.com/smtpsim/smtpsim/sim/dns"
)

// lookup is the zone as go-msgauth asks it.
func (z *zone) lookup(name string) ([]string, error) {
	all, outcome := texts(z, name)
	if outcome != dns.Found {
		return nil, errors.New(outcome.String())
	}
	return all, nil
}

// mails draws messages with odd white space, folds and empty lines.
func mails(t *rapid.T) []byte {
	line := rapid.StringMatching(`[ \t]{0,2}[!-~]{0,8}([ \t]{1,3}[!-~]{1,8}){0,3}[ \t]{0,2}`)
	subject := rapid.StringMatching(`[!-~]{1,9}([ \t]{1,3}[!-~]{1,9}|\r\n[ \t][!-~]{1,9}){0,3}`).Draw(t, "subject")
	body := rapid.SliceOfN(line, 0, 6).Draw(t, "body")
	return []byte("From: a@east.example\r\nSubject:" + rapid.SampledFrom([]string{"", " ", "\t "}).Draw(t, "space") + subject +
		"\r\nX-Y: z\r\n\r\n" + strings.Join(append(body, ""), "\r\n"))
}

// TestOracle: what we sign, another implementation finds good, and the other way round; what one refuses, the other does too.
func TestOracle(t *testing.T) {
	keys := map[string]*Signer{"ed25519": signer(t, "east.example"), "rsa": {Domain: "east.example", Selector: "s1", Key: testKey(t, RSASHA256, "east.example")}}
	rapid.Check(t, func(rt *rapid.T) {
		mail := mails(rt)
		s := keys[rapid.SampledFrom([]string{"ed25519", "rsa"}).Draw(rt, "key")]
		z := newZone(t, s.published())
		s.Header, s.Body = rapid.SampledFrom([]Canon{Simple, Relaxed}).Draw(rt, "header"), rapid.SampledFrom([]Canon{Simple, Relaxed}).Draw(rt, "body canon")
		signed := sign(rt, s, mail)
		if rapid.Bool().Draw(rt, "theirs") {
			var b bytes.Buffer
			err := dkim.Sign(&b, bytes.NewReader(mail), &dkim.SignOptions{Domain: "east.example", Selector: "s1", Signer: s.Key.signer, Hash: crypto.SHA256,
				HeaderCanonicalization: dkim.Canonicalization(s.Header), BodyCanonicalization: dkim.Canonicalization(s.Body),
				HeaderKeys: []string{"From", "Subject", "Subject"}})
			if err != nil {
				rt.Fatal(err)
			}
			signed = b.Bytes()
		}
		if rapid.Bool().Draw(rt, "tamper") {
			at := rapid.IntRange(bytes.Index(signed, []byte("From: a@")), len(signed)-1).Draw(rt, "at")
			if strings.IndexByte(":\r\n", signed[at]) >= 0 {
				rt.Skip("the other one forgives half a line end and a line that is no field")
			}
			signed[at] = rapid.SampledFrom([]byte("x \tX")).Draw(rt, "octet")
		}
		theirs, err := dkim.VerifyWithOptions(bytes.NewReader(signed), &dkim.VerifyOptions{LookupTXT: z.lookup})
		if err != nil || len(theirs) == 0 {
			rt.Skip("the other one reads no such message")
		}
		ours := VerifyDKIM(signed, theirs[0].Time.Add(0), z)
		if len(ours) != 1 || (ours[0].Result == Pass) != (theirs[0].Err == nil) {
			rt.Fatalf("ours %+v, theirs %v\n%q", ours, theirs[0].Err, signed)
		}
	})
}

// TestResultsOracle: another implementation reads our Authentication-Results.
func TestResultsOracle(t *testing.T) {
	r := Results{ServID: "mx.west.example", Methods: []Method{
		{"spf", Pass, "", []Prop{{"smtp", "mailfrom", "east.example"}}},
		{"dkim", Fail, "", []Prop{{"header", "d", "east.example"}}},
	}}
	_, value, _ := strings.Cut(r.Format(), ":")
	id, list, err := authres.Parse(strings.ReplaceAll(value, "\r\n", ""))
	if err != nil || id != r.ServID || len(list) != 2 {
		t.Fatalf("%s, %+v, %v", id, list, err)
	}
	if spf, ok := list[0].(*authres.SPFResult); !ok || spf.Value != authres.ResultPass || spf.From != "east.example" {
		t.Errorf("%+v", list[0])
	}
	if d, ok := list[1].(*authres.DKIMResult); !ok || d.Value != authres.ResultFail || d.Domain != "east.example" {
		t.Errorf("%+v", list[1])
	}
}
