package vnet

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/trace"
)

// client runs f as a process of a with a connection to port 25 of b.
func (w *world) client(t *testing.T, f func(c *Conn)) {
	w.a.Go("client", func() {
		c, err := w.a.Dialer.Dial(smtpPort(addrB), 0)
		if err != nil {
			t.Error(err)
			return
		}
		f(c.(*Conn))
	})
}

// ended runs w to its end and checks that nobody is stuck and all flows ended as listed.
func ended(t *testing.T, w *world, flows *streams, ends ...trace.FlowEnd) {
	t.Helper()
	w.RunIdle()
	if s := w.Stuck(); len(s) > 0 {
		t.Errorf("stuck: %q", s)
	}
	var got []trace.FlowEnd
	for _, f := range flows.flows {
		if !f.ended {
			t.Errorf("flow %d did not end", f.flow.ID)
		}
		got = append(got, f.end)
	}
	if !slices.Equal(got, ends) {
		t.Errorf("flows ended with %v, want %v", got, ends)
	}
}

func TestDialFailures(t *testing.T) {
	far := netip.MustParseAddr("203.0.113.9")
	for _, c := range []struct {
		name     string
		to       netip.AddrPort
		prepare  func(w *world)
		timeout  time.Duration
		want     error
		took     time.Duration
		end      trace.FlowEnd
		attempts int
	}{
		{"nobody listens", netip.AddrPortFrom(addrB, 26), nil, 0, host.ErrRefused, 10 * time.Millisecond, trace.EndRefused, 1},
		{"refusing", smtpPort(addrB), func(w *world) { w.SetDown("b.example", Refusing) }, 0, host.ErrRefused, 10 * time.Millisecond, trace.EndRefused, 1},
		{"own closed port", netip.MustParseAddrPort("127.0.0.1:25"), nil, 0, host.ErrRefused, 100 * time.Microsecond, trace.EndRefused, 1},
		{"nobody has the address", smtpPort(far), nil, 0, host.ErrUnanswered, 123 * time.Second, trace.EndUnanswered, 7},
		{"silent", smtpPort(addrB), func(w *world) { w.SetDown("b.example", Silent) }, 5 * time.Second, host.ErrUnanswered, 5 * time.Second, trace.EndUnanswered, 3},
		{"link down", smtpPort(addrB), func(w *world) { w.SetLinkDown("a.example", "b.example", true) }, time.Second / 2, host.ErrUnanswered, time.Second / 2, trace.EndUnanswered, 1},
		{"no way back", smtpPort(addrB), func(w *world) {
			w.SetPath("b.example", "a.example", Link{LossPPM: million})
		}, 5 * time.Second, host.ErrUnanswered, 5 * time.Second, trace.EndCapture, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			flows := &streams{t: t}
			w := newWorld(t, Options{Flows: flows})
			serve(t, w.b, echo)
			if c.prepare != nil {
				c.prepare(w)
			}
			w.a.Go("client", func() {
				start := w.Now()
				_, err := w.a.Dialer.Dial(c.to, c.timeout)
				if !errors.Is(err, c.want) {
					t.Errorf("%v, want %v", err, c.want)
				}
				if got := w.Now().Sub(start); got != c.took {
					t.Errorf("took %v, want %v", got, c.took)
				}
			})
			ended(t, w, flows, c.end)
			f := flows.flows[0].flow
			if f.Attempts != c.attempts || f.Packet != 1 || f.ClientHost != "a.example" || f.Server != c.to || f.Source != trace.Simulated {
				t.Errorf("told %+v", f)
			}
		})
	}
}

func TestDialWithoutRoute(t *testing.T) {
	n := New(Options{})
	defer n.Close()
	h := n.AddHost(HostConfig{Name: "old.example", Addrs: []netip.Addr{addrA}}).Ports()
	h.Go("client", func() {
		if _, err := h.Dialer.Dial(netip.MustParseAddrPort("[2001:db8::2]:25"), 0); !errors.Is(err, host.ErrUnreachable) {
			t.Errorf("IPv6 from a host that has none: %v", err)
		}
	})
	n.RunIdle()
	if n.Frames() != 0 {
		t.Errorf("%d frames", n.Frames())
	}
}

func TestHalfClose(t *testing.T) {
	flows := &streams{t: t}
	w := newWorld(t, Options{Flows: flows})
	serve(t, w.b, func(c net.Conn) {
		got, err := io.ReadAll(c)
		if string(got) != "QUIT\r\n" || err != nil {
			t.Errorf("server got %q, %v", got, err)
		}
		w.b.Clock.Sleep(2 * time.Minute) // a half-closed connection has no time limit
		io.WriteString(c, "221 bye\r\n")
		c.Close()
	})
	w.client(t, func(c *Conn) {
		io.WriteString(c, "QUIT\r\n")
		c.CloseWrite()
		if _, err := c.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
			t.Errorf("write after CloseWrite: %v", err)
		}
		got, err := io.ReadAll(c)
		if string(got) != "221 bye\r\n" || err != nil {
			t.Errorf("client got %q, %v", got, err)
		}
		c.Close()
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("read after Close: %v", err)
		}
		if _, err := c.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("write after Close: %v", err)
		}
		for _, f := range []func() error{c.Close, c.CloseWrite, c.Abort} {
			if err := f(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("closed twice: %v", err)
			}
		}
	})
	ended(t, w, flows, trace.EndClient)
}

