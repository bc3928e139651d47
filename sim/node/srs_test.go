package node

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// An address comes back as it was for three weeks, in any case of letters, over two forwarders too; nobody else can make one.
func TestSRS(t *testing.T) {
	one, two := SRS{Domain: "mid.example", Secret: "a"}, SRS{Domain: "end.example", Secret: "b"}
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	local := rapid.StringMatching(`[a-zA-Z0-9!#$%&'*+/=?^_{|}~-]{1,12}`)
	rapid.Check(t, func(r *rapid.T) {
		author := smtp.Mailbox{Local: local.Draw(r, "local"), Domain: "east.example"}
		if kind, _ := cutSRS(author.Local); kind != "" {
			return
		}
		now := start.AddDate(0, 0, rapid.IntRange(0, 3000).Draw(r, "day"))
		first := one.Forward(author, now)
		second := two.Forward(first, now)
		third := one.Forward(second, now)
		for name, m := range map[string]smtp.Mailbox{"first": first, "second": second, "third": third} {
			if _, err := smtp.ParseMailbox(m.String(), smtp.Strict); err != nil {
				r.Fatalf("%s: %s: %v", name, m, err)
			}
		}
		later := now.AddDate(0, 0, rapid.IntRange(0, srsDays).Draw(r, "after"))
		if back, ok := one.Back(strings.ToLower(first.Local), later); !ok || !strings.EqualFold(back.String(), author.String()) {
			r.Fatalf("%s comes back as %s, %v", first, back, ok)
		}
		if back, ok := two.Back(second.Local, later); !ok || back != first {
			r.Fatalf("%s comes back as %s, %v; want %s", second, back, ok, first)
		}
		if third.Domain == one.Domain { // not too long
			if back, ok := one.Back(third.Local, later); !ok || back != first {
				r.Fatalf("%s comes back as %s, %v; want %s", third, back, ok, first)
			}
		}
		if _, ok := one.Back(first.Local, now.AddDate(0, 0, srsDays+1)); ok {
			r.Fatal("an address that is too old comes back")
		}
		if _, ok := two.Back(first.Local, now); ok {
			r.Fatal("an address that another host has made comes back")
		}
	})
	for _, bad := range []string{"", "SRS0", "SRS0=", "SRS0=AAAA=AA=east.example=alice", "SRS0=AAAA=A=b=c", "SRS0=AAAA=??=b=c", "SRS1=AAAA", "SRS1=AAAA=x", "SRS1=AAAA=x=y", "srs9=a=b=c=d"} {
		if m, ok := one.Back(bad, start); ok {
			t.Errorf("%q comes back as %s", bad, m)
		}
	}
	long := smtp.Mailbox{Local: strings.Repeat("x", 40), Domain: "east.example"}
	if got := one.Forward(long, start); got != long {
		t.Errorf("a local part of more than 64 octets was made: %s", got) // RFC 5321 §4.5.3.1.1
	}
}

// The reverse-path of who stays at the forwarder is the author's, of who is sent on the forwarder's; both get one copy.
func TestSRSSplits(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) {
		if name == "mx1.west.example" {
			c.SRS = &SRS{Domain: "west.example", Secret: "s"}
			c.Aliases = map[string][]string{"both": {"bob", "eve@nord.example"}, "own": {"carol"}}
		}
		if name == "msa.nord.example" {
			c.Users = []string{"alice", "eve"}
		}
	})
	w.send("x@ost.example", "both@west.example", "own@west.example")
	w.net.RunIdle()
	w.check("bob", lines(w.box("mx1.west.example", "bob")[0])[0], "Return-Path: <x@ost.example>")
	w.check("carol", lines(w.box("mx1.west.example", "carol")[0])[0], "Return-Path: <x@ost.example>")
	eve := w.box("msa.nord.example", "eve")
	if len(eve) != 1 || !strings.HasPrefix(lines(eve[0])[0], "Return-Path: <SRS0=") {
		t.Errorf("eve has %d mails", len(eve))
	}
}
