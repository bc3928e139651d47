package node

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/policy/auth"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// signerOf makes the signer of a domain, and the record of its key.
func signerOf(t *testing.T, domain string) (*auth.Signer, string) {
	var seed [32]byte
	copy(seed[:], domain)
	key, err := auth.NewKey(auth.Ed25519SHA256, seed)
	if err != nil {
		t.Fatal(err)
	}
	return &auth.Signer{Domain: domain, Selector: "s1", Key: key}, "s1._domainkey." + domain + " TXT \"" + key.Record() + "\""
}

// authWorld is Alice's host, which signs, and Bob's, which checks.
func authWorld(t *testing.T, records string, checks Authentication) *world {
	s, key := signerOf(t, "nord.example")
	w := newWorld(t, "west.example MX 10 mx.west.example\nnord.example MX 10 mx.nord.example\n"+key+"\n"+records, vnet.Link{Latency: 10 * time.Millisecond})
	w.add("alice.nord.example", Config{Roles: []Role{MUA}, SubmitTo: "mx.nord.example"}, "192.0.2.101")
	w.add("mx.nord.example", Config{Roles: []Role{MSA, MTA, MDA}, Domains: []string{"nord.example"}, Users: []string{"alice", "reports"},
		RelayFrom: []netip.Prefix{netip.MustParsePrefix("192.0.2.96/28")}, Auth: &Authentication{Sign: s}}, "192.0.2.25")
	w.add("mx.west.example", Config{Roles: []Role{MTA, MDA}, Domains: []string{"west.example"}, Users: []string{"bob"}, Auth: &checks}, "198.51.100.25")
	return w
}

// only is the one mail in a mailbox.
func (w *world) only(host, user string) string {
	w.t.Helper()
	for _, b := range w.nodes[host].Mailboxes() {
		if b.User == user && len(b.Messages) == 1 {
			return string(b.Messages[0])
		}
	}
	w.t.Fatalf("there is not one mail for %s at %s", user, host)
	return ""
}

// TestAuthenticatedMail: the fields stand where RFC 7601 §4.1 wants them, and say what was found.
func TestAuthenticatedMail(t *testing.T) {
	w := authWorld(t, `nord.example TXT "v=spf1 mx -all"`+"\n"+`_dmarc.nord.example TXT "v=DMARC1; p=reject"`,
		Authentication{SPF: Enforce, DKIM: true, DMARC: Enforce, ARC: true, ReceivedSPF: true})
	w.send("alice@nord.example", "bob@west.example")
	w.net.RunUntil(w.start.Add(30 * time.Hour))
	mail := w.only("mx.west.example", "bob")
	at := 0
	for _, want := range []string{"Return-Path: <alice@nord.example>", "Received-SPF: pass", "Authentication-Results: mx.west.example;\r\n\tspf=pass smtp.mailfrom=nord.example;\r\n" +
		"\tdkim=pass header.d=nord.example header.s=s1 header.b=", "arc=none;\r\n\tdmarc=pass header.from=nord.example\r\n", "Received: from mx.nord.example", "Received: from alice.nord.example",
		"DKIM-Signature: v=1; a=ed25519-sha256", "From: alice@nord.example"} {
		i := strings.Index(mail[at:], want)
		if i < 0 {
			t.Fatalf("%q is not behind octet %d of\n%s", want, at, mail)
		}
		at += i
	}
}

// TestAuthenticationWaits: what cannot be looked up now is asked for again later by who enforces SPF; DMARC lets it in.
func TestAuthenticationWaits(t *testing.T) {
	for _, c := range []struct {
		checks Authentication
		want   string
	}{
		{Authentication{SPF: Enforce}, "mx queued bob@west.example 451"},
		{Authentication{SPF: Report, DMARC: Enforce}, "mx delivered bob@west.example 250"},
	} {
		w := authWorld(t, `nord.example TXT "v=spf1 mx -all"`, c.checks)
		w.nodes["mx.west.example"].resolver = nil
		w.send("alice@nord.example", "bob@west.example")
		w.net.RunUntil(w.start.Add(time.Minute))
		if fate := w.fate(); !strings.Contains(fate, c.want) {
			t.Errorf("%+v: %s", c.checks, fate)
		}
	}
}

