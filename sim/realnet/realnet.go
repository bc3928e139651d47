package realnet

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	mathrand "math/rand/v2"

	"github.com/smtpsim/smtpsim/sim/host"
)

// dialTimeout is the network's own limit for a connection to be answered: RFC 1123 §5.3.2 leaves it to the system, most
// give between 75 and 127 s.
const dialTimeout = 75 * time.Second

// writeTimeout is how long the peer may leave one piece of text unread: RFC 5321 §4.5.3.2.5.
const writeTimeout = 3 * time.Minute

// Options describe a host of the real world.
type Options struct {
	Name   string
	Addrs  []netip.Addr // what it says of itself; none: 127.0.0.1
	Dir    string       // of the store, made when needed; "": the store refuses to keep anything
	Claims host.Claims  // called from many goroutines; nil: host.NoClaims
	// WriteTimeout is how long a Write waits for a peer that does not read; 0: three minutes (RFC 5321 §4.5.3.2.5).
	WriteTimeout time.Duration
	// Route, if set, says where connections and datagrams to an address really go: port 25 of a documentation address to a
	// free port on loopback.
	Route func(netip.AddrPort) netip.AddrPort
}

// New makes a host of the real world.
func New(o Options) *host.Host {
	if o.Claims == nil {
		o.Claims = host.NoClaims{}
	}
	if len(o.Addrs) == 0 {
		o.Addrs = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	if o.Route == nil {
		o.Route = func(to netip.AddrPort) netip.AddrPort { return to }
	}
	if o.WriteTimeout == 0 {
		o.WriteTimeout = writeTimeout
	}
	return &host.Host{
		Name: o.Name, Addrs: o.Addrs, Claims: o.Claims,
		Clock:     clock{},
		Dialer:    dialer{o.Route, o.WriteTimeout},
		Listen:    func(at netip.AddrPort) (host.Listener, error) { return listen(at, o.WriteTimeout) },
		ListenUDP: func(at netip.AddrPort) (host.PacketConn, error) { return listenUDP(at, o.Route) },
		Store:     &store{dir: o.Dir},
		Rand:      mathrand.New(source{}),
		Go:        func(_ string, f func()) { go f() },
		NewSignal: func() host.Signal { return make(signal, 1) },
	}
}

// source makes the host's Rand safe for many goroutines.
type source struct{}

func (source) Uint64() uint64 {
	var b [8]byte
	rand.Read(b[:])
	return binary.LittleEndian.Uint64(b[:])
}

type clock struct{}

func (clock) Now() time.Time        { return time.Now() }
func (clock) Sleep(d time.Duration) { time.Sleep(d) }

// signal holds at most one Notify.
type signal chan struct{}

func (s signal) Notify() {
	select {
	case s <- struct{}{}:
	default:
	}
}

func (s signal) Wait(d time.Duration) bool {
	if d < 0 {
		<-s
		return true
	}
	select { // what has come already counts, whatever the timer says
	case <-s:
		return true
	default:
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-s:
		return true
	case <-t.C:
		return false
	}
}

type dialer struct {
	route func(netip.AddrPort) netip.AddrPort
	write time.Duration
}

// Dial connects; a *Conn comes back.
func (d dialer) Dial(to netip.AddrPort, timeout time.Duration) (net.Conn, error) {
	if timeout <= 0 {
		timeout = dialTimeout
	}
	c, err := net.DialTimeout("tcp", d.route(to).String(), timeout)
	if err != nil {
		return nil, dialError(err)
	}
	return &Conn{TCPConn: c.(*net.TCPConn), write: d.write}, nil
}

// dialError adds the words of sim/host to the system's error.
func dialError(err error) error {
	var timeout net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w: %w", host.ErrRefused, err)
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL),
		errors.Is(err, syscall.EAFNOSUPPORT):
		return fmt.Errorf("%w: %w", host.ErrUnreachable, err)
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("%w: %w", host.ErrUnanswered, err)
	}
	return err
}

// Conn is a *net.TCPConn with what sim/vnet's connections have too, and a limit to each Write.
type Conn struct {
	*net.TCPConn
	write time.Duration
	given atomic.Bool // the user has set a write deadline, which counts then
}

// Write waits for a peer that does not read as long as Options.WriteTimeout says.
func (c *Conn) Write(b []byte) (int, error) {
	if !c.given.Load() {
		if err := c.TCPConn.SetWriteDeadline(time.Now().Add(c.write)); err != nil {
			return 0, err
		}
	}
	return c.TCPConn.Write(b)
}

// SetWriteTimeout sets the limit of each Write from now on; 0 leaves it as it is.
func (c *Conn) SetWriteTimeout(d time.Duration) error {
	if d > 0 {
		c.write = d
	}
	return nil
}

// SetWriteDeadline sets a deadline in the wall clock; the zero time brings the limit of each Write back.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.given.Store(!t.IsZero())
	return c.TCPConn.SetWriteDeadline(t)
}

// Abort ends the connection with RST.
func (c *Conn) Abort() error {
	return errors.Join(c.SetLinger(0), c.Close())
}

// SetDeadline sets the read deadline only, as in sim/vnet.
func (c *Conn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

type listener struct {
	*net.TCPListener
	write time.Duration
}

func listen(at netip.AddrPort, write time.Duration) (host.Listener, error) {
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: ip(at.Addr()), Port: int(at.Port()), Zone: at.Addr().Zone()})
	if err != nil {
		return nil, err
	}
	return listener{l, write}, nil
}

// ip gives the zero Addr the meaning it has in sim/host: all addresses, as an unspecified one.
func ip(a netip.Addr) net.IP {
	if !a.IsValid() || a.IsUnspecified() {
		return nil
	}
	return a.AsSlice()
}

func (l listener) Accept() (net.Conn, error) {
	c, err := l.AcceptTCP()
	if err != nil {
		return nil, err
	}
	return &Conn{TCPConn: c, write: l.write}, nil
}

func (l listener) Addr() netip.AddrPort { return plain(l.TCPListener.Addr().(*net.TCPAddr).AddrPort()) }

func plain(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }

type socket struct {
	c     *net.UDPConn
	route func(netip.AddrPort) netip.AddrPort
}

func listenUDP(at netip.AddrPort, route func(netip.AddrPort) netip.AddrPort) (host.PacketConn, error) {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: ip(at.Addr()), Port: int(at.Port()), Zone: at.Addr().Zone()})
	if err != nil {
		return nil, err
	}
	return &socket{c, route}, nil
}

func (s *socket) ReadFrom(p []byte, timeout time.Duration) (int, netip.AddrPort, error) {
	var end time.Time
	if timeout > 0 {
		end = time.Now().Add(timeout)
	}
	if err := s.c.SetReadDeadline(end); err != nil {
		return 0, netip.AddrPort{}, err
	}
	n, from, err := s.c.ReadFromUDPAddrPort(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = host.ErrTimeout
	}
	return n, plain(from), err
}

func (s *socket) WriteTo(p []byte, to netip.AddrPort) error {
	_, err := s.c.WriteToUDPAddrPort(p, s.route(to))
	return err
}

func (s *socket) Close() error         { return s.c.Close() }
func (s *socket) Addr() netip.AddrPort { return plain(s.c.LocalAddr().(*net.UDPAddr).AddrPort()) }
