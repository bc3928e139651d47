package vnet

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/trace"
)

// windowAt is where the window stands in a frame with TCP over IPv4.
const windowAt = etherLen + ip4Len + 14

// text is n octets that tell their place and owner.
func text(owner, n int) []byte {
	b := make([]byte, 0, n+24)
	for len(b) < n {
		b = fmt.Appendf(b, "%d:%d\r\n", owner, len(b))
	}
	return b[:n]
}

// streams is a FlowOpener that keeps all it is told, and complains of what breaks the rules of trace.FlowSink.
type streams struct {
	t     testing.TB
	flows []*stream
}

type stream struct {
	s      *streams
	flow   trace.Flow
	data   [2][]byte
	chunks []trace.Chunk
	fins   [2]bool
	ended  bool
	end    trace.FlowEnd
	last   trace.Time
	packet int64
}

func (s *streams) Open(f trace.Flow) trace.FlowSink {
	st := &stream{s: s, flow: f}
	s.flows = append(s.flows, st)
	return st
}

func (s *stream) at(t trace.Time, packet int64) {
	if t < s.last || packet < s.packet || s.ended {
		s.s.t.Errorf("flow %d: time or packet goes back, or something after the end", s.flow.ID)
	}
	s.last, s.packet = t, packet
}

func (s *stream) Chunk(c trace.Chunk) {
	s.at(c.Time, c.Packet)
	if c.Offset != int64(len(s.data[c.From])) || len(c.Data) == 0 || s.fins[c.From] {
		s.s.t.Errorf("flow %d: chunk of %d octets at %d after %d", s.flow.ID, len(c.Data), c.Offset, len(s.data[c.From]))
	}
	s.data[c.From] = append(s.data[c.From], c.Data...)
	c.Data = nil
	s.chunks = append(s.chunks, c)
}

func (s *stream) HalfClose(from trace.Side, t trace.Time, packet int64) {
	s.at(t, packet)
	s.fins[from] = true
}

func (s *stream) Close(end trace.FlowEnd, t trace.Time, packet int64) {
	s.at(t, packet)
	s.end, s.ended = end, true
}

// exchange has count clients on a send size octets each to b, which sends them back; all must arrive whole.
func exchange(t *testing.T, w *world, count, size int) {
	serve(t, w.b, echo)
	good := 0
	for i := range count {
		w.a.Go(fmt.Sprintf("client-%d", i), func() {
			want := text(i, size)
			c, err := w.a.Dialer.Dial(smtpPort(addrB), 0)
			if err != nil {
				t.Errorf("client %d: %v", i, err)
				return
			}
			w.a.Go(fmt.Sprintf("writer-%d", i), func() {
				c.Write(want)
				c.(*Conn).CloseWrite()
			})
			got, err := io.ReadAll(c)
			c.Close()
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("client %d: got %d octets of %d, %v", i, len(got), len(want), err)
				return
			}
			good++
		})
	}
	w.RunIdle()
	if good != count {
		t.Errorf("%d of %d exchanges went well", good, count)
	}
	if s := w.Stuck(); len(s) > 0 {
		t.Errorf("stuck: %q", s)
	}
}

