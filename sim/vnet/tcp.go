package vnet

import (
	"net/netip"
	"syscall"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/trace"
)

// What our TCP is made of. Linux values where RFCs leave it open.
const (
	windowShift   = 7
	recvMax       = 256 << 10          // octets kept for a reader
	synWindow     = 510 << windowShift // in a SYN the window is not scaled
	sendMax       = 128 << 10
	mss4          = mtu - ip4Len - tcpLen // RFC 9293 §3.7.1
	mss6          = mtu - ip6Len - tcpLen
	initialWindow = 10                           // segments: RFC 6928
	cwndMax       = 64 << 10                     // below recvMax: only a slow reader fills the window
	ackDelay      = int64(40 * time.Millisecond) // RFC 9293 §3.8.6.3: below 500 ms
	rtoInitial    = second                       // RFC 6298 §2.1
	rtoMin        = second                       // RFC 6298 §2.4
	rtoMax        = 60 * second                  // RFC 6298 §2.5
	clockGrain    = int64(time.Millisecond)      // G of RFC 6298
	synRetries    = 6                            // 123 s in all; RFC 9293 §3.8.3 wants 3 minutes, Linux stops there too
	synAckRetries = 5
	dataRetries   = 12          // some eight minutes; RFC 9293 §3.8.3: at least 100 s
	finTimeout    = 60 * second // of an end nobody holds any more, in FIN-WAIT-2
	timeWait2MSL  = 60 * second // RFC 9293 §3.4.2 says 4 minutes, Linux 60 s
	timeWaitsMax  = 1024        // ends in TIME-WAIT that a host remembers; the oldest go first
	backlogMax    = 128         // connections nobody has accepted yet
)

// tcpState is a state of RFC 9293 §3.3.2.
type tcpState uint8

const (
	stateClosed tcpState = iota
	stateSynSent
	stateSynReceived
	stateEstablished
	stateFinWait1
	stateFinWait2
	stateCloseWait
	stateClosing
	stateLastAck
	stateTimeWait
)

// tcb is one end of a connection (RFC 9293's transmission control block). Ends are pooled; gen tells lives apart.
type tcb struct {
	net      *Network
	host     *Host
	gen      uint32
	state    tcpState
	side     trace.Side
	handle   *Conn // nil: the process has closed it
	listener *listener
	dialing  *process
	reader   *process
	writer   *process
	err      error // why it ended, if not in peace

	local, remote *face
	lport, rport  uint16
	peer          *tcb
	peerGen       uint32
	flow          *flow
	slot          int // in host.conns

	// what we send: sequence numbers
	iss   uint32
	base  uint32 // of the first octet in snd
	una   uint32 // the oldest unacknowledged
	nxt   uint32 // to be sent next; goes back on a timeout
	max   uint32 // everything before was sent at least once
	snd   buffer
	fin   bool // a FIN follows the last octet of snd
	mss   uint32
	wnd   uint32 // what the peer lets us send, from una
	wl1   uint32 // sequence and acknowledgement number of the last window update
	wl2   uint32
	tries int

	cwnd       uint32 // RFC 5681
	ssthresh   uint32
	dupAcks    int
	recovering bool
	recover    uint32 // RFC 6582

	timing  bool // one segment at a time is timed: Karn
	timeSeq uint32
	timeAt  int64
	srtt    int64
	rttvar  int64
	rto     int64
	rtx     timer

	// what we receive
	rcvNxt   uint32
	rcvEdge  uint32 // the right edge of the window as promised
	rcv      buffer
	rcvFin   bool
	early    []*packet // by sequence number
	ackOwed  bool
	ackNow   bool
	segments int // full segments not acknowledged
	ackTimer timer
	expires  int64 // TIME-WAIT
}

func seqBefore(a, b uint32) bool { return int32(a-b) < 0 }
func seqAfter(a, b uint32) bool  { return int32(a-b) > 0 }

func (c *tcb) localAddr() netip.AddrPort  { return netip.AddrPortFrom(c.local.addr, c.lport) }
func (c *tcb) remoteAddr() netip.AddrPort { return netip.AddrPortFrom(c.remote.addr, c.rport) }

// String names the peer, for reports.
func (c *tcb) String() string {
	s := c.remoteAddr().String()
	if c.remote.host != nil {
		s += " (" + c.remote.host.name + ")"
	}
	return s
}

