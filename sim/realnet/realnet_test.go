package realnet

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
)

var loopback = netip.MustParseAddr("127.0.0.1")

func loopbackHost(t *testing.T) *host.Host {
	return New(Options{Name: "mx.example", Dir: filepath.Join(t.TempDir(), "store")})
}

func TestConnection(t *testing.T) {
	h := loopbackHost(t)
	l, err := h.Listen(netip.AddrPortFrom(loopback, 0))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	h.Go("server", func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		io.Copy(c, c) // ends with the client's half-close
		c.Close()
	})
	c, err := h.Dialer.Dial(l.Addr(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got := c.RemoteAddr().(*net.TCPAddr).AddrPort(); got != l.Addr() {
		t.Errorf("remote %v, want %v", got, l.Addr())
	}
	host.Timeout(c, h.Clock, 10*time.Millisecond)
	var timeout net.Error
	if _, err := c.Read(make([]byte, 1)); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("read without data: %v, want a timeout", err)
	}
	host.Timeout(c, h.Clock, 10*time.Second)
	io.WriteString(c, "220 ready\r\n")
	c.(interface{ CloseWrite() error }).CloseWrite()
	if got, err := io.ReadAll(c); string(got) != "220 ready\r\n" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestWriteTimeout: a peer that does not read holds nobody up for ever (RFC 5321 §4.5.3.2.5), on either side.
func TestWriteTimeout(t *testing.T) {
	h := New(Options{Name: "x.example", WriteTimeout: 50 * time.Millisecond})
	l, err := h.Listen(netip.AddrPortFrom(loopback, 0))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := h.Dialer.Dial(l.Addr(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	piece := make([]byte, 1<<20)
	for _, c := range []net.Conn{client, server} {
		err = nil
		for n := 0; n < 1000 && err == nil; n++ {
			_, err = c.Write(piece)
		}
		var timeout net.Error
		if !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Errorf("writing to a peer that does not read: %v, want a timeout", err)
		}
	}
}

func TestAbort(t *testing.T) {
	h := loopbackHost(t)
	l, err := h.Listen(netip.AddrPortFrom(loopback, 0))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := h.Dialer.Dial(l.Addr(), 0)
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c.(interface{ Abort() error }).Abort()
	host.Timeout(s, h.Clock, 10*time.Second)
	if _, err := s.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read after the peer's abort: %v, want a reset", err)
	}
}

func TestDialErrors(t *testing.T) {
	h := loopbackHost(t)
	l, err := h.Listen(netip.AddrPortFrom(loopback, 0))
	if err != nil {
		t.Fatal(err)
	}
	free := l.Addr()
	l.Close()
	if _, err := h.Dialer.Dial(free, time.Second); !errors.Is(err, host.ErrRefused) {
		t.Errorf("closed port: %v, want %v", err, host.ErrRefused)
	}
}

func TestRoute(t *testing.T) {
	far := netip.MustParseAddrPort("192.0.2.1:25")
	var near netip.AddrPort
	h := New(Options{Route: func(to netip.AddrPort) netip.AddrPort {
		if to != far {
			t.Errorf("asked for the way to %v", to)
		}
		return near
	}})
	l, err := h.Listen(netip.AddrPortFrom(loopback, 0))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	near = l.Addr()
	c, err := h.Dialer.Dial(far, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}

func TestListenEverywhere(t *testing.T) {
	h := loopbackHost(t)
	l, err := h.Listen(netip.AddrPort{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := h.Dialer.Dial(netip.AddrPortFrom(loopback, l.Addr().Port()), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}

func TestDatagrams(t *testing.T) {
	h := loopbackHost(t)
	a, err := h.ListenUDP(netip.AddrPortFrom(loopback, 0))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := h.ListenUDP(netip.AddrPortFrom(loopback, 0))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	buf := make([]byte, 100)
	if _, _, err := a.ReadFrom(buf, time.Millisecond); !errors.Is(err, host.ErrTimeout) {
		t.Errorf("nothing sent: %v, want %v", err, host.ErrTimeout)
	}
	if err := b.WriteTo([]byte("question"), a.Addr()); err != nil {
		t.Fatal(err)
	}
	n, from, err := a.ReadFrom(buf, 10*time.Second)
	if string(buf[:n]) != "question" || from != b.Addr() || err != nil {
		t.Errorf("got %q from %v, %v", buf[:n], from, err)
	}
}

func TestSignal(t *testing.T) {
	h := loopbackHost(t)
	s := h.NewSignal()
	s.Notify()
	s.Notify()
	if !s.Wait(time.Hour) {
		t.Error("a Notify before Wait was lost")
	}
	if s.Wait(time.Millisecond) || s.Wait(0) {
		t.Error("two Notify counted as two")
	}
	h.Go("other", s.Notify)
	if !s.Wait(-1) {
		t.Error("Wait for ever ended without Notify")
	}
}

func TestStore(t *testing.T) {
	h := loopbackHost(t)
	names := []string{"../../escape", "queue/2", "queue/1", "Queue/1", ".", "%41", "müller@x.example", "a b"}
	for _, name := range names {
		if err := h.Store.Put(name, []byte("of "+name)); err != nil {
			t.Fatalf("Put(%q): %v", name, err)
		}
	}
	for _, name := range names {
		if got, err := h.Store.Get(name); string(got) != "of "+name || err != nil {
			t.Errorf("Get(%q): %q, %v", name, got, err)
		}
	}
	if got := h.Store.List("queue/"); !slices.Equal(got, []string{"queue/1", "queue/2"}) {
		t.Errorf("List: %q", got)
	}
	slices.Sort(names)
	if got := h.Store.List(""); !slices.Equal(got, names) {
		t.Errorf("List: %q, want %q", got, names)
	}
	if err := h.Store.Delete("queue/1"); err != nil {
		t.Error(err)
	}
	if _, err := h.Store.Get("queue/1"); !errors.Is(err, host.ErrNotFound) {
		t.Errorf("Get of what was deleted: %v", err)
	}
	if err := h.Store.Delete("queue/1"); !errors.Is(err, host.ErrNotFound) {
		t.Errorf("Delete of what was deleted: %v", err)
	}
	for _, name := range []string{"", strings.Repeat("x", nameMax+1)} {
		if err := h.Store.Put(name, nil); err == nil {
			t.Errorf("Put of a name of %d octets went well", len(name))
		}
	}
	if err := h.Store.Put(strings.Repeat("x", nameMax), nil); err != nil {
		t.Error(err)
	}
	if err := New(Options{}).Store.Put("x", nil); err == nil {
		t.Error("Put without a directory went well")
	}
}

// A store shared by several writers holds one whole version at any time.
func TestStorePutIsWhole(t *testing.T) {
	h := loopbackHost(t)
	versions := []string{strings.Repeat("a", 100_000), strings.Repeat("b", 100_000)}
	h.Store.Put("x", []byte(versions[0]))
	var writers sync.WaitGroup
	for _, v := range versions {
		writers.Go(func() {
			for range 20 {
				h.Store.Put("x", []byte(v))
			}
		})
	}
	for range 100 {
		if got, err := h.Store.Get("x"); err != nil || !slices.Contains(versions, string(got)) {
			t.Fatalf("got %d octets, %v", len(got), err)
		}
	}
	writers.Wait()
	if got := h.Store.List(""); !slices.Equal(got, []string{"x"}) {
		t.Errorf("List: %q", got)
	}
}

func TestPortsOfTheRealWorld(t *testing.T) {
	h := loopbackHost(t)
	if h.Entropy != nil {
		t.Error("Entropy is set: TLS would not draw from crypto/rand")
	}
	if d := time.Since(h.Clock.Now()); d < -time.Second || d > time.Second {
		t.Errorf("the clock is off by %v", d)
	}
	if h.Rand.Uint64() == h.Rand.Uint64() {
		t.Error("Rand repeats itself")
	}
	h.Claims.Claim(host.Claim{})
}
