package capture

import "github.com/smtpsim/smtpsim/trace"

// stream is one direction of a connection. Its octets come out at next and nowhere else.
type stream struct {
	known bool // base is
	soft  bool // base is a guess from an acknowledgement or an empty packet
	seen  bool // the capture holds a packet of this side
	gone  bool // something of this side was given up
	base  uint32
	next  uint32 // sequence number of the next octet to hand out
	peer  uint32 // up to here the peer has everything
	place int64  // of next in the stream, lost octets counted
	owed  int64  // lost octets that may have been a FIN: told before the next data

	head, tail *piece // held back, by sequence number, not overlapping
	count      int
	cost       int

	fin mark

	last *recent // the last octets handed out; nil: none yet

	stuck     int64 // since this packet of the connection the octets at next are acknowledged and not there; 0: they are not
	stuckTime trace.Time
	stuckAt   uint32
}

// piece is held payload.
type piece struct {
	prev, next *piece
	seq        uint32
	data       []byte
	missing    int // octets behind data that the capture cut off
	gap        int64
	ack        uint32
	acks       bool
	time       trace.Time
	packet     int64
	order      int64
}

// pieceCost is what a piece costs beside its octets; spare pieces keep buffers up to spareData.
const (
	pieceCost = 192
	spareData = 2048
	maxSpare  = 256
)

func (p *piece) len() int    { return len(p.data) + p.missing }
func (p *piece) end() uint32 { return p.seq + uint32(p.len()) }

// start puts the beginning of the stream at seq.
func (d *stream) start(seq uint32, soft bool) {
	d.known, d.soft = true, soft
	d.base, d.next, d.peer = seq, seq, seq
}

// acknowledge notes what the peer has.
func (d *stream) acknowledge(ack uint32) {
	if away := int32(ack - d.peer); away > 0 && away <= maxAway {
		d.peer = ack
	}
}

// allows says whether something that acknowledges ack in this direction may be told: not before what it acknowledges.
func (d *stream) allows(acks bool, ack uint32) bool {
	away := int32(ack - d.next)
	return !acks || !d.known || away <= 0 || away > maxAway
}

// firm makes a guessed beginning sure by the first data: an empty packet may have been a keep-alive (RFC 9293 §3.8.4: one
// octet before next), and data may come behind its own acknowledgement where the capture begins.
func (d *stream) firm(seq uint32, n int) {
	d.soft = false
	away := int32(seq - d.next)
	if away == 1 || away < 0 && away >= -defaultHeld && !(away == -1 && n == 1) {
		peer := d.peer
		d.start(seq, false)
		d.acknowledge(peer)
	}
}

// data takes the payload of a segment: straight to the sink if it is in order and nothing waits, else a copy is held.
func (a *Assembler) data(c *conn, from trace.Side, seq uint32, s *trace.Segment) {
	d, o := &c.dirs[from], &c.dirs[from.Other()]
	n := len(s.Payload) + s.Missing
	if d.soft {
		d.firm(seq, n)
	}
	away := int(int32(seq - d.next))
	if d.fin.done || away > maxAway {
		return
	}
	if away < 0 && d.last != nil && !(away == -1 && n == 1) { // a keep-alive may carry an octet of garbage
		a.repeated(c, from, -away, s)
	}
	if away+n <= 0 {
		return
	}
	if away <= 0 && !c.links[inWait].in && o.allows(s.Flags&trace.ACK != 0, s.Ack) {
		data := s.Payload[min(-away, len(s.Payload)):]
		a.emit(c, from, data, n+away-len(data), 0, s.Time, s.Packet)
		return
	}
	a.hold(c, from, seq, s)
	if !c.links[inWait].in {
		a.waiting.push(c)
	}
	for c.state == connOpen && (d.count > maxPieces || d.cost > a.maxHeld) {
		a.drain(c)
		if d.count > maxPieces || d.cost > a.maxHeld {
			a.forced(c)
		}
	}
}

