package vnet

import (
	"cmp"
	"fmt"
	"net/netip"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// Mode is the state of a host as the others see it.
type Mode uint8

const (
	Up       Mode = iota
	Refusing      // answers every SYN with RST, as a machine whose service is off; open connections go on
	Silent        // whatever goes to it or comes from it vanishes behind the sender's tap
)

// SetDown sets a host's mode.
func (n *Network) SetDown(name string, m Mode) { n.mustHost(name).mode = m }

// SetLinkDown cuts the link between two hosts in both directions, or mends it.
func (n *Network) SetLinkDown(a, b string, down bool) {
	ha, hb := n.mustHost(a), n.mustHost(b)
	ha.path(hb).down = down
	hb.path(ha).down = down
}

// Proto is the IP protocol number.
type Proto uint8

const (
	TCP Proto = 6
	UDP Proto = 17
)

// PacketMeta is what the fault hook learns about a packet.
type PacketMeta struct {
	T        trace.Time // true time
	Index    int64      // as in PacketInfo
	From, To string     // host names; To is "" for an address nobody has
	Src, Dst netip.AddrPort
	Proto    Proto
	Flags    trace.TCPFlags
	Seq, Ack uint32
	Octets   int // of payload
}

// Verdict is what happens to a packet. The zero value lets it pass.
type Verdict struct {
	Drop      bool
	Delay     time.Duration // on top of the link's; later packets may overtake it
	Duplicate bool          // it arrives twice
}

// SetFault sets the hook that sees each packet behind the sender's tap; nil takes it away. It must give the same answers
// in the same run, or the run cannot be repeated.
func (n *Network) SetFault(hook func(PacketMeta) Verdict) { n.fault = hook }

func (n *Network) meta(p *packet) PacketMeta {
	m := PacketMeta{T: n.Time(), Index: n.frames, From: p.src.host.name, Src: p.from(), Dst: p.to(), Proto: p.proto,
		Flags: p.flags, Seq: p.seq, Ack: p.ack, Octets: len(p.data)}
	if p.dst.host != nil {
		m.To = p.dst.host.name
	}
	return m
}

// Crash ends a host's processes at once and forgets its connections and ports; nobody is told. Its store stays. Called in
// a process it happens when that process next blocks.
func (n *Network) Crash(name string) {
	h := n.mustHost(name)
	if n.cur != nil {
		n.Inject(func() { n.crash(h) })
		return
	}
	n.crash(h)
}

func (n *Network) crash(h *Host) {
	h.down = true
	for len(h.conns) > 0 {
		h.conns[len(h.conns)-1].vanish()
	}
	for h.forgetTimeWait() {
	}
	h.listeners, h.sockets = nil, nil
	for _, it := range n.ready.all() {
		if it.what.host == h {
			it.what.ready = false
			continue
		}
		n.ready.push(it.order, it.what)
	}
	var panicked *ProcessPanic
	for i := len(n.procs) - 1; i >= 0; i-- {
		if p := n.procs[i]; p.host == h {
			panicked = cmp.Or(n.kill(p, true), panicked)
		}
	}
	h.down = false
	if panicked != nil {
		panic(panicked)
	}
}

func (n *Network) mustHost(name string) *Host {
	h := n.byName[name]
	if h == nil {
		panic(fmt.Sprintf("vnet: no host %q", name))
	}
	return h
}
