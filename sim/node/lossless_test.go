package node

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

func drawTrouble(t *rapid.T, user string) []Reply {
	var out []Reply
	for range rapid.IntRange(0, 3).Draw(t, "troubles") {
		at := rapid.SampledFrom([]Stage{AtConnect, AtHello, AtMail, AtRcpt, AtEnd}).Draw(t, "at")
		text := rapid.SampledFrom([]string{"421 4.3.2 closing", "450 4.2.0 later", "451 4.3.0 local error", "452 4.2.2 full",
			"550 5.1.1 no", "552 5.2.2 full", "554 5.7.1 never"}).Draw(t, "reply")
		who := rapid.SampledFrom([]string{"", user}).Draw(t, "who")
		if at != AtRcpt {
			who = ""
		}
		out = append(out, reply(at, who, text, rapid.SampledFrom([]int{0, 1, 2, 5}).Draw(t, "times"))...)
	}
	return out
}

// drawWorld builds a network of a few domains; every host is the exchanger of one and the secondary of another.
func drawWorld(t *rapid.T, outer *testing.T) (w *world, names []string) {
	size := rapid.IntRange(2, 4).Draw(t, "hosts")
	records := []string{"null.example MX 0 .", "empty.example TXT x", "dead.example MX 10 dead.example", "dead.example A 192.0.2.200",
		"lost.example MX 10 nowhere.example"}
	for i := range size {
		records = append(records, fmt.Sprintf("d%d.example MX 10 mx%d.example", i, i))
		if rapid.Bool().Draw(t, "secondary") {
			records = append(records, fmt.Sprintf("d%d.example MX %d mx%d.example", i, rapid.SampledFrom([]int{10, 20}).Draw(t, "preference"), (i+1)%size))
		}
	}
	w = newWorld(outer, strings.Join(records, "\n"), vnet.Link{Latency: 10 * time.Millisecond})
	for i := range size {
		name := fmt.Sprintf("mx%d.example", i)
		user := fmt.Sprintf("user@d%d.example", i)
		p := persona.ByName(rapid.SampledFrom(persona.Names()).Draw(t, "persona"))
		w.add(name, Config{Roles: []Role{MTA, MDA}, Domains: []string{fmt.Sprintf("d%d.example", i)}, Users: []string{"user"}, Persona: p,
			RelayTo: []string{fmt.Sprintf("d%d.example", (i+size-1)%size)}, Extensions: drawExtensions(t), Replies: drawTrouble(t, user),
			DoubleTo: rapid.SampledFrom([]string{"", "postmaster@d0.example"}).Draw(t, "double")}, fmt.Sprintf("192.0.2.%d", i+1))
		names = append(names, name)
	}
	for _, name := range []string{"d0.example", "d1.example", "mx1.example"} {
		if rapid.IntRange(0, 4).Draw(t, "dns fault") == 0 {
			kind := rapid.SampledFrom([]dns.FaultKind{dns.FaultServFail, dns.FaultSilent}).Draw(t, "kind")
			w.nodes["ns.example"].DNS().SetFault(dns.Fault{Name: name, Kind: kind})
		}
	}
	return w, names
}

// drawExtensions are a host's own or the persona's.
func drawExtensions(t *rapid.T) []string {
	if !rapid.Bool().Draw(t, "extensions") {
		return nil
	}
	all := []string{"PIPELINING", "DSN", "DELIVERBY", "MT-PRIORITY", "MTRK", "RRVS", "XVERP", "CONPERM", "CONNEG"}
	return rapid.SliceOfNDistinct(rapid.SampledFrom(all), 0, len(all), rapid.ID[string]).Draw(t, "keywords")
}

// drawMail has somebody on a random host write to random people.
func drawMail(t *rapid.T, w *world, names []string, n int) {
	address := rapid.SampledFrom([]string{"user@d0.example", "user@d1.example", "user@d3.example", "nobody@d1.example", "postmaster@d0.example",
		"x@null.example", "x@nix.example", "x@empty.example", "x@dead.example", "x@lost.example"})
	m := Message{From: rapid.SampledFrom([]string{"", "user@d0.example", "user@d1.example", "nobody@d0.example"}).Draw(t, "from"),
		To: rapid.SliceOfNDistinct(address, 1, 4, rapid.ID[string]).Draw(t, "to"), Subject: fmt.Sprintf("mail %d", n), Body: "x"}
	w.sendAsking(rapid.SampledFrom(names).Draw(t, "host"), m, drawParams(t, "mail", mailParams[:]...), drawParams(t, "rcpt", rcptParams[:]...))
}

// What a mail may ask for on top.
//
//house:table constant
var (
	mailParams = [...]string{"", "", "BY=60;R", "BY=90000;R", "BY=60;NT", "BY=-5;N", "HOLDFOR=3600", "MT-PRIORITY=5", "XVERP", "CONPERM",
		"ENVID=1@a.example MTRK=QlrxKgdDUCsyLpOgFbz4aOMk1Wo:3600"}
	rcptParams = [...]string{"", "", "NOTIFY=NEVER", "NOTIFY=SUCCESS,FAILURE", "NOTIFY=SUCCESS", "RRVS=2014-04-03T23:01:00Z", "RRVS=2014-04-03T23:01:00Z;C"}
)

