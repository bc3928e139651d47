package vnet

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
)

func TestSleepersWakeInOrder(t *testing.T) {
	for _, m := range []Mechanism{Coroutines, Goroutines} {
		n := New(Options{Mechanism: m})
		var order []string
		hosts := []*Host{n.AddHost(HostConfig{Name: "a.example"}), n.AddHost(HostConfig{Name: "b.example"})}
		for i, h := range []*Host{hosts[1], hosts[0], hosts[1], hosts[0]} {
			n.Spawn(h, fmt.Sprint("p", i), func() {
				for k := range 2 {
					h.Ports().Clock.Sleep(time.Second)
					order = append(order, fmt.Sprintf("%s p%d %d", h.Name()[:1], i, k))
				}
			})
		}
		n.RunIdle()
		want := []string{"a p1 0", "a p3 0", "b p0 0", "b p2 0", "a p1 1", "a p3 1", "b p0 1", "b p2 1"}
		if !slices.Equal(order, want) {
			t.Errorf("order %q, want %q", order, want)
		}
		if got := n.Now().Sub(defaultStart); got != 2*time.Second {
			t.Errorf("%v have passed", got)
		}
		n.Close()
	}
}

func TestStepRunUntilNextTime(t *testing.T) {
	n := New(Options{})
	defer n.Close()
	h := n.AddHost(HostConfig{Name: "a.example"})
	if _, ok := n.NextTime(); ok || n.Step() {
		t.Error("an empty world has an event")
	}
	ticks := 0
	n.Spawn(h, "ticker", func() {
		for range 10 {
			h.Ports().Clock.Sleep(time.Second)
			ticks++
		}
	})
	if at, ok := n.NextTime(); !ok || at != n.Time() {
		t.Errorf("next event at %v, %v", at, ok)
	}
	n.Step()
	if at, ok := n.NextTime(); !ok || at.Sub(n.Time()) != time.Second {
		t.Errorf("next event at %v, %v", at, ok)
	}
	n.RunUntil(defaultStart.Add(3500 * time.Millisecond))
	if ticks != 3 || !n.Now().Equal(defaultStart.Add(3500*time.Millisecond)) {
		t.Errorf("%d ticks, time %v", ticks, n.Now())
	}
	n.RunUntil(defaultStart.Add(4 * time.Second)) // an event at the very limit counts
	if ticks != 4 {
		t.Errorf("%d ticks", ticks)
	}
	n.RunUntil(defaultStart) // time does not go back
	if !n.Now().Equal(defaultStart.Add(4 * time.Second)) {
		t.Errorf("time %v", n.Now())
	}
	n.RunIdle()
	if ticks != 10 || n.EventNo() != 11 {
		t.Errorf("%d ticks, %d events", ticks, n.EventNo())
	}
}

func TestStuckSaysWhoWaitsForWhat(t *testing.T) {
	w := newWorld(t, Options{})
	serve(t, w.b, func(c net.Conn) { io.ReadAll(c) })
	s := w.b.NewSignal()
	w.b.Go("queue", func() { s.Wait(-1) })
	w.b.Go("dns", func() {
		c, _ := w.b.ListenUDP(netip.MustParseAddrPort("0.0.0.0:53"))
		c.ReadFrom(nil, 0)
	})
	w.a.Go("client", func() {
		c, err := w.a.Dialer.Dial(smtpPort(addrB), 0)
		if err != nil {
			t.Error(err)
			return
		}
		c.Read(make([]byte, 1))
	})
	w.RunIdle()
	port := w.Host("a.example").ports.last
	want := []string{
		"a.example client: read from 192.0.2.2:25 (b.example)",
		fmt.Sprintf("b.example session-1: read from 192.0.2.1:%d (a.example)", port),
	}
	if got := w.Stuck(); !slices.Equal(got, want) {
		t.Errorf("stuck: %q\nwant: %q", got, want)
	}
	var idle []string
	for _, x := range w.Waits() {
		if x.Idle {
			idle = append(idle, x.String())
		}
	}
	want = []string{"b.example listener: accept on 0.0.0.0:25", "b.example queue: signal", "b.example dns: datagram on 0.0.0.0:53"}
	if !slices.Equal(idle, want) {
		t.Errorf("idle: %q\nwant: %q", idle, want)
	}
}

func TestWaitsTellTimes(t *testing.T) {
	n := New(Options{})
	defer n.Close()
	h := n.AddHost(HostConfig{Name: "a.example"})
	n.Spawn(h, "sleeper", func() { h.Ports().Clock.Sleep(90 * time.Second) })
	n.Step()
	if got, want := fmt.Sprint(n.Waits()), "[a.example sleeper: sleep, until 2026-01-05T08:01:30Z]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestInject(t *testing.T) {
	n := New(Options{})
	defer n.Close()
	h := n.AddHost(HostConfig{Name: "a.example"})
	s := h.Ports().NewSignal()
	got := 0
	n.Spawn(h, "daemon", func() {
		for s.Wait(-1) {
			got++
		}
	})
	n.RunIdle()
	var callers sync.WaitGroup
	for range 4 {
		callers.Go(func() {
			for range 25 {
				n.Inject(func() { n.Spawn(h, "visitor", s.Notify) })
			}
		})
	}
	callers.Wait()
	before := n.EventNo()
	if at, ok := n.NextTime(); !ok || at != n.Time() {
		t.Error("what was injected is not the next event")
	}
	n.RunIdle()
	if got == 0 || n.EventNo() != before+1 {
		t.Errorf("%d wake-ups, %d events", got, n.EventNo()-before)
	}
}

