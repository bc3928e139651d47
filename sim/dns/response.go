package dns

import (
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// Response is what came back for one question put to one server, whole, for people to read.
type Response struct {
	Name          string // as asked
	Type          Type
	ID            uint16
	Rcode         Rcode
	Authoritative bool
	Truncated     bool // over UDP; the rest was fetched over TCP
	Recursion     bool // desired
	Available     bool // recursion
	Answer        []Record
	Authority     []Record
	Additional    []Record
	Server        netip.AddrPort
	When          time.Time     // the host's clock when the answer came
	Elapsed       time.Duration // virtual
	Size          int           // octets received
	NoAnswer      bool          // nobody answered; the sections are empty
}

// digTries is how often dig asks a server that is silent.
const digTries = 3

// Ask puts one question to one server, past the cache, as dig does: three tries, then NoAnswer.
func (r *Resolver) Ask(server netip.AddrPort, name string, kind Type) Response {
	q := question{CanonicalName(name), kind}
	out := Response{Name: q.name, Type: kind, Server: server, Recursion: true, NoAnswer: true}
	asked := query(uint16(r.host.Rand.Uint32()), q)
	packet, err := asked.pack(MaxDatagram)
	if err != nil {
		return out
	}
	for range digTries {
		start := r.host.Clock.Now()
		m, size, err := r.datagram(server, packet, asked)
		if err != nil {
			continue
		}
		out.Truncated = m.truncated
		if m.truncated {
			if m, err = r.stream(server, packet, asked); err != nil {
				continue
			}
			if p, err := m.pack(MaxStream); err == nil {
				size = len(p)
			}
		}
		out.ID, out.Rcode, out.Authoritative, out.Available, out.NoAnswer = m.id, m.rcode, m.authoritative, m.available, false
		out.Answer, out.Authority, out.Additional = m.answer, m.authority, m.additional
		out.When, out.Size = r.host.Clock.Now(), size
		out.Elapsed = out.When.Sub(start)
		return out
	}
	return out
}

// Description is a DNS datagram in words of the timeline.
type Description struct {
	ID         uint16
	Name       string // as asked, without the last dot; "." for the root
	Type       string
	IsResponse bool
	Rcode      string   // "" in a query
	Answers    []string // the answer section in zone-file form
}

// Describe reads a datagram; !ok means it is no DNS message with one question.
func Describe(payload []byte) (d Description, ok bool) {
	m, err := unpack(payload)
	if err != nil || len(m.questions) != 1 {
		return Description{}, false
	}
	q := m.questions[0]
	d = Description{ID: m.id, Name: q.Name, Type: Type(q.Qtype).String(), IsResponse: m.response}
	if q.Name != "." {
		d.Name = strings.TrimSuffix(q.Name, ".")
	}
	if q.Qclass != dns.ClassINET {
		d.Type = dns.Class(q.Qclass).String() + " " + d.Type
	}
	if m.response {
		d.Rcode = m.rcode.String()
		for _, r := range m.answer {
			d.Answers = append(d.Answers, r.String())
		}
	}
	return d, true
}
