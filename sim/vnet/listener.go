package vnet

import (
	"net"
	"net/netip"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/trace"
)

// listener is an open TCP port.
type listener struct {
	host    *Host
	at      netip.AddrPort
	closed  bool
	opening int // in SYN-RECEIVED
	queue   []*Conn
	waiting []*process
}

func (h *Host) listen(at netip.AddrPort) (host.Listener, error) {
	if h.gone() {
		return nil, host.ErrClosed
	}
	at = plain(at)
	err := h.mayBind(at.Addr())
	if at.Port() == 0 {
		at = h.freePort(at.Addr())
	}
	if err == nil && h.listenerFor(at) != nil {
		err = errInUse
	}
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: net.TCPAddrFromAddrPort(at), Err: err}
	}
	l := &listener{host: h, at: at}
	h.listeners = append(h.listeners, l)
	return l, nil
}

// freePort picks a port nobody listens on, below those that connections use.
func (h *Host) freePort(a netip.Addr) netip.AddrPort {
	at := netip.AddrPortFrom(a, firstPort-1)
	for h.listenerFor(at) != nil {
		at = netip.AddrPortFrom(a, at.Port()-1)
	}
	return at
}

func (h *Host) listenerFor(at netip.AddrPort) *listener {
	for _, l := range h.listeners {
		if overlaps(l.at, at) {
			return l
		}
	}
	return nil
}

// syn answers a request to connect. With a full backlog it is dropped, as Linux does: the client tries again.
func (l *listener) syn(p *packet, origin *tcb) {
	if l.opening+len(l.queue) >= backlogMax {
		return
	}
	c := l.host.net.newTCB(l.host, p.dst, p.src, p.dport, p.sport)
	c.side, c.state, c.listener = trace.FromServer, stateSynReceived, l
	c.mss = min(c.mss, uint32(p.mss))
	c.rcvNxt = p.seq + 1
	c.rcvEdge = c.rcvNxt + synWindow
	c.peer, c.peerGen = p.sender, p.senderGen
	if origin != nil {
		join(c, origin)
		if c.flow = origin.flow; c.flow != nil {
			c.flow.users++
		}
	}
	l.opening++
	c.sendSyn()
}

// established queues a connection for Accept; one that comes after the listener was closed is reset.
func (l *listener) established(c *tcb) bool {
	l.opening--
	c.listener = nil
	if l.closed {
		c.reset()
		return false
	}
	c.handle = newConn(c)
	l.queue = append(l.queue, c.handle)
	if len(l.waiting) > 0 {
		p := l.waiting[0]
		l.waiting = without(l.waiting, p)
		p.wake(wakeEvent)
	}
	return true
}

// Accept waits for the next connection.
func (l *listener) Accept() (net.Conn, error) {
	for len(l.queue) == 0 {
		if l.closed {
			return nil, &net.OpError{Op: "accept", Net: "tcp", Addr: net.TCPAddrFromAddrPort(l.Addr()), Err: net.ErrClosed}
		}
		p := l.host.net.current()
		l.waiting = append(l.waiting, p)
		if p.block(never, wait{kind: waitAccept, idle: true, on: l}) == wakeClosed {
			return nil, host.ErrClosed
		}
	}
	c := l.queue[0]
	l.queue = append(l.queue[:0], l.queue[1:]...)
	return c, nil
}

// Close refuses whoever comes now, and resets whom nobody has accepted.
func (l *listener) Close() error {
	if l.closed {
		return net.ErrClosed
	}
	l.closed = true
	h := l.host
	for i, other := range h.listeners {
		if other == l {
			h.listeners = append(h.listeners[:i], h.listeners[i+1:]...)
			break
		}
	}
	for _, c := range l.queue {
		c.Abort()
	}
	for _, p := range l.waiting {
		p.wake(wakeEvent)
	}
	l.queue, l.waiting = nil, nil
	return nil
}

// Addr is where it listens; the address is unspecified for all.
func (l *listener) Addr() netip.AddrPort { return shown(l.at) }

// String is the port, for reports.
func (l *listener) String() string { return shown(l.at).String() }

// dialer opens connections of a host.
type dialer struct{ host *Host }

// Dial connects to an address. The error wraps host.ErrRefused, ErrUnanswered, ErrUnreachable or ErrClosed.
func (d dialer) Dial(to netip.AddrPort, timeout time.Duration) (net.Conn, error) {
	c, err := d.dial(to, timeout)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: net.TCPAddrFromAddrPort(to), Err: err}
	}
	return c, nil
}

func (d dialer) dial(to netip.AddrPort, timeout time.Duration) (*Conn, error) {
	h := d.host
	n := h.net
	p := n.current()
	if h.gone() {
		p.block(n.now, wait{kind: waitDial}) // counts the refusal
		return nil, host.ErrClosed
	}
	remote := h.face(to.Addr())
	local := h.source(remote)
	if local == nil {
		return nil, host.ErrUnreachable
	}
	port, ok := h.ports.take()
	for !ok {
		if !h.forgetTimeWait() {
			return nil, errNoPort
		}
		port, ok = h.ports.take()
	}
	c := n.newTCB(h, local, remote, port, to.Port())
	c.side, c.state = trace.FromClient, stateSynSent
	c.flow = n.newFlow(c)
	conn := newConn(c)
	c.handle = conn
	c.dialing = p
	c.sendSyn()
	until := never
	if timeout > 0 {
		until = n.after(timeout)
	}
	w := p.block(until, wait{kind: waitDial, on: c})
	c.dialing = nil
	if w == wakeEvent && c.state != stateClosed {
		return conn, nil
	}
	conn.closed = true
	err := c.err
	c.handle = nil
	if c.state == stateClosed {
		c.release()
	} else {
		if w == wakeTimeout {
			c.flow.abandon()
		}
		c.vanish()
	}
	switch {
	case w == wakeClosed:
		return nil, host.ErrClosed
	case err == nil:
		return nil, host.ErrUnanswered
	}
	return nil, err
}
