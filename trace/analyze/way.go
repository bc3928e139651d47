package analyze

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/dnsmsg"
)

// way is how a client found the server it opened a connection to.
type way struct {
	host      string    // the name whose address it took
	addresses []*lookup // A and AAAA of host
	exchanges []*lookup // MX and SRV that name host, the last asked for in front
	beside    []*lookup // TLSA of host (RFC 7672 §2.2), the policies of RFC 8461
}

// opened notes how a connection came about; it is called with each SYN, when nothing is known that came later.
func (l *lookups) opened(seg *trace.Segment) {
	if !l.seen || seg.Dst.Port() == portDNS {
		return
	}
	a := l.address(seg)
	if a == nil {
		return
	}
	w := &way{host: a.key}
	who, now := a.asker, seg.Time
	fresh := func(name string, kind dnsmsg.Type) *lookup {
		if one, ok := l.byName.get(hostName{who, name, kind}); ok && one.fresh(now) {
			return one
		}
		return nil
	}
	for _, kind := range [...]dnsmsg.Type{dnsmsg.A, dnsmsg.AAAA} {
		if one := fresh(w.host, kind); one != nil {
			w.addresses = append(w.addresses, one)
		}
	}
	all, _ := l.byExchanger.get(hostAddrName{who, w.host})
	for _, mx := range all {
		if mx.fresh(now) {
			w.exchanges = append(w.exchanges, mx)
		}
	}
	if mx := fresh(w.host, dnsmsg.MX); mx != nil && len(mx.names) == 0 { // RFC 5321 §5.1: the implicit MX
		w.exchanges = append(w.exchanges, mx)
	}
	if one := fresh("_"+strconv.Itoa(int(seg.Dst.Port()))+"._tcp."+w.host, dnsmsg.TLSA); one != nil {
		w.beside = append(w.beside, one)
	}
	for _, mx := range w.exchanges {
		if one := fresh("_mta-sts."+mx.key, dnsmsg.TXT); one != nil { // RFC 8461 §3.1
			w.beside = append(w.beside, one)
		}
	}
	l.openings.put(opening{seg.Src, seg.Dst, seg.Time}, w)
}

// address finds the look-up that gave the client the server's address: its own; the capture's own host asking itself; or, where
// the client asked over the other version of IP, that of the only host that asked for it.
func (l *lookups) address(seg *trace.Segment) *lookup {
	from, to := seg.Src.Addr(), seg.Dst.Addr()
	for _, who := range [...]netip.Addr{from, {}} {
		if a, ok := l.byAddr.get(hostAddr{who, to}); ok && a.fresh(seg.Time) {
			return a
		}
	}
	a, ok := l.anyAddr.get(to)
	if !ok || !a.fresh(seg.Time) || a.asker.Is4() == from.Is4() || a.other != 0 && seg.Time-a.other <= max(lookupWithin, a.ttl) {
		return nil
	}
	return a.lookup
}

// attach gives s the look-ups that led to it, and those that its server made about the client. It returns the way.
func (l *lookups) attach(s *trace.Session, from, to netip.AddrPort) *way {
	if !l.seen {
		return nil
	}
	var found []*lookup
	w, ok := l.openings.get(opening{from, to, s.Started})
	if ok {
		w = w.narrow(s)
		found = append(append(append(found, w.exchanges...), w.addresses...), w.beside...)
	}
	found = append(found, l.about(s, from.Addr(), to.Addr())...)
	slices.SortStableFunc(found, func(a, b *lookup) int { return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Packet, b.Packet)) })
	for _, one := range slices.CompactFunc(found, func(a, b *lookup) bool { return a == b }) {
		s.DNS = append(s.DNS, one.Lookup)
	}
	return w
}

// narrow keeps those of several exchanges that a recipient of s is named by; where none is, the last that was asked for.
func (w *way) narrow(s *trace.Session) *way {
	if len(w.exchanges) < 2 {
		return w
	}
	named := map[string]bool{}
	for _, t := range s.Transactions {
		for _, r := range t.Recipients {
			_, domain, _ := cut(r.ForwardPath)
			named[domain] = true
		}
	}
	out := *w
	out.exchanges = nil
	for _, mx := range w.exchanges {
		if named[mx.key] {
			out.exchanges = append(out.exchanges, mx)
		}
	}
	if len(out.exchanges) == 0 {
		out.exchanges = w.exchanges[:1]
	}
	out.beside = nil
	for _, one := range w.beside {
		policy, ok := strings.CutPrefix(one.key, "_mta-sts.")
		if !ok || slices.ContainsFunc(out.exchanges, func(mx *lookup) bool { return mx.key == policy }) {
			out.beside = append(out.beside, one)
		}
	}
	return &out
}

