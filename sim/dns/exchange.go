package dns

import (
	"errors"
	"net/netip"
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/sim/host"
)

// Limits against zones that lead in circles.
const (
	maxReferrals = 8 // from zone to zone for one question
	maxDepth     = 4 // look-ups of servers for the sake of a look-up
)

// resolve asks the configured servers, and then those that referrals name (RFC 1034 §5.3.3); !ok means silence.
func (r *Resolver) resolve(q question, depth int) (m message, ok bool) {
	servers := r.opts.Servers
	for range maxReferrals {
		if m, ok = r.ask(servers, q); !ok {
			return m, false
		}
		names := m.referral(q)
		if len(names) == 0 {
			return m, true
		}
		if servers = r.nameservers(m, names, depth); len(servers) == 0 {
			break
		}
	}
	m.rcode, m.authority = ServFail, nil // a lame delegation
	return m, true
}

// referral are the servers to which m sends the asker instead of answering.
func (m *message) referral(q question) (names []string) {
	if m.rcode != NoError || len(m.answer) > 0 {
		return nil
	}
	for _, rec := range m.authority {
		if rec.Type == TypeSOA {
			return nil // NODATA: RFC 2308 §2.2
		}
		if rec.Type == TypeNS && InZone(q.name, rec.Name) {
			names = append(names, rec.Target)
		}
	}
	return names
}

// nameservers are the addresses of names: from the glue in m, else looked up.
func (r *Resolver) nameservers(m message, names []string, depth int) []netip.AddrPort {
	var out []netip.AddrPort
	for _, name := range names {
		before := len(out)
		for _, rec := range m.additional {
			if rec.Name == name && slices.Contains(r.families, rec.Type) {
				out = append(out, netip.AddrPortFrom(rec.Addr, Port))
			}
		}
		if len(out) > before || depth >= maxDepth {
			continue
		}
		for _, kind := range r.families {
			for _, rec := range r.query(name, kind, depth+1).Records {
				out = append(out, netip.AddrPortFrom(rec.Addr, Port))
			}
		}
	}
	return out
}

// ask puts q to servers in turn until one answers of use; !ok means that none answered at all.
func (r *Resolver) ask(servers []netip.AddrPort, q question) (m message, ok bool) {
	for range r.opts.Rounds {
		for _, server := range servers {
			resp, err := r.exchange(server, q)
			if errors.Is(err, host.ErrClosed) {
				return message{}, false
			}
			if err != nil {
				continue
			}
			m, ok = resp, true
			if m.rcode == NoError || m.rcode == NXDomain {
				return m, true
			}
		}
		if ok {
			return m, true // SERVFAIL from a server is an answer: asking again at once would not help
		}
	}
	return m, ok
}

// exchange asks one server once, over UDP and, if the answer did not fit, over TCP (RFC 7766 §5).
func (r *Resolver) exchange(server netip.AddrPort, q question) (message, error) {
	m := query(uint16(r.host.Rand.Uint32()), q)
	m.authentic = r.opts.Secure
	packet, err := m.pack(MaxDatagram)
	if err != nil {
		return message{}, err
	}
	answer, _, err := r.datagram(server, packet, m)
	if err == nil && answer.truncated {
		return r.stream(server, packet, m)
	}
	return answer, err
}

// datagram sends packet from a port of its own and waits for the answer that belongs to it.
func (r *Resolver) datagram(server netip.AddrPort, packet []byte, asked message) (message, int, error) {
	conn, err := r.host.ListenUDP(netip.AddrPortFrom(r.sourceFor(server.Addr()), 0))
	if err != nil {
		return message{}, 0, err
	}
	defer conn.Close()
	if err := conn.WriteTo(packet, server); err != nil {
		return message{}, 0, err
	}
	deadline := r.host.Clock.Now().Add(r.opts.Timeout)
	buf := make([]byte, 4096)
	for range maxStrays {
		left := deadline.Sub(r.host.Clock.Now())
		if left <= 0 {
			break
		}
		n, from, err := conn.ReadFrom(buf, left)
		if err != nil {
			return message{}, 0, err
		}
		if from != server {
			continue
		}
		if answer, err := unpack(buf[:n]); err == nil && answer.belongsTo(asked) {
			return answer, n, nil
		}
	}
	return message{}, 0, host.ErrTimeout
}

func (r *Resolver) stream(server netip.AddrPort, packet []byte, asked message) (message, error) {
	conn, err := r.host.Dialer.Dial(server, r.opts.Timeout)
	if err != nil {
		return message{}, err
	}
	defer conn.Close()
	if err := host.Timeout(conn, r.host.Clock, r.opts.Timeout); err != nil {
		return message{}, err
	}
	if err := writeStream(conn, packet); err != nil {
		return message{}, err
	}
	p, err := readStream(conn)
	if err != nil {
		return message{}, err
	}
	answer, err := unpack(p)
	if err == nil && (!answer.belongsTo(asked) || answer.truncated) {
		err = host.ErrTimeout
	}
	return answer, err
}

// belongsTo reports whether m answers asked: RFC 5452 §9.1 has the list; the address was compared before.
func (m *message) belongsTo(asked message) bool {
	return m.response && m.id == asked.id && len(m.questions) == 1 && m.questions[0].Qtype == asked.questions[0].Qtype &&
		m.questions[0].Qclass == asked.questions[0].Qclass && strings.EqualFold(m.questions[0].Name, asked.questions[0].Name)
}

// sourceFor is the unspecified address of the server's family.
func (r *Resolver) sourceFor(server netip.Addr) netip.Addr {
	if server.Is4() {
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}
