package host

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"time"
)

// Host is one machine: a name, addresses, a clock that may be wrong, and its ways to the outside. All fields are set by
// vnet or realnet; engines take a *Host or single ports of it.
type Host struct {
	Name      string // fully qualified, "mx1.west.example"
	Addrs     []netip.Addr
	Clock     Clock
	Dialer    Dialer
	Listen    func(netip.AddrPort) (Listener, error)   // TCP; port 25 on the unspecified address: all addresses
	ListenUDP func(netip.AddrPort) (PacketConn, error) // port 0: the host picks one
	Store     Store
	Rand      *rand.Rand                     // this host's own stream
	Entropy   func(purpose string) io.Reader // randomness for TLS; nil: crypto/rand
	Go        func(name string, f func())    // starts a process of this host
	NewSignal func() Signal
	Claims    Claims // never nil
	// Inside wraps what a TLS connection carries, for who watches or changes it there; nil: nobody does.
	Inside func(net.Conn) net.Conn
}

// Within is conn as the engine uses it: wrapped by Inside, if that is set.
func (h *Host) Within(conn net.Conn) net.Conn {
	if h.Inside == nil {
		return conn
	}
	return h.Inside(conn)
}

// Clock is the host's own clock, offset and drift included. Sleep lasts d of true time.
type Clock interface {
	Now() time.Time
	Sleep(d time.Duration)
}

// Dialer opens TCP connections to addresses; names are resolved elsewhere. The error is or wraps ErrRefused,
// ErrUnanswered, ErrUnreachable or ErrClosed. A zero timeout means the network's own.
type Dialer interface {
	Dial(to netip.AddrPort, timeout time.Duration) (net.Conn, error)
}

// Listener accepts TCP connections.
type Listener interface {
	Accept() (net.Conn, error)
	Close() error
	Addr() netip.AddrPort
}

// PacketConn sends and receives UDP datagrams. ReadFrom waits at most timeout (0: for ever) and returns ErrTimeout then.
type PacketConn interface {
	ReadFrom(p []byte, timeout time.Duration) (n int, from netip.AddrPort, err error)
	WriteTo(p []byte, to netip.AddrPort) error
	Close() error
	Addr() netip.AddrPort
}

// Signal wakes one waiting process: "mail has come" or the time is up. Notify before Wait is not lost; several Notify
// count as one.
type Signal interface {
	Notify()
	Wait(d time.Duration) (notified bool) // d < 0: for ever; returns false too when the world ends
}

// Store is a host's disk: spool and mailboxes. A Put is there whole or not at all, also after a crash.
type Store interface {
	Put(name string, data []byte) error // takes data over: nobody changes it from then on. ErrDiskFull
	Get(name string) ([]byte, error)    // the caller's own. ErrNotFound
	Delete(name string) error
	List(prefix string) []string // sorted
}

// The ways in which ports fail.
var (
	ErrRefused     = errors.New("connection refused")
	ErrUnanswered  = errors.New("connection timed out")
	ErrUnreachable = errors.New("no route to host")
	ErrTimeout     = errors.New("i/o timeout")
	ErrClosed      = errors.New("the world has ended")
	ErrDiskFull    = errors.New("no space left on device")
	ErrNotFound    = errors.New("not found")
)

// Timeout makes reads from c fail with a timeout error when nothing arrives for d; 0 takes the limit away. Deadlines are
// set in the host's own clock; write deadlines are never used (tls.Conn.Close sets one from the wall clock).
func Timeout(c net.Conn, clock Clock, d time.Duration) error {
	if t, ok := c.(interface{ SetReadTimeout(time.Duration) error }); ok {
		return t.SetReadTimeout(d)
	}
	if d == 0 {
		return c.SetReadDeadline(time.Time{})
	}
	return c.SetReadDeadline(clock.Now().Add(d))
}

// WriteTimeout bounds each Write on c from now on: it fails with a timeout error when the peer has made no room for its octets
// for d (RFC 5321 §4.5.3.2.5: "while awaiting the completion of each TCP SEND call"). Connections that know no such limit
// stay without one.
func WriteTimeout(c net.Conn, d time.Duration) error {
	if t, ok := c.(interface{ SetWriteTimeout(time.Duration) error }); ok {
		return t.SetWriteTimeout(d)
	}
	return nil
}

// Ends are the addresses of a TCP connection's two ends; zero for other connections.
func Ends(c net.Conn) (local, remote netip.AddrPort) {
	if e, ok := c.(interface {
		Ends() (local, remote netip.AddrPort)
	}); ok {
		return e.Ends()
	}
	return addrPort(c.LocalAddr()), addrPort(c.RemoteAddr())
}

func addrPort(a net.Addr) netip.AddrPort {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := tcp.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}
