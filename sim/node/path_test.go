package node

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

const (
	alice = "alice@nord.example"
	bob   = "bob@west.example"
)

// TestWholeWay: MUA, MSA, MTA, MDA: the message as it lies in the mailbox, line by line.
func TestWholeWay(t *testing.T) {
	w := northAndWest(t, nil)
	w.send(alice, bob)
	w.net.RunIdle()
	w.check("fate", w.fate(), "mx1 delivered bob@west.example 250; msa relayed bob@west.example 250")
	w.check("questions", strings.Join(w.dns, ", "), "msa.nord.example: MX west.example, msa.nord.example: A mx1.west.example")
	box := w.box("mx1.west.example", "bob")
	if len(box) != 1 {
		t.Fatalf("%d messages, want 1", len(box))
	}
	got := lines(box[0])
	for i, want := range []string{
		"Return-Path: <alice@nord.example>", // RFC 5321 §4.4: first, then the time stamps, the youngest on top
		"Received: from [192.0.2.10] (port=", "\tby mx1.west.example with esmtp (Exim 4.96)",
		"\t(envelope-from <alice@nord.example>)", "\tid ", "\tfor bob@west.example;", "\tMon, 05 Jan 2026 08:00:00 +0000",
		"Received: from alice.nord.example (unknown [192.0.2.101])",
		"\tby msa.nord.example (Postfix) with ESMTP id ",
		"\tfor <bob@west.example>; Mon,  5 Jan 2026 08:00:00 +0000 (UTC)",
		"From: alice@nord.example", "To: bob@west.example", "Subject: Hello", "Date: Mon, 05 Jan 2026 08:00:00 +0000", "Message-ID: <1.",
		"", "Hello,", ".", "last line",
	} {
		if i >= len(got) || !strings.HasPrefix(got[i], want) || want == "" && got[i] != "" {
			t.Errorf("line %d: want %q in\n%s", i+1, want, box[0])
			break
		}
	}
}

// TestFates: one mail into each kind of trouble.
func TestFates(t *testing.T) {
	down := func(names ...string) func(w *world) {
		return func(w *world) {
			for _, n := range names {
				w.net.SetDown(n, vnet.Refusing)
			}
		}
	}
	fault := func(name string, kind dns.FaultKind) func(w *world) {
		return func(w *world) { w.nodes["ns.example"].DNS().SetFault(dns.Fault{Name: name, Kind: kind}) }
	}
	script := func(r []Reply) func(w *world) {
		return func(w *world) { w.nodes["mx1.west.example"].SetReplies(r) }
	}
	const bounce = "; msa delivered alice@nord.example 250"
	for _, c := range []struct {
		name, to string
		before   func(w *world)
		want     string
		source   string
	}{
		{"fail-over", bob, down("mx1.west.example"), "msa relayed bob@west.example 250; mx2 delivered bob@west.example 250", "RFC 5321 §5.1"},
		{"421 greeting", bob, script(reply(AtConnect, "", "421 4.3.2 busy", 0)), "msa relayed bob@west.example 250; mx2 delivered bob@west.example 250", "RFC 5321 §5.1"},
		{"554 greeting", bob, script(reply(AtConnect, "", "554 5.7.1 no", 0)), "msa relayed bob@west.example 250; mx2 delivered bob@west.example 250", "RFC 5321 §3.1"},
		{"both down", bob, down("mx1.west.example", "mx2.west.example"), "msa queued bob@west.example 451", "RFC 5321 §5.1; the web server is not asked (M6)"},
		{"550 is final", bob, script(reply(AtRcpt, bob, "550 5.1.1 unknown", 0)), "msa bounced bob@west.example 550" + bounce, "RFC 5321 §4.2.1"},
		{"unknown user", "eve@west.example", nil, "msa bounced eve@west.example 550" + bounce, "RFC 5321 §3.3"},
		{"450 waits", bob, script(reply(AtRcpt, bob, "450 4.2.0 busy", 0)), "msa queued bob@west.example 450", "RFC 5321 §4.2.1"},
		{"451 to the text", bob, script(reply(AtEnd, "", "451 4.3.0 disk", 0)), "msa queued bob@west.example 451", "RFC 5321 §4.2.1"},
		{"554 to the text", bob, script(reply(AtEnd, "", "554 5.6.0 bad", 0)), "msa bounced bob@west.example 554" + bounce, "RFC 5321 §4.2.1"},
		{"550 to MAIL", bob, script(reply(AtMail, "", "550 5.7.1 not you", 0)), "msa bounced bob@west.example 550" + bounce, "RFC 5321 §4.2.1"},
		{"only an address", "bob@only-a.example", nil, "msa relayed bob@only-a.example 250; mx2 delivered bob@only-a.example 250", "RFC 5321 §5.1: implicit MX"},
		{"alias", "bob@alias.example", nil, "msa relayed bob@alias.example 250; mx1 delivered bob@alias.example 250", "RFC 5321 §5.1: the name behind a CNAME counts"},
		{"MX to an alias", "bob@odd.example", nil, "msa relayed bob@odd.example 250; mx1 delivered bob@odd.example 250", "RFC 2181 §10.3 forbids it, everybody follows it"},
		{"null MX", "bob@null.example", nil, "msa bounced bob@null.example 556" + bounce, "RFC 7505 §4.1"},
		{"NXDOMAIN", "bob@nix.example", nil, "msa bounced bob@nix.example 550" + bounce, "RFC 5321 §5.1"},
		{"nothing there", "bob@empty.example", nil, "msa bounced bob@empty.example 550" + bounce, "RFC 5321 §5.1"},
		{"SERVFAIL", bob, fault("west.example", dns.FaultServFail), "msa queued bob@west.example 451", "RFC 5321 §5.1"},
		{"DNS silent", bob, fault("west.example", dns.FaultSilent), "msa queued bob@west.example 451", "RFC 5321 §5.1"},
		{"own host best", "bob@self.example", nil, "msa bounced bob@self.example 554" + bounce, "RFC 5321 §5.1"},
		{"two of three", "three", nil, "msa bounced eve@west.example 550; msa relayed bob@west.example 250; msa relayed carol@west.example 250" +
			bounce + "; mx1 delivered bob@west.example 250; mx1 delivered carol@west.example 250", "RFC 5321 §3.3"},
		{"local", alice, nil, "msa delivered alice@nord.example 250", "a local rule comes before the DNS"},
	} {
		w := northAndWest(t, nil)
		w.passes(time.Second)
		if c.before != nil {
			c.before(w)
		}
		if c.to == "three" {
			w.send(alice, bob, "eve@west.example", "carol@west.example")
		} else {
			w.send(alice, c.to)
		}
		w.passes(4 * time.Minute)
		got := strings.Join(sorted(strings.Split(w.fate(), "; ")), "; ")
		want := strings.Join(sorted(strings.Split(c.want, "; ")), "; ")
		w.check(c.name+" ("+c.source+")", got, want)
		for _, r := range w.nodes["msa.nord.example"].Queue().List() {
			if strings.Contains(c.want, "delivered") {
				t.Errorf("%s: still queued: %+v", c.name, r)
			}
		}
	}
}