// newTCB makes one end of a connection of h.
func (n *Network) newTCB(h *Host, local, remote *face, lport, rport uint16) *tcb {
	var c *tcb
	if last := len(n.freeConns) - 1; last >= 0 {
		c = n.freeConns[last]
		n.freeConns = n.freeConns[:last]
	} else {
		c = &tcb{net: n}
		c.rtx = timer{due: order{at: never}, conn: c, action: (*tcb).onRetransmit}
		c.ackTimer = timer{due: order{at: never}, conn: c, action: (*tcb).onAckDelay}
	}
	c.host, c.local, c.remote, c.lport, c.rport = h, local, remote, lport, rport
	c.iss = h.draws.uint32() // RFC 6528: hard to guess
	c.base, c.una, c.nxt, c.max, c.recover = c.iss+1, c.iss, c.iss, c.iss, c.iss
	c.mss = mss4
	if !local.addr.Is4() {
		c.mss = mss6
	}
	c.cwnd, c.ssthresh, c.rto = initialWindow*c.mss, cwndMax, rtoInitial
	c.slot = len(h.conns)
	h.conns = append(h.conns, c)
	return c
}

// vanish ends c without a word to the peer: all who wait for it run on, packets still under way find nobody.
func (c *tcb) vanish() {
	if c.state == stateClosed {
		return
	}
	if c.side == trace.FromClient {
		c.host.ports.release(c.lport)
	}
	c.leave()
}

// leave is vanish for one whose port goes on resting.
func (c *tcb) leave() {
	c.state = stateClosed
	c.gen++
	c.rtx.off()
	c.ackTimer.off()
	h := c.host
	last := len(h.conns) - 1
	h.conns[c.slot] = h.conns[last]
	h.conns[c.slot].slot = c.slot
	h.conns[last] = nil
	h.conns = h.conns[:last]
	for _, p := range c.early {
		c.net.free(p)
	}
	if c.listener != nil {
		c.listener.opening--
	}
	c.flow.leave()
	c.wakeAll()
	if c.handle == nil {
		c.release()
	}
}

// fail ends c for a reason that its process learns from its next call.
func (c *tcb) fail(err error) {
	c.err = err
	c.vanish()
}

func (c *tcb) wakeAll() {
	for _, p := range [...]*process{c.dialing, c.reader, c.writer} {
		if p != nil {
			p.wake(wakeEvent)
		}
	}
	c.dialing, c.reader, c.writer = nil, nil, nil
}

// release gives a vanished end back to the pool, once its process has closed it too.
func (c *tcb) release() {
	keep := tcb{net: c.net, gen: c.gen, rtx: c.rtx, ackTimer: c.ackTimer, snd: c.snd, rcv: c.rcv, early: c.early[:0]}
	keep.snd.reset()
	keep.rcv.reset()
	*c = keep
	c.net.freeConns = append(c.net.freeConns, c)
}

// partner is the other end, if it lives.
func (c *tcb) partner() *tcb {
	if c.peer != nil && c.peer.gen == c.peerGen {
		return c.peer
	}
	return nil
}

// join makes the ends of a connection know each other, so that no packet needs a table.
func join(a, b *tcb) {
	a.peer, a.peerGen = b, b.gen
	b.peer, b.peerGen = a, a.gen
}

// stray is called for a packet that no connection of h wants.
func (h *Host) stray(p *packet) {
	if h.inTimeWait(p) || p.flags&trace.RST != 0 {
		return
	}
	if p.flags&(trace.SYN|trace.ACK) == trace.SYN {
		origin := p.origin()
		if origin != nil {
			if c := origin.partner(); c != nil && c.partner() == origin {
				c.input(p) // the SYN was sent before we answered another one
				return
			}
		}
		if h.services != nil && h.services[p.dport] == Silent {
			return
		}
		if l := h.listenerFor(p.to()); l != nil && h.mode != Refusing && h.services[p.dport] != Refusing {
			l.syn(p, origin)
			return
		}
	}
	h.reject(p)
}

// reject answers p with RST. RFC 9293 §3.10.7.1
func (h *Host) reject(p *packet) {
	n := h.net
	q := n.newPacket()
	q.proto, q.src, q.dst, q.sport, q.dport = TCP, p.dst, p.src, p.dport, p.sport
	q.target, q.targetGen = p.sender, p.senderGen
	q.window = 0
	if p.flags&trace.ACK != 0 {
		q.flags, q.seq, q.ack = trace.RST, p.ack, 0
	} else {
		q.flags, q.seq, q.ack = trace.RST|trace.ACK, 0, p.seq+p.span()
	}
	if origin := p.origin(); origin != nil {
		f, side, refused := origin.flow, origin.side.Other(), origin.state == stateSynSent
		n.send(q)
		f.rst(side, refused)
		return
	}
	n.send(q)
}

// errReset and the like are what the operating system says, so that engines need not know which world they are in.
//
//house:table never changes
var (
	errReset   error = syscall.ECONNRESET
	errPipe    error = syscall.EPIPE
	errTimeout error = syscall.ETIMEDOUT
	errRefused       = host.ErrRefused
)
