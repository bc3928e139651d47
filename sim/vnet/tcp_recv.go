package vnet

import (
	"slices"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/trace"
)

// input takes a segment for c, in the order of RFC 9293 §3.10.7. It reports whether it keeps the packet.
func (c *tcb) input(p *packet) (kept bool) {
	switch {
	case c.state == stateSynSent:
		c.inputSynSent(p)
		return false
	case c.state == stateTimeWait:
		c.inputTimeWait(p)
		return false
	case p.flags&trace.RST != 0:
		c.inputReset(p)
		return false
	case p.flags&trace.SYN != 0 && c.state == stateSynReceived:
		c.sendSyn() // ours was lost
		return false
	case p.flags&trace.SYN != 0:
		c.sendAck() // RFC 5961 §4: a challenge; also when our ACK of their SYN was lost
		return false
	case p.flags&trace.ACK == 0:
		return false
	}
	gen := c.gen
	end := p.seq + p.span()
	old := seqBefore(p.seq, c.rcvNxt) && !seqAfter(end, c.rcvNxt)
	far := seqAfter(p.seq, c.rcvEdge) || end != p.seq && p.seq == c.rcvEdge
	if !c.inputAck(p, old || far) || c.gen != gen {
		return false
	}
	if old || far {
		c.sendAck()
		return false
	}
	if end != p.seq {
		kept = c.receive(p)
		if c.gen != gen {
			return kept
		}
	}
	if c.ackNow {
		c.sendAck()
	} else if c.ackOwed {
		c.net.acks = append(c.net.acks, c)
	}
	return kept
}

func (c *tcb) inputSynSent(p *packet) {
	if p.flags&trace.ACK == 0 || p.ack != c.iss+1 {
		return // simultaneous open does not happen: ports differ
	}
	if p.flags&trace.RST != 0 {
		c.fail(errRefused)
		return
	}
	if p.flags&trace.SYN == 0 {
		return
	}
	if p.sender != nil {
		c.peer, c.peerGen = p.sender, p.senderGen
	}
	c.mss = min(c.mss, uint32(p.mss))
	c.rcvNxt = p.seq + 1
	c.rcvEdge = c.rcvNxt + synWindow
	c.establish(p)
	c.sendAck()
	c.flow.established()
	c.dialing.wake(wakeEvent)
	c.dialing = nil
}

// establish is the end of the handshake on either side.
func (c *tcb) establish(p *packet) {
	c.state = stateEstablished
	c.una = c.iss + 1
	c.tries = 0
	c.rtx.off()
	if c.timing {
		c.timing = false
		c.measure(c.net.now - c.timeAt)
	} else {
		c.rto = 3 * second // RFC 6298 §5.7: the SYN was lost
	}
	c.wnd, c.wl1, c.wl2 = uint32(p.window), p.seq, p.ack
	if p.flags&trace.SYN == 0 {
		c.wnd <<= windowShift
	}
}

func (c *tcb) inputReset(p *packet) {
	if seqBefore(p.seq, c.rcvNxt) || seqAfter(p.seq, c.rcvEdge) {
		return
	}
	if p.seq != c.rcvNxt { // RFC 5961 §3: make sure
		c.sendAck()
		return
	}
	c.fail(errReset)
}

// inputTimeWait takes a packet for an end that its process has not closed yet.
func (c *tcb) inputTimeWait(p *packet) {
	switch {
	case c.expires <= c.net.now:
		h := c.host
		c.vanish()
		h.stray(p)
	case p.finAgain():
		c.expires = c.net.now + timeWait2MSL
		c.sendAck()
	}
}

// inputAck takes the acknowledgement and the window of p. It reports whether p's text counts.
func (c *tcb) inputAck(p *packet, stale bool) bool {
	if seqAfter(p.ack, c.max) {
		if c.state == stateSynReceived {
			c.host.reject(p)
		} else {
			c.sendAck()
		}
		return false
	}
	if c.state == stateSynReceived {
		if p.ack != c.max || stale {
			return false
		}
		c.establish(p)
		if !c.listener.established(c) {
			return false
		}
	}
	wnd := uint32(p.window) << windowShift
	switch {
	case seqAfter(p.ack, c.una):
		if c.acked(p.ack) && !c.finAcked() {
			return false
		}
	case p.ack == c.una && c.una != c.max && len(p.data) == 0 && p.flags&trace.FIN == 0 && wnd == c.wnd && !stale:
		c.duplicateAck()
	}
	if seqBefore(c.wl1, p.seq) || c.wl1 == p.seq && !seqAfter(c.wl2, p.ack) {
		if c.wnd == 0 && wnd > 0 { // a probe's patience does not count any more
			c.tries, c.rto = 0, max(min(c.rto, c.srtt+max(clockGrain, 4*c.rttvar)), rtoMin)
			c.rtx.off()
		}
		c.wnd, c.wl1, c.wl2 = wnd, p.seq, p.ack
	}
	if c.wnd == 0 && c.handle != nil {
		c.tries = 0 // they answer: RFC 9293 §3.8.6.1, a zero window may last for ever; not for one whose process has gone
	}
	c.output()
	return true
}