// TestGreylisting: 451 first, taken at the next try, which begins at mx1 again.
func TestGreylisting(t *testing.T) {
	w := northAndWest(t, nil)
	w.nodes["mx1.west.example"].SetReplies(reply(AtRcpt, bob, "451 4.7.1 Greylisted", 1))
	w.send(alice, bob)
	w.passes(time.Hour)
	w.check("fate", w.fate(), "msa queued bob@west.example 451; mx1 delivered bob@west.example 250; msa relayed bob@west.example 250")
}

func TestBounceText(t *testing.T) {
	w := northAndWest(t, nil)
	w.send(alice, "eve@west.example")
	w.net.RunIdle()
	box := w.box("msa.nord.example", "alice")
	if len(box) != 1 {
		t.Fatalf("%d reports, want 1", len(box))
	}
	text := string(box[0])
	r, err := dsn.Parse(box[0])
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	to := r.Recipients[0]
	w.check("RFC 3464 §2.3", fmt.Sprint(to.Final, to.Action, to.Status, to.RemoteMTA, to.Diagnostic),
		"rfc822; eve@west.examplefailed5.0.0 dns; mx1.west.example smtp; 550 Unrouteable address")
	w.check("reporting MTA", r.ReportingMTA.Value, "msa.nord.example")
	for _, want := range []string{"Return-Path: <>\r\nReceived: by msa.nord.example (Postfix)\r\n", "From: Mail Delivery System <MAILER-DAEMON@msa.nord.example>",
		"To: alice@nord.example", "Subject: Undelivered Mail Returned to Sender", "Subject: Hello\r\n", "last line"} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q in\n%s", want, text)
		}
	}
}

func TestFiveDays(t *testing.T) {
	w := northAndWest(t, nil)
	w.net.SetDown("mx1.west.example", vnet.Silent)
	w.net.SetDown("mx2.west.example", vnet.Silent)
	w.send(alice, bob)
	w.net.RunIdle()
	took := w.net.Now().Sub(w.start)
	if took < 120*time.Hour || took > 121*time.Hour || len(w.box("msa.nord.example", "alice")) != 1 {
		t.Errorf("after %s alice has %d reports; want one after 5 days", took, len(w.box("msa.nord.example", "alice")))
	}
}