// cut splits a path at its last @; the domain comes in lower case.
func cut(path string) (local, domain string, ok bool) {
	i := strings.LastIndexByte(path, '@')
	if i < 0 {
		return path, "", false
	}
	return path[:i], bare(path[i+1:]), true
}

// about finds what the server asked while the session went on: the name of the client's address and whether the name leads back
// (RFC 5321 §4.1.4), blocklists (RFC 5782 §2.1), and what the sender's domain publishes (RFC 7208 §3, RFC 6376 §3.6.2, RFC 7489 §6.1).
func (l *lookups) about(s *trace.Session, client, server netip.Addr) []*lookup {
	var found []*lookup
	reverse := reversed(client)
	for _, who := range l.servers(s, client, server) {
		a, ok := l.byAsker.get(who)
		if !ok {
			continue
		}
		at, _ := slices.BinarySearchFunc(a.list, s.Started, func(one *lookup, t trace.Time) int { return cmp.Compare(one.Time, t) })
		names := concerned(s)
		for _, one := range a.list[at:] {
			if one.Time > s.Ended {
				break
			}
			if strings.HasPrefix(one.key, reverse) {
				found = append(found, one)
				for _, n := range one.names {
					names[n] = true
				}
				continue
			}
			if one.kind != dnsmsg.MX && names[subject(one.key)] {
				found = append(found, one)
			}
		}
	}
	return found
}

// servers are the addresses by which the server of s may have asked: its own; that of the capture's host asking itself; and, over the
// other version of IP, whoever asked for the name of the client's address meanwhile.
func (l *lookups) servers(s *trace.Session, client, server netip.Addr) []netip.Addr {
	who := []netip.Addr{server, {}}
	zone := "ip6.arpa" // RFC 3596 §2.5
	if client.Unmap().Is4() {
		zone = "in-addr.arpa"
	}
	if one, ok := l.byReverse.get(reversed(client) + zone); ok && one.Time >= s.Started && one.Time <= s.Ended &&
		one.asker.IsValid() && one.asker.Is4() != server.Is4() {
		who = append(who, one.asker)
	}
	return who
}

// concerned are the names that a session puts forward: of the client, and of the senders' domains.
func concerned(s *trace.Session) map[string]bool {
	names := map[string]bool{}
	for _, p := range s.Phases {
		if p.Helo != nil {
			names[bare(p.Helo.Name)] = true
		}
	}
	for _, t := range s.Transactions {
		if t.ReversePath == nil {
			continue
		}
		if _, domain, ok := cut(*t.ReversePath); ok {
			names[domain] = true
		}
	}
	delete(names, "")
	return names
}

// subject is the domain that a name with underscored labels is about: "_dmarc.a.example", "key._domainkey.a.example".
func subject(name string) string {
	if i := strings.LastIndex(name, "._domainkey."); i >= 0 {
		return name[i+len("._domainkey."):]
	}
	for strings.HasPrefix(name, "_") {
		_, rest, ok := strings.Cut(name, ".")
		if !ok {
			break
		}
		name = rest
	}
	return name
}

// reversed is what stands before the zone in a look-up about an address (RFC 1035 §3.5, RFC 3596 §2.5, RFC 5782 §2.1, §2.4), with a dot.
func reversed(a netip.Addr) string {
	a = a.Unmap()
	var b strings.Builder
	octets := a.AsSlice()
	for i := len(octets) - 1; i >= 0; i-- {
		if a.Is4() {
			b.WriteString(strconv.Itoa(int(octets[i])) + ".")
			continue
		}
		const digits = "0123456789abcdef"
		b.Write([]byte{digits[octets[i]&15], '.', digits[octets[i]>>4], '.'})
	}
	return b.String()
}
