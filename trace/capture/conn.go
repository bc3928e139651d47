package capture

import (
	"github.com/smtpsim/smtpsim/trace"
)

// connState is where a connection stands for its sink.
type connState uint8

const (
	connOpening connState = iota // nobody was asked yet
	connOpen
	connClosed // remembered for its stragglers
)

// conn is one TCP connection.
type conn struct {
	key         connKey
	links       [listKinds]links
	flow        trace.Flow
	sink        trace.FlowSink // nil: of no interest
	bored       Bored
	state       connState
	clientFirst bool // the client is the first endpoint of the key
	answered    bool // a SYN-ACK was seen
	established bool // the client's acknowledgement was seen
	mute        bool // nobody wants octets
	told        bool // a contradiction was told
	halfClosed  bool
	first       trace.Side    // whose FIN came first
	end         trace.FlowEnd // of a closed one
	dirs        [2]stream     // by the side that sends
	rst         mark
	rstFrom     trace.Side
	synTime     trace.Time // of the last SYN that counted
	packets     int64
	time        trace.Time // of the last packet, and its number
	packet      int64
	looked      int64 // order when patience looked at it
}

// mark is a FIN or RST that waits for its turn.
type mark struct {
	set, done bool
	seq       uint32 // its place in the stream
	ack       uint32
	acks      bool // ack counts
	time      trace.Time
	packet    int64
	order     int64
}

func (c *conn) init(k *connKey, s *trace.Segment, order int64) {
	recent := [2]*recent{c.dirs[0].last, c.dirs[1].last}
	*c = conn{key: *k, time: s.Time, packet: s.Packet,
		flow: trace.Flow{ID: s.Packet, Started: s.Time, Packet: s.Packet, Source: trace.Captured}}
	for i, r := range recent {
		if c.dirs[i].last = r; r != nil {
			r.n = 0
		}
	}
	if c.flow.ID == 0 {
		c.flow.ID = order
	}
}

// side tells who sends, flipped being what keyOf says of the segment.
func (c *conn) side(flipped bool) trace.Side {
	if flipped != c.clientFirst {
		return trace.FromClient
	}
	return trace.FromServer
}

// over says that s belongs to another connection than c, which has the same endpoints.
func (c *conn) over(s *trace.Segment, flipped bool) bool {
	from := c.side(flipped)
	d, o := &c.dirs[from], &c.dirs[from.Other()]
	switch {
	case s.Flags&trace.RST != 0:
		return false
	case s.Flags&(trace.SYN|trace.ACK) == trace.SYN:
		if !d.known {
			return c.state == connClosed
		}
		// The same number: sent or captured twice. After the end it is another connection: some clients try again after a
		// refusal, and captures are replayed and put behind each other.
		return d.base != s.Seq+1 || c.state == connClosed && away(s.Time, c.time) >= captureTwice
	case s.Flags&trace.SYN != 0: // a SYN-ACK: of another connection if neither number fits
		return c.state != connOpening && d.known && d.base != s.Seq+1 && (!o.known || o.base != s.Ack)
	case c.state != connClosed || len(s.Payload) == 0:
		return false
	}
	return away(s.Time, c.time) > timeWait || !near(s.Seq, d.next, defaultHeld)
}

func away(a, b trace.Time) trace.Time { return max(a-b, b-a) }

// near says that a and b are at most n apart.
func near(a, b uint32, n int32) bool {
	away := int32(a - b)
	return -n <= away && away <= n
}

// take goes through one segment of a connection that is not closed.
func (a *Assembler) take(c *conn, from trace.Side, s *trace.Segment) {
	if c.state == connOpening && c.flow.Midstream && len(s.Payload) > 0 && c.guessedWrong(from, s.Payload) {
		c.swap()
		from = from.Other()
	}
	d, o := &c.dirs[from], &c.dirs[from.Other()]
	seq, n := s.Seq, len(s.Payload)+s.Missing
	d.seen = true
	if s.Flags&trace.RST != 0 {
		a.reset(c, from, s)
		return
	}
	if s.Flags&trace.SYN != 0 {
		c.syn(from, s)
		seq++
	}
	if !d.known {
		d.start(seq, true)
	}
	if s.Flags&trace.ACK != 0 {
		if !o.known {
			o.start(s.Ack, true)
		}
		o.acknowledge(s.Ack)
	}
	if c.state == connOpening && (n > 0 || s.Flags&trace.SYN == 0 && !c.flow.Midstream) {
		a.open(c)
	}
	if !c.established && from == trace.FromClient && s.Flags&(trace.SYN|trace.ACK) == trace.ACK && c.state == connOpen {
		c.establish(s)
	}
	if c.mute {
		a.glance(c, from, seq, s)
		return
	}
	if n > 0 {
		a.data(c, from, seq, s)
	}
	if s.Flags&trace.FIN != 0 && c.state == connOpen && !d.fin.set && near(seq+uint32(n), d.next, maxAway) {
		d.fin = c.mark(s, seq+uint32(n), a.order)
		a.settle(c, s.Time, false)
		return
	}
	if c.links[inWait].in {
		a.settle(c, s.Time, false)
	}
}

