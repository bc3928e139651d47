package dns

import (
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
)

// fakeNet is a host whose datagrams reach servers at once; only waiting for an answer that does not come takes time.
type fakeNet struct {
	now     time.Time
	servers map[netip.AddrPort]func(query []byte) []packet
	sent    []Description // the queries, in order
}

type packet struct {
	from netip.AddrPort
	data []byte
}

var (
	ns1    = netip.MustParseAddrPort("192.0.2.53:53")
	ns2    = netip.MustParseAddrPort("192.0.2.54:53")
	origin = time.Date(2031, 3, 1, 12, 0, 0, 0, time.UTC)
)

func newFakeNet() *fakeNet {
	return &fakeNet{now: origin, servers: map[netip.AddrPort]func([]byte) []packet{}}
}

// serve puts a server at addr; mangle, if given, may change or drop what it answers.
func (f *fakeNet) serve(addr netip.AddrPort, s *Server, mangle func([]byte) []packet) {
	f.servers[addr] = func(query []byte) []packet {
		answer := s.Respond(query, MaxDatagram)
		if answer == nil {
			return nil
		}
		if mangle != nil {
			return mangle(answer)
		}
		return []packet{{addr, answer}}
	}
}

func (f *fakeNet) host(addrs ...string) *host.Host {
	h := &host.Host{Name: "msa.nord.example", Clock: f, Rand: rand.New(rand.NewPCG(1, 2)),
		ListenUDP: func(netip.AddrPort) (host.PacketConn, error) { return &fakeConn{net: f}, nil }}
	for _, a := range addrs {
		h.Addrs = append(h.Addrs, netip.MustParseAddr(a))
	}
	return h
}

func (f *fakeNet) Now() time.Time        { return f.now }
func (f *fakeNet) Sleep(d time.Duration) { f.now = f.now.Add(d) }

type fakeConn struct {
	net   *fakeNet
	queue []packet
}

func (c *fakeConn) WriteTo(p []byte, to netip.AddrPort) error {
	if d, ok := Describe(p); ok {
		c.net.sent = append(c.net.sent, d)
	}
	if server := c.net.servers[to]; server != nil {
		c.queue = append(c.queue, server(p)...)
	}
	return nil
}

func (c *fakeConn) ReadFrom(p []byte, timeout time.Duration) (int, netip.AddrPort, error) {
	if len(c.queue) == 0 {
		c.net.Sleep(timeout)
		return 0, netip.AddrPort{}, host.ErrTimeout
	}
	head := c.queue[0]
	c.queue = c.queue[1:]
	return copy(p, head.data), head.from, nil
}

func (c *fakeConn) Close() error         { return nil }
func (c *fakeConn) Addr() netip.AddrPort { return netip.AddrPort{} }
