package vnet

import (
	"github.com/smtpsim/smtpsim/trace"
)

// emit sends one segment.
func (c *tcb) emit(flags trace.TCPFlags, seq uint32, data []byte) {
	n := c.net
	p := n.newPacket()
	p.proto, p.flags = TCP, flags
	p.src, p.dst, p.sport, p.dport = c.local, c.remote, c.lport, c.rport
	p.seq, p.ack, p.window = seq, 0, 0
	p.sender, p.senderGen = c, c.gen
	p.target, p.targetGen = c.peer, c.peerGen
	p.data = append(p.data[:0], data...)
	if flags&trace.SYN != 0 {
		p.mss, p.window = uint16(c.mss), synWindow
	} else if flags&trace.RST == 0 {
		p.window = c.window()
	}
	if flags&trace.ACK != 0 {
		p.ack = c.rcvNxt
		c.ackOwed, c.ackNow, c.segments = false, false, 0
		c.ackTimer.off()
	}
	n.send(p)
}

func (c *tcb) sendAck() { c.emit(trace.ACK, c.nxt, nil) }

// window is what we promise in the header, and moves the promise's right edge: never back, and forward only by steps worth
// while. RFC 9293 §3.8.6.2.2
func (c *tcb) window() uint16 {
	edge := c.rcvNxt + uint32(max(recvMax-c.rcv.len(), 0))
	if gain := int32(edge - c.rcvEdge); gain >= int32(c.mss) {
		c.rcvEdge = edge
	}
	return uint16((c.rcvEdge - c.rcvNxt) >> windowShift)
}

// sendSyn sends SYN or, on the passive side, SYN and ACK.
func (c *tcb) sendSyn() {
	flags := trace.SYN
	if c.side == trace.FromServer {
		flags |= trace.ACK
	}
	if c.max == c.iss {
		c.timing, c.timeSeq, c.timeAt = true, c.iss+1, c.net.now
	}
	c.nxt, c.max = c.iss+1, c.iss+1
	c.emit(flags, c.iss, nil)
	if c.side == trace.FromClient {
		if c.flow != nil && c.flow.closed { // refused, but the RST was lost: whoever looks on sees a new attempt
			c.flow = c.net.newFlow(c)
		}
		c.flow.syn()
	} else {
		c.flow.open()
	}
	c.arm()
}

// arm sets the retransmission timer anew. RFC 6298 §5
func (c *tcb) arm() {
	c.net.timers.set(&c.rtx, order{c.net.now + c.rto, c.host.nextKey()})
}

// output sends what windows and buffer allow.
func (c *tcb) output() {
	if c.state < stateEstablished || c.state == stateTimeWait {
		return
	}
	end := c.base + uint32(c.snd.len())
	for !seqAfter(c.nxt, end) {
		unsent := end - c.nxt
		flying := c.nxt - c.una
		size := min(unsent, c.mss)
		if room := min(c.wnd, c.cwnd); flying >= room {
			size = 0
		} else {
			size = min(size, room-flying)
		}
		last := size == unsent
		fin := c.fin && last
		if size == 0 && !fin {
			break
		}
		if size < c.mss && !last && flying > 0 { // silly window: RFC 9293 §3.8.6.2.1
			break
		}
		c.segment(size, last, fin)
	}
	if (c.una != c.max || seqBefore(c.nxt, end)) && !c.rtx.isSet() {
		c.arm()
	}
}

// segment sends size octets from nxt on, for the first time or again.
func (c *tcb) segment(size uint32, last, fin bool) {
	flags := trace.ACK
	if last && size > 0 {
		flags |= trace.PSH
	}
	if fin {
		flags |= trace.FIN
	}
	from := c.nxt - c.base
	data := c.snd.bytes()[from : from+size]
	next := c.nxt + size
	if !c.timing && size > 0 && c.nxt == c.max {
		c.timing, c.timeSeq, c.timeAt = true, next, c.net.now
	}
	c.emit(flags, c.nxt, data)
	if fresh := int32(next - c.max); fresh > 0 {
		c.max = next
		c.flow.data(c.side, data[size-uint32(fresh):])
	}
	if fin {
		next++
		if seqAfter(next, c.max) {
			c.max = next
			c.flow.fin(c.side)
		}
	}
	c.nxt = next
}

