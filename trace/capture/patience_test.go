package capture

import (
	"fmt"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// waitingFor plays a connection in which the capture lacks the client's command "NOOP", with the server's reply to it, then calls more with
// the assembler and the time of the reply.
func waitingFor(t *testing.T, lost bool, more func(a *Assembler, k *talk)) *witness {
	t.Helper()
	var ws witnesses
	a := NewAssembler(Options{}, &ws)
	k := newTalk(0).handshake()
	k.c("EHLO x\r\n")
	gone := k.c("NOOP\r\n")
	if lost { // on the way: not acknowledged, and more was sent behind it
		k.c("QUIT\r\n")
		k.next[0] = gone.Seq // what the server acknowledges
	}
	k.s("250 ok\r\n")
	for _, s := range k.out {
		if s != gone {
			a.Segment(s)
		}
	}
	more(a, k)
	if len(ws) == 0 {
		t.Fatal("no connection")
	}
	return ws[0]
}

// others lets n other connections go by, step apart.
func others(a *Assembler, now trace.Time, n int, step time.Duration) {
	for i := range n {
		k := newTalk(i + 1)
		now += trace.Time(step)
		s := k.send(trace.FromClient, trace.SYN, "")
		s.Time = now
		a.Segment(s)
	}
}

// TestPatience: how long an assembler waits for what the capture may still bring.
func TestPatience(t *testing.T) {
	for _, c := range []struct {
		name string
		lost bool
		more func(a *Assembler, k *talk)
		want string
	}{
		{"nothing more", false, func(*Assembler, *talk) {}, "gaps 0, server 0"},
		{"62 packets of the connection", false, func(a *Assembler, k *talk) {
			for range reorderPackets - 2 {
				a.Segment(k.send(trace.FromServer, trace.ACK, ""))
			}
		}, "gaps 0, server 0"},
		{"64 packets of the connection", false, func(a *Assembler, k *talk) {
			for range reorderPackets {
				a.Segment(k.send(trace.FromServer, trace.ACK, ""))
			}
		}, "gaps 6, server 8"},
		{"other connections for 2 s", false, func(a *Assembler, k *talk) { others(a, k.now, 19, 100*time.Millisecond) }, "gaps 0, server 0"},
		{"other connections for 5 s", false, func(a *Assembler, k *talk) { others(a, k.now, 60, 100*time.Millisecond) }, "gaps 6, server 8"},
		{"not acknowledged, other connections for a minute", true, func(a *Assembler, k *talk) { others(a, k.now, 60, time.Second) }, "gaps 0, server 8"},
		{"not acknowledged, other connections for 5 minutes", true, func(a *Assembler, k *talk) { others(a, k.now, 300, time.Second) }, "gaps 6, server 8"},
	} {
		w := waitingFor(t, c.lost, c.more)
		if got := fmt.Sprintf("gaps %d, server %d", w.gaps[0], len(w.streams[1])); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestGraves: 128 closed connections are remembered for their stragglers, the 129th pushes the first out.
func TestGraves(t *testing.T) {
	for _, c := range []struct{ others, opened int }{{maxGraves - 1, maxGraves}, {maxGraves, maxGraves + 2}} {
		var ws witnesses
		a := NewAssembler(Options{}, &ws)
		for i := range c.others + 1 {
			for _, s := range newTalk(i).mail(i).out {
				a.Segment(s)
			}
		}
		late := *newTalk(0).mail(0).out[4] // the EHLO of the first once more
		a.Segment(&late)
		if len(ws) != c.opened {
			t.Errorf("%d connections after it: %d opened, want %d", c.others, len(ws), c.opened)
		}
	}
}

// TestFlowLimit: at the limit nobody goes; one past it, the one that was silent for longest.
func TestFlowLimit(t *testing.T) {
	var ws witnesses
	a := NewAssembler(Options{MaxFlows: 3}, &ws)
	talks := []*talk{newTalk(0), newTalk(1), newTalk(2)}
	for _, k := range talks {
		k.handshake()
		k.s("220 hi\r\n")
		for _, s := range k.out {
			a.Segment(s)
		}
	}
	for _, k := range []*talk{talks[0], talks[2]} {
		a.Segment(k.c("NOOP\r\n"))
	}
	for _, w := range ws {
		if w.closed != 0 {
			t.Fatal("closed at the limit")
		}
	}
	a.Segment(newTalk(3).send(trace.FromClient, trace.SYN, ""))
	for i, w := range ws {
		if (w.closed == 1) != (i == 1) || i == 1 && w.end != trace.EndEvicted {
			t.Errorf("connection %d: closed %d, end %d", i, w.closed, w.end)
		}
	}
}
