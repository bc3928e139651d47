package vnet

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
)

func TestClocks(t *testing.T) {
	zone := time.FixedZone("", 3600)
	for _, start := range []time.Time{
		{}, time.Date(1971, 6, 1, 0, 0, 0, 0, time.UTC), time.Date(2001, 9, 9, 1, 46, 40, 0, time.UTC),
		time.Date(2038, 1, 19, 3, 14, 7, 0, time.UTC), time.Date(2199, 12, 31, 0, 0, 0, 0, time.UTC),
	} {
		n := New(Options{Start: start})
		if start.IsZero() {
			start = defaultStart
		}
		right := n.AddHost(HostConfig{Name: "right.example"}).Ports()
		wrong := n.AddHost(HostConfig{Name: "wrong.example", Offset: -61 * time.Minute, DriftPPB: 1000_000, Zone: zone}).Ports()
		if got := right.Clock.Now(); !got.Equal(start) || got.Location() != time.UTC {
			t.Errorf("right clock at start: %v, want %v", got, start)
		}
		wrong.Go("sleeper", func() {
			wrong.Clock.Sleep(1000 * time.Second)
			if got, want := wrong.Clock.Now(), start.Add(1001*time.Second-61*time.Minute); !got.Equal(want) || got.Location() != zone {
				t.Errorf("wrong clock: %v, want %v", got, want)
			}
			if got, want := right.Clock.Now(), start.Add(1000*time.Second); !got.Equal(want) {
				t.Errorf("right clock: %v, want %v", got, want)
			}
			n.SetClock("wrong.example", time.Second, -1000_000)
			wrong.Clock.Sleep(1000 * time.Second)
			if got, want := wrong.Clock.Now(), start.Add(2000*time.Second); !got.Equal(want) {
				t.Errorf("clock set: %v, want %v", got, want)
			}
		})
		n.RunIdle()
		n.Close()
	}
}

// A clock runs at least half and at most twice as fast as true time, whatever it is told.
func TestDriftIsBounded(t *testing.T) {
	const billion = 1_000_000_000
	for drift, want := range map[int64]time.Duration{
		billion: 200 * time.Second, billion + 1: 200 * time.Second, 1 << 62: 200 * time.Second,
		-billion / 2: 50 * time.Second, -billion/2 - 1: 50 * time.Second, -1 << 62: 50 * time.Second,
	} {
		n := New(Options{})
		c := n.AddHost(HostConfig{Name: "x.example", DriftPPB: drift}).Ports().Clock
		start := c.Now()
		n.RunUntil(n.Now().Add(100 * time.Second))
		if got := c.Now().Sub(start); got != want {
			t.Errorf("drift %d: %v in 100 s, want %v", drift, got, want)
		}
		n.Close()
	}
}

// TestFullSocket: a socket keeps 256 datagrams for a reader that does not come; more are lost.
func TestFullSocket(t *testing.T) {
	w := newWorld(t, Options{})
	got := 0
	w.b.Go("server", func() {
		s, err := w.b.ListenUDP(netip.AddrPortFrom(addrB, 53))
		if err != nil {
			t.Error(err)
			return
		}
		w.b.Clock.Sleep(time.Second)
		for {
			if _, _, err := s.ReadFrom(make([]byte, 10), time.Second); err != nil {
				return
			}
			got++
		}
	})
	w.a.Go("client", func() {
		s, err := w.a.ListenUDP(netip.AddrPort{})
		if err != nil {
			t.Error(err)
			return
		}
		for range 300 {
			s.WriteTo([]byte("x"), netip.AddrPortFrom(addrB, 53))
		}
	})
	w.RunIdle()
	if got != 256 {
		t.Errorf("%d datagrams, want 256", got)
	}
}

