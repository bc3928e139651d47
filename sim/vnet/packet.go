package vnet

import (
	"net/netip"

	"github.com/smtpsim/smtpsim/trace"
)

// packet is one IP packet under way. Packets are pooled: whoever takes one off the wire gives it back.
type packet struct {
	proto     Proto
	flags     trace.TCPFlags
	src, dst  *face
	sport     uint16
	dport     uint16
	seq, ack  uint32
	window    uint16 // as in the header
	mss       uint16 // SYN only
	sender    *tcb   // who sent it, as it was then
	senderGen uint32
	target    *tcb // whom the sender believes it talks to
	targetGen uint32
	data      []byte
	id        uint16 // IP identification
}

func (p *packet) from() netip.AddrPort { return netip.AddrPortFrom(p.src.addr, p.sport) }
func (p *packet) to() netip.AddrPort   { return netip.AddrPortFrom(p.dst.addr, p.dport) }

// span is the length in sequence numbers.
func (p *packet) span() uint32 {
	n := uint32(len(p.data))
	if p.flags&trace.SYN != 0 {
		n++
	}
	if p.flags&trace.FIN != 0 {
		n++
	}
	return n
}

// origin is the end that sent p, if it is still the same.
func (p *packet) origin() *tcb {
	if p.sender != nil && p.sender.gen == p.senderGen {
		return p.sender
	}
	return nil
}

func (n *Network) newPacket() *packet {
	last := len(n.freePkts) - 1
	if last < 0 {
		return &packet{}
	}
	p := n.freePkts[last]
	n.freePkts = n.freePkts[:last]
	return p
}

func (n *Network) free(p *packet) {
	p.sender, p.target, p.src, p.dst = nil, nil, nil, nil
	p.data = p.data[:0]
	n.freePkts = append(n.freePkts, p)
}

// send puts p on the wire: past the tap, then whatever the fault hook and the link make of it.
func (n *Network) send(p *packet) {
	h := p.src.host
	if h.gone() {
		n.free(p)
		return
	}
	n.frames++
	h.ipID++
	p.id = h.ipID
	if n.packetTap != nil {
		n.frame = appendFrame(n.frame[:0], p)
		n.packetTap(PacketInfo{T: n.Time(), Host: h.name, Index: n.frames, Data: n.frame})
	}
	var v Verdict
	if n.fault != nil {
		v = n.fault(n.meta(p))
	}
	to := p.dst.host
	if v.Drop || to == nil || h.mode == Silent && to != h {
		n.free(p)
		return
	}
	way := h.path(to)
	at, lost := way.arrival(n.now, frameLen(p))
	if lost || way.down {
		n.free(p)
		return
	}
	if way.troubles != nil {
		more := way.trouble(at, frameLen(p))
		if more.Drop {
			n.free(p)
			return
		}
		v.Delay, v.Duplicate = v.Delay+more.Delay, v.Duplicate || more.Duplicate
	}
	if v.Delay > 0 {
		at += int64(v.Delay)
	}
	n.packets.push(order{at, h.nextKey()}, p)
	if v.Duplicate {
		q := n.newPacket()
		data := append(q.data, p.data...)
		*q = *p
		q.data = data
		n.packets.push(order{at, h.nextKey()}, q)
	}
}

// arrive hands p to the host it was sent to.
func (n *Network) arrive(p *packet) {
	h := p.dst.host
	if h.mode == Silent && p.src.host != h {
		n.free(p)
		return
	}
	if p.proto == UDP {
		h.datagram(p)
		n.free(p)
		return
	}
	if c := p.target; c != nil && c.gen == p.targetGen {
		if !c.input(p) {
			n.free(p)
		}
		return
	}
	h.stray(p)
	n.free(p)
}