// hold copies the parts of a segment that are neither handed out nor held: the first copy of an octet wins.
func (a *Assembler) hold(c *conn, from trace.Side, seq uint32, s *trace.Segment) {
	d := &c.dirs[from]
	rest := piece{seq: seq, data: s.Payload, missing: s.Missing, ack: s.Ack, acks: s.Flags&trace.ACK != 0,
		time: s.Time, packet: s.Packet, order: a.order}
	if n := int32(d.next - seq); n > 0 {
		rest.cut(int(n))
	}
	if d.fin.set && int32(rest.end()-d.fin.seq) > 0 { // nothing stands behind a FIN
		rest.keep(max(int(int32(d.fin.seq-rest.seq)), 0))
	}
	before := d.tail
	for before != nil && int32(before.seq-rest.seq) > 0 {
		before = before.prev
	}
	for rest.len() > 0 {
		if before != nil {
			if over := int32(before.end() - rest.seq); over > 0 {
				a.compare(c, from, seq, s, before)
				rest.cut(int(over))
			}
		}
		after := d.head
		if before != nil {
			after = before.next
		}
		if rest.len() == 0 {
			return
		}
		part := rest
		if after != nil {
			part.keep(min(part.len(), int(int32(after.seq-rest.seq))))
		}
		if part.len() > 0 {
			a.insert(d, before, &part)
			rest.cut(part.len())
		}
		before = after
	}
}

// cut takes n octets off the front, keep leaves n of them.
func (p *piece) cut(n int) {
	n = min(n, p.len())
	p.seq += uint32(n)
	have := min(n, len(p.data))
	p.data = p.data[have:]
	p.missing -= n - have
}

func (p *piece) keep(n int) {
	have := min(n, len(p.data))
	p.data = p.data[:have]
	p.missing = min(p.missing, n-have)
}

// insert puts a copy of p behind before.
func (a *Assembler) insert(d *stream, before *piece, p *piece) {
	n := a.sparePieces
	if n != nil {
		a.sparePieces = n.next
		a.spares--
	} else {
		n = new(piece)
	}
	buf := append(n.data[:0], p.data...)
	*n = *p
	n.data = buf
	n.prev = before
	if before != nil {
		n.next, before.next = before.next, n
	} else {
		n.next, d.head = d.head, n
	}
	if n.next != nil {
		n.next.prev = n
	} else {
		d.tail = n
	}
	cost := len(n.data) + pieceCost
	d.count++
	d.cost += cost
	a.buffered += cost
}

// shift takes the first piece out.
func (a *Assembler) shift(d *stream) *piece {
	p := d.head
	if d.head = p.next; d.head != nil {
		d.head.prev = nil
	} else {
		d.tail = nil
	}
	cost := len(p.data) + pieceCost
	d.count--
	d.cost -= cost
	a.buffered -= cost
	return p
}

func (a *Assembler) spare(p *piece) {
	if a.spares >= maxSpare {
		return
	}
	if cap(p.data) > spareData {
		p.data = nil
	}
	a.spares++
	p.prev, p.next = nil, a.sparePieces
	a.sparePieces = p
}

// drop forgets everything that c holds back.
func (a *Assembler) drop(c *conn) {
	for i := range c.dirs {
		for c.dirs[i].head != nil {
			a.spare(a.shift(&c.dirs[i]))
		}
	}
	if c.links[inWait].in {
		a.waiting.remove(c)
	}
}

// emit hands out the next octets of one direction: gap lost ones, data, and missing ones that the capture cut off.
func (a *Assembler) emit(c *conn, from trace.Side, data []byte, missing int, gap int64, t trace.Time, packet int64) {
	d := &c.dirs[from]
	gap += d.owed
	d.owed = 0
	d.next += uint32(len(data) + missing)
	if len(data) > 0 || gap > 0 {
		if d.place += gap; gap > 0 && d.last != nil {
			d.last.n = 0
		}
		ch := trace.Chunk{From: from, Time: t, Packet: packet, Offset: d.place, Data: data, Gap: gap}
		d.place += int64(len(data))
		d.remember(data)
		c.sink.Chunk(ch)
	}
	if missing > 0 {
		d.place += int64(missing)
		if d.last != nil {
			d.last.n = 0
		}
		c.sink.Chunk(trace.Chunk{From: from, Time: t, Packet: packet, Offset: d.place, Gap: int64(missing)})
	}
	if c.bored != nil && c.bored.Bored() {
		c.mute = true
	}
}
