package conform

import (
	"bytes"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
)

// Wire is what stands between an engine and its connections: it applies mutations and tells each line that passes.
type Wire struct {
	Host      *host.Host
	Mutations []*Mutation
	// Line is told each line as it is on the wire, without its end; sent: by the engine. nil: nobody listens.
	Line func(c *Conn, sent bool, line string)
	// Piece is told what goes out in one piece, as changed. nil: nobody listens.
	Piece func(octets []byte)
	// Event is told what else happens: "connect", "refused", "close" by the engine, "end" by the other side; c is nil where
	// there is no connection. nil: nobody listens.
	Event func(c *Conn, to netip.AddrPort, what string)
}

func (w *Wire) event(c *Conn, to netip.AddrPort, what string) {
	if w.Event != nil {
		w.Event(c, to, what)
	}
}

// Attach puts w into the host's ports: what it dials, accepts, and leads inside TLS.
func (w *Wire) Attach() {
	h := w.Host
	h.Dialer = wiredDialer{h.Dialer, w}
	listen := h.Listen
	h.Listen = func(at netip.AddrPort) (host.Listener, error) {
		ln, err := listen(at)
		if err != nil {
			return nil, err
		}
		return wiredListener{ln, w}, nil
	}
	h.Inside = func(inner net.Conn) net.Conn { return w.Conn(inner, true) }
}

type wiredDialer struct {
	host.Dialer
	w *Wire
}

func (d wiredDialer) Dial(to netip.AddrPort, timeout time.Duration) (net.Conn, error) {
	c, err := d.Dialer.Dial(to, timeout)
	if err != nil {
		d.w.event(nil, to, "refused")
		return nil, err
	}
	wired := d.w.Conn(c, false)
	wired.Dialed = true
	d.w.event(wired, to, "connect")
	for _, m := range d.w.Mutations {
		if m.Port == "first" {
			_, _ = wired.Write([]byte(m.with)) // what is wrong with the connection shows at once
		}
	}
	return wired, nil
}

type wiredListener struct {
	host.Listener
	w *Wire
}

func (l wiredListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.w.Conn(c, false), nil
}

// Conn wraps a connection; inside: it is what TLS carries.
func (w *Wire) Conn(c net.Conn, inside bool) *Conn {
	wired := &Conn{Conn: c, wire: w, Inside: inside}
	wired.in.of, wired.out.of = wired, wired
	wired.out.sent = true
	return wired
}

// Conn is a connection whose lines can be changed on their way.
type Conn struct {
	net.Conn
	Dialed bool // by this host
	Inside bool // of TLS
	wire   *Wire
	in     stream
	out    stream
	ready  []byte // read and changed, not yet taken
	cipher bool   // TLS has begun: octets are no lines any more
	closed bool
	hold   bool   // the deviation keeps this piece back
	push   bool   // the deviation sends each line by itself
	held   []byte // kept back
}

// stream is one direction.
type stream struct {
	of   *Conn
	sent bool
	last string // line that was whole
	part []byte // of the line that is not
	mid  bool   // the beginning of the line has gone on
}

// SetReadTimeout passes the engine's patience on.
func (c *Conn) SetReadTimeout(d time.Duration) error {
	return host.Timeout(c.Conn, c.wire.Host.Clock, d)
}

// SetWriteTimeout does the same for what the engine sends.
func (c *Conn) SetWriteTimeout(d time.Duration) error { return host.WriteTimeout(c.Conn, d) }

// Abort passes a reset on.
func (c *Conn) Abort() error {
	if a, ok := c.Conn.(interface{ Abort() error }); ok {
		return a.Abort()
	}
	return c.Conn.Close()
}

// Ends passes the addresses on.
func (c *Conn) Ends() (local, remote netip.AddrPort) { return host.Ends(c.Conn) }