// Whatever the network loses, delays, doubles or reorders: both streams arrive whole, and the tap tells each octet once.
func TestTransfersSurviveTheNetwork(t *testing.T) {
	for _, c := range []struct {
		name  string
		link  Link
		fault bool
	}{
		{"clean", Link{Latency: time.Millisecond}, false},
		{"narrow", Link{Latency: 10 * time.Millisecond, BitsPerSecond: 1_000_000}, false},
		{"jitter", Link{Latency: 10 * time.Millisecond, Jitter: 50 * time.Millisecond}, false},
		{"loss 3 %", Link{Latency: 10 * time.Millisecond, LossPPM: 30_000}, false},
		{"loss 10 %", Link{Latency: 10 * time.Millisecond, Jitter: 5 * time.Millisecond, LossPPM: 100_000}, false},
		{"loss 10 %, reordering, doubles", Link{Latency: 10 * time.Millisecond, LossPPM: 100_000}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			seeds := uint64(4)
			if testing.Short() {
				seeds = 1
			}
			for seed := range seeds {
				flows := &streams{t: t}
				o := Options{Seed: seed, DefaultLink: c.link, Flows: flows}
				if c.fault {
					chaos := newDraws(seed, "chaos")
					o.Fault = func(PacketMeta) Verdict {
						return Verdict{Delay: time.Duration(chaos.below(30)) * time.Millisecond, Duplicate: chaos.below(10) == 0}
					}
				}
				w := newWorld(t, o)
				exchange(t, w, 12, 60_000)
				for _, f := range flows.flows {
					if !bytes.Equal(f.data[0], f.data[1]) || len(f.data[0]) != 60_000 || !f.ended || f.end != trace.EndClient {
						t.Errorf("seed %d, flow %d: tap saw %d and %d octets, ended %v %v", seed, f.flow.ID, len(f.data[0]), len(f.data[1]), f.ended, f.end)
					}
				}
				if len(flows.flows) != 12 {
					t.Errorf("%d flows", len(flows.flows))
				}
			}
		})
	}
}

// A reader that takes its time closes the window again and again; nothing is lost, nobody is stuck.
func TestSlowReader(t *testing.T) {
	for _, loss := range []int64{0, 50_000} {
		zero := 0
		w := newWorld(t, Options{Seed: 3, DefaultLink: Link{Latency: 10 * time.Millisecond, LossPPM: loss},
			Packet: func(p PacketInfo) {
				if p.Host == "b.example" && p.Data[windowAt] == 0 && p.Data[windowAt+1] == 0 {
					zero++
				}
			}})
		want := text(1, 1_000_000)
		var got []byte
		serve(t, w.b, func(c net.Conn) {
			buf := make([]byte, 10_000)
			for {
				w.b.Clock.Sleep(700 * time.Millisecond)
				n, err := c.Read(buf)
				got = append(got, buf[:n]...)
				if err != nil {
					c.Close()
					return
				}
			}
		})
		w.a.Go("client", func() {
			c, err := w.a.Dialer.Dial(smtpPort(addrB), 0)
			if err != nil {
				t.Error(err)
				return
			}
			c.Write(want)
			c.Close()
		})
		w.RunIdle()
		if !bytes.Equal(got, want) {
			t.Errorf("loss %d: got %d octets of %d; stuck %q", loss, len(got), len(want), w.Stuck())
		}
		if zero == 0 {
			t.Errorf("loss %d: the window never closed", loss)
		}
	}
}

// Many short sessions over a bad network: none is lost or mixed up with another, although ends and packets are used again.
func TestManySessions(t *testing.T) {
	w := newWorld(t, Options{Seed: 5, DefaultLink: Link{Latency: 3 * time.Millisecond, LossPPM: 30_000}})
	serve(t, w.b, func(c net.Conn) {
		defer c.Close()
		buf := make([]byte, 100)
		n, _ := c.Read(buf)
		c.Write(buf[:n])
	})
	good := 0
	for i := range 50 {
		w.a.Go(fmt.Sprint("client-", i), func() {
			for k := range 20 {
				if ask(t, w.a, smtpPort(addrB), fmt.Sprint(i, "/", k)) {
					good++
				}
			}
		})
	}
	w.RunIdle()
	if good != 1000 {
		t.Errorf("%d of 1000 went well; stuck: %q", good, w.Stuck())
	}
	if n := len(w.Host("b.example").conns); n > 0 {
		t.Errorf("%d connections are still known to the server", n)
	}
}

func ask(t *testing.T, h *host.Host, to netip.AddrPort, question string) bool {
	c, err := h.Dialer.Dial(to, 0)
	if err != nil {
		t.Error(err)
		return false
	}
	defer c.Close()
	io.WriteString(c, question)
	c.(*Conn).CloseWrite()
	answer, err := io.ReadAll(c)
	if err != nil || string(answer) != question {
		t.Errorf("%q was answered with %q, %v", question, answer, err)
		return false
	}
	return true
}
