package node

import (
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/trace/field"
)

// withGateway is the network of the lessons with a world behind mx1.west.example, whose name there is mx1.
func withGateway(t *testing.T) (*world, *Node) {
	w := northAndWest(t, func(name string, c *Config) {
		if name == "mx1.west.example" {
			c.Gateway = &Gateway{World: "UUCP", Domain: "uucp.example", Sites: map[string][]string{"site": {"dora"}, "far": {"emil"}}, Takes: time.Hour}
		}
	})
	return w, w.nodes["mx1.west.example"]
}

// RFC 5321 §3.7.4: addresses that come out of the other world have full domains and lead back there.
func TestGatewayAddresses(t *testing.T) {
	_, n := withGateway(t)
	for path, want := range map[string]string{
		"site!dora":              "dora@site.uucp.example",
		"SITE!dora":              "dora@site.uucp.example",
		"site!far!emil":          "far!emil@site.uucp.example",
		"dora":                   "dora@site.uucp.example",
		"mx1!bob":                "bob@west.example",
		"mx1!nord.example!alice": alice,
		"nord.example!alice":     alice,
		"alice@nord.example":     alice,
	} {
		if got := n.inside(path, "site"); got != want {
			t.Errorf("%s from the other world: %s, want %s", path, got, want)
		}
	}
	for address, want := range map[string]string{
		alice:                        "mx1!nord.example!alice",
		"dora@site.uucp.example":     "site!dora",
		"far!emil@Site.UUCP.example": "Site!far!emil",
		"site!far!emil@west.example": "site!far!emil",
		"bob@west.example":           "mx1!west.example!bob",
		"x@nosite.uucp.example":      "mx1!nosite.uucp.example!x",
		"not an address":             "not an address",
	} {
		if got := n.outside(address); !strings.EqualFold(got, want) {
			t.Errorf("%s for the other world: %s, want %s", address, got, want)
		}
	}
}

// RFC 5321 §3.7.2: a Received field in front, the others byte by byte as they were; the reverse-path in the first line.
func TestGatewayKeepsTrace(t *testing.T) {
	w, n := withGateway(t)
	received := "Received: from odd (HELO x) by somewhere\r\n\twith smtp;  2 mar 26 <alice@nord.example>\r\n"
	text := received + "From: Alice <alice@nord.example>\r\nTo: dora@site.uucp.example,\r\n \"x@y.example\" <x@y.example> (alice@nord.example)\r\nX-Mail: alice@nord.example\r\n\r\nalice@nord.example\r\n"
	reply := n.deliver(queue.Delivery{ID: "1", Reverse: from(alice), Recipient: to("dora@site.uucp.example"), Text: []byte(text)})
	got, err := n.host.Store.Get("gateway/site/1")
	if err != nil || !reply.Positive() {
		t.Fatal(reply, err)
	}
	first, rest, _ := strings.Cut(string(got), "\n")
	if !strings.HasPrefix(first, "From mx1!nord.example!alice ") || !strings.HasSuffix(first, " remote from mx1") {
		t.Errorf("first line: %s", first)
	}
	if !strings.HasPrefix(rest, "Received: by mx1.west.example via UUCP") {
		t.Errorf("no field of its own: %.100s", rest)
	}
	_, rest, _ = strings.Cut(rest, "\r\nReceived: from odd")
	want := strings.TrimPrefix(received, "Received: from odd") + "From: Alice <mx1!nord.example!alice>\r\nTo: site!dora,\r\n \"x@y.example\" <mx1!y.example!x> (alice@nord.example)\r\nX-Mail: alice@nord.example\r\n\r\nalice@nord.example\r\n"
	w.check("the rest", rest, want)
}

// The other world's word that somebody is not there becomes a report to the reverse-path; about <> there is none.
func TestGatewayReports(t *testing.T) {
	w, n := withGateway(t)
	for _, reverse := range []string{alice, ""} {
		n.deliver(queue.Delivery{ID: "1", Reverse: from(reverse), Recipient: to("far!nobody@site.uucp.example"), Text: []byte("From: x@ost.example\r\n\r\n")})
	}
	n.deliver(queue.Delivery{ID: "2", Reverse: from(alice), Recipient: to("far!emil@site.uucp.example"), Text: []byte("From: x@ost.example\r\n\r\n")})
	w.passes(59 * time.Minute)
	if len(w.box("msa.nord.example", "alice")) != 0 {
		t.Error("the other world has answered at once")
	}
	w.net.RunIdle()
	box := w.box("msa.nord.example", "alice")
	if len(box) != 1 {
		t.Fatalf("%d reports, want 1", len(box))
	}
	for _, want := range []string{"DSN-Gateway: dns; mx1.west.example", "Reporting-MTA: x-uucp; far", "Status: 5.1.1", "Diagnostic-Code: x-uucp; site!far!nobody: no such user at far"} {
		if !strings.Contains(string(box[0]), want) {
			t.Errorf("no %q in\n%s", want, box[0])
		}
	}
}

// Mail out of the other world is fit for this one (RFC 5321 §3.7.4, §3.7.5; RFC 5322 §3.6), and its reports have no reverse-path.
func TestGatewayArrives(t *testing.T) {
	w, n := withGateway(t)
	for _, f := range []Foreign{
		{From: "site!far!emil", To: []string{"mx1!nord.example!alice"}, Text: "Received: who knows\nFrom: <emil>\nTo: mx1!nord.example!alice\nSubject: hi\n\nhi"},
		{From: "site!MAILER-DAEMON", To: []string{"nord.example!alice"}, Text: "Subject: failed\n\n"},
	} {
		if err := n.Arrive(f); err != nil {
			t.Fatal(err)
		}
	}
	w.net.RunIdle()
	box := w.box("msa.nord.example", "alice")
	if len(box) != 2 {
		t.Fatalf("%d mails", len(box))
	}
	head := field.ReadSection(box[0])
	for name, want := range map[string]string{"Return-Path": "<far!emil@site.uucp.example>", "From": "<emil@site.uucp.example>", "To": alice} {
		if f, _ := head.First(name); f.Body() != want {
			t.Errorf("%s: %q, want %q", name, f.Body(), want)
		}
	}
	trace := head.All("Received")
	if r := field.ParseReceived(trace[1].Body()); r.Via != "UUCP" || trace[2].Body() != "who knows" {
		t.Errorf("trace: %+v", trace)
	}
	if _, found := head.First("Date"); !found {
		t.Error("no Date")
	}
	if !strings.HasPrefix(string(box[1]), "Return-Path: <>\r\n") {
		t.Errorf("a report of the other world:\n%s", box[1])
	}
	for _, f := range []Foreign{{From: "site!x", To: []string{"a b!c d@"}}, {From: "a..b!x", To: []string{"mx1!bob"}}} {
		if err := n.Arrive(f); err == nil {
			t.Errorf("%+v: taken", f)
		}
	}
	if n.known(smtp.Mailbox{Local: "x", Domain: "nosite.uucp.example"}) || !n.known(smtp.Mailbox{Local: "site!x", Domain: "west.example"}) {
		t.Error("sites that are not known are taken, or paths through known ones are not")
	}
}