type failure struct{}

func (failure) Error() string { return "deliberate failure" }

func TestPanicTellsWhoAndWhen(t *testing.T) {
	for _, m := range []Mechanism{Coroutines, Goroutines} {
		n := New(Options{Mechanism: m})
		h := n.AddHost(HostConfig{Name: "a.example"})
		n.Spawn(h, "bystander", func() { h.Ports().Clock.Sleep(time.Hour) })
		n.Spawn(h, "smtpd", func() {
			h.Ports().Clock.Sleep(time.Minute)
			panic(failure{})
		})
		func() {
			defer func() {
				p, ok := recover().(*ProcessPanic)
				if !ok {
					t.Fatal("no ProcessPanic")
				}
				if p.Host != "a.example" || p.Process != "smtpd" || p.Time.Sub(n.timeAt(0)) != time.Minute || p.Event != 2 {
					t.Errorf("%+v", p)
				}
				if !errors.Is(p, failure{}) || !strings.Contains(p.Stack, "TestPanicTellsWhoAndWhen") || !strings.Contains(p.Error(), "smtpd") {
					t.Errorf("panic without cause or stack: %v", p)
				}
			}()
			n.RunIdle()
		}()
		n.Close()
	}
}

// runtime.Goexit ends a process and nothing else, also several times and under Close.
func TestGoexitEndsTheProcessOnly(t *testing.T) {
	for _, m := range []Mechanism{Coroutines, Goroutines} {
		before := runtime.NumGoroutine()
		n := New(Options{Mechanism: m})
		h := n.AddHost(HostConfig{Name: "a.example"})
		ends := 0
		for range 3 {
			n.Spawn(h, "leaver", func() {
				defer func() { ends++ }()
				h.Ports().Clock.Sleep(time.Second)
				runtime.Goexit()
			})
		}
		n.Spawn(h, "stayer", func() {
			h.Ports().Clock.Sleep(time.Minute)
			ends += 10
		})
		n.RunIdle()
		if ends != 13 {
			t.Errorf("ends: %d", ends)
		}
		n.Close()
		noGoroutines(t, before)
	}
}

func noGoroutines(t *testing.T, before int) {
	t.Helper()
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines, before %d", runtime.NumGoroutine(), before)
}

func TestCloseLeavesNothing(t *testing.T) {
	for _, m := range []Mechanism{Coroutines, Goroutines} {
		before := runtime.NumGoroutine()
		claims := &counter{}
		n := New(Options{Mechanism: m, Claims: claims})
		a := n.AddHost(HostConfig{Name: "a.example", Addrs: []netip.Addr{addrA}}).Ports()
		b := n.AddHost(HostConfig{Name: "b.example", Addrs: []netip.Addr{addrB}}).Ports()
		var errs []error
		serve(t, b, func(c net.Conn) {
			defer c.Close()
			_, err := c.Read(make([]byte, 1))
			errs = append(errs, err)
			b.Claims.Claim(host.Claim{})
			errs = append(errs, b.Store.Put("x", nil))
			_, err = b.Dialer.Dial(smtpPort(addrA), 0)
			errs = append(errs, err)
		})
		for range 5 {
			a.Go("client", func() {
				c, err := a.Dialer.Dial(smtpPort(addrB), 0)
				if err != nil {
					t.Error(err)
					return
				}
				defer c.Close()
				a.Claims.Claim(host.Claim{})
				for { // does not listen to errors
					c.Read(make([]byte, 1))
				}
			})
			a.Go("sleeper", func() {
				for {
					a.Clock.Sleep(time.Hour)
				}
			})
		}
		n.RunUntil(defaultStart.Add(time.Second))
		a.Go("never started", func() { t.Error("started") })
		n.Close()
		n.Close()
		noGoroutines(t, before)
		for _, err := range errs {
			if !errors.Is(err, host.ErrClosed) {
				t.Errorf("got %v, want %v", err, host.ErrClosed)
			}
		}
		if len(errs) != 15 || claims.n != 5 {
			t.Errorf("%d errors, %d claims", len(errs), claims.n)
		}
		if n.Step() {
			t.Error("a closed world moves")
		}
	}
}

type counter struct{ n int }

func (c *counter) Claim(host.Claim) { c.n++ }

func TestMisuse(t *testing.T) {
	n := New(Options{})
	defer n.Close()
	h := n.AddHost(HostConfig{Name: "a.example", Addrs: []netip.Addr{addrA}})
	for what, f := range map[string]func(){
		"blocking outside": func() { h.Ports().Clock.Sleep(1) },
		"same name":        func() { n.AddHost(HostConfig{Name: "a.example"}) },
		"no name":          func() { n.AddHost(HostConfig{}) },
		"same address":     func() { n.AddHost(HostConfig{Name: "b.example", Addrs: []netip.Addr{addrA}}) },
		"unknown host":     func() { n.SetDown("c.example", Silent) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", what)
				}
			}()
			f()
		}()
	}
	refused := 0
	n.Spawn(h, "meddler", func() {
		for _, f := range []func(){func() { n.Step() }, n.RunIdle, n.Close} {
			func() {
				defer func() {
					if recover() != nil {
						refused++
					}
				}()
				f()
			}()
		}
	})
	n.RunIdle()
	if refused != 3 {
		t.Errorf("%d of 3 refused", refused)
	}
}
