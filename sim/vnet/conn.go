package vnet

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
)

var errTwoReaders = errors.New("two processes read or write the same connection at once")

// Conn is a TCP connection as a process holds it: a net.Conn with half-close and Abort. One process may read while another
// one writes. Read deadlines are in the host's own clock; write deadlines are ignored (tls.Conn.Close sets one from the wall
// clock), SetWriteTimeout bounds a Write.
type Conn struct {
	c             *tcb
	local, remote netip.AddrPort
	closed        bool
	deadline      int64 // true time
	patience      int64 // of one Write; 0: for ever
}

func newConn(c *tcb) *Conn {
	return &Conn{c: c, local: c.localAddr(), remote: c.remoteAddr(), deadline: never}
}

func (c *Conn) fault(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

// Read waits for octets. Errors: io.EOF; os.ErrDeadlineExceeded, syscall.ECONNRESET, ETIMEDOUT, net.ErrClosed and
// host.ErrClosed in a *net.OpError.
func (c *Conn) Read(b []byte) (int, error) {
	for {
		if c.closed {
			return 0, c.fault("read", net.ErrClosed)
		}
		t := c.c
		n := t.net
		switch {
		case c.deadline <= n.now:
			return 0, c.fault("read", os.ErrDeadlineExceeded)
		case len(b) == 0:
			return 0, nil
		case t.rcv.len() > 0:
			k := copy(b, t.rcv.bytes())
			t.rcv.drop(k)
			t.offerWindow()
			return k, nil
		case t.rcvFin:
			return 0, io.EOF
		case t.err != nil:
			return 0, c.fault("read", t.err)
		case t.state == stateClosed:
			return 0, c.fault("read", host.ErrClosed)
		}
		p := n.current()
		if t.reader != nil && t.reader != p {
			return 0, c.fault("read", errTwoReaders)
		}
		t.reader = p
		w := p.block(c.deadline, wait{kind: waitRead, on: t})
		if !c.closed && t.reader == p {
			t.reader = nil
		}
		if w == wakeClosed {
			return 0, c.fault("read", host.ErrClosed)
		}
	}
}

// offerWindow tells the peer that there is room again, when it is worth a packet. RFC 9293 §3.8.6.2.2
func (c *tcb) offerWindow() {
	if c.rcvFin || c.state == stateClosed || c.host.gone() {
		return
	}
	gain := int32(c.rcvNxt + uint32(max(recvMax-c.rcv.len(), 0)) - c.rcvEdge)
	left := c.rcvEdge - c.rcvNxt
	if left < recvMax/8 && gain >= recvMax/2 || left < c.mss && gain >= int32(c.mss) {
		c.sendAck()
	}
}

// Write hands octets to the network; it waits while too many are on their way.
func (c *Conn) Write(b []byte) (int, error) {
	done, until := 0, never
	for {
		if c.closed {
			return done, c.fault("write", net.ErrClosed)
		}
		t := c.c
		switch {
		case t.err != nil:
			return done, c.fault("write", t.err)
		case t.fin:
			return done, c.fault("write", errPipe)
		case t.state == stateClosed:
			return done, c.fault("write", host.ErrClosed)
		}
		if room := sendMax - t.snd.len(); room > 0 {
			k := min(room, len(b)-done)
			t.snd.append(b[done : done+k])
			done += k
			t.output()
			if done == len(b) {
				return done, nil
			}
			continue
		}
		if c.patience > 0 && until == never {
			until = t.net.after(time.Duration(c.patience))
		}
		if until <= t.net.now {
			return done, c.fault("write", os.ErrDeadlineExceeded)
		}
		p := t.net.current()
		if t.writer != nil && t.writer != p {
			return done, c.fault("write", errTwoReaders)
		}
		t.writer = p
		w := p.block(until, wait{kind: waitWrite, on: t})
		if !c.closed && t.writer == p {
			t.writer = nil
		}
		if w == wakeClosed {
			return done, c.fault("write", host.ErrClosed)
		}
	}
}

// CloseWrite sends FIN after what was written; reading goes on.
func (c *Conn) CloseWrite() error {
	if c.closed {
		return c.fault("close", net.ErrClosed)
	}
	c.c.shutdown()
	return nil
}

// shutdown queues our FIN.
func (c *tcb) shutdown() {
	if c.fin {
		return
	}
	switch c.state {
	case stateEstablished:
		c.state = stateFinWait1
	case stateCloseWait:
		c.state = stateLastAck
	default:
		return
	}
	c.fin = true
	c.output()
}

// Close gives the connection up: FIN after what was written, or RST if something was not read that the peer's process may
// still hope to be answered (RFC 1122 §4.2.2.13).
func (c *Conn) Close() error {
	if c.closed {
		return c.fault("close", net.ErrClosed)
	}
	t := c.detach()
	switch {
	case t.state == stateClosed:
		t.release()
	case t.host.gone():
		t.vanish()
	case t.rcv.len() > 0 && !t.peerClosed():
		t.reset()
	case t.state == stateTimeWait:
		t.rest()
	case t.state == stateFinWait2:
		t.net.timers.set(&t.rtx, order{t.net.now + finTimeout, t.host.nextKey()})
	default:
		t.shutdown()
	}
	return nil
}

// peerClosed reports whether the peer's process has given the connection up, so that nobody there can learn any more what
// becomes of its text.
func (c *tcb) peerClosed() bool {
	if q := c.partner(); q != nil {
		return q.handle == nil && q.fin
	}
	return c.rcvFin
}

// Abort ends the connection with RST, as SO_LINGER with zero does; what is under way is lost.
func (c *Conn) Abort() error {
	if c.closed {
		return c.fault("close", net.ErrClosed)
	}
	t := c.detach()
	switch {
	case t.state == stateClosed:
		t.release()
	case t.host.gone():
		t.vanish()
	default:
		t.reset()
	}
	return nil
}

// detach ends the process's hold; whoever waits in Read or Write learns of it.
func (c *Conn) detach() *tcb {
	t := c.c
	c.closed = true
	t.handle = nil
	t.wakeAll()
	return t
}

// LocalAddr is a *net.TCPAddr.
func (c *Conn) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(c.local) }