// When both have closed, text under way troubles nobody: TLS's closing alerts cross so in each session.
func TestCrossingFarewellsNeedNoReset(t *testing.T) {
	flows := &streams{t: t}
	w := newWorld(t, Options{Flows: flows})
	bye := func(c net.Conn) {
		io.WriteString(c, "close notify")
		c.Close()
	}
	serve(t, w.b, func(c net.Conn) { w.b.Clock.Sleep(6 * time.Millisecond); bye(c) })
	w.client(t, func(c *Conn) { w.a.Clock.Sleep(12 * time.Millisecond); bye(c) })
	ended(t, w, flows, trace.EndServer)
}

func TestIPv6(t *testing.T) {
	flows := &streams{t: t}
	w := newWorld(t, Options{Flows: flows})
	serve(t, w.b, echo)
	w.a.Go("client", func() {
		for _, to := range []string{"[2001:db8::2]:25", "[::ffff:192.0.2.2]:25"} {
			ask(t, w.a, netip.MustParseAddrPort(to), "")
			c, err := w.a.Dialer.Dial(netip.MustParseAddrPort(to), 0)
			if err != nil {
				t.Error(err)
				return
			}
			if c.RemoteAddr().(*net.TCPAddr).AddrPort().Addr().Is4() != c.LocalAddr().(*net.TCPAddr).AddrPort().Addr().Is4() {
				t.Errorf("%v to %v", c.LocalAddr(), c.RemoteAddr())
			}
			c.Close()
		}
	})
	w.RunIdle()
	if f := flows.flows[0].flow; f.Client.Addr() != netip.MustParseAddr("2001:db8::1") {
		t.Errorf("client is %v", f.Client)
	}
}

func TestListen(t *testing.T) {
	w := newWorld(t, Options{})
	if _, err := w.a.Listen(netip.AddrPortFrom(addrB, 25)); err == nil {
		t.Error("listened on another host's address")
	}
	l, err := w.b.Listen(netip.AddrPortFrom(addrB, 25))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.b.Listen(netip.AddrPort{}); err != nil {
		t.Errorf("a free port: %v", err)
	}
	if _, err := w.b.Listen(netip.MustParseAddrPort("0.0.0.0:25")); err == nil {
		t.Error("a port was given twice")
	}
	w.b.Go("daemon", func() {
		if c, err := l.Accept(); err != nil || c.LocalAddr().String() != "192.0.2.2:25" {
			t.Errorf("accept: %v", err)
		}
		if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("accept: %v, want %v", err, net.ErrClosed)
		}
	})
	w.a.Go("client", func() {
		if _, err := w.a.Dialer.Dial(netip.MustParseAddrPort("[2001:db8::2]:25"), 0); !errors.Is(err, host.ErrRefused) {
			t.Errorf("the address nobody listens on: %v", err)
		}
		for _, want := range []error{nil, host.ErrRefused} {
			if _, err := w.a.Dialer.Dial(smtpPort(addrB), 0); !errors.Is(err, want) {
				t.Errorf("dial: %v, want %v", err, want)
			}
			w.a.Clock.Sleep(time.Second)
			l.Close()
		}
	})
	w.RunIdle()
}

// A full backlog answers nobody; who waits gets in later.
func TestBacklog(t *testing.T) {
	w := newWorld(t, Options{})
	l, err := w.b.Listen(netip.AddrPortFrom(addrB, 25))
	if err != nil {
		t.Fatal(err)
	}
	in := 0
	for range backlogMax + 10 {
		w.a.Go("client", func() {
			if _, err := w.a.Dialer.Dial(smtpPort(addrB), 0); err != nil {
				t.Error(err)
				return
			}
			in++
		})
	}
	w.RunUntil(defaultStart.Add(500 * time.Millisecond))
	if in != backlogMax {
		t.Errorf("%d connections, want %d", in, backlogMax)
	}
	w.b.Go("daemon", func() {
		for {
			if _, err := l.Accept(); err != nil {
				return
			}
		}
	})
	w.RunIdle()
	if in != backlogMax+10 {
		t.Errorf("%d connections in the end", in)
	}
}

func TestTwoReadersAreToldOff(t *testing.T) {
	w := newWorld(t, Options{})
	serve(t, w.b, func(c net.Conn) { w.b.Clock.Sleep(time.Second); c.Close() })
	var errs []error
	w.client(t, func(c *Conn) {
		for range 2 {
			w.a.Go("reader", func() {
				_, err := c.Read(make([]byte, 1))
				errs = append(errs, err)
			})
		}
	})
	w.RunIdle()
	if len(errs) != 2 || !errors.Is(errs[0], errTwoReaders) || errs[1] != io.EOF {
		t.Errorf("%v", errs)
	}
}

// Closing in another process ends a Read that waits.
func TestCloseWakesTheReader(t *testing.T) {
	w := newWorld(t, Options{})
	serve(t, w.b, echo)
	w.client(t, func(c *Conn) {
		w.a.Go("closer", func() {
			w.a.Clock.Sleep(time.Second)
			c.Close()
		})
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%v", err)
		}
	})
	w.RunIdle()
}

func TestPortsAreUsedAgainLast(t *testing.T) {
	n := New(Options{})
	defer n.Close()
	h := n.AddHost(HostConfig{Name: "a.example", Addrs: []netip.Addr{addrA}}).Ports()
	serve(t, h, func(c net.Conn) { io.ReadAll(c); c.Close() })
	seen := map[string]bool{}
	h.Go("client", func() {
		for range portCount + 10 {
			c, err := h.Dialer.Dial(smtpPort(addrA), 0)
			if err != nil {
				t.Error(err)
				return
			}
			seen[c.LocalAddr().String()] = true
			c.Close()
		}
	})
	n.RunIdle()
	if len(seen) != portCount {
		t.Errorf("%d ports were used", len(seen))
	}
}
