package dns

import (
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// The sizes of a message: RFC 1035 §2.3.4 over UDP, §4.2.2 over TCP.
const (
	MaxDatagram = 512
	MaxStream   = 65535
)

// message is a DNS message in this package's words.
type message struct {
	id            uint16
	response      bool
	opcode        int
	authoritative bool
	truncated     bool
	authentic     bool // AD: in a query, that it is of interest (RFC 6840 §5.7); in a response, that all was validated
	recursion     bool // desired
	available     bool
	rcode         Rcode
	questions     []dns.Question // as they came, letter case included
	answer        []Record
	authority     []Record
	additional    []Record
}

// unpack reads a message; records of types that this package does not know are left out.
func unpack(p []byte) (message, error) {
	var m dns.Msg
	if err := m.Unpack(p); err != nil {
		return message{}, fmt.Errorf("dns message of %d octets: %w", len(p), err)
	}
	return message{id: m.Id, response: m.Response, opcode: m.Opcode, authoritative: m.Authoritative, truncated: m.Truncated, authentic: m.AuthenticatedData,
		recursion: m.RecursionDesired, available: m.RecursionAvailable, rcode: Rcode(m.Rcode), questions: m.Question,
		answer: fromRRs(m.Answer), authority: fromRRs(m.Ns), additional: fromRRs(m.Extra)}, nil
}

// pack writes m in at most limit octets: whole answers or none, with the TC bit set (RFC 2181 §9).
func (m *message) pack(limit int) ([]byte, error) {
	out := dns.Msg{Compress: true, Question: m.questions, Answer: toRRs(m.answer), Ns: toRRs(m.authority),
		Extra: toRRs(m.additional)}
	out.Id, out.Response, out.Opcode, out.Authoritative, out.Truncated = m.id, m.response, m.opcode, m.authoritative, m.truncated
	out.AuthenticatedData = m.authentic
	out.RecursionDesired, out.RecursionAvailable, out.Rcode = m.recursion, m.available, int(m.rcode)
	p, err := out.Pack()
	if err == nil && len(p) > limit {
		out.Truncated, out.Answer, out.Ns, out.Extra = true, nil, nil, nil
		p, err = out.Pack()
	}
	if err != nil {
		return nil, fmt.Errorf("dns message about %v: %w", m.questions, err)
	}
	return p, nil
}

// asked is the single question of m; everything but exactly one of class IN is refused by all servers.
func (m *message) asked() (question, bool) {
	if len(m.questions) != 1 || m.questions[0].Qclass != dns.ClassINET {
		return question{}, false
	}
	return question{CanonicalName(m.questions[0].Name), Type(m.questions[0].Qtype)}, true
}

// query is a question on its way out.
func query(id uint16, q question) message {
	return message{id: id, recursion: true, questions: []dns.Question{{Name: q.name, Qtype: uint16(q.kind), Qclass: dns.ClassINET}}}
}

func toRRs(records []Record) []dns.RR {
	var out []dns.RR
	for _, r := range records {
		if rr := toRR(r); rr != nil {
			out = append(out, rr)
		}
	}
	return out
}

func toRR(r Record) dns.RR {
	h := dns.RR_Header{Name: r.Name, Rrtype: uint16(r.Type), Class: dns.ClassINET, Ttl: r.TTL}
	switch r.Type {
	case TypeA:
		return &dns.A{Hdr: h, A: net.IP(r.Addr.AsSlice())}
	case TypeAAAA:
		return &dns.AAAA{Hdr: h, AAAA: net.IP(r.Addr.AsSlice())}
	case TypeCNAME:
		return &dns.CNAME{Hdr: h, Target: r.Target}
	case TypeNS:
		return &dns.NS{Hdr: h, Ns: r.Target}
	case TypePTR:
		return &dns.PTR{Hdr: h, Ptr: r.Target}
	case TypeMX:
		return &dns.MX{Hdr: h, Preference: r.Preference, Mx: r.Target}
	case TypeTXT:
		escaped := make([]string, len(r.Text))
		for i, s := range r.Text { // miekg/dns keeps strings in their escaped form
			quoted := quoteText(s)
			escaped[i] = quoted[1 : len(quoted)-1]
		}
		return &dns.TXT{Hdr: h, Txt: escaped}
	case TypeSRV:
		return &dns.SRV{Hdr: h, Priority: r.Preference, Weight: r.Weight, Port: r.Port, Target: r.Target}
	case TypeTLSA:
		return &dns.TLSA{Hdr: h, Usage: r.TLSA.Usage, Selector: r.TLSA.Selector, MatchingType: r.TLSA.Matching,
			Certificate: hex.EncodeToString(r.TLSA.Data)}
	case TypeSOA:
		return &dns.SOA{Hdr: h, Ns: r.Target, Mbox: r.SOA.Mailbox, Serial: r.SOA.Serial, Refresh: r.SOA.Refresh,
			Retry: r.SOA.Retry, Expire: r.SOA.Expire, Minttl: r.SOA.Minimum}
	}
	return nil
}

func fromRRs(rrs []dns.RR) []Record {
	var out []Record
	for _, rr := range rrs {
		if r, ok := fromRR(rr); ok {
			out = append(out, r)
		}
	}
	return out
}

// fromRR turns a record off the wire into ours; one whose names are not ValidName is dropped, so that nothing odd
// spreads from a hostile answer.
func fromRR(rr dns.RR) (Record, bool) {
	h := rr.Header()
	r := Record{Name: CanonicalName(h.Name), TTL: h.Ttl, Type: Type(h.Rrtype), Target: "."}
	if r.TTL > 1<<31-1 {
		r.TTL = 0 // RFC 2181 §8
	}
	switch v := rr.(type) {
	case *dns.A:
		a, ok := netip.AddrFromSlice(v.A)
		r.Addr, r.Target = a.Unmap(), ""
		return r, ok && validNames(h.Name)
	case *dns.AAAA:
		a, ok := netip.AddrFromSlice(v.AAAA.To16())
		r.Addr, r.Target = a, ""
		return r, ok && validNames(h.Name)
	case *dns.CNAME:
		r.Target = CanonicalName(v.Target)
	case *dns.NS:
		r.Target = CanonicalName(v.Ns)
	case *dns.PTR:
		r.Target = CanonicalName(v.Ptr)
	case *dns.MX:
		r.Preference, r.Target = v.Preference, CanonicalName(v.Mx)
	case *dns.TXT:
		r.Target = ""
		for _, s := range v.Txt {
			r.Text = append(r.Text, unescapeText(s))
		}
		return r, len(r.Text) > 0 && validNames(h.Name)
	case *dns.SRV:
		r.Preference, r.Weight, r.Port, r.Target = v.Priority, v.Weight, v.Port, CanonicalName(v.Target)
	case *dns.TLSA:
		data, err := hex.DecodeString(v.Certificate)
		r.Target, r.TLSA = "", TLSA{v.Usage, v.Selector, v.MatchingType, data}
		return r, err == nil && validNames(h.Name)
	case *dns.SOA:
		r.Target = CanonicalName(v.Ns)
		r.SOA = SOA{CanonicalName(v.Mbox), v.Serial, v.Refresh, v.Retry, v.Expire, v.Minttl}
		return r, validNames(h.Name, r.Target, r.SOA.Mailbox)
	default:
		return Record{}, false
	}
	return r, validNames(h.Name, r.Target)
}

func validNames(names ...string) bool {
	for _, n := range names {
		if ValidName(n) != nil {
			return false
		}
	}
	return true
}

func unescapeText(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b []byte
	for len(s) > 0 {
		c, n, err := unescape(s)
		if err != nil {
			return string(append(b, s...))
		}
		b, s = append(b, c), s[n:]
	}
	return string(b)
}
