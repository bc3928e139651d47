package vnet

import (
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// The end that closed first answers the peer's last FIN even if its ACK is lost at first, though its process and its tcb
// have long gone; a host that has crashed in between knows nothing of it.
func TestLastAckIsLost(t *testing.T) {
	for _, c := range []struct {
		name  string
		crash bool
		want  []trace.TCPFlags // of what a and b send after the server's FIN
	}{
		{"remembered", false, []trace.TCPFlags{trace.FIN | trace.ACK, trace.ACK, trace.FIN | trace.ACK, trace.ACK}},
		{"forgotten", true, []trace.TCPFlags{trace.FIN | trace.ACK, trace.ACK, trace.FIN | trace.ACK, trace.RST}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []trace.TCPFlags
			w := newWorld(t, Options{})
			w.SetFault(func(p PacketMeta) Verdict {
				if last := len(got) == 1; len(got) > 0 || p.From == "b.example" && p.Flags&trace.FIN != 0 {
					got = append(got, p.Flags)
					return Verdict{Drop: last}
				}
				return Verdict{}
			})
			serve(t, w.b, func(c net.Conn) { io.ReadAll(c); c.Close() })
			w.client(t, func(c *Conn) { c.Close() })
			w.RunUntil(w.Now().Add(500 * time.Millisecond))
			a, b := w.Host("a.example"), w.Host("b.example")
			if len(a.conns) != 0 || len(b.conns) != 1 || a.ports.busy != 1 {
				t.Errorf("%d and %d ends, %d ports after the loss", len(a.conns), len(b.conns), a.ports.busy)
			}
			if c.crash {
				w.Crash("a.example")
			}
			w.RunIdle()
			if !slices.Equal(got, c.want) || len(b.conns) != 0 {
				t.Errorf("packets %v, want %v; %d ends left", got, c.want, len(b.conns))
			}
			if busy := a.ports.busy; (busy == 0) != c.crash {
				t.Errorf("%d ports rest", busy)
			}
		})
	}
}

// A port rests for 60 seconds, and then until the next connection comes to rest behind it.
func TestTimeWaitIsOver(t *testing.T) {
	w := newWorld(t, Options{})
	serve(t, w.b, func(c net.Conn) { io.ReadAll(c); c.Close() })
	for _, pause := range []time.Duration{0, 30 * time.Second, 31 * time.Second} {
		w.RunUntil(w.Now().Add(pause))
		w.client(t, func(c *Conn) { c.Close() })
		w.RunIdle()
	}
	if busy := w.Host("a.example").ports.busy; busy != 2 {
		t.Errorf("%d ports rest, want the last two", busy)
	}
}
