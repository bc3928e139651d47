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
	T                trace.Time
	FromHost, ToHost string // ToHost is "" for an address nobody has
	From, To         netip.AddrPort
	Payload          []byte // valid only during the call
	Packet           int64
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
		end := trace.EndClient
		if f.first == trace.FromServer {
			end = trace.EndServer
		}
		f.close(end)
	}
}

// rst tells of a RST from side.
func (f *flow) rst(side trace.Side, refused bool) {
	switch {
	case refused:
		f.close(trace.EndRefused)
	case side == trace.FromClient:
		f.close(trace.EndClientReset)
	default:
		f.close(trace.EndServerReset)
	}
}

func (f *flow) close(end trace.FlowEnd) {
	if f == nil || f.closed {
		return
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
