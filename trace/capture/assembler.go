package capture

import (
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// Limits and waiting times of the assembler, in packets and capture time.
const (
	defaultFlows  = 1 << 16
	defaultBuffer = 64 << 20
	defaultHeld   = 1 << 20
	maxPieces     = 2048 // held pieces of one direction
	maxGraves     = 128  // closed connections remembered by one assembler
	lookAgain     = 16   // packets of any connection between two looks at one that waits

	// What the peer has acknowledged but the capture does not show may still come: capturing reorders packets by a few places
	// (several queues, several interfaces). After so many packets of the connection, or so long, it is lost for good.
	reorderPackets = 64
	reorderTime    = trace.Time(2 * time.Second)
	// Nobody retransmits for longer (RFC 9293 §3.8.3: R2 is at least 100 seconds).
	retransmitTime = trace.Time(120 * time.Second)
	// A packet that repeats a SYN so soon was captured twice: an initial RTO is 1 s (RFC 6298 §2.1), no stack goes below 100 ms.
	captureTwice = trace.Time(100 * time.Millisecond)
	// So long stragglers belong to a closed connection (RFC 9293 §3.4.2 takes the life of a segment as 2 minutes).
	timeWait = trace.Time(120 * time.Second)
	// Sequence numbers farther away are from another world: the largest window is 2^30 (RFC 7323 §2.3).
	maxAway = 1 << 30
)

// Bored may be implemented by a sink that can lose interest: it is asked after each chunk. A bored sink gets no more chunks,
// only HalfClose and Close.
type Bored interface{ Bored() bool }

// Established may be implemented by a sink that wants to know when the handshake ended: the client's first acknowledgement.
// It comes once, before any chunk that is not of a SYN, and not at all where the capture does not show that packet.
type Established interface {
	Established(t trace.Time, packet int64)
}

// Finder may be implemented by a sink that takes findings about its connection, at any time before Close.
type Finder interface{ Finding(trace.Finding) }

// Assembler puts the segments of many connections into order and feeds a sink for each. It is used from one goroutine.
type Assembler struct {
	opener    trace.FlowOpener
	maxFlows  int
	maxBuffer int
	maxHeld   int

	conns   map[connKey]*conn
	live    list // the one that was silent for longest in front
	waiting list // those that hold something back, the one that began to wait first in front
	graves  list // closed ones, the oldest in front

	spareConn   list
	sparePieces *piece
	spares      int
	buffered    int   // cost of all held pieces
	order       int64 // of the segment under way, from 1
}

// NewAssembler makes an assembler that asks opener for a sink when a connection opens: when its SYN was answered or is known to
// stay without an answer, when it begins in mid stream with data.
func NewAssembler(opts Options, opener trace.FlowOpener) *Assembler {
	return newAssembler(opts, 1, opener)
}

func newAssembler(opts Options, share int, opener trace.FlowOpener) *Assembler {
	limit := func(n, def int) int {
		if n <= 0 {
			n = def
		}
		return max(n/share, 1)
	}
	a := &Assembler{opener: opener, conns: map[connKey]*conn{},
		maxFlows: limit(opts.MaxFlows, defaultFlows), maxBuffer: limit(opts.MaxBuffer, defaultBuffer)}
	a.maxHeld = opts.MaxHeld
	if a.maxHeld <= 0 {
		a.maxHeld = defaultHeld
	}
	a.live.kind, a.waiting.kind, a.graves.kind, a.spareConn.kind = inLife, inWait, inLife, inLife
	return a
}

// Segment takes the next segment in capture order. Its Payload is not kept.
func (a *Assembler) Segment(s *trace.Segment) {
	k, flipped := keyOf(s.Src, s.Dst)
	a.segment(&k, flipped, s)
}

func (a *Assembler) segment(k *connKey, flipped bool, s *trace.Segment) {
	a.order++
	c := a.conns[*k]
	if c == nil || c.over(s, flipped) {
		if c = a.begin(c, k, s, flipped); c == nil {
			return
		}
	}
	if c.state != connClosed {
		c.packets++
		c.time, c.packet = s.Time, s.Packet
		if a.live.tail != c {
			a.live.remove(c)
			a.live.push(c)
		}
		a.take(c, c.side(flipped), s)
	}
	if a.waiting.head != nil {
		a.patience(s.Time)
	}
}

// begin makes a conn for a segment that no living connection has; old is what has its endpoints. nil: a straggler of something
// that was before the capture, of no use.
func (a *Assembler) begin(old *conn, k *connKey, s *trace.Segment, flipped bool) *conn {
	syn := s.Flags&trace.SYN != 0
	if !syn && s.Flags&trace.RST != 0 && len(s.Payload) == 0 {
		return old
	}
	if old != nil {
		if old.state != connClosed {
			a.finish(old, trace.EndCapture)
		}
		a.graves.remove(old)
		a.forget(old)
	}
	if a.live.n >= a.maxFlows {
		a.evict()
	}
	c := a.spareConn.head
	if c != nil {
		a.spareConn.remove(c)
	} else {
		c = new(conn)
	}
	c.init(k, s, a.order)
	// A SYN tells who is who. Without one it is a guess, which the first data may mend.
	c.clientFirst = !flipped
	if syn && s.Flags&trace.ACK != 0 || !syn && servesAt(s.Src.Port(), s.Dst.Port()) {
		c.clientFirst = flipped
	}
	c.flow.Midstream = !syn
	c.flow.Client, c.flow.Server = s.Src, s.Dst
	if c.side(flipped) == trace.FromServer {
		c.flow.Client, c.flow.Server = s.Dst, s.Src
	}
	a.conns[*k] = c
	a.live.push(c)
	return c
}

// forget takes a closed conn out of the table; its memory serves the next.
func (a *Assembler) forget(c *conn) {
	if a.conns[c.key] == c {
		delete(a.conns, c.key)
	}
	a.spareConn.push(c)
}

// evict drops the connection that was silent for longest.
func (a *Assembler) evict() {
	c := a.live.head
	a.finish(c, trace.EndEvicted)
	a.graves.remove(c)
	a.forget(c)
}

// patience keeps the limit of what is held, and looks now and then at a connection that waits: it may be that nothing more comes from
// it. now is the time of the packet under way; times of a capture may go back (files put behind each other).
func (a *Assembler) patience(now trace.Time) {
	for a.buffered > a.maxBuffer && a.waiting.head != nil {
		a.settle(a.waiting.head, now, true)
	}
	c := a.waiting.head
	if c == nil || now-c.time <= reorderTime || a.order-c.looked < lookAgain {
		return
	}
	c.looked = a.order
	a.waiting.remove(c)
	a.waiting.push(c)
	a.settle(c, now, now-c.time > retransmitTime || c.rst.set)
}

// Unreachable takes an ICMP error in capture order: in answer to a SYN it refuses the connection. An established one survives
// it (RFC 5461 §2.2, RFC 9293 §3.9.2.2).
func (a *Assembler) Unreachable(u *Unreachable) {
	if !u.TCP || u.Kind == FragmentationNeeded { // the latter only asks for smaller packets (RFC 1191)
		return
	}
	a.order++
	k, flipped := keyOf(u.Src, u.Dst)
	c := a.conns[k]
	if c == nil || c.state != connOpening || c.answered || c.flow.Attempts == 0 || c.side(flipped) != trace.FromClient {
		return
	}
	c.time, c.packet = u.Time, u.Packet
	a.finish(c, trace.EndRefused)
}

// Flush ends what is still open, the one that was silent for longest first, because the evidence ends here.
func (a *Assembler) Flush() {
	for a.live.head != nil {
		a.finish(a.live.head, trace.EndCapture)
	}
	for a.graves.head != nil {
		c := a.graves.head
		a.graves.remove(c)
		a.forget(c)
	}
	a.spareConn = list{kind: inLife}
	a.sparePieces, a.spares = nil, 0
}