// acked takes what the peer has acknowledged out of the books. It reports whether our FIN was among it.
func (c *tcb) acked(ack uint32) (fin bool) {
	n := ack - c.una
	octets := min(ack-c.base, uint32(c.snd.len()))
	c.snd.drop(int(octets))
	c.base += octets
	fin = c.fin && ack == c.base+1
	c.una = ack
	if seqBefore(c.nxt, ack) {
		c.nxt = ack
	}
	c.tries = 0
	if c.timing && !seqBefore(ack, c.timeSeq) {
		c.timing = false
		c.measure(c.net.now - c.timeAt)
	}
	c.grow(n)
	if c.una == c.max {
		c.rtx.off()
	} else {
		c.arm()
	}
	if c.writer != nil && c.snd.len() < sendMax {
		c.writer.wake(wakeEvent)
		c.writer = nil
	}
	return fin
}

// measure takes a round trip time into the retransmission timeout. RFC 6298 §2
func (c *tcb) measure(rtt int64) {
	if c.srtt == 0 {
		c.srtt, c.rttvar = rtt, rtt/2
	} else {
		c.rttvar += (max(c.srtt-rtt, rtt-c.srtt) - c.rttvar) / 4
		c.srtt += (rtt - c.srtt) / 8
	}
	c.rto = min(max(c.srtt+max(clockGrain, 4*c.rttvar), rtoMin), rtoMax)
}

// grow opens the congestion window for n octets that were acknowledged. RFC 5681 §3.1, RFC 6582 §3.2
func (c *tcb) grow(n uint32) {
	c.dupAcks = 0
	switch {
	case c.recovering && seqBefore(c.una, c.recover): // partial: the next hole
		c.resend()
		c.cwnd = max(c.cwnd-min(n, c.cwnd), c.mss) + c.mss
	case c.recovering:
		c.recovering = false
		c.cwnd = c.ssthresh
	case c.cwnd < c.ssthresh:
		c.cwnd = min(c.cwnd+min(n, c.mss), cwndMax)
	default:
		c.cwnd = min(c.cwnd+max(c.mss*c.mss/c.cwnd, 1), cwndMax)
	}
}

// duplicateAck counts; the third in a row means that a segment was lost. RFC 5681 §3.2
func (c *tcb) duplicateAck() {
	c.dupAcks++
	switch {
	case c.recovering:
		c.cwnd = min(c.cwnd+c.mss, cwndMax)
	case c.dupAcks == 3 && seqAfter(c.una, c.recover):
		c.ssthresh = max((c.max-c.una)/2, 2*c.mss)
		c.recovering, c.recover = true, c.max
		c.resend()
		c.cwnd = c.ssthresh + 3*c.mss
	}
}

// resend sends the oldest unacknowledged segment again.
func (c *tcb) resend() {
	if c.una == c.max {
		return
	}
	c.timing = false
	keep := c.nxt
	c.nxt = c.una
	size := min(uint32(c.snd.len()), c.mss)
	last := size == uint32(c.snd.len())
	c.segment(size, last, c.fin && last && seqAfter(c.max, c.base+size))
	if seqAfter(keep, c.nxt) {
		c.nxt = keep
	}
}

// onRetransmit is the retransmission timer's, the persist timer's and FIN-WAIT-2's end.
func (c *tcb) onRetransmit() {
	if c.state == stateFinWait2 && c.handle == nil {
		c.vanish()
		return
	}
	c.tries++
	if c.tries > c.triesMax() {
		c.giveUp()
		return
	}
	c.timing = false // Karn: what is sent again cannot be timed
	flying := c.una != c.max
	c.rto = min(2*c.rto, rtoMax)
	switch c.state {
	case stateSynSent, stateSynReceived:
		c.sendSyn()
		return
	}
	if flying {
		if c.tries == 1 {
			c.ssthresh = max((c.max-c.una)/2, 2*c.mss)
		}
		c.cwnd = c.mss
		c.recovering, c.recover, c.dupAcks = false, c.max, 0
	}
	c.nxt = c.una
	if c.wnd == 0 && c.snd.len() > 0 {
		// A probe without an octet, as Linux sends it: the answer tells the window. RFC 9293 §3.8.6.1
		c.emit(trace.ACK, c.una-1, nil)
		c.arm()
		return
	}
	c.arm()
	c.output()
}

func (c *tcb) triesMax() int {
	switch c.state {
	case stateSynSent:
		return synRetries
	case stateSynReceived:
		return synAckRetries
	}
	return dataRetries
}
