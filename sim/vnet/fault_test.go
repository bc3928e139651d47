package vnet

import (
	"errors"
	"io"
	"net"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/trace"
)

func TestFaultsInMidRun(t *testing.T) {
	w := newWorld(t, Options{})
	serve(t, w.b, echo)
	var arrivals []time.Duration
	w.client(t, func(c *Conn) {
		for i := range 4 {
			switch i {
			case 1:
				w.SetLinkDown("b.example", "a.example", true)
				w.a.Go("repair", func() { w.a.Clock.Sleep(2 * time.Second); w.SetLinkDown("a.example", "b.example", false) })
			case 2:
				w.SetFault(func(p PacketMeta) Verdict { return Verdict{Delay: 100 * time.Millisecond} })
			case 3:
				w.SetFault(nil)
				w.SetLink("a.example", "b.example", Link{Latency: time.Second})
			}
			start := w.Now()
			io.WriteString(c, "x")
			c.SetReadDeadline(w.a.Clock.Now().Add(time.Minute))
			if _, err := c.Read(make([]byte, 10)); err != nil {
				t.Errorf("%d: %v", i, err)
			}
			arrivals = append(arrivals, w.Now().Sub(start))
		}
		c.Close()
	})
	w.RunIdle()
	want := []time.Duration{10 * time.Millisecond, 3010 * time.Millisecond, 210 * time.Millisecond, 2 * time.Second}
	if !slices.Equal(arrivals, want) {
		t.Errorf("round trips %v, want %v", arrivals, want)
	}
}

func TestCrash(t *testing.T) {
	flows := &streams{t: t}
	w := newWorld(t, Options{Flows: flows})
	var learned []error
	unwound := 0
	serve(t, w.b, func(c net.Conn) {
		defer func() {
			unwound++
			w.b.Go("ghost", func() { t.Error("a crashed host has started a process") })
			learned = append(learned, w.b.Store.Put("y", nil), c.Close())
		}()
		w.b.Store.Put("x", []byte("kept"))
		c.Read(make([]byte, 1))
		t.Error("a crashed process went on")
	})
	w.client(t, func(c *Conn) {
		w.a.Clock.Sleep(time.Second)
		w.Crash("b.example")
		w.a.Clock.Sleep(time.Second)
		io.WriteString(c, "hello?")
		_, err := c.Read(make([]byte, 1))
		if !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the client of a crashed and empty host: %v", err)
		}
		c.Close()
		if _, err := w.a.Dialer.Dial(smtpPort(addrB), 0); !errors.Is(err, host.ErrRefused) {
			t.Errorf("dial: %v", err)
		}
		serve(t, w.b, echo)
		ask(t, w.a, smtpPort(addrB), "")
	})
	w.RunUntil(defaultStart.Add(time.Hour))
	if unwound != 1 || len(learned) != 2 || learned[0] != host.ErrClosed || learned[1] != nil {
		t.Errorf("unwound %d, %v", unwound, learned)
	}
	if got, err := w.b.Store.Get("x"); string(got) != "kept" || err != nil {
		t.Errorf("the store lost %q, %v", got, err)
	}
	if len(flows.flows) != 3 || flows.flows[0].end != trace.EndServerReset || flows.flows[1].end != trace.EndRefused {
		t.Errorf("flows %+v", flows.flows)
	}
}

// A crash ends the processes of its own host, and no other: also those of others that were about to run go on.
func TestCrashDisturbsNobody(t *testing.T) {
	w := newWorld(t, Options{})
	ran := ""
	w.a.Go("before", func() { ran += "a" })
	w.b.Go("gone", func() { ran += "b" })
	w.a.Go("behind", func() { ran += "A" })
	w.Crash("b.example")
	w.RunIdle()
	if ran != "aA" {
		t.Errorf("%q ran, want the two processes of the other host", ran)
	}
}
