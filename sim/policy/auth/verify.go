package auth

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim/dns"
)

// Limits of verification.
const (
	maxSignatures = 10              // DKIM-Signature fields that are looked at (RFC 6376 §8.4)
	maxKeys       = 5               // records of one selector that are tried
	clockSlack    = 5 * time.Minute // by which clocks may differ (RFC 6376 §3.5, "fudge factor")
)

// Verification is what one DKIM-Signature field came to.
type Verification struct {
	Result    Result
	Reason    string // why it is not Pass, or what is odd about it
	Domain    string // d=: who answers for the text
	Selector  string // s=
	Identity  string // i=
	Algorithm Algorithm
	ID        string // the start of b=, which tells signatures apart (RFC 6008 §4)
	Unsigned  int    // octets at the end of the body that l= leaves out
}

// VerifyDKIM checks the DKIM-Signature fields of a text, from the top down, ten at most. now is the moment at which the text came,
// by the clock of the host that took it (RFC 6376 §3.5, x=). None: the text is not signed.
func VerifyDKIM(text []byte, now time.Time, r Resolver) []Verification {
	m := split(text)
	var out []Verification
	for _, f := range m.named("dkim-signature") {
		if len(out) == maxSignatures {
			break
		}
		s, bad := parseSignature(string(f.value), dkimSignature)
		v := Verification{Domain: strings.ToLower(s.domain), Selector: s.selector, Identity: s.identity, Algorithm: s.algorithm}
		if id := base64.StdEncoding.EncodeToString(s.data); s.data != nil {
			v.ID = id[:min(len(id), 8)]
		}
		if bad == nil {
			v.Unsigned, v.Reason, bad = s.verify(&m, f, now, r)
		}
		if v.Result = Pass; bad != nil {
			v.Result, v.Reason = bad.result, bad.reason
		}
		out = append(out, v)
	}
	return out
}

// verify checks one signature of fields and body (RFC 6376 §6.1). own is the field it stands in. A note may be given with a good one.
func (s *signature) verify(m *message, own headerField, now time.Time, r Resolver) (tail int, note string, bad *failure) {
	if bad := s.acceptable(now); bad != nil {
		return 0, "", bad
	}
	keys, bad := s.keys(r)
	if bad != nil {
		return 0, "", bad
	}
	body := m.canonical(s.body)
	if s.length >= 0 {
		if s.length > int64(len(body)) { // RFC 6376 §3.5, l=
			return 0, "", &failure{Fail, fmt.Sprintf("l= covers %d octets, the body has %d", s.length, len(body))}
		}
		tail = len(body) - int(s.length)
		body = body[:s.length]
	}
	if hash := sha256.Sum256(body); !bytes.Equal(hash[:], s.bodyHash) {
		return tail, "", &failure{Fail, "body hash did not verify"}
	}
	if tail > 0 {
		note = fmt.Sprintf("%d octets of the body are not signed", tail)
	}
	return tail, note, s.check(s.signed(m, own), keys)
}

// acceptable says no to what needs no key to be refused.
func (s *signature) acceptable(now time.Time) *failure {
	switch {
	case s.algorithm == rsaSHA1: // RFC 8301 §3.1: "have permanently failed evaluation"
		return &failure{Policy, "rsa-sha1 is historic"}
	case s.algorithm != RSASHA256 && s.algorithm != Ed25519SHA256:
		return &failure{Neutral, "unknown algorithm " + shorten(string(s.algorithm))}
	case !s.expires.IsZero() && now.After(s.expires.Add(clockSlack)):
		return &failure{Fail, "signature expired"}
	case s.made.After(now.Add(clockSlack)): // RFC 6376 §3.5, t=: MAY be ignored
		return &failure{Fail, "signed in the future"}
	}
	return nil
}

// keys are the records of the selector, at most five (RFC 6376 §6.1.2).
func (s *signature) keys(r Resolver) ([]string, *failure) {
	records, outcome := texts(r, s.selector+"._domainkey."+s.domain)
	switch {
	case outcome.Temporary():
		return nil, &failure{TempError, "key unavailable: " + outcome.String()}
	case outcome != dns.Found:
		return nil, permanent("no key for signature")
	}
	return records[:min(len(records), maxKeys)], nil
}

// check tries the keys in turn; the last failure counts (RFC 6376 §6.1.2, step 4).
func (s *signature) check(data []byte, records []string) *failure {
	var last *failure
	for _, record := range records {
		key, bad := parseKey(record, s.algorithm)
		switch {
		case bad != nil:
			last = bad
		case key.strict && s.kind == dkimSignature && !s.ownDomain():
			last = permanent("the key's t=s does not allow a subdomain in i=")
		case !key.verify(data, s.data):
			last = &failure{Fail, "signature did not verify"}
			if key.testing {
				last = &failure{Neutral, "signature did not verify, and the domain is testing"}
			}
		case key.testing: // RFC 6376 §3.6.1, t=y: not differently from unsigned mail
			return &failure{Neutral, "good signature, but the domain is testing"}
		default:
			return nil
		}
	}
	return last
}

// signed is what goes into the hash (RFC 6376 §3.7): fields in the order of h=, of one name from the bottom up (§5.4.2), then the
// signature's own field without its last line end.
func (s *signature) signed(m *message, own headerField) []byte {
	left := map[string][]headerField{}
	for _, f := range m.fields {
		left[f.name] = append(left[f.name], f)
	}
	var out []byte
	for _, name := range s.fields {
		name = strings.ToLower(name)
		if have := left[name]; len(have) > 0 {
			out = s.header.appendField(out, have[len(have)-1].raw)
			left[name] = have[:len(have)-1]
		}
	}
	return bytes.TrimSuffix(s.header.appendField(out, unsigned(own.raw)), crlf)
}
