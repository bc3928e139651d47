package vnet

import (
	"net/netip"

	"github.com/smtpsim/smtpsim/trace"
)

// PacketInfo is one Ethernet frame at the tap of the host that sends it: also lost packets are seen, and times never go
// back.
type PacketInfo struct {
	T     trace.Time // true time
	Host  string     // who sends
	Index int64      // from 1, as Wireshark counts
	Data  []byte     // valid only during the call
}

// DatagramInfo is one UDP datagram at the tap of the host that sends it.
type DatagramInfo struct {
	T        trace.Time
	From, To string // host names; To is "" for an address nobody has
	Src, Dst netip.AddrPort
	Payload  []byte // valid only during the call
	Packet   int64
}

// established may be implemented by a sink that wants to know when the handshake ended: the client's first acknowledgement.
type established interface {
	Established(t trace.Time, packet int64)
}

// flow tells one connection's life to its sink: it opens with the first answer to the SYN, or when none will come.
type flow struct {
	net    *Network
	sink   trace.FlowSink
	info   trace.Flow
	opened bool
	closed bool
	fins   [2]bool
	first  trace.Side // whose FIN was first
	sent   [2]int64   // octets
	users  int        // ends of the connection that are still alive
}

func (n *Network) newFlow(c *tcb) *flow {
	n.flowCount++
	if n.flows == nil {
		return nil
	}
	f := &flow{net: n, users: 1, info: trace.Flow{ID: n.flowCount, Client: c.localAddr(), Server: c.remoteAddr(),
		ClientHost: c.host.name, Source: trace.Simulated}}
	if c.remote.host != nil {
		f.info.ServerHost = c.remote.host.name
	}
	n.openFlows[f.info.ID] = f
	return f
}

// syn notes an attempt to connect that has just passed the tap.
func (f *flow) syn() {
	if f == nil || f.opened {
		return
	}
	if f.info.Attempts == 0 {
		f.info.Started, f.info.Packet = f.net.Time(), f.net.frames
	}
	f.info.Attempts++
}

func (f *flow) open() {
	if f != nil && !f.opened {
		f.opened = true
		f.sink = f.net.flows.Open(f.info)
	}
}

// established is called when the client's ACK of the server's SYN has passed the tap.
func (f *flow) established() {
	if f == nil {
		return
	}
	if e, ok := f.sink.(established); ok {
		e.Established(f.net.Time(), f.net.frames)
	}
}

// data tells of octets sent for the first time; the packet is the last one that passed the tap.
func (f *flow) data(side trace.Side, octets []byte) {
	if f == nil || f.closed || len(octets) == 0 {
		return
	}
	at := f.sent[side]
	f.sent[side] += int64(len(octets))
	if f.sink != nil {
		f.sink.Chunk(trace.Chunk{From: side, Time: f.net.Time(), Packet: f.net.frames, Offset: at, Data: octets})
	}
}

// fin tells of a FIN sent for the first time; the second ends the flow.
func (f *flow) fin(side trace.Side) {
	if f == nil || f.closed || f.fins[side] {
		return
	}
	if !f.fins[side.Other()] {
		f.first = side
	}
	f.fins[side] = true
	if f.sink != nil {
		f.sink.HalfClose(side, f.net.Time(), f.net.frames)
	}
	if f.fins[side.Other()] {
		f.close(trace.EndClient + trace.FlowEnd(f.first))
	}
}

// rst tells of a RST from side.
func (f *flow) rst(side trace.Side, refused bool) {
	switch {
	case f == nil:
	case refused && !f.opened:
		f.close(trace.EndRefused)
	case side == trace.FromClient:
		f.close(trace.EndClientReset)
	default:
		f.close(trace.EndServerReset)
	}
}

// abandon is called when the client stops trying. If a SYN was answered after all, there may be more to see.
func (f *flow) abandon() {
	if f != nil && !f.opened {
		f.close(trace.EndUnanswered)
	}
}

func (f *flow) close(end trace.FlowEnd) {
	if f == nil || f.closed {
		return
	}
	if end == trace.EndCapture { // nothing more comes: what was seen so far decides, as in a capture
		switch {
		case !f.opened:
			end = trace.EndUnanswered
		case f.fins[0] || f.fins[1]:
			end = trace.EndClient + trace.FlowEnd(f.first)
		}
	}
	f.open()
	f.closed = true
	delete(f.net.openFlows, f.info.ID)
	if f.sink != nil {
		f.sink.Close(end, f.net.Time(), f.net.frames)
	}
}

// leave is called when one end has forgotten the connection; when both have, nothing more can come.
func (f *flow) leave() {
	if f == nil {
		return
	}
	f.users--
	if f.users == 0 {
		f.close(trace.EndCapture)
	}
}
