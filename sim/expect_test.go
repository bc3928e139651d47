package sim

import (
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/trace"
)

// expecting is a scenario of the gallery with other expectations.
func expecting(t *testing.T, name string, lines ...string) *scenario.Scenario {
	t.Helper()
	src, ok := scenario.GallerySource(name)
	if !ok {
		t.Fatalf("the gallery has no %s", name)
	}
	head, _, _ := strings.Cut(string(src), "\nexpect:")
	sc, err := scenario.Parse(name, []byte(head+"\nexpect:\n  - "+strings.Join(lines, "\n  - ")+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

// TestVerdicts: each kind of expectation, held and not, and what the line says of what was there.
func TestVerdicts(t *testing.T) {
	for _, c := range []struct{ gallery, expect, found string }{ // found "": it holds
		{"plain-mail", "{mailbox: bob@west.example, messages: 1}", ""},
		{"plain-mail", "{mailbox: BOB@west.example, messages: 1}", ""},
		{"plain-mail", "{mailbox: bob@west.example, messages: 2}", `messages: 1 ("Hello")`},
		{"plain-mail", "{mailbox: bob@west.example, subject: Bye}", `messages: 1 ("Hello")`},
		{"plain-mail", "{mailbox: bob@west.example, text: this line}", ""},
		{"plain-mail", "{mailbox: bob@west.example, text: that line}", `messages: 1 ("Hello"), none with this text`},
		{"plain-mail", "{mailbox: bob@west.example, host: msa, messages: 0}", "no host with this mailbox"},
		{"plain-mail", "{mailbox: boob@west.example, messages: 0}", "no host with this mailbox"},
		{"plain-mail", "never: {mailbox: boob@west.example, messages: 1}", "no host with this mailbox"},
		{"plain-mail", "{queue: msa, messages: 0, at: 1h}", ""},
		{"plain-mail", "{queue: mx1, messages: 3}", "messages: 0"},
		{"plain-mail", "{queue: msa, messages: 1, at: 1560ms}", ""},
		{"plain-mail", "{reply: 250, verb: RCPT, count: 2}", ""},
		{"plain-mail", "{reply: 250 2.1.5, verb: rcpt, count: 1}", ""},
		{"plain-mail", "{reply: 452 4.5.3, verb: RCPT, from: mx1}", "count: 0 (there was 250)"},
		{"plain-mail", "{reply: 452, verb: RCPT}", "count: 0 (there was 250, 250 2.1.5)"},
		{"plain-mail", "{reply: 250, verb: END, text: Bye}", `count: 0 (there was 250 "OK id=`},
		{"plain-mail", "{reply: 220, verb: CONNECT, from: msa, to: alice}", ""},
		{"plain-mail", "{reply: 220, verb: CONNECT, from: alice}", "count: 0"},
		{"plain-mail", "never: {reply: 354}", "count: 2"},
		{"plain-mail", "never: {reply: 354, tls: yes}", ""},
		{"plain-mail", "{command: \"mail from:<alice\", to: mx1, count: 1}", ""},
		{"plain-mail", "{command: \"MAIL FROM:<bob\"}", `count: 0 (there was "MAIL FROM:<alice@nord.example> SIZE=`},
		{"plain-mail", "{finding: early-talker}", "count: 0"},
		{"plain-mail", "{event: delivery, from: mx1, count: 1}", ""},
		{"plain-mail", "{event: delivery, text: carol}", `count: 0 (there was "mx1.west.example puts the mail`},
		{"plain-mail", "{event: bounce}", "count: 0"},
		{"mx-failover", "{event: connect, to: mx1, text: refused}", ""},
		{"mx-failover", "{event: fault, text: off}", ""},
		{"starttls-may", "{command: \"MAIL FROM:<alice\", from: msa, to: mx1, tls: yes, count: 1}", ""},
		{"starttls-may", "{command: \"MAIL FROM:<alice\", from: msa, to: mx1, tls: no}", "count: 0"},
		{"starttls-may", "{reply: 250, verb: RCPT, from: mx1, tls: yes, count: 1}", ""},
		{"starttls-may", "{reply: 250, verb: END, from: mx1, to: msa, count: 1}", ""},
		{"starttls-may", "{reply: 354, verb: DATA, from: mx1, count: 1}", ""},
		{"starttls-may", "{reply: 250, verb: EHLO, from: mx1, count: 2}", ""},
		{"submissions-465", "{reply: 220, verb: CONNECT, tls: yes, count: 1}", ""},
		{"submissions-465", "{reply: 221, verb: QUIT, tls: yes, count: 1}", ""},
		{"auth-plain-tls", "{reply: 235, verb: AUTH, tls: yes, count: 1}", ""},
		{"auth-plain-tls", "never: {reply: 235, tls: no}", ""},
	} {
		w, err := Open(expecting(t, c.gallery, c.expect), Options{}, Sinks{})
		if err != nil {
			t.Fatal(err)
		}
		w.RunIdle()
		v := w.Verdicts()[0]
		if v.Held != (c.found == "") || !v.Reached || !strings.HasPrefix(v.Found, c.found) {
			t.Errorf("%s: %s: held %v, found %s; want %s", c.gallery, c.expect, v.Held, v.Found, c.found)
		}
		w.Close()
		if after := w.Verdicts()[0]; after.Held != v.Held || after.Found != v.Found {
			t.Errorf("%s: %s: another verdict after the end: %s, before: %s", c.gallery, c.expect, after, v)
		}
	}
}

// TestVerdictsInTime: what must hold at a time is judged then, however the world is moved, and not before.
func TestVerdictsInTime(t *testing.T) {
	sc := expecting(t, "greylisting-scripted", "{queue: msa, messages: 1, at: 1m}", "{mailbox: bob@west.example, messages: 0, at: 1m}",
		"{reply: 451, at: 1m}", "never: {mailbox: bob@west.example, messages: 1, at: 2d}", "{mailbox: bob@west.example, messages: 1}")
	for name, move := range map[string]func(*World){
		"at once": func(w *World) { w.RunIdle() },
		"steps": func(w *World) {
			for w.Step() {
			}
		},
		"stretches": func(w *World) {
			for d := time.Duration(0); d < 3*24*time.Hour; d += 7 * time.Minute {
				w.RunUntil(d)
			}
		},
	} {
		w, err := Open(sc, Options{TimelineCap: -1}, Sinks{})
		if err != nil {
			t.Fatal(err)
		}
		w.RunUntil(30 * time.Second)
		if v := w.Verdicts(); v[0].Reached || v[3].Reached || !v[4].Reached || v[4].Held {
			t.Errorf("%s: after 30 s: %v", name, v)
		}
		move(w)
		got := ""
		for _, v := range w.Verdicts() {
			got += map[bool]string{true: "+", false: "-"}[v.Held]
		}
		if got != "+++-+" {
			t.Errorf("%s: %s", name, got)
		}
		w.Close()
	}
	sc.Until = time.Minute / 2
	w, err := Open(sc, Options{}, Sinks{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	w.RunIdle()
	if v := w.Verdicts()[0]; v.Held || v.Reached || !strings.Contains(v.String(), "the run ended before") {
		t.Error(v)
	}
}

// TestScriptReplays: what a scenario types is part of the world: a journal of the run does it again, to the same digest.
func TestScriptReplays(t *testing.T) {
	src, _ := scenario.GallerySource("typed-by-hand")
	sc, err := scenario.Parse("typed-by-hand", src)
	if err != nil {
		t.Fatal(err)
	}
	w, err := Open(sc, Options{}, Sinks{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	w.RunUntil(52 * time.Second)
	w.RunIdle()
	again, err := Replay(sc, w.Journal(), Options{}, Sinks{})
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
	var typed []string
	for _, e := range w.Timeline().Entries {
		if e.Kind == trace.EntryLearner {
			typed = append(typed, e.Text)
		}
	}
	if got := strings.Join(typed, "; "); got != "dig mx west.example; dig prints 13 lines; telnet mx1.west.example; mailbox bob 1; mailbox prints 9 lines" {
		t.Error(got)
	}
}
