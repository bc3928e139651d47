package sim

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// outsideName is the host that stands for everybody who comes in from real sockets; a scenario that has one of that name gets
// "outside1.example", and so on.
const outsideName = "outside"

// maxPiece is how much of what a real client sends makes one act of the journal.
const maxPiece = 32 << 10

// outside is the door to the real world: connections from real clients, each under a number.
type outside struct {
	host  *vnet.Host
	conns map[int64]*guest
}

// guest is one real client's connection inside the world.
type guest struct {
	pending []byte
	done    bool // the client sends no more
	ended   bool // the server has closed, or the connection broke
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
	for piece := range slices.Chunk(data, maxPiece) {
		a := w.begin(OpData, "")
		a.Count, a.Data = id, slices.Clone(piece)
		if g := w.outside.conns[id]; g != nil {
			g.pending = append(g.pending, piece...)
			g.wake.Notify()
		}
		w.end(a)
	}
}

// HangUp tells that a real client sends no more. What the server still says comes back all the same (RFC 9293 §3.6: a
// connection is closed each way by itself).
func (w *World) HangUp(id int64) {
	a := w.begin(OpClose, "")
	a.Count = id
	if g := w.outside.conns[id]; g != nil {
		g.done = true
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
		o.host = w.net.AddHost(vnet.HostConfig{Name: w.freeName(), Addrs: w.freeAddrs()})
	}
	ports := o.host.Ports()
	g := &guest{wake: ports.NewSignal(), sink: sink}
	o.conns[id] = g
	w.net.Spawn(o.host, "outside "+strconv.FormatInt(id, 10), func() {
		g.lead(ports, to)
		delete(o.conns, id)
	})
}

// freeName is a name for the outside host that the scenario leaves free.
func (w *World) freeName() string {
	name := outsideName + ".example"
	for n := 1; w.net.Host(name) != nil; n++ {
		name = outsideName + strconv.Itoa(n) + ".example"
	}
	return name
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

// lead is the process that writes what the client sends; a second one reads. The connection ends when the server ends it,
// as it does soon after the client's end.
func (g *guest) lead(ports *host.Host, to netip.AddrPort) {
	conn, err := ports.Dialer.Dial(to, 0)
	if err != nil {
		g.sink(nil, true)
		return
	}
	defer conn.Close()
	ports.Go("outside hears", func() { g.hear(conn) })
	for !g.ended {
		if data := g.pending; len(data) > 0 {
			g.pending = nil
			if _, err := conn.Write(data); err != nil {
				return
			}
			continue
		}
		if half, ok := conn.(interface{ CloseWrite() error }); g.done && ok {
			if half.CloseWrite() != nil {
				return
			}
			g.done = false // once
			continue
		}
		if !g.wake.Wait(-1) {
			return
		}
	}
}

// hear passes on what the server says, up to its end.
func (g *guest) hear(conn net.Conn) {
	buf := make([]byte, 16<<10)
	for {
		n, err := conn.Read(buf)
		if n > 0 {
			g.sink(buf[:n], false)
		}
		if err != nil {
			g.sink(nil, true)
			g.ended = true
			g.wake.Notify()
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
