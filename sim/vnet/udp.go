package vnet

import (
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
)

// queuedMax is how many datagrams a socket keeps for its reader; more are lost.
const queuedMax = 256

// socket is an open UDP port.
type socket struct {
	host   *Host
	at     netip.AddrPort
	chosen bool // the caller named the port: a server
	closed bool
	queue  []received
	reader *process
}

type received struct {
	from netip.AddrPort
	data []byte
}

func (h *Host) listenUDP(at netip.AddrPort) (host.PacketConn, error) {
	if h.gone() {
		return nil, host.ErrClosed
	}
	at = plain(at)
	if err := h.mayBind(at.Addr()); err != nil {
		return nil, &net.OpError{Op: "listen", Net: "udp", Addr: net.UDPAddrFromAddrPort(at), Err: err}
	}
	s := &socket{host: h, at: at, chosen: at.Port() != 0}
	if !s.chosen { // RFC 5452 §9.2: source ports of questions are hard to guess
		for tries := 0; ; tries++ {
			s.at = netip.AddrPortFrom(at.Addr(), uint16(firstPort+h.draws.below(portCount)))
			if h.socketFor(s.at) == nil {
				break
			}
			if tries == 100 {
				return nil, &net.OpError{Op: "listen", Net: "udp", Err: errNoPort}
			}
		}
	} else if h.socketFor(at) != nil {
		return nil, &net.OpError{Op: "listen", Net: "udp", Addr: net.UDPAddrFromAddrPort(at), Err: errInUse}
	}
	h.sockets = append(h.sockets, s)
	return s, nil
}

// plain strips what does not matter of an address to listen on: all unspecified ones are the zero Addr.
func plain(at netip.AddrPort) netip.AddrPort {
	a := at.Addr().Unmap().WithZone("")
	if a.IsUnspecified() {
		a = netip.Addr{}
	}
	return netip.AddrPortFrom(a, at.Port())
}

// mayBind reports whether an address is one of the host's own; the zero Addr means all.
func (h *Host) mayBind(a netip.Addr) error {
	if !a.IsValid() || a.IsLoopback() {
		return nil
	}
	if f := h.net.faces[a]; f != nil && f.host == h {
		return nil
	}
	return fmt.Errorf("cannot assign requested address: %v is not an address of %s", a, h.name)
}

// overlaps reports whether two endpoints to listen on can both be meant by one packet.
func overlaps(a, b netip.AddrPort) bool {
	return a.Port() == b.Port() && (a.Addr() == b.Addr() || !a.Addr().IsValid() || !b.Addr().IsValid())
}

func (h *Host) socketFor(at netip.AddrPort) *socket {
	for _, s := range h.sockets {
		if overlaps(s.at, at) {
			return s
		}
	}
	return nil
}

// datagram is called when a UDP packet arrives. One to a closed port is lost without a word.
func (h *Host) datagram(p *packet) {
	s := h.socketFor(p.to())
	if s == nil || len(s.queue) >= queuedMax {
		return
	}
	s.queue = append(s.queue, received{p.from(), append([]byte(nil), p.data...)})
	if s.reader != nil {
		s.reader.wake(wakeEvent)
		s.reader = nil
	}
}

// ReadFrom waits for a datagram; what does not fit into b is cut off.
func (s *socket) ReadFrom(b []byte, timeout time.Duration) (int, netip.AddrPort, error) {
	n := s.host.net
	until := never
	if timeout > 0 {
		until = n.after(timeout)
	}
	for len(s.queue) == 0 {
		if s.closed {
			return 0, netip.AddrPort{}, net.ErrClosed
		}
		p := n.current()
		if s.reader != nil && s.reader != p {
			return 0, netip.AddrPort{}, errTwoReaders
		}
		s.reader = p
		w := p.block(until, wait{kind: waitDatagram, idle: s.chosen && timeout <= 0, on: s})
		if s.reader == p {
			s.reader = nil
		}
		switch {
		case w == wakeClosed:
			return 0, netip.AddrPort{}, host.ErrClosed
		case w == wakeTimeout:
			return 0, netip.AddrPort{}, host.ErrTimeout
		}
	}
	r := s.queue[0]
	s.queue[0] = received{}
	s.queue = s.queue[1:]
	return copy(b, r.data), r.from, nil
}

// WriteTo sends one datagram. There is no fragmentation: one that does not fit into a frame is refused.
func (s *socket) WriteTo(b []byte, to netip.AddrPort) error {
	h := s.host
	n := h.net
	if s.closed {
		return net.ErrClosed
	}
	if h.gone() {
		return host.ErrClosed
	}
	dst := h.face(to.Addr())
	src := h.source(dst)
	if src == nil {
		return host.ErrUnreachable
	}
	if s.at.Addr().IsValid() && s.at.Addr() != src.addr && s.at.Addr().Is4() == dst.addr.Is4() {
		src = h.face(s.at.Addr())
	}
	p := n.newPacket()
	p.proto, p.flags, p.seq, p.ack = UDP, 0, 0, 0
	p.src, p.dst, p.sport, p.dport = src, dst, s.at.Port(), to.Port()
	p.data = append(p.data[:0], b...)
	if frameLen(p) > etherLen+mtu {
		n.free(p)
		return fmt.Errorf("message too long: %d octets", len(b))
	}
	info := DatagramInfo{T: n.Time(), From: h.name, Src: p.from(), Dst: p.to(), Payload: b, Packet: n.frames + 1}
	if dst.host != nil {
		info.To = dst.host.name
	}
	n.send(p)
	if n.datagramTap != nil {
		n.datagramTap(info)
	}
	return nil
}

// Close wakes the reader.
func (s *socket) Close() error {
	if s.closed {
		return net.ErrClosed
	}
	s.closed = true
	h := s.host
	for i, t := range h.sockets {
		if t == s {
			h.sockets = append(h.sockets[:i], h.sockets[i+1:]...)
			break
		}
	}
	if s.reader != nil {
		s.reader.wake(wakeEvent)
		s.reader = nil
	}
	return nil
}

// Addr is where the socket listens; the address is unspecified for all.
func (s *socket) Addr() netip.AddrPort { return shown(s.at) }

// String is the port, for reports.
func (s *socket) String() string { return shown(s.at).String() }

// shown gives the zero Addr its usual form.
func shown(at netip.AddrPort) netip.AddrPort {
	if at.Addr().IsValid() {
		return at
	}
	return netip.AddrPortFrom(netip.IPv4Unspecified(), at.Port())
}
