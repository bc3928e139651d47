package capture

import "github.com/smtpsim/smtpsim/trace"

// turn is what may come out of a connection next.
type turn uint8

const (
	nothing turn = iota
	turnPiece
	turnFIN
	turnReset
)

// ready finds what may be told next, in capture order over both directions.
func (c *conn) ready() (from trace.Side, what turn) {
	best := int64(-1)
	for side := trace.FromClient; side <= trace.FromServer; side++ {
		d, o := &c.dirs[side], &c.dirs[side.Other()]
		if p := d.head; p != nil && p.seq == d.next && o.allows(p.acks, p.ack) && (best < 0 || p.order < best) {
			best, from, what = p.order, side, turnPiece
		}
		if f := &d.fin; f.set && !f.done && int32(f.seq-d.next) <= 0 && o.allows(f.acks, f.ack) && (best < 0 || f.order < best) {
			best, from, what = f.order, side, turnFIN
		}
	}
	if r := &c.rst; what == nothing && r.set && c.dirs[0].head == nil && c.dirs[1].head == nil {
		d, o := &c.dirs[c.rstFrom], &c.dirs[c.rstFrom.Other()]
		if int32(r.seq-d.next) <= 0 && o.allows(r.acks, r.ack) {
			return c.rstFrom, turnReset
		}
	}
	return from, what
}

// drain tells everything whose turn has come.
func (a *Assembler) drain(c *conn) {
	for c.state == connOpen {
		if c.mute { // the sink lost interest on the way
			a.hush(c)
			return
		}
		from, what := c.ready()
		switch what {
		case nothing:
			return
		case turnPiece:
			p := a.shift(&c.dirs[from])
			a.emit(c, from, p.data, p.missing, p.gap, p.time, p.packet)
			a.spare(p)
		case turnFIN:
			a.halfClose(c, from)
		case turnReset:
			a.close(c, trace.EndClientReset+trace.FlowEnd(from), c.rst.time, c.rst.packet)
		}
	}
}

// hush turns to glance for a connection whose sink lost interest: marks take effect, octets are dropped.
func (a *Assembler) hush(c *conn) {
	a.drop(c)
	for side := trace.FromClient; side <= trace.FromServer && c.state == connOpen; side++ {
		if d := &c.dirs[side]; d.fin.set && !d.fin.done {
			a.halfClose(c, side)
		}
	}
	if c.state == connOpen && c.rst.set {
		a.close(c, trace.EndClientReset+trace.FlowEnd(c.rstFrom), c.rst.time, c.rst.packet)
	}
}

// holds says that something waits for its turn.
func (c *conn) holds() bool {
	return c.dirs[0].holds() || c.dirs[1].holds() || c.rst.set
}

func (d *stream) holds() bool { return d.head != nil || d.fin.set && !d.fin.done }

// settle tells what may be told, gives up what is lost for good (with force: all that is not there), and keeps the list of those that wait.
func (a *Assembler) settle(c *conn, now trace.Time, force bool) {
	for a.drain(c); c.state == connOpen && c.holds(); a.drain(c) {
		if force {
			a.forced(c)
		} else if !c.entangled() && !a.giveUp(c, now) {
			break
		}
	}
	if in := c.links[inWait].in; c.state == connOpen && c.holds() {
		if !in {
			a.waiting.push(c)
		}
	} else if in {
		a.waiting.remove(c)
	}
}

// giveUp declares a gap where the peer has octets that the capture did not show in good time.
func (a *Assembler) giveUp(c *conn, now trace.Time) bool {
	for side := trace.FromClient; side <= trace.FromServer; side++ {
		d := &c.dirs[side]
		upTo, lost := d.lost()
		if !lost {
			d.stuck = 0
			continue
		}
		if d.stuck == 0 || d.stuckAt != d.next {
			d.stuck, d.stuckAt, d.stuckTime = c.packets, d.next, now
		}
		// Of a side that the capture never shows there is nothing to wait for, once that is plain.
		if c.packets-d.stuck >= reorderPackets || now-d.stuckTime > reorderTime || !d.seen && d.gone {
			a.gap(c, side, upTo)
			return true
		}
	}
	if c.rst.set && now-c.rst.time > reorderTime {
		a.forced(c)
		return true
	}
	return false
}

