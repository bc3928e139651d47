package vnet

import (
	"errors"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
)

// pair is two hosts with a connection from a to b, port 25.
func pair(t *testing.T, serve, client func(n *Network, c *Conn)) *Network {
	t.Helper()
	n := New(Options{Seed: 3})
	t.Cleanup(n.Close)
	a := n.AddHost(HostConfig{Name: "a", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.1")}})
	b := n.AddHost(HostConfig{Name: "b", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.2")}})
	n.Spawn(b, "server", func() {
		ln, err := b.Ports().Listen(netip.AddrPortFrom(netip.Addr{}, 25))
		if err != nil {
			t.Error(err)
			return
		}
		c, err := ln.Accept()
		if err == nil {
			serve(n, c.(*Conn))
		}
	})
	n.Spawn(a, "client", func() {
		a.Ports().Clock.Sleep(time.Second)
		c, err := a.Ports().Dialer.Dial(netip.MustParseAddrPort("192.0.2.2:25"), 0)
		if err != nil {
			t.Error(err)
			return
		}
		client(n, c.(*Conn))
	})
	return n
}

// A peer that acknowledges and never reads: without a limit nothing would ever end.
func TestWriteTimeout(t *testing.T) {
	var took time.Duration
	n := pair(t, func(n *Network, c *Conn) { c.c.host.clock.Sleep(time.Hour) }, func(n *Network, c *Conn) {
		if err := host.WriteTimeout(c, 3*time.Minute); err != nil {
			t.Error(err)
		}
		start := n.Now()
		_, err := c.Write(make([]byte, 2<<20))
		took = n.Now().Sub(start)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v, want %v", err, os.ErrDeadlineExceeded)
		}
		c.Close()
	})
	n.RunIdle()
	if took != 3*time.Minute {
		t.Errorf("gave up after %s", took)
	}
	if stuck := n.Stuck(); stuck != nil {
		t.Errorf("stuck: %v", stuck)
	}
}

// Whatever trouble a link makes, TCP gets the octets over in order; and it makes none any more when it has ended.
func TestTroubleIsNoMatterForTCP(t *testing.T) {
	for name, trouble := range map[string]Trouble{
		"loss": {LossPPM: 200_000}, "duplicate": {DuplicatePPM: 500_000}, "reorder": {ReorderPPM: 300_000, Late: 100 * time.Millisecond},
		"clog": {BitsPerSecond: 64_000, QueueMax: 10 * time.Second}, "cut": {Cut: true},
	} {
		t.Run(name, func(t *testing.T) {
			got, start := 0, time.Time{}
			n := pair(t, func(n *Network, c *Conn) {
				b := make([]byte, 4096)
				for {
					k, err := c.Read(b)
					for _, octet := range b[:k] {
						if octet != byte(got%251) {
							t.Fatalf("octet %d is %d", got, octet)
						}
						got++
					}
					if err != nil {
						break
					}
				}
				c.Close()
			}, func(n *Network, c *Conn) {
				start = n.Now()
				end := n.Trouble("a", "b", trouble)
				n.Spawn(n.Host("b"), "end of trouble", func() { n.Host("b").clock.Sleep(time.Minute); end() })
				text := make([]byte, 100_000)
				for i := range text {
					text[i] = byte(i % 251)
				}
				if _, err := c.Write(text); err != nil {
					t.Error(err)
				}
				c.Close()
			})
			n.RunIdle()
			if got != 100_000 {
				t.Errorf("%d octets came", got)
			}
			if took := n.Now().Sub(start); name == "cut" && took < time.Minute {
				t.Errorf("through a cut link in %s", took)
			}
		})
	}
}

func TestServiceAndStoreFault(t *testing.T) {
	n := New(Options{})
	defer n.Close()
	a := n.AddHost(HostConfig{Name: "a", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.1")}}).Ports()
	b := n.AddHost(HostConfig{Name: "b", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.2")}}).Ports()
	n.SetService("b", 25, Refusing)
	n.SetService("b", 587, Silent)
	n.SetStoreFault("b", func(string) error { return host.ErrDiskFull })
	if err := b.Store.Put("spool/1", nil); !errors.Is(err, host.ErrDiskFull) {
		t.Errorf("a full disk: %v", err)
	}
	var got []error
	n.Spawn(n.Host("a"), "client", func() {
		for _, port := range []uint16{25, 587, 24} {
			if _, err := b.Listen(netip.AddrPortFrom(netip.Addr{}, port)); err != nil {
				t.Error(err)
			}
			_, err := a.Dialer.Dial(netip.AddrPortFrom(b.Addrs[0], port), 0)
			got = append(got, err)
		}
	})
	n.RunIdle()
	for i, want := range []error{host.ErrRefused, host.ErrUnanswered, nil} {
		if !errors.Is(got[i], want) {
			t.Errorf("dial %d: %v, want %v", i, got[i], want)
		}
	}
}
