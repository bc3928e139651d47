package sim

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// outsideName is the host that stands for everybody who comes in from real sockets.
const outsideName = "outside.example"

// outside is the door to the real world: connections from real clients, each under a number.
type outside struct {
	host  *vnet.Host
	conns map[int64]*guest
}

// guest is one real client's connection inside the world.
type guest struct {
	conn    net.Conn
	pending []byte
	closing bool
	wake    host.Signal
	sink    func(data []byte, closed bool)
}

// Connect opens a connection from outside to an endpoint such as "mx1:25". Data that comes back goes to sink, in order;
// closed comes once, at the end. The act is journalled.
func (w *World) Connect(id int64, endpoint string, sink func(data []byte, closed bool)) error {
	to, err := w.endpoint(endpoint)
	if err != nil {
		return err
	}
	a := w.begin(OpOpen, endpoint)
	a.Count = id
	w.connect(id, to, sink)
	w.end(a)
	return nil
}

// Feed sends octets of a real client into the world.
func (w *World) Feed(id int64, data []byte) {
	a := w.begin(OpData, "")
	a.Count, a.Data = id, append([]byte(nil), data...)
	if g := w.outside.conns[id]; g != nil {
		g.pending = append(g.pending, data...)
		g.wake.Notify()
	}
	w.end(a)
}

// HangUp ends a real client's connection from its side.
func (w *World) HangUp(id int64) {
	a := w.begin(OpClose, "")
	a.Count = id
	if g := w.outside.conns[id]; g != nil {
		g.closing = true
		g.wake.Notify()
	}
	w.end(a)
}

// endpoint resolves "mx1:25", "mx1.west.example:587" or "192.0.2.1:25".
func (w *World) endpoint(s string) (netip.AddrPort, error) {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap, nil
	}
	name, port, ok := strings.Cut(s, ":")
	n, err := strconv.ParseUint(port, 10, 16)
	if !ok {
		n, err = 25, nil // RFC 5321 §4.5.4.2
	}
	h, found := w.scenario.Host(name)
	if !found || err != nil || n == 0 {
		return netip.AddrPort{}, fmt.Errorf("expected a host of the scenario and a port such as mx1:25, found %q; there are %s", s, strings.Join(w.order, ", "))
	}
	return netip.AddrPortFrom(h.Addrs[0], uint16(n)), nil
}

func (w *World) connect(id int64, to netip.AddrPort, sink func([]byte, bool)) {
	o := &w.outside
	if o.host == nil {
		o.conns = map[int64]*guest{}
		o.host = w.net.AddHost(vnet.HostConfig{Name: outsideName, Addrs: w.freeAddrs()})
	}
	ports := o.host.Ports()
	g := &guest{wake: ports.NewSignal(), sink: sink}
	o.conns[id] = g
	w.net.Spawn(o.host, "outside "+strconv.FormatInt(id, 10), func() { g.lead(ports, to) })
}

// freeAddrs are two documentation addresses (RFC 5737, RFC 3849) that the scenario leaves free.
func (w *World) freeAddrs() []netip.Addr {
	taken := map[netip.Addr]bool{}
	for _, h := range w.scenario.Hosts {
		for _, a := range h.Addrs {
			taken[a] = true
		}
	}
	var out []netip.Addr
	for last := byte(254); len(out) == 0; last-- {
		if a := netip.AddrFrom4([4]byte{203, 0, 113, last}); !taken[a] {
			out = append(out, a)
		}
	}
	six := [16]byte{0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff}
	for len(out) == 1 {
		six[15]++
		if a := netip.AddrFrom16(six); !taken[a] {
			out = append(out, a)
		}
	}
	return out
}

// lead is the process that writes what the client sends; a second one reads.
func (g *guest) lead(ports *host.Host, to netip.AddrPort) {
	conn, err := ports.Dialer.Dial(to, 0)
	if err != nil {
		g.sink(nil, true)
		return
	}
	g.conn = conn
	ports.Go("outside hears", func() {
		buf := make([]byte, 16<<10)
		for {
			n, err := conn.Read(buf)
			if n > 0 {
				g.sink(buf[:n], false)
			}
			if err != nil {
				g.sink(nil, true)
				g.closing = true
				g.wake.Notify()
				return
			}
		}
	})
	for {
		for len(g.pending) > 0 {
			data := g.pending
			g.pending = nil
			if _, err := conn.Write(data); err != nil {
				return
			}
		}
		if g.closing {
			conn.Close()
			return
		}
		if !g.wake.Wait(-1) {
			conn.Close()
			return
		}
	}
}

// outsideAgain does a journalled act of a real client again; what comes back is not needed.
func (w *World) outsideAgain(a *Act) {
	switch a.Op {
	case OpOpen:
		_ = w.Connect(a.Count, a.Text, func([]byte, bool) {}) // it was accepted when it was written
	case OpData:
		w.Feed(a.Count, a.Data)
	case OpClose:
		w.HangUp(a.Count)
	}
}
