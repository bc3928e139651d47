package node

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// command has Alice send a mail with parameters: "MAIL FROM:<..> ..", then the RCPTs.
func (w *world) command(header string, lines ...string) {
	w.t.Helper()
	var env smtp.Envelope
	for _, line := range lines {
		c, err := smtp.ParseCommand(line, smtp.Strict)
		if err != nil {
			w.t.Fatal(err)
		}
		if c.Verb == smtp.MAIL {
			env.Reverse, env.Params = c.Reverse, c.Params
			continue
		}
		env.Recipients = append(env.Recipients, smtp.Recipient{Forward: c.Forward, Params: c.Params})
	}
	n := w.nodes["alice.nord.example"]
	n.host.Go("user", func() {
		_, err := n.Submit(env, []byte(header+"Subject: Hello\r\n\r\nHello\r\n"))
		if err != nil {
			w.refused = append(w.refused, err.Error())
		}
	})
}

// with has all hosts of north and west offer those keywords.
func with(keywords ...string) func(string, *Config) {
	return func(_ string, c *Config) {
		c.Extensions = append([]string{"PIPELINING", "ENHANCEDSTATUSCODES"}, keywords...)
	}
}

// told are the reports in Alice's mailbox, in short.
func (w *world) told() string {
	var out []string
	for _, text := range w.box("msa.nord.example", "alice") {
		r, err := dsn.Parse(text)
		if err != nil {
			continue
		}
		for _, rcpt := range r.Recipients {
			out = append(out, fmt.Sprintf("%s: %s %s %s %s", r.ReportingMTA.Value, rcpt.Action, rcpt.Status, rcpt.Original.Value, rcpt.Final.Value))
		}
	}
	return strings.Join(out, "; ")
}

const mailFrom = "MAIL FROM:<alice@nord.example>"

// Who is told of success when one address stands for another, or for several (RFC 3461 §5.2.7).
func TestReportsBehindAliases(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) {
		with("DSN")(name, c)
		if name == "mx1.west.example" {
			c.Aliases = map[string][]string{"rob": {"bob@west.example"}, "team": {"bob@west.example", "carol@west.example"}}
		}
	})
	w.command("", mailFrom, "RCPT TO:<rob@west.example> NOTIFY=SUCCESS", "RCPT TO:<team@west.example> NOTIFY=SUCCESS,DELAY")
	w.passes(time.Hour)
	w.check("reports", w.told(), "mx1.west.example: delivered 2.1.5 rob@west.example bob@west.example; mx1.west.example: expanded 2.0.0  team@west.example")
	w.check("a single one propagates all, of several each loses SUCCESS", fmt.Sprint(len(w.box("mx1.west.example", "carol"))), "1")
}

// A mail of mode R is not handed to a host that would not watch the time: neither by the MSA, nor by the sender itself
// (RFC 2852 §4.1.4.1).
func TestDeliverByStops(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) {
		with("DELIVERBY")(name, c)
		if name == "mx1.west.example" {
			c.Terms = smtpserver.Terms{DeliverByMin: 4 * time.Minute}
		}
	})
	w.command("", mailFrom+" BY=120;R", "RCPT TO:<bob@west.example>")
	w.command("", mailFrom+" BY=300;R", "RCPT TO:<carol@west.example>")
	w.passes(10 * time.Minute)
	w.check("the least time is 240 seconds", w.told(), "msa.nord.example: failed 5.3.3  bob@west.example")
	w.check("carol", fmt.Sprint(len(w.box("mx1.west.example", "carol"))), "1")

	w = northAndWest(t, with())
	w.command("", mailFrom+" BY=120;R", "RCPT TO:<bob@west.example>")
	w.command("", mailFrom+" HOLDFOR=120", "RCPT TO:<bob@west.example>")
	w.passes(time.Minute)
	w.check("the user is told at once", fmt.Sprint(len(w.refused), strings.Contains(strings.Join(w.refused, ""), "DELIVERBY"),
		strings.Contains(strings.Join(w.refused, ""), "FUTURERELEASE")), "2 true true")
}

// The time that the mail data took is not given back (RFC 2852 §4).
func TestCountDown(t *testing.T) {
	for _, c := range []struct {
		by    string
		since time.Duration
		want  string
	}{{"120;R", 22 * time.Second, "98;R"}, {"120;NT", 400 * time.Millisecond, "120;NT"}, {"5;N", time.Minute, "-55;N"}, {"5;R", time.Minute, "-55;R"}} {
		params := []smtp.Param{{Name: "SIZE", Value: "1"}, {Name: "BY", Value: c.by}}
		env := smtp.Envelope{Params: params}
		countDown(&env, c.since)
		if got := env.Params[1].Value; got != c.want || params[1].Value != c.by {
			t.Errorf("%s after %v: %s, want %s", c.by, c.since, got, c.want)
		}
	}
}

// Strangers cannot raise a priority, and at a busy time only the urgent is taken (RFC 6710 §4.1).
func TestPriorityOfStrangers(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) {
		with("MT-PRIORITY")(name, c)
		if name == "mx1.west.example" {
			c.PriorityLeast = 3
		}
	})
	w.command("", mailFrom+" MT-PRIORITY=6", "RCPT TO:<bob@west.example>")
	w.passes(time.Minute)
	w.check("lowered to 0, and too late then", w.fate(), "msa queued bob@west.example 450")
	w.send(alice, "carol@west.example")
	w.passes(time.Minute)
	w.check("0, for nothing was said", w.fate(), "msa queued carol@west.example 450")
	w.command("MT-Priority: 4 (ultra)\r\n", mailFrom, "RCPT TO:<alice@nord.example>")
	w.passes(time.Minute)
	if text := string(w.box("msa.nord.example", "alice")[0]); strings.Contains(text, "PRIORITY 4") {
		t.Errorf("RFC 6710 §4.1: the clause tells MAIL's parameter\n%s", text)
	}
}