// RemoteAddr is a *net.TCPAddr.
func (c *Conn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

// Ends are both addresses at once, as host.Ends wants them.
func (c *Conn) Ends() (local, remote netip.AddrPort) { return c.local, c.remote }

// SetDeadline sets the read deadline.
func (c *Conn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// SetReadDeadline sets the moment on the host's clock from which on reading fails; the zero time means never.
func (c *Conn) SetReadDeadline(t time.Time) error {
	switch {
	case c.closed:
		return c.fault("set", net.ErrClosed)
	case t.IsZero():
		c.setDeadline(never)
	default:
		c.setDeadline(c.c.host.clock.reaches(t))
	}
	return nil
}

// SetReadTimeout is what host.Timeout does with other connections by a deadline.
func (c *Conn) SetReadTimeout(d time.Duration) error {
	switch {
	case c.closed:
		return c.fault("set", net.ErrClosed)
	case d == 0:
		c.setDeadline(never)
	default:
		c.setDeadline(c.c.host.clock.in(d))
	}
	return nil
}

func (c *Conn) setDeadline(at int64) {
	c.deadline = at
	end := c.c
	if p := end.reader; p != nil {
		if at == never {
			p.timer.off()
		} else {
			end.net.timers.set(&p.timer, order{max(at, end.net.now), end.host.nextKey()})
		}
	}
}

// SetWriteTimeout bounds each Write from now on: it fails with os.ErrDeadlineExceeded when the peer has made no room for its
// octets for d of true time. 0 takes the limit away.
func (c *Conn) SetWriteTimeout(d time.Duration) error {
	if c.closed {
		return c.fault("set", net.ErrClosed)
	}
	c.patience = int64(max(d, 0))
	return nil
}

// SetWriteDeadline does nothing.
func (c *Conn) SetWriteDeadline(time.Time) error { return nil }

var _ interface {
	net.Conn
	CloseWrite() error
	Abort() error
} = (*Conn)(nil)
