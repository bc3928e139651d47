package sim

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/sim/vnet"
	"github.com/smtpsim/smtpsim/trace"
)

func example(t testing.TB, name string) *scenario.Scenario {
	t.Helper()
	sc, err := scenario.Load(filepath.Join("..", "docs", "scenarios", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

func open(t testing.TB, name string, changes ...change) *World {
	t.Helper()
	sc := example(t, name)
	for _, c := range changes {
		c(sc)
	}
	w, err := Open(sc, Options{}, Sinks{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// happened is the timeline without the wire: "queue bob@west.example", "bounce nobody@west.example".
func happened(w *World) string {
	var out []string
	for _, e := range w.Timeline().Entries {
		switch e.Kind {
		case trace.EntryEvent, trace.EntryDNS, trace.EntryAnswer:
		default:
			short, _, _ := strings.Cut(e.Host, ".")
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", short, e.Kind, e.Name, e.Code)))
		}
	}
	return strings.Join(slices.Compact(out), "; ")
}

// What a user sees of each example: what happened beside the wire.
func TestExamplesTellTheirStory(t *testing.T) {
	for name, want := range map[string]string{
		"one-mail":         "mx1 delivery bob@west.example",
		"three-recipients": "mx1 delivery bob@west.example; mx1 delivery carol@west.example; msa bounce nobody@west.example; msa delivery alice@nord.example",
		"mx-failover":      "mx1 fault  off; msa connect 198.51.100.25:25 refused; mx2 delivery bob@west.example",
		"bounce":           "msa bounce nobody@west.example; msa delivery alice@nord.example",
		"starttls":         "mx1 delivery bob@west.example",
		"ipv6":             "mx1 delivery bob@west.example",
		"greylisting":      "msa queue bob@west.example 300; mx1 delivery bob@west.example",
		"clock-skew":       "mail delivery bob@west.example",
		"null-mx":          "msa bounce bob@west.example; msa delivery alice@nord.example",
	} {
		w := open(t, name)
		w.RunIdle()
		if got := happened(w); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
		if !w.Idle() || len(w.Stuck()) > 0 {
			t.Errorf("%s: after the run: idle %v, stuck %q", name, w.Idle(), w.Stuck())
		}
	}
}

// Five days of silence: the queue tries again and again, then reports (RFC 5321 §4.5.4.1).
func TestFiveDaysEndWithAReport(t *testing.T) {
	w := open(t, "five-days")
	w.RunIdle()
	tries, bounce := 0, time.Duration(0)
	for _, e := range w.Timeline().Entries {
		switch e.Kind {
		case trace.EntryQueue:
			tries++
		case trace.EntryBounce:
			bounce = e.Time.Sub(trace.FromStd(w.Scenario().Start))
		}
	}
	if tries < 20 || bounce < 5*24*time.Hour || bounce > 5*24*time.Hour+time.Hour {
		t.Errorf("%d tries, report after %v", tries, bounce)
	}
	if q := w.Queue("msa.nord.example"); len(q) > 0 {
		t.Errorf("still in the queue: %+v", q)
	}
}

// A mail that the sender's program cannot hand over must not vanish: the timeline says so, and why.
func TestUnsentMailIsTold(t *testing.T) {
	w := open(t, "one-mail", func(sc *scenario.Scenario) {
		sc.Faults = append(sc.Faults, scenario.Fault{Host: "msa.nord.example", State: "off"})
	})
	w.RunIdle()
	if got, want := happened(w), "msa fault  off; alice connect 192.0.2.10:587 refused; alice bounce bob@west.example"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	last := w.Timeline().Entries[len(w.Timeline().Entries)-1]
	if want := "alice.nord.example could not hand over the mail for bob@west.example (dial tcp 192.0.2.10:587: connection refused)"; last.Text != want {
		t.Errorf("got %q, want %q", last.Text, want)
	}
}

// A stuck world says who waits for what: here somebody who reads from a server that never speaks.
func TestStuckWorldSaysWhoWaits(t *testing.T) {
	w := open(t, "one-mail")
	alice, mx := w.net.Host("alice.nord.example"), w.net.Host("mx1.west.example")
	w.net.Spawn(mx, "mute", func() {
		ln, err := mx.Ports().Listen(endpointOf(t, w, "mx1:2525"))
		if err != nil {
			t.Error(err)
			return
		}
		conn, err := ln.Accept()
		if err == nil {
			mx.Ports().Clock.Sleep(1000 * time.Hour)
			conn.Close()
		}
	})
	w.net.Spawn(alice, "patient", func() {
		conn, err := alice.Ports().Dialer.Dial(endpointOf(t, w, "mx1:2525"), 0)
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = conn.Read(make([]byte, 1))
	})
	w.RunUntil(time.Hour)
	stuck := strings.Join(w.Stuck(), "\n")
	for _, want := range []string{"alice.nord.example patient: read from 198.51.100.25:2525 (mx1.west.example)", "mx1.west.example mute: sleep, until 2026-"} {
		if !strings.Contains(stuck, want) {
			t.Errorf("want %q in\n%s", want, stuck)
		}
	}
	if w.Idle() {
		t.Error("idle although somebody sleeps")
	}
}

func endpointOf(t *testing.T, w *World, s string) (out netip.AddrPort) {
	t.Helper()
	out, err := w.endpoint(s)
	if err != nil {
		t.Error(err)
	}
	return out
}

// Close leaves no goroutine, wherever the world is: before it began, in the middle of sessions, at its end.
func TestCloseLeavesNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, m := range []vnet.Mechanism{vnet.Coroutines, vnet.Goroutines} {
		for _, name := range []string{"one-mail", "starttls", "two-at-once"} {
			for _, steps := range []int{0, 1, 60, 200, 1 << 20} {
				w, err := Open(example(t, name), Options{Mechanism: m}, Sinks{Recorder: trace.Discard{}, Claims: host.NoClaims{}})
				if err != nil {
					t.Fatal(err)
				}
				for range steps {
					if !w.Step() {
						break
					}
				}
				if steps == 60 {
					w.Do("telnet mx1")
				}
				w.Close()
				w.Close()
			}
		}
	}
	for range 100 { // goroutines that have ended take a moment to go
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines before, %d after\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
}

// The timeline keeps what it is told to and counts the rest; the digest does not depend on the cap.
func TestTimelineCap(t *testing.T) {
	var digests []string
	for _, cap := range []int{0, 10} {
		w, err := Open(example(t, "one-mail"), Options{TimelineCap: cap}, Sinks{})
		if err != nil {
			t.Fatal(err)
		}
		w.RunIdle()
		if cap == 10 && (len(w.Timeline().Entries) != 10 || w.Timeline().Dropped != 31) {
			t.Errorf("%d entries, %d dropped", len(w.Timeline().Entries), w.Timeline().Dropped)
		}
		digests = append(digests, w.Journal().Acts[0].Digest)
		w.Close()
	}
	if digests[0] != digests[1] {
		t.Errorf("digests %q", digests)
	}
}

// Another seed is another world.
func TestSeedMatters(t *testing.T) {
	if a, b := observe(t, "one-mail", 1).sums(), observe(t, "one-mail", 2).sums(); a[0] == b[0] || a[1] == b[1] {
		t.Errorf("%q and %q", a, b)
	}
}

// A scenario that cannot be built is refused with a line that names the place, and nothing is left running.
func TestOpenRefuses(t *testing.T) {
	for want, c := range map[string]change{
		"zones":                     func(sc *scenario.Scenario) { sc.Zones = []string{"west.example. IN MX ten mx1"} },
		"expected a reply of one l": func(sc *scenario.Scenario) { sc.Hosts[1].Replies = []scenario.Reply{{At: "RCPT", Text: "no"}} },
	} {
		sc := example(t, "one-mail")
		c(sc)
		if _, err := Open(sc, Options{}, Sinks{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// A host's log shows its last lines, however long the world has run.
func TestLogKeepsTheLastLines(t *testing.T) {
	e := newEvidence(Sinks{}, 0)
	for n := range 2*maxLog + 500 {
		e.Claim(host.Claim{Host: "mx.example", Role: host.RoleServer, Kind: host.ClaimStored, MailID: fmt.Sprint(n)})
	}
	lines := e.lines("mx.example")
	if len(lines) != maxLog || !strings.HasSuffix(lines[0], fmt.Sprintf(" %d:", maxLog+500)) || !strings.HasSuffix(lines[maxLog-1], fmt.Sprintf(" %d:", 2*maxLog+499)) {
		t.Errorf("%d lines, from %q to %q", len(lines), lines[0], lines[len(lines)-1])
	}
}