// The time a clock reaches a moment is the first one at which it shows it, whatever the drift.
func TestClockReaches(t *testing.T) {
	n := New(Options{})
	defer n.Close()
	for _, drift := range []int64{0, 1, -1, 999, -50_000, 123_456_789, -400_000_000} {
		n.now = 12_345_678_901
		h := n.AddHost(HostConfig{Name: time.Duration(drift).String(), Offset: 7 * time.Hour, DriftPPB: drift})
		n.now += 98_765_432_109
		c := h.clock
		for _, d := range []int64{1, 999, second, 300*second + 1, 86400*second + 77} {
			shown := c.shows(n.now) + d
			at := c.trueAt(n.now, shown)
			if c.shows(at) < shown || c.shows(at-1) >= shown {
				t.Errorf("drift %d, %d ahead: shows %d at %d, wanted first %d", drift, d, c.shows(at), at, shown)
			}
		}
		if c.reaches(c.Now().Add(-time.Second)) != n.now {
			t.Error("the past does not come at once")
		}
		for year, want := range map[int]int64{1: n.now, 9999: never} {
			if got := c.reaches(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)); got != want {
				t.Errorf("year %d: %d", year, got)
			}
		}
	}
}

func TestReadDeadlineIsInTheHostsClock(t *testing.T) {
	n := New(Options{})
	defer n.Close()
	a := n.AddHost(HostConfig{Name: "a.example", Addrs: []netip.Addr{addrA}, Offset: 1000 * time.Hour, DriftPPB: 250_000_000}).Ports()
	b := n.AddHost(HostConfig{Name: "b.example", Addrs: []netip.Addr{addrB}}).Ports()
	serve(t, b, func(c net.Conn) { b.Clock.Sleep(time.Hour) })
	a.Go("client", func() {
		c, err := a.Dialer.Dial(smtpPort(addrB), 0)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		var timeout net.Error
		for _, d := range []time.Duration{300 * time.Second, time.Nanosecond, 0, -time.Second} {
			start, own := n.Now(), a.Clock.Now()
			c.SetReadDeadline(own.Add(d))
			_, err := c.Read(make([]byte, 1))
			if !errors.As(err, &timeout) || !timeout.Timeout() {
				t.Errorf("%v: %v, want a timeout", d, err)
			}
			if got, want := n.Now().Sub(start), max(d*4/5, d&1); got != want {
				t.Errorf("%v on a clock that gains a quarter: took %v of true time, want %v", d, got, want)
			}
		}
		// Another process may set the deadline of a Read that waits already, or take it away.
		c.SetReadDeadline(a.Clock.Now().Add(10 * time.Second))
		a.Go("other", func() {
			a.Clock.Sleep(time.Second)
			c.SetDeadline(time.Time{})
			a.Clock.Sleep(time.Minute)
			c.SetWriteDeadline(time.Unix(1, 0)) // ignored
			c.SetReadDeadline(time.Unix(1, 0))
		})
		start := n.Now()
		if _, err := c.Read(make([]byte, 1)); !errors.As(err, &timeout) || n.Now().Sub(start) != 61*time.Second {
			t.Errorf("read ended after %v with %v", n.Now().Sub(start), err)
		}
		if _, err := c.Write([]byte("x")); err != nil {
			t.Error(err)
		}
	})
	n.RunUntil(defaultStart.Add(30 * time.Minute))
}

