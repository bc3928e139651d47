package sim

import (
	"bytes"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/scenario"
)

// eventful does a bit of everything to a world.
func eventful(t testing.TB, w *World) {
	t.Helper()
	for range 7 {
		w.Step()
	}
	w.RunUntil(1300 * time.Millisecond)
	w.RunUntil(1400 * time.Millisecond) // joins the act before
	for _, line := range []string{"dig west.example MX", "telnet mx1 25", "EHLO me.example", "MAIL FROM:<alice@nord.example>", "RCPT TO:<bob@west.example>",
		"DATA", "Subject: by hand", "", ".dots", "..", ".", "quit", "off mx1", "send alice@nord.example bob@west.example Hello you", "clock +2m", "no such command", "zone add x.example A 192.0.2.77",
		"on mx1", "telnet mx1", "noop \"\x00\u2028<>&\xff"} {
		w.Do(line)
	}
	w.Leave()
	if err := w.Connect(1, "mx1:25", func([]byte, bool) {}); err != nil {
		t.Fatal(err)
	}
	w.RunUntil(w.Now() + time.Second)
	w.Feed(1, []byte("EHLO real.example\r\nNOOP\r\n"))
	w.RunUntil(w.Now() + time.Second)
	w.Feed(1, bytes.Repeat([]byte("NOOP\r\n"), 12_000)) // more than a line of a journal holds
	w.HangUp(1)
	w.RunIdle()
}

// A journal that was written and read again does everything once more, to the same bytes of capture and claims.
func TestReplayGivesTheSameBytes(t *testing.T) {
	for _, name := range []string{"one-mail", "loss", "starttls"} {
		first := &watch{sight: &sight{scenario: example(t, name), spooled: map[string]string{}}, ifaces: map[string]int{}}
		seed := uint64(77)
		w, err := Open(first.scenario, Options{Seed: &seed}, first.sinks())
		if err != nil {
			t.Fatal(err)
		}
		first.world = w
		eventful(t, w)
		first.finish(t)
		written := w.Journal().Append(nil)
		w.Close()

		j, err := ReadJournal(bytes.NewReader(written))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(j, w.Journal()) {
			t.Errorf("%s: what was read is not what was written", name)
		}
		second := &watch{sight: &sight{scenario: example(t, name), spooled: map[string]string{}}, ifaces: map[string]int{}}
		again, err := replayWatched(second, j)
		if err != nil {
			t.Fatal(err)
		}
		second.finish(t)
		if first.sums() != second.sums() {
			t.Errorf("%s: %q and %q", name, first.sums(), second.sums())
		}
		if got := again.Journal().Append(nil); !bytes.Equal(got, written) {
			t.Errorf("%s: the journal of the second run is another\n%s", name, strings.Join(lineDifferences(string(written), string(got)), "\n"))
		}
		again.Close()
	}
}

// replayWatched opens, then replays: the watch needs the world while it runs.
func replayWatched(w *watch, j *Journal) (*World, error) {
	world, err := Open(w.scenario, Options{Seed: &j.Header.Seed}, w.sinks())
	if err != nil {
		return nil, err
	}
	w.world = world
	return world, world.replay(j)
}

// Replay stops at the first act that goes another way, names it, and leaves no world behind.
func TestReplayStopsWhereItDiffers(t *testing.T) {
	w := open(t, "one-mail")
	eventful(t, w)
	good := w.Journal().Append(nil)
	read := func() *Journal {
		j, err := ReadJournal(bytes.NewReader(good))
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
	if again, err := Replay(example(t, "one-mail"), read(), Options{}, Sinks{}); err != nil {
		t.Fatal(err)
	} else {
		again.Close()
	}
	for what, spoil := range map[string]func(*Journal){
		"act 6 (do \"MAIL FROM:<mallory@nord.example>\")": func(j *Journal) { j.Acts[5].Text = "MAIL FROM:<mallory@nord.example>" },
		"act 3 (do": func(j *Journal) { j.Acts[2].Digest = strings.Repeat("0", 32) },
		"act 2 (until": func(j *Journal) {
			j.Header.Seed++ // other random numbers: the greeting comes later, the mail has another id
		},
		"(open \"nowhere:25\")": func(j *Journal) {
			j.Acts[slices.IndexFunc(j.Acts, func(a Act) bool { return a.Op == OpOpen })].Text = "nowhere:25"
		},
		"another scenario file": func(j *Journal) { j.Header.Scenario = strings.Repeat("0", 64) },
	} {
		j := read()
		spoil(j)
		if _, err := Replay(example(t, "one-mail"), j, Options{}, Sinks{}); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("got %v, want %q", err, what)
		}
	}
	if _, err := Replay(example(t, "bounce"), read(), Options{}, Sinks{}); err == nil || !strings.Contains(err.Error(), "another scenario file") {
		t.Errorf("another scenario: %v", err)
	}
}

