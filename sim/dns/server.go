package dns

import (
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
)

// Port is where name servers listen.
const Port = 53

// FaultKind is a way in which a server fails.
type FaultKind uint8

const (
	FaultServFail FaultKind = iota // answers SERVFAIL: it cannot reach the zone's data
	FaultSilent                    // does not answer: the question times out
	FaultRefused                   // answers REFUSED
)

// Fault makes the server fail for one name or a whole zone.
type Fault struct {
	Name  string // a domain name
	Below bool   // and all names below it
	Kind  FaultKind

	Chance func() bool // asked for each question whether the fault strikes; nil: always
}

// Server answers for zones. Faults may be set while it serves.
type Server struct {
	Zones *Zones

	mu      sync.Mutex
	faults  []Fault
	secured []Secured
}

// NewServer answers for zones.
func NewServer(zones *Zones) *Server { return &Server{Zones: zones} }

// SetFault adds a fault; it takes the place of one for the same name.
func (s *Server) SetFault(f Fault) {
	f.Name = CanonicalName(f.Name)
	s.ClearFault(f.Name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
}

// ClearFault takes the fault of name away.
func (s *Server) ClearFault(name string) {
	name = CanonicalName(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = slices.DeleteFunc(s.faults, func(f Fault) bool { return f.Name == name })
}

func (s *Server) fault(name string) (FaultKind, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if (f.Name == name || f.Below && InZone(name, f.Name)) && (f.Chance == nil || f.Chance()) {
			return f.Kind, true
		}
	}
	return 0, false
}

// Respond answers one query in at most limit octets; nil means silence: a message that is no query gets no answer, lest
// two servers answer each other for ever.
func (s *Server) Respond(query []byte, limit int) []byte {
	m, err := unpack(query)
	if err != nil || m.response {
		return nil
	}
	m.response, m.available = true, true // RA: for the hosts of this world the server is also their recursor
	wanted := m.authentic                // RFC 6840 §5.7
	m.answer, m.authority, m.additional, m.truncated, m.authoritative, m.rcode = nil, nil, nil, false, false, NoError
	m.authentic = false
	q, ok := m.asked()
	switch {
	case m.opcode != 0:
		m.rcode = NotImp
	case !ok || ValidName(q.name) != nil:
		m.rcode = FormErr
	default:
		if kind, failing := s.fault(q.name); failing {
			if kind == FaultSilent {
				return nil
			}
			m.rcode = map[FaultKind]Rcode{FaultServFail: ServFail, FaultRefused: Refused}[kind]
			break
		}
		r := s.Zones.lookup(q)
		m.rcode, m.answer, m.authority, m.additional = r.rcode, r.answer, r.authority, r.glue
		m.available = !r.delegated
		m.authoritative = !r.delegated && (r.rcode == NoError || r.rcode == NXDomain)
		s.secure(&m, q.name, wanted)
	}
	p, err := m.pack(limit)
	if err != nil {
		m.rcode, m.answer, m.authority, m.additional = ServFail, nil, nil, nil
		if p, err = m.pack(limit); err != nil {
			return nil
		}
	}
	return p
}

// Start listens on UDP and TCP port 53 of h and answers there until the world ends.
func (s *Server) Start(h *host.Host) error {
	everywhere := netip.AddrPortFrom(netip.IPv6Unspecified(), Port)
	conn, err := h.ListenUDP(everywhere)
	if err != nil {
		return err
	}
	l, err := h.Listen(everywhere)
	if err != nil {
		conn.Close()
		return err
	}
	h.Go("dns", func() { s.ServePackets(conn) })
	h.Go("dns-tcp", func() { s.serveStreams(h, l) })
	return nil
}

// ServePackets answers the datagrams of conn until it is closed.
func (s *Server) ServePackets(conn host.PacketConn) error {
	buf := make([]byte, MaxStream)
	for {
		n, from, err := conn.ReadFrom(buf, 0)
		if errors.Is(err, host.ErrTimeout) {
			continue
		}
		if err != nil {
			return err
		}
		if answer := s.Respond(buf[:n], MaxDatagram); answer != nil {
			if err := conn.WriteTo(answer, from); errors.Is(err, host.ErrClosed) {
				return err
			}
		}
	}
}

// idleMax is how long a TCP connection may be silent (RFC 7766 §6.2.3: seconds).
const idleMax = 10 * time.Second

// serveStreams answers over TCP what did not fit into a datagram (RFC 7766).
func (s *Server) serveStreams(h *host.Host, l host.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		h.Go("dns-conn", func() {
			defer conn.Close()
			for {
				if host.Timeout(conn, h.Clock, idleMax) != nil {
					return
				}
				query, err := readStream(conn)
				if err != nil {
					return
				}
				answer := s.Respond(query, MaxStream)
				if answer == nil || writeStream(conn, answer) != nil {
					return
				}
			}
		})
	}
}

// readStream reads a message with its two octets of length before it (RFC 1035 §4.2.2).
func readStream(r io.Reader) ([]byte, error) {
	var size [2]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	p := make([]byte, binary.BigEndian.Uint16(size[:]))
	_, err := io.ReadFull(r, p)
	return p, err
}

func writeStream(w io.Writer, p []byte) error {
	_, err := w.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(p))), p...))
	return err
}