// finAcked moves on when the peer has our FIN. It reports whether c still lives.
func (c *tcb) finAcked() bool {
	switch c.state {
	case stateFinWait1:
		c.state = stateFinWait2
		if c.handle == nil {
			c.net.timers.set(&c.rtx, order{c.net.now + finTimeout, c.host.nextKey()})
		}
	case stateClosing:
		c.enterTimeWait()
		return false
	case stateLastAck:
		c.vanish()
		return false
	}
	return true
}

// receive takes text and FIN of a segment that lies at least partly in the window.
func (c *tcb) receive(p *packet) (kept bool) {
	c.fit(p)
	if p.span() == 0 {
		c.ackNow = true
		return false
	}
	if p.seq != c.rcvNxt {
		c.ackNow = true // RFC 5681 §4.2: at once, so that the peer counts duplicates
		return c.keep(p)
	}
	if !c.take(p) {
		return false
	}
	for len(c.early) > 0 && !seqAfter(c.early[0].seq, c.rcvNxt) {
		q := c.early[0]
		c.early = slices.Delete(c.early, 0, 1)
		c.ackNow = true
		c.fit(q)
		alive := q.span() == 0 || c.take(q)
		c.net.free(q)
		if !alive {
			return false
		}
	}
	return false
}

// fit cuts off what lies outside of the window.
func (c *tcb) fit(p *packet) {
	if had := int32(c.rcvNxt - p.seq); had > 0 {
		cut := min(int(had), len(p.data))
		p.data = p.data[cut:]
		p.seq += uint32(cut)
		if int(had) > cut { // the FIN too
			p.flags &^= trace.FIN
		}
	}
	if over := int32(p.seq + uint32(len(p.data)) - c.rcvEdge); over > 0 {
		p.data = p.data[:len(p.data)-min(int(over), len(p.data))]
		p.flags &^= trace.FIN
	}
}

// keep puts a packet that came before its turn in its place.
func (c *tcb) keep(p *packet) bool {
	i := 0
	for i < len(c.early) && seqBefore(c.early[i].seq, p.seq) {
		i++
	}
	if i < len(c.early) && c.early[i].seq == p.seq && c.early[i].span() >= p.span() {
		return false
	}
	c.early = slices.Insert(c.early, i, p)
	return true
}

// take delivers the segment that is next. It reports whether c still lives.
func (c *tcb) take(p *packet) bool {
	if size := uint32(len(p.data)); size > 0 {
		if c.handle == nil {
			// RFC 9293 §3.10.7.4 and RFC 1122 §4.2.2.13: text for somebody who has closed is answered with RST, to
			// show that it was lost. If the other process has closed as well, there is nobody to show it to: the
			// closing alerts of TLS that cross would leave a RST in each session.
			if !c.peerClosed() {
				c.reset()
				return false
			}
		} else {
			p.data = c.rcv.take(p.data)
		}
		c.rcvNxt += size
		c.ackOwed = true
		if size >= c.mss {
			c.segments++
			c.ackNow = c.ackNow || c.segments >= 2 // RFC 9293 §3.8.6.3
		}
	}
	if p.flags&trace.FIN != 0 {
		c.rcvNxt++
		c.rcvFin = true
		c.ackNow = true
		switch c.state {
		case stateEstablished:
			c.state = stateCloseWait
		case stateFinWait1:
			c.state = stateClosing
		case stateFinWait2:
			if c.handle == nil {
				c.sendAck() // now, while c lives
			}
			c.enterTimeWait()
			if c.state == stateClosed {
				return false
			}
		}
	}
	if c.reader != nil {
		c.reader.wake(wakeEvent)
		c.reader = nil
	}
	return true
}

// delayAck is called at the end of the step that brought text: what the process sends carries the ACK, else it waits.
func (c *tcb) delayAck() {
	if c.ackOwed && c.state != stateClosed && !c.ackTimer.isSet() {
		c.net.timers.set(&c.ackTimer, order{c.net.now + ackDelay, c.host.nextKey()})
	}
}

func (c *tcb) onAckDelay() { c.sendAck() }

// reset ends c with a RST. RFC 9293 §3.10.5
func (c *tcb) reset() {
	if c.state != stateClosed && c.state != stateTimeWait {
		c.emit(trace.RST|trace.ACK, c.nxt, nil)
		c.flow.rst(c.side, false)
	}
	c.vanish()
}

// giveUp is the end of all retransmissions.
func (c *tcb) giveUp() {
	if c.state == stateSynSent {
		c.flow.abandon()
		c.fail(host.ErrUnanswered)
		return
	}
	c.fail(errTimeout)
}
