package vnet

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
)

var (
	addrA = netip.MustParseAddr("192.0.2.1")
	addrB = netip.MustParseAddr("192.0.2.2")
	addrC = netip.MustParseAddr("198.51.100.3")
)

// world is two hosts, a and b, with what the tests want to know about them.
type world struct {
	*Network
	a, b *host.Host
	sum  hash.Hash
}

func newWorld(t testing.TB, o Options) *world {
	w := &world{sum: sha256.New()}
	user := o.Packet
	o.Packet = func(p PacketInfo) {
		fmt.Fprintln(w.sum, p.T, p.Host, p.Index)
		w.sum.Write(p.Data)
		if user != nil {
			user(p)
		}
	}
	w.Network = New(o)
	w.a = w.AddHost(HostConfig{Name: "a.example", Addrs: []netip.Addr{addrA, netip.MustParseAddr("2001:db8::1")}}).Ports()
	w.b = w.AddHost(HostConfig{Name: "b.example", Addrs: []netip.Addr{addrB, netip.MustParseAddr("2001:db8::2")}}).Ports()
	t.Cleanup(w.Close)
	return w
}

func (w *world) digest() string { return hex.EncodeToString(w.sum.Sum(nil)) }

// serve accepts on port 25 of h and gives each connection a process.
func serve(t testing.TB, h *host.Host, f func(c net.Conn)) {
	l, err := h.Listen(netip.AddrPortFrom(netip.Addr{}, 25))
	if err != nil {
		t.Fatal(err)
	}
	h.Go("listener", func() {
		for i := 1; ; i++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			h.Go(fmt.Sprintf("session-%d", i), func() { f(c) })
		}
	})
}

func echo(c net.Conn) {
	io.Copy(struct{ io.Writer }{c}, struct{ io.Reader }{c})
	c.Close()
}

func smtpPort(a netip.Addr) netip.AddrPort { return netip.AddrPortFrom(a, 25) }

func TestEcho(t *testing.T) {
	w := newWorld(t, Options{Seed: 1})
	serve(t, w.b, echo)
	want := bytes.Repeat([]byte("0123456789abcdef"), 50_000/16)
	var got []byte
	var took time.Duration
	w.a.Go("client", func() {
		start := w.a.Clock.Now()
		c, err := w.a.Dialer.Dial(smtpPort(addrB), 0)
		if err != nil {
			t.Error(err)
			return
		}
		w.a.Go("writer", func() {
			c.Write(want)
			c.(*Conn).CloseWrite()
		})
		got, err = io.ReadAll(c)
		if err != nil {
			t.Error(err)
		}
		c.Close()
		took = w.a.Clock.Now().Sub(start)
	})
	w.RunIdle()
	if !bytes.Equal(got, want) {
		t.Fatalf("got %d octets, want %d", len(got), len(want))
	}
	if s := w.Stuck(); len(s) > 0 {
		t.Errorf("stuck: %v", s)
	}
	if took < 30*time.Millisecond || took > 200*time.Millisecond {
		t.Errorf("took %v", took)
	}
	t.Log(took, w.Frames(), w.EventNo(), w.Waits())
}