// TestOwnMailIsNotChecked: those whose mail a host relays are believed, and nothing is asked about them.
func TestOwnMailIsNotChecked(t *testing.T) {
	w := authWorld(t, `nord.example TXT "v=spf1 -all"`, Authentication{SPF: Enforce, DKIM: true, DMARC: Enforce})
	cfg := w.cfgs["mx.west.example"]
	cfg.RelayFrom = []netip.Prefix{netip.MustParsePrefix("192.0.2.25/32")}
	w.nodes["mx.west.example"].cfg.RelayFrom = cfg.RelayFrom
	w.send("alice@nord.example", "bob@west.example")
	w.net.RunUntil(w.start.Add(30 * time.Hour))
	if mail := w.only("mx.west.example", "bob"); strings.Contains(mail, "Authentication-Results") {
		t.Error(mail)
	}
	for _, q := range w.dns {
		if strings.HasPrefix(q, "mx.west.example: TXT") {
			t.Errorf("asked %s", q)
		}
	}
}

// TestAggregateReports: at midnight of the host's clock a report goes to who asked for it (RFC 9989 §5.3.8).
func TestAggregateReports(t *testing.T) {
	w := authWorld(t, `_dmarc.nord.example TXT "v=DMARC1; p=none; rua=mailto:reports@nord.example"`, Authentication{DMARC: Report, Reports: true})
	w.send("alice@nord.example", "bob@west.example")
	w.send("alice@nord.example", "bob@west.example")
	night := midnight(w.start)
	w.net.RunUntil(night.Add(-time.Second))
	if fate := w.fate(); strings.Contains(fate, "reports@") {
		t.Errorf("before midnight: %s", fate)
	}
	w.net.RunUntil(night.Add(time.Minute))
	mail := w.only("mx.nord.example", "reports")
	for _, want := range []string{"Subject: Report Domain: nord.example Submitter: west.example Report-ID: <", "<count>2</count>", "<dkim>pass</dkim>",
		"From: postmaster@west.example\r\n", "<policy_published>\r\n    <domain>nord.example</domain>"} {
		if !strings.Contains(mail, want) {
			t.Errorf("%q is not in\n%s", want, mail)
		}
	}
}

// TestResentMail: mail that an agent of the host sends on is signed, and sealed with what was found when it came (RFC 8617 §5.1); mail that
// begins here is signed only.
func TestResentMail(t *testing.T) {
	w := authWorld(t, "", Authentication{})
	n := w.nodes["mx.nord.example"]
	n.cfg.Auth.ARC = true
	const own = "From: list@nord.example\r\nSubject: x\r\n\r\nHi\r\n"
	const came = "X-List: y\r\nAuthentication-Results: mx.nord.example;\r\n\tarc=none;\r\n\tdmarc=pass header.from=ost.example\r\n"
	for text, want := range map[string]string{
		own:        "DKIM-Signature: v=1;",
		came + own: "ARC-Seal: i=1; a=ed25519-sha256; cv=none; d=nord.example;",
		strings.Replace(came, "mx.nord", "mx.ost", 1) + own: "DKIM-Signature: v=1;", // not our word
	} {
		out, refusal := n.resent([]byte(text))
		if refusal != nil || !strings.HasPrefix(string(out), want) || !strings.HasSuffix(string(out), text) {
			t.Errorf("%v\n%s\nexpected %s", refusal, out, want)
		}
		sealed := strings.Contains(string(out), "ARC-Authentication-Results: i=1; mx.nord.example;\r\n\tarc=none;\r\n\tdmarc=pass header.from=ost.example\r\n")
		if sealed != strings.HasPrefix(want, "ARC") {
			t.Errorf("sealed: %v\n%s", sealed, out)
		}
	}
}