// What is no journal is refused with the number of the line.
func TestReadJournalRefuses(t *testing.T) {
	w := open(t, "one-mail")
	w.RunIdle()
	good := string(w.Journal().Append(nil))
	header, act, _ := strings.Cut(good, "\n")
	for _, c := range []struct{ text, want string }{
		{"", "line 1: expected the header"},
		{"\n", "line 1: expected the header"},
		{"{}\n", "line 1: expected the header"},
		{"hello\n", "line 1: expected the header"},
		{act, "line 1: expected the header"},
		{strings.Replace(header, "}", `,"more":1}`, 1), "line 1: expected the header"},
		{header + "x\n", "line 1: expected the header"},
		{header + "\n" + act + act, "line 3: expected an act of a journal: expected \"n\": 2, found 1"},
		{header + "\n" + act + "\n", "line 3: expected an act"},
		{header + "\n" + strings.Replace(act, `"idle"`, `"sing"`, 1), "line 2: expected an act of a journal: no world knows how to \"sing\""},
		{header + "\n" + strings.Replace(act, `"op"`, `"opus"`, 1), "line 2: expected an act"},
		{header + "\n" + strings.Replace(act, "}", "} {}", 1), "line 2: expected an act of a journal: there is more behind it"},
		{header + "\n" + strings.Replace(act, `"op"`, `"count":-1,"op"`, 1), "line 2: expected an act of a journal: \"count\": -1 is out of range"},
		{header + "\n" + strings.Replace(act, `"op":"idle"`, `"op":"until","count":9000000000000000000`, 1), "is out of range"},
		{header + "\n" + strings.Replace(act, `"op":"idle"`, `"op":"do","text":"`+strings.Repeat("x", MaxTyped+1)+`"`, 1), "at most 4096 are typed"},
		{header + "\n" + strings.Repeat("x", MaxJournalLine+1), "line 2: "},
	} {
		if _, err := ReadJournal(strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.80q…: got %v, want %q", c.text, err, c.want)
		}
	}
	if j, err := ReadJournal(strings.NewReader(header)); err != nil || len(j.Acts) != 0 {
		t.Errorf("only a header: %v", err)
	}
}

// An endless number of steps, and time without end, end.
func TestReplayOfHostileCounts(t *testing.T) {
	w := open(t, "one-mail")
	w.Act(&Act{Op: OpSteps, Count: 1 << 62})
	w.Act(&Act{Op: OpUntil, Count: 1 << 62})
	for range 3 {
		w.Act(&Act{Op: OpDo, Text: "clock +8784h"})
	}
	w.Act(&Act{Op: OpData, Count: 9, Data: []byte("nobody")})
	w.Act(&Act{Op: OpClose, Count: 9})
	if w.Now() > maxRun {
		t.Errorf("now is %v", w.Now())
	}
	if o := w.Do(strings.Repeat("x", MaxTyped+1)); len(o.Lines) != 1 || len(w.Journal().Acts) != 7 {
		t.Errorf("%+v, %d acts", o, len(w.Journal().Acts))
	}
}

// The outside's host takes a name and addresses that the scenario leaves free.
func TestOutsideFindsRoom(t *testing.T) {
	w := open(t, "one-mail", func(sc *scenario.Scenario) {
		for i := range sc.Hosts {
			if h := &sc.Hosts[i]; h.Name == "alice.nord.example" {
				h.Name, h.Addrs = "outside.example", append(h.Addrs, netip.MustParseAddr("203.0.113.254"))
				sc.Mail[0].Host = h.Name
				sc.Learner = h.Name
			}
		}
	})
	var heard bytes.Buffer
	if err := w.Connect(4, "mx1.west.example", func(p []byte, _ bool) { heard.Write(p) }); err != nil {
		t.Fatal(err)
	}
	w.RunUntil(30 * time.Second)
	if !strings.HasPrefix(heard.String(), "220 mx1.west.example ESMTP") || w.outside.host.Name() != "outside1.example" {
		t.Errorf("%q by %q", heard.String(), w.outside.host.Name())
	}
	if err := w.Connect(5, "mars:25", nil); err == nil || !strings.Contains(err.Error(), "there are outside.example, msa.nord.example, mx1.west.example, ns.example") {
		t.Errorf("%v", err)
	}
}

// A run that was cut off early is cut off at the same moment when it is replayed.
func TestReplayKnowsWhereTheRunEnded(t *testing.T) {
	w := open(t, "greylisting", func(sc *scenario.Scenario) { sc.Until = time.Minute })
	w.RunIdle()
	again, err := Replay(example(t, "greylisting"), w.Journal(), Options{}, Sinks{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if w.Now() != again.Now() || again.Now() > time.Minute || len(again.Queue("msa.nord.example")) != 1 {
		t.Errorf("the first ended at %v, the second at %v", w.Now(), again.Now())
	}
}