func drawParams(t *rapid.T, what string, from ...string) []smtp.Param {
	text := rapid.SampledFrom(from).Draw(t, what)
	verb := map[string]string{"mail": "MAIL FROM:<>", "rcpt": "RCPT TO:<a@b.example>"}[what]
	c, err := smtp.ParseCommand(strings.TrimSpace(verb+" "+text), smtp.Strict)
	if err != nil {
		t.Fatal(err)
	}
	return c.Params
}

// sendAsking has somebody write a mail with parameters.
func (w *world) sendAsking(name string, m Message, params, each []smtp.Param) {
	n := w.nodes[name]
	n.host.Go("user", func() {
		env, text, err := n.Compose(m)
		env.Params = params
		for i := range env.Recipients {
			env.Recipients[i].Params = each
		}
		if err == nil {
			_, err = n.Submit(env, text)
		}
		if err != nil {
			w.claims = append(w.claims, host.Claim{Host: name, Kind: host.ClaimBounced, Recipient: err.Error()})
		}
	})
}

// fates counts, for each recipient of each stored mail, how often it was stored and how often it came to an end.
func (w *world) fates() (stored, ended map[string]int, relayed, received, delivered map[string]int) {
	stored, ended = map[string]int{}, map[string]int{}
	relayed, received, delivered = map[string]int{}, map[string]int{}, map[string]int{}
	for _, c := range w.claims {
		key := c.Host + " " + c.MailID + " " + c.Recipient
		switch c.Kind {
		case host.ClaimStored:
			stored[key]++
			if c.Role == host.RoleServer {
				received[c.Recipient]++
			}
		case host.ClaimRelayed:
			relayed[c.Recipient]++
			ended[key]++
		case host.ClaimDelivered:
			delivered[c.Recipient]++
			ended[key]++
		case host.ClaimBounced, host.ClaimDropped:
			ended[key]++
		}
	}
	return stored, ended, relayed, received, delivered
}

// waiting adds what is still queued, in the form of fates.
func (w *world) waiting(names []string) map[string]int {
	out := map[string]int{}
	for _, name := range names {
		for _, item := range w.nodes[name].Queue().List() {
			for _, r := range item.Recipients {
				out[name+" "+item.ID+" "+r.Address]++
			}
		}
	}
	return out
}

// TestNothingIsLost: whatever the network does, each recipient of each accepted mail is, at each moment, in exactly one of:
// the queue, a mailbox, the hands of the next host, a report, or dropped by a rule that has a name.
func TestNothingIsLost(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w, names := drawWorld(rt, t)
		for n := range rapid.IntRange(1, 6).Draw(rt, "mails") {
			drawMail(rt, w, names, n)
		}
		for _, d := range []time.Duration{time.Second, time.Hour, 30 * 24 * time.Hour} {
			w.passes(d)
			stored, ended, relayed, received, delivered := w.fates()
			waits := w.waiting(names)
			for _, key := range slices.Sorted(maps.Keys(stored)) {
				if stored[key] != 1 || ended[key]+waits[key] != 1 {
					rt.Fatalf("after %s, %s: stored %d times, ended %d times, waiting %d times", d, key, stored[key], ended[key], waits[key])
				}
			}
			if d < 24*time.Hour {
				continue
			}
			for key := range waits {
				rt.Fatalf("after 30 days still waiting: %s", key)
			}
			if !maps.Equal(relayed, received) {
				rt.Fatalf("relayed %v, but received %v", relayed, received)
			}
			w.compareBoxes(rt, names, delivered)
		}
		w.net.Close()
	})
}

// compareBoxes holds the deliveries against what lies in the mailboxes.
func (w *world) compareBoxes(t *rapid.T, names []string, delivered map[string]int) {
	got := map[string]int{}
	for i, name := range names {
		for _, b := range w.nodes[name].Mailboxes() {
			for _, text := range b.Messages {
				if strings.Count(string(text), "\r\nReturn-Path:") > 0 || !strings.HasPrefix(string(text), "Return-Path: <") {
					t.Fatalf("not exactly one Return-Path (RFC 5321 §4.4):\n%s", text)
				}
				got[fmt.Sprintf("%s@d%d.example", b.User, i)]++
			}
		}
	}
	if !maps.Equal(got, delivered) {
		t.Fatalf("mailboxes hold %v, delivered were %v", got, delivered)
	}
}

// TestCrashesLoseNothing: with hosts that crash and come back, a recipient may get a mail twice (RFC 1047), but none
// loses it.
func TestCrashesLoseNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w, names := drawWorld(rt, t)
		for n := range rapid.IntRange(1, 4).Draw(rt, "mails") {
			drawMail(rt, w, names, n)
			w.passes(time.Duration(rapid.IntRange(0, 300).Draw(rt, "ms")) * time.Millisecond)
			name := rapid.SampledFrom(names).Draw(rt, "crashes")
			w.net.Crash(name)
			w.begin(name)
		}
		w.passes(30 * 24 * time.Hour)
		stored, ended, _, _, _ := w.fates()
		for _, key := range slices.Sorted(maps.Keys(stored)) {
			if ended[key] < 1 {
				rt.Fatalf("%s: stored, but it came to no end", key)
			}
		}
		for key := range w.waiting(names) {
			rt.Fatalf("after 30 days still waiting: %s", key)
		}
		w.net.Close()
	})
}