func TestSignals(t *testing.T) {
	n := New(Options{})
	defer n.Close()
	h := n.AddHost(HostConfig{Name: "a.example"}).Ports()
	s := h.NewSignal()
	s.Notify()
	s.Notify()
	var got []bool
	h.Go("daemon", func() {
		for _, d := range []time.Duration{-1, time.Second, 0, time.Minute} {
			got = append(got, s.Wait(d))
		}
	})
	h.Go("notifier", func() {
		h.Clock.Sleep(2 * time.Second)
		s.Notify()
	})
	n.RunIdle()
	if want := []bool{true, false, false, true}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestStore(t *testing.T) {
	n := New(Options{})
	defer n.Close()
	h := n.AddHost(HostConfig{Name: "a.example", StoreLimit: 10})
	s := h.Ports().Store
	if err := s.Put("b", []byte("12345")); err != nil {
		t.Fatal(err)
	}
	if data, _ := s.Get("b"); len(data) > 0 {
		data[0] = 'X' // a copy
	}
	if err := s.Put("a", []byte("12345")); err != nil {
		t.Fatal(err)
	}
	if err := s.Put("c", []byte("1")); err != host.ErrDiskFull {
		t.Errorf("11 octets on a disk of 10: %v", err)
	}
	if err := s.Put("b", []byte("123456")); err != host.ErrDiskFull {
		t.Errorf("a longer version: %v", err)
	}
	if got, err := s.Get("b"); string(got) != "12345" || err != nil {
		t.Errorf("after that: %q, %v", got, err)
	}
	if got := s.List(""); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("list %q", got)
	}
	if err := s.Delete("a"); err != nil {
		t.Error(err)
	}
	if _, err := s.Get("a"); err != host.ErrNotFound {
		t.Error(err)
	}
	if err := s.Delete("a"); err != host.ErrNotFound {
		t.Error(err)
	}
	n.SetStoreLimit("a.example", 0)
	if err := s.Put("c", make([]byte, 1000)); err != nil {
		t.Error(err)
	}
}

// answer is a server that sees four octets of each question.
func answer(t *testing.T, h *host.Host) {
	s, err := h.ListenUDP(netip.AddrPortFrom(netip.Addr{}, 53))
	if err != nil {
		t.Error(err)
		return
	}
	if _, err := h.ListenUDP(netip.AddrPortFrom(h.Addrs[0], 53)); err == nil {
		t.Error("a port was given twice")
	}
	buf := make([]byte, 4)
	for {
		n, from, err := s.ReadFrom(buf, 0)
		if err != nil {
			return
		}
		s.WriteTo(append([]byte("re: "), buf[:n]...), from)
	}
}

func TestDatagrams(t *testing.T) {
	var told []DatagramInfo
	w := newWorld(t, Options{Datagram: func(d DatagramInfo) {
		d.Payload = slices.Clone(d.Payload)
		told = append(told, d)
	}})
	server := netip.AddrPortFrom(addrB, 53)
	w.b.Go("server", func() { answer(t, w.b) })
	w.a.Go("client", func() {
		s, err := w.a.ListenUDP(netip.AddrPort{})
		if err != nil {
			t.Error(err)
			return
		}
		defer s.Close()
		buf := make([]byte, 100)
		start := w.Now()
		if _, _, err := s.ReadFrom(buf, time.Second); err != host.ErrTimeout || w.Now().Sub(start) != time.Second {
			t.Errorf("nothing sent: %v after %v", err, w.Now().Sub(start))
		}
		for _, to := range []netip.AddrPort{server, netip.MustParseAddrPort("[2001:db8::2]:53"), netip.MustParseAddrPort("127.0.0.1:9"), netip.AddrPortFrom(addrC, 53)} {
			if err := s.WriteTo([]byte("question"), to); err != nil {
				t.Error(err)
			}
			n, from, err := s.ReadFrom(buf, time.Second)
			if to.Port() == 53 && to.Addr() != addrC {
				if string(buf[:n]) != "re: ques" || from != to || err != nil {
					t.Errorf("%v: got %q from %v, %v", to, buf[:n], from, err)
				}
			} else if err != host.ErrTimeout {
				t.Errorf("%v: %v", to, err)
			}
		}
		if s.WriteTo(make([]byte, 1473), server) == nil {
			t.Error("a datagram that fits no frame was sent")
		}
	})
	w.RunIdle()
	if len(told) != 6 || told[0].From != "a.example" || told[0].To != "b.example" || told[0].Dst != server ||
		string(told[1].Payload) != "re: ques" || told[1].Packet != 2 || told[5].To != "" || told[4].To != "a.example" {
		t.Errorf("the tap was told %+v", told)
	}
	if s := w.Stuck(); len(s) > 0 {
		t.Errorf("stuck: %q", s)
	}
}