func (c *conn) mark(s *trace.Segment, seq uint32, order int64) mark {
	return mark{set: true, seq: seq, ack: s.Ack, acks: s.Flags&trace.ACK != 0, time: s.Time, packet: s.Packet, order: order}
}

// syn reads a SYN or SYN-ACK.
func (c *conn) syn(from trace.Side, s *trace.Segment) {
	d := &c.dirs[from]
	c.flow.Midstream = c.flow.Midstream && c.state != connOpening
	if s.Flags&trace.ACK != 0 {
		if !d.known || c.state == connOpening {
			d.start(s.Seq+1, false)
		}
		c.answered = true
		return
	}
	if !d.known || c.state == connOpening && d.base != s.Seq+1 {
		d.start(s.Seq+1, false)
	}
	if from != trace.FromClient || c.answered && c.flow.Attempts > 0 {
		return
	}
	if c.flow.Attempts == 0 || s.Time-c.synTime >= captureTwice {
		c.flow.Attempts++
		c.synTime = s.Time
		c.flow.Started = min(c.flow.Started, s.Time) // a SYN-ACK may stand before its SYN
	}
}

// open asks for a sink.
func (a *Assembler) open(c *conn) {
	c.state = connOpen
	if c.sink = a.opener.Open(c.flow); c.sink == nil {
		c.mute = true
		return
	}
	c.bored, _ = c.sink.(Bored)
}

func (c *conn) establish(s *trace.Segment) {
	c.established = true
	if e, ok := c.sink.(Established); ok && !c.flow.Midstream {
		e.Established(s.Time, s.Packet)
	}
}

// reset reads an RST. It waits for what the capture still owes; a wild one is ignored (RFC 5961 §3.2).
func (a *Assembler) reset(c *conn, from trace.Side, s *trace.Segment) {
	d, o := &c.dirs[from], &c.dirs[from.Other()]
	if c.state == connOpening {
		switch {
		case from == trace.FromClient || c.flow.Attempts == 0 || c.answered:
			a.finish(c, trace.EndClientReset+trace.FlowEnd(from))
		case s.Flags&trace.ACK == 0 || near(s.Ack, o.base, 1<<16): // RFC 9293 §3.10.7.3: an RST in SYN-SENT must acknowledge the SYN
			a.finish(c, trace.EndRefused)
		}
		return
	}
	if d.known && !near(s.Seq, d.next, defaultHeld) || c.rst.set {
		return
	}
	c.rst, c.rstFrom = c.mark(s, s.Seq, a.order), from
	if !d.known {
		c.rst.seq = d.next
	}
	if c.mute {
		a.finish(c, trace.EndClientReset+trace.FlowEnd(from))
		return
	}
	a.settle(c, s.Time, false)
}

// glance follows a connection whose octets nobody wants: enough to see its end and its successor.
func (a *Assembler) glance(c *conn, from trace.Side, seq uint32, s *trace.Segment) {
	d := &c.dirs[from]
	end := seq + uint32(len(s.Payload)+s.Missing)
	if int32(end-d.next) > 0 {
		d.next = end
	}
	if s.Flags&trace.FIN != 0 && !d.fin.set {
		d.fin = c.mark(s, end, a.order)
		a.halfClose(c, from)
	}
}

// halfClose lets the FIN of one side take effect; the second ends the connection.
func (a *Assembler) halfClose(c *conn, from trace.Side) {
	d := &c.dirs[from]
	d.fin.done = true
	for d.head != nil { // nothing stands behind a FIN
		a.spare(a.shift(d))
	}
	if int32(d.fin.seq+1-d.next) > 0 {
		d.next = d.fin.seq + 1
	}
	if !c.halfClosed {
		c.halfClosed, c.first = true, from
	}
	if c.sink != nil {
		c.sink.HalfClose(from, d.fin.time, d.fin.packet)
	}
	if c.dirs[from.Other()].fin.done {
		a.close(c, trace.EndClient+trace.FlowEnd(c.first), d.fin.time, d.fin.packet)
	}
}

// finish ends a connection now, whatever it still waits for.
func (a *Assembler) finish(c *conn, end trace.FlowEnd) {
	given := end == trace.EndCapture || end == trace.EndEvicted
	if c.state == connOpening {
		if c.flow.Attempts > 0 && !c.answered && given {
			end = trace.EndUnanswered
		}
		if c.flow.Attempts > 0 || c.answered {
			a.open(c)
		}
	}
	if c.state == connOpen && !c.mute {
		a.settle(c, c.time, true)
		for from := trace.FromClient; from <= trace.FromServer && c.state == connOpen; from++ {
			a.lastGap(c, from)
		}
	}
	if c.state == connClosed {
		return
	}
	if given && c.halfClosed {
		end = trace.EndClient + trace.FlowEnd(c.first)
	}
	a.close(c, end, c.time, c.packet)
}

// close tells the sink and keeps the connection for its stragglers.
func (a *Assembler) close(c *conn, end trace.FlowEnd, t trace.Time, packet int64) {
	if c.sink != nil {
		c.sink.Close(end, t, packet)
	}
	a.drop(c)
	c.state, c.end = connClosed, end
	c.sink, c.bored = nil, nil
	a.live.remove(c)
	a.graves.push(c)
	if a.graves.n > maxGraves {
		old := a.graves.head
		a.graves.remove(old)
		a.forget(old)
	}
}