// Read gives the node what came, changed.
func (c *Conn) Read(p []byte) (int, error) {
	for len(c.ready) == 0 {
		if c.closed {
			return 0, io.EOF
		}
		n, err := c.Conn.Read(p)
		if n > 0 {
			if c.cipher || isTLS(p[:n]) {
				c.cipher = true
				return n, err
			}
			c.ready = c.in.pass(c.ready, p[:n])
		}
		if err != nil && len(c.ready) == 0 {
			if err == io.EOF {
				c.wire.event(c, netip.AddrPort{}, "end")
			}
			return 0, err
		}
	}
	n := copy(p, c.ready)
	c.ready = c.ready[n:]
	return n, nil
}

// Write sends what the node says, changed.
func (c *Conn) Write(p []byte) (int, error) {
	if c.cipher || isTLS(p) {
		c.cipher = true
		return c.Conn.Write(p)
	}
	if err := c.send(c.out.pass(c.held, p)); err != nil {
		return 0, err
	}
	if c.closed {
		_ = c.Conn.Close() // the deviation asked for it
		return 0, net.ErrClosed
	}
	return len(p), nil
}

// send writes one piece, unless the end of it is to wait for the next.
func (c *Conn) send(out []byte) error {
	c.held = nil
	if c.hold {
		c.hold, c.held = false, out
		return nil
	}
	if len(out) == 0 {
		return nil
	}
	if c.wire.Piece != nil {
		c.wire.Piece(out)
	}
	_, err := c.Conn.Write(out)
	return err
}

// Close tells that the engine closes.
func (c *Conn) Close() error {
	c.wire.event(c, netip.AddrPort{}, "close")
	return c.Conn.Close()
}

// isTLS knows the first record of a handshake (RFC 8446 §5.1).
func isTLS(p []byte) bool { return len(p) > 2 && (p[0] == 22 || p[0] == 21) && p[1] == 3 }

// pass appends to dst what becomes of p. A line that comes in pieces is not changed.
func (s *stream) pass(dst, p []byte) []byte {
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n') + 1
		if end == 0 {
			s.mid, s.part = true, append(s.part, p...)
			s.tell(false)
			return append(dst, p...)
		}
		line := p[:end]
		p = p[end:]
		if s.mid {
			s.mid = false
			s.part = append(s.part, line...)
			s.tell(true)
			dst = append(dst, line...)
			continue
		}
		if !s.sent { // what others say is on the wire as they said it
			s.part = append(s.part[:0], line...)
			s.tell(true)
		}
		text, gone := s.change(string(line))
		if s.of.push {
			s.of.push = false
			_ = s.of.send(dst) // the next Write shows what is wrong
			dst = nil
		}
		dst = append(dst, text...)
		if s.sent && text != "" {
			s.part = append(s.part[:0], text...)
			s.tell(true)
		}
		if gone || s.of.closed {
			return dst
		}
	}
	return dst
}

// change is what the mutations make of one line with its end.
func (s *stream) change(line string) (text string, gone bool) {
	other := &s.of.in
	port := "out"
	if !s.sent {
		other, port = &s.of.out, "in"
	}
	bare := strings.TrimRight(line, "\r\n")
	if !s.sent {
		s.last = bare
	}
	for _, m := range s.of.wire.Mutations {
		if m.Port != port || !m.applies(bare, other.last) {
			continue
		}
		switch m.how {
		case "close":
			s.of.closed = true
			return "", true
		case "hold":
			s.of.hold = true
		case "push":
			s.of.push = true
		case "delay":
			s.of.wire.Host.Clock.Sleep(m.delay)
		default:
			changed := ""
			if m.with != "" {
				changed = m.match.ReplaceAllString(bare, m.with)
			}
			s.of.closed = s.of.closed || m.hang
			if changed == "" || strings.HasSuffix(changed, "\n") {
				line = changed
			} else {
				line = changed + line[len(bare):]
			}
		}
		break
	}
	if s.sent {
		s.last = bare
	}
	return line, false
}

// tell tells the lines in part, if they are whole.
func (s *stream) tell(whole bool) {
	if !whole {
		return
	}
	if f := s.of.wire.Line; f != nil {
		for line := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSuffix(string(s.part), "\n"), "\r"), "\r\n") {
			f(s.of, s.sent, line)
		}
	}
	s.part = s.part[:0]
}