// entangled lets one of two sides go first whose next items acknowledge each other. That cannot be unless one was sent again, its
// first copy not being in the capture: the later one.
func (c *conn) entangled() bool {
	var order [2]int64
	var acks [2]*bool
	for i := range c.dirs {
		d := &c.dirs[i]
		switch {
		case d.head != nil && d.head.seq == d.next:
			order[i], acks[i] = d.head.order, &d.head.acks
		case d.fin.set && !d.fin.done && int32(d.fin.seq-d.next) <= 0:
			order[i], acks[i] = d.fin.order, &d.fin.acks
		default:
			return false
		}
	}
	if order[0] > order[1] {
		*acks[0] = false
	} else {
		*acks[1] = false
	}
	return true
}

// lost says up to where the octets at next are acknowledged by the peer and not there.
func (d *stream) lost() (upTo uint32, lost bool) {
	if !d.known || int32(d.peer-d.next) <= 0 {
		return 0, false
	}
	upTo = d.peer
	if d.head != nil && int32(d.head.seq-upTo) < 0 {
		upTo = d.head.seq
	}
	if d.fin.set && !d.fin.done && int32(d.fin.seq-upTo) < 0 {
		upTo = d.fin.seq
	}
	return upTo, int32(upTo-d.next) > 0
}

// forced gives up what the longest waiting piece or mark waits for; if only an RST waits, it takes effect. Called after
// drain, it always lets something come out.
func (a *Assembler) forced(c *conn) {
	if c.entangled() {
		return
	}
	order, from := int64(-1), trace.FromClient
	var seq, ack uint32
	for side := trace.FromClient; side <= trace.FromServer; side++ {
		d := &c.dirs[side]
		if p := d.head; p != nil && (order < 0 || p.order < order) {
			order, from, seq, ack = p.order, side, p.seq, p.ack
		}
		if f := &d.fin; f.set && !f.done && d.head == nil && (order < 0 || f.order < order) {
			order, from, seq, ack = f.order, side, f.seq, f.ack
		}
	}
	if order < 0 {
		a.close(c, trace.EndClientReset+trace.FlowEnd(c.rstFrom), c.rst.time, c.rst.packet)
		return
	}
	d, o := &c.dirs[from], &c.dirs[from.Other()]
	if int32(seq-d.next) > 0 {
		a.gap(c, from, seq)
		return
	}
	if o.head != nil && int32(o.head.seq-ack) < 0 {
		ack = o.head.seq
	}
	if o.fin.set && !o.fin.done && int32(o.fin.seq-ack) < 0 {
		ack = o.fin.seq
	}
	a.gap(c, from.Other(), ack)
}

// gap gives up the octets of one direction from next to upTo. They are told in front of the data behind them, or alone where
// something of the other direction shows that they existed.
func (a *Assembler) gap(c *conn, from trace.Side, upTo uint32) {
	d, o := &c.dirs[from], &c.dirs[from.Other()]
	n := int64(int32(upTo - d.next))
	d.gone, d.soft = true, false
	switch {
	case n <= 0:
		return
	case n == 1 && !d.holds():
		d.next = upTo
		d.owed++ // most likely the FIN, which takes a number and has no octet
		return
	}
	d.next = upTo
	if p := d.head; p != nil && p.seq == upTo && o.allows(p.acks, p.ack) {
		p.gap += n
		return
	}
	t, packet := c.time, c.packet
	order := a.order + 1
	for _, p := range []*piece{d.head, o.head} { // what shows the gap: the first of what is behind it and what acknowledges it
		if p != nil && p.order < order {
			t, packet, order = p.time, p.packet, p.order
		}
	}
	if f := &o.fin; f.set && !f.done && f.order < order {
		t, packet = f.time, f.packet
	}
	a.emit(c, from, nil, 0, n, t, packet)
}

// lastGap tells what the peer acknowledged of a direction that ends without it.
func (a *Assembler) lastGap(c *conn, from trace.Side) {
	d := &c.dirs[from]
	if n := int32(d.peer - d.next); d.known && n > 1 && !c.mute {
		d.next = d.peer
		a.emit(c, from, nil, 0, int64(n), c.time, c.packet)
	}
}
