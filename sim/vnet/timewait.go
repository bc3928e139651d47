package vnet

import "github.com/smtpsim/smtpsim/trace"

// timeWait is all that a host keeps of a connection in TIME-WAIT once its process has closed it: enough to acknowledge
// the peer's FIN if it comes again. The tcb itself goes on to serve other connections.
type timeWait struct {
	end           *tcb // as the peer's packets name it; nil: the wait is over
	peer          *tcb
	local, remote *face
	expires       int64
	gen, peerGen  uint32
	seq, ack      uint32
	lport, rport  uint16
	window        uint16
	client        bool // the local port is one that the host gives out
}

// timeWaits are a host's connections in TIME-WAIT, oldest first. There is no timer: a wait ends when somebody would notice.
type timeWaits struct {
	ends []timeWait
	head int
}

// enterTimeWait starts the 2 MSL wait. A process that has not closed yet may still read what has come.
func (c *tcb) enterTimeWait() {
	c.state = stateTimeWait
	c.rtx.off()
	c.expires = c.net.now + timeWait2MSL
	if c.handle == nil {
		c.rest()
	}
}

// rest leaves what is left of the wait to the host.
func (c *tcb) rest() {
	h, now := c.host, c.net.now
	h.waits.ends = append(h.waits.ends, timeWait{end: c, gen: c.gen, client: c.side == trace.FromClient, window: c.window(),
		seq: c.nxt, ack: c.rcvNxt, local: c.local, remote: c.remote, lport: c.lport, rport: c.rport,
		peer: c.peer, peerGen: c.peerGen, expires: c.expires})
	c.leave()
	for h.waits.count() > timeWaitsMax || h.waits.count() > 0 && h.waits.ends[h.waits.head].expires <= now {
		h.forgetTimeWait()
	}
}

func (w *timeWaits) count() int { return len(w.ends) - w.head }

// forgetTimeWait ends the oldest wait; false if there is none.
func (h *Host) forgetTimeWait() bool {
	w := &h.waits
	if w.count() == 0 {
		return false
	}
	h.endTimeWait(&w.ends[w.head])
	w.head++
	if w.head > timeWaitsMax {
		w.ends = w.ends[:copy(w.ends, w.ends[w.head:])]
		w.head = 0
	}
	return true
}

// endTimeWait makes t match no packet any more and gives its port back.
func (h *Host) endTimeWait(t *timeWait) {
	if t.end != nil && t.client {
		h.ports.release(t.lport)
	}
	*t = timeWait{}
}

// inTimeWait takes a packet for a connection in TIME-WAIT. It reports whether there is such a one.
func (h *Host) inTimeWait(p *packet) bool {
	if p.target == nil {
		return false
	}
	for i := len(h.waits.ends) - 1; i >= h.waits.head; i-- {
		t := &h.waits.ends[i]
		if t.end != p.target || t.gen != p.targetGen {
			continue
		}
		if t.expires <= h.net.now {
			h.endTimeWait(t)
			return false
		}
		if p.finAgain() {
			t.expires = h.net.now + timeWait2MSL
			t.acknowledge(h.net)
		}
		return true
	}
	return false
}

func (t *timeWait) acknowledge(n *Network) {
	p := n.newPacket()
	p.proto, p.flags = TCP, trace.ACK
	p.src, p.dst, p.sport, p.dport = t.local, t.remote, t.lport, t.rport
	p.seq, p.ack, p.window = t.seq, t.ack, t.window
	p.sender, p.senderGen = nil, 0
	p.target, p.targetGen = t.peer, t.peerGen
	n.send(p)
}

// finAgain says that the peer has not got our last ACK. A RST does nothing in TIME-WAIT: RFC 1337 §3.
func (p *packet) finAgain() bool { return p.span() > 0 && p.flags&trace.RST == 0 }