// Aliases and unknown dates (RFC 7293 §5, §8), and a wish that comes as a field and goes on as a parameter (§6.1).
func TestValidSince(t *testing.T) {
	then := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	w := northAndWest(t, func(name string, c *Config) {
		with("RRVS")(name, c)
		if name == "mx1.west.example" {
			c.Boxes = map[string]Box{"bob": {Since: then}}
		}
	})
	field := func(date string) string {
		return "Require-Recipient-Valid-Since: bob@west.example;\r\n " + date + "\r\n"
	}
	w.command(field("Sat, 1 Jun 2013 09:23:01 -0700"), mailFrom, "RCPT TO:<bob@west.example>")
	w.command(field("Sat, 1 Jun 2024 09:23:01 -0700"), mailFrom, "RCPT TO:<bob@west.example>")
	w.command(field("yesterday"), mailFrom, "RCPT TO:<carol@west.example>")
	w.passes(time.Minute)
	w.check("reports", w.told(), "msa.nord.example: failed 5.7.17  bob@west.example")
	if texts := w.box("mx1.west.example", "bob"); len(texts) != 1 || strings.Contains(string(texts[0]), "Valid-Since") {
		t.Errorf("bob has %q", texts)
	}
}

// Where a mail is, asked hop by hop, after a crash of the first host too; another secret, and a mail too old, tell nothing
// (RFC 3885 §3.1, RFC 3886 §3.3.3).
func TestTrack(t *testing.T) {
	w := northAndWest(t, with("DSN", "MTRK"))
	w.net.SetDown("mx1.west.example", vnet.Refusing)
	w.net.SetDown("mx2.west.example", vnet.Refusing)
	w.command("", mailFrom+" ENVID=1@alice.nord.example MTRK=QlrxKgdDUCsyLpOgFbz4aOMk1Wo:86400", "RCPT TO:<bob@west.example>", "RCPT TO:<nobody@nord.example>")
	w.passes(time.Minute)
	ask := func(secret string) (lines string) {
		n := w.nodes["alice.nord.example"]
		n.host.Go("user", func() {
			all, err := n.Track("", "1@alice.nord.example", secret)
			lines = strings.Join(all, "; ")
			if err != nil {
				lines = err.Error()
			}
		})
		w.passes(time.Minute)
		return lines
	}
	w.check("another secret", ask("d3Jvbmc="), "msa.nord.example does not tell: the tracking server said -ERR/noinfo no information about such a message")
	w.command("", mailFrom+" ENVID=1@alice.nord.example MTRK=QlrxKgdDUCsyLpOgFbz4aOMk1Wo:86400", "RCPT TO:<bob@west.example>")
	w.passes(time.Minute)
	if got := ask("YWJjZGVmZ2g="); !strings.HasPrefix(got, "msa.nord.example: bob@west.example delayed 4.4.1") || !strings.Contains(got, "tried until") {
		t.Errorf("in the queue: %s", got)
	}
	w.net.SetDown("mx1.west.example", vnet.Up)
	for _, line := range []string{"_mtqp._tcp.mx1.west.example SRV 20 0 1038 mx2.west.example", "_mtqp._tcp.mx1.west.example SRV 10 0 1038 mx1.west.example"} {
		r, err := dns.ParseRecord(line)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.zones.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	w.passes(3 * time.Hour)
	w.check("delivered", ask("YWJjZGVmZ2g="),
		"msa.nord.example: bob@west.example transferred 2.4.0 mx1.west.example; mx1.west.example: bob@west.example delivered 2.1.5")
	if !slices.Contains(w.dns, "alice.nord.example: SRV _mtqp._tcp.mx1.west.example") {
		t.Errorf("RFC 3887 §2: no question for SRV: %v", w.dns)
	}
	w.passes(23 * time.Hour)
	w.check("forgotten", ask("YWJjZGVmZ2g="), "msa.nord.example does not tell: the tracking server said -ERR/noinfo no information about such a message")
}

// A border without mailboxes hands on what only the message store can know, and what is delivered there is delivered (RFC
// 7293 §5.1.1, RFC 2852 §1, RFC 2033 §4.2).
func TestBehindTheBorder(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) {
		with("DSN", "RRVS", "DELIVERBY", "CONPERM")(name, c)
		if name == "mx1.west.example" {
			c.Roles, c.Users = []Role{MTA}, nil
			c.Store = &queue.Rule{Addr: netip.MustParseAddr("198.51.100.30"), LMTP: true}
		}
	})
	w.add("store.west.example", Config{Roles: []Role{MDA}, Domains: []string{"west.example"}, Users: []string{"bob"}, Extensions: []string{"RRVS"},
		Boxes: map[string]Box{"bob": {Since: time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)}}}, "198.51.100.30")
	w.command("", mailFrom, "RCPT TO:<bob@west.example> RRVS=2014-04-03T23:01:00Z")
	w.passes(time.Minute)
	w.check("another owner", w.told(), "mx1.west.example: failed 5.7.17  bob@west.example")
	w.command("Content-Convert: ANY\r\n", mailFrom+" BY=600;R CONPERM", "RCPT TO:<bob@west.example> NOTIFY=SUCCESS RRVS=2024-04-03T23:01:00Z")
	w.passes(time.Minute)
	w.check("this one", w.told(), "mx1.west.example: failed 5.7.17  bob@west.example; mx1.west.example: delivered 2.1.5  bob@west.example")
}
