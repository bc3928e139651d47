package scenario

import (
	"strings"
	"testing"
	"time"
)

// TestAuthentication: the keys about whom mail is from, and what is wrong with them.
func TestAuthentication(t *testing.T) {
	const head = "scenario: x\nhosts:\n  - name: mx.east.example\n    addresses: [192.0.2.25]\n    roles: [mta]\n    "
	for _, c := range []struct{ keys, want string }{
		{"authenticate: {spf: yes, dkim: yes, dmarc: enforce, arc: yes, trust: [lists.example], reports: yes, received-spf: no}", ""},
		{"sign: {selector: s1, domain: east.example, algorithm: rsa, header: simple, expires: 1d, length: 100, identity: alice@pc.east.example}", ""},
		{"authenticate: {spf: maybe}", `6:25: expected one of no, report, enforce, yes, found "maybe"`},
		{"authenticate: {dkim: enforce}", `6:26: expected yes or no, found "enforce"`},
		{"authenticate: {spf: yes, reports: yes}", "6:39: expected dmarc: report or dmarc: enforce where reports are made"},
		{"authenticate: {trust: [A b]}", "6:28: expected a domain name in lower case"},
		{"sign: {selector: s1, domain: east}", `6:34: expected a domain of at least two labels such as east.example, found "east"`},
		{"sign: {domain: east.example}", "expected a domain name"},
		{"sign: {selector: s1, domain: east.example, algorithm: sha1}", `6:59: expected one of ed25519, rsa, found "sha1"`},
		{"sign: {selector: s1, domain: east.example, identity: a@west.example}", "6:58: expected an identity within east.example"},
		{"sign: {selector: s1, domain: east.example, publish: later}", `6:57: expected one of yes, no, revoked, testing, found "later"`},
	} {
		s, err := Parse("x.yaml", []byte(head+c.keys+"\n"))
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.keys, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, expected %s", c.keys, err, c.want)
		case err == nil && s.Hosts[0].Sign != nil && (s.Hosts[0].Sign.Expires != 24*time.Hour || s.Hosts[0].Sign.Algorithm != "rsa-sha256"):
			t.Errorf("%+v", s.Hosts[0].Sign)
		case err == nil && s.Hosts[0].Checks != nil && (s.Hosts[0].Checks.SPF != "report" || s.Hosts[0].Checks.DMARC != "enforce"):
			t.Errorf("%+v", s.Hosts[0].Checks)
		}
	}
}