// TestBackup: a secondary keeps mail for the primary, and never gives it to those behind itself (RFC 5321 §5.1).
func TestBackup(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) {
		if name == "mx2.west.example" {
			c.Domains, c.RelayTo, c.Roles = nil, []string{"west.example"}, []Role{MTA}
		}
	})
	w.net.SetDown("mx1.west.example", vnet.Refusing)
	w.send(alice, bob)
	w.passes(time.Minute)
	w.check("down", w.fate(), "msa relayed bob@west.example 250; mx2 queued bob@west.example 451")
	w.net.SetDown("mx1.west.example", vnet.Up)
	w.passes(time.Hour)
	w.check("up again", w.fate(), "mx1 delivered bob@west.example 250; mx2 relayed bob@west.example 250")
}

// TestLoop: two hosts whose rules point at each other; the count of trace fields ends it (RFC 5321 §6.3).
func TestLoop(t *testing.T) {
	for _, hops := range []int{0, 100} {
		w := northAndWest(t, func(name string, c *Config) {
			c.Limits.Hops = hops
			switch name {
			case "msa.nord.example":
				c.Rules = map[string]queue.Rule{"loop.example": {Addr: netip.MustParseAddr("198.51.100.26")}}
			case "mx2.west.example":
				c.Rules = map[string]queue.Rule{"loop.example": {Addr: netip.MustParseAddr("192.0.2.10")}}
				c.RelayTo = []string{"loop.example"}
			}
			if name == "msa.nord.example" {
				c.RelayTo = []string{"loop.example"}
			}
		})
		w.send(alice, "x@loop.example")
		w.net.RunIdle()
		box := w.box("msa.nord.example", "alice")
		if len(box) != 1 {
			t.Fatalf("limit %d: %d reports, want 1: %s", hops, len(box), w.fate())
		}
		want := hops + 1
		if hops == 0 {
			want = persona.Postfix().HopLimit + 1
		}
		r, err := dsn.Parse(box[0])
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(string(r.Returned), "Received: "); got != want {
			t.Errorf("limit %d: the mail made %d hops, want %d", hops, got, want)
		}
		w.check("RFC 3463 §3.5 or the persona's word", r.Recipients[0].Status.String(), "5.4.0")
	}
}

// TestRelayPolicy: no open relay; whose mail goes where.
func TestRelayPolicy(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) {
		if name == "www.west.example" { // a stranger with a mail program
			c.Roles = []Role{MUA}
			c.SubmitAddr = netip.MustParseAddrPort("192.0.2.10:25")
		}
	})
	for _, c := range []struct{ from, to, want, source string }{
		{"eve@ost.example", alice, "msa delivered alice@nord.example 250", "mail for its own users from anybody"},
		{"eve@ost.example", "bob@west.example", "www bounced RCPT: 554 5.7.1 <bob@west.example>: Relay access denied 0", "RFC 5321 §3.6.2: no open relay"},
		{"", "postmaster@nord.example", "msa delivered postmaster@nord.example 250", "RFC 5321 §4.5.1: always there"},
		{"", "ALICE@NORD.example", "msa delivered ALICE@NORD.example 250", "RFC 5321 §2.4"},
		{"", "alice@[192.0.2.10]", "msa delivered alice@[192.0.2.10] 250", "RFC 5321 §4.1.3: our own address"},
	} {
		w.sendFrom("www.west.example", Message{From: c.from, To: []string{c.to}})
		w.passes(time.Minute)
		w.check(c.from+" → "+c.to+" ("+c.source+")", w.fate(), c.want)
	}
	n := w.nodes["www.west.example"]
	n.cfg.SubmitAddr = netip.MustParseAddrPort("192.0.2.10:587")
	w.sendFrom("www.west.example", Message{From: alice, To: []string{alice}})
	w.passes(time.Minute)
	w.check("a stranger at the MSA (RFC 6409 §4.3)", w.fate(), "www bounced MAIL: 550 5.7.1 Submission is for the users of this site only 0")
}

// TestCrashAfter250: RFC 5321 §6.1: the mail is there again after the crash.
func TestCrashAfter250(t *testing.T) {
	w := northAndWest(t, nil)
	w.net.SetDown("mx1.west.example", vnet.Refusing)
	w.net.SetDown("mx2.west.example", vnet.Refusing)
	w.send(alice, bob, "carol@west.example")
	w.passes(time.Minute)
	w.net.Crash("msa.nord.example")
	w.net.SetDown("mx1.west.example", vnet.Up)
	w.passes(time.Hour)
	w.fate()
	w.begin("msa.nord.example")
	w.passes(2 * time.Hour)
	w.check("afterwards", w.fate(), "mx1 delivered bob@west.example 250; mx1 delivered carol@west.example 250; "+
		"msa relayed bob@west.example 250; msa relayed carol@west.example 250")
	w.send("x@nord.example", "alice@nord.example")
	w.passes(time.Minute)
	w.net.Crash("msa.nord.example")
	w.begin("msa.nord.example")
	w.send("x@nord.example", "alice@nord.example")
	w.passes(time.Minute)
	if n := len(w.box("msa.nord.example", "alice")); n != 2 {
		t.Errorf("%d messages in the mailbox after two deliveries and a crash in between", n)
	}
}
