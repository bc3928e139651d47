package analyze

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/dnsmsg"
)

// Limits of what is remembered of the DNS.
const (
	maxLookups   = 1 << 15 // by each way to find one
	maxAskers    = 1 << 10
	maxOfAsker   = 1 << 12 // look-ups of one host that are remembered for the sessions it serves
	maxExchanges = 8       // domains remembered for one exchanger
	answerWithin = trace.Time(30 * time.Second)
	lookupWithin = trace.Time(5 * time.Minute) // a look-up this old may have led to a connection, a longer TTL aside
	maxLifetime  = trace.Time(24 * time.Hour)  // of an answer in a cache
	askedTwice   = trace.Time(2 * time.Second) // the same question after its answer so soon was captured twice
)

// lookup is a question with what its answer says about hosts.
type lookup struct {
	*trace.Lookup
	asker    netip.Addr // zero: the capture's own host, which asks itself
	key      string     // the name in lower case
	kind     dnsmsg.Type
	addrs    []netip.Addr
	names    []string   // exchangers and other targets, in lower case, without the last dot
	ttl      trace.Time // the shortest of the answer
	answered trace.Time
}

// fresh says that l may have led to what happened at t.
func (l *lookup) fresh(t trace.Time) bool {
	age := t - l.Time
	return age >= 0 && age <= max(lookupWithin, l.ttl)
}

type (
	question struct {
		asker, server netip.AddrPort
		id            uint16
		name          string
		kind          dnsmsg.Type
	}
	hostAddr struct{ asker, addr netip.Addr }
	hostName struct {
		asker netip.Addr
		name  string
		kind  dnsmsg.Type
	}
	opening struct { // of a connection
		client, server netip.AddrPort
		at             trace.Time
	}
)

// lookups remembers what was asked, to tell which look-ups led to a session. It is fed in the order of the capture.
type lookups struct {
	seen        bool // one at all
	asked       recent[question, *lookup]
	byAddr      recent[hostAddr, *lookup]       // the last that named an address
	anyAddr     recent[netip.Addr, named]       // the same, whoever asked
	byName      recent[hostName, *lookup]       // the last for a name and type
	byExchanger recent[hostAddrName, []*lookup] // MX and SRV that name a host, the last in front
	openings    recent[opening, *way]
	byAsker     recent[netip.Addr, *asker]
	byReverse   recent[string, *lookup] // the last for the name of an address, whoever asked
}

// hostAddrName is a name among the answers that a host got.
type hostAddrName struct {
	asker netip.Addr
	name  string
}

// named is the last look-up that named an address, and when the last of another asker was.
type named struct {
	*lookup
	other trace.Time
}

// asker is a host with its look-ups in order.
type asker struct{ list []*lookup }

func newLookups() *lookups {
	l := &lookups{}
	l.asked.limit, l.byAddr.limit, l.byName.limit, l.byExchanger.limit, l.openings.limit = maxLookups, maxLookups, maxLookups, maxLookups, maxLookups
	l.anyAddr.limit, l.byReverse.limit, l.byAsker.limit = maxLookups, maxLookups, maxAskers
	return l
}

// take reads one DNS message. It gives a look-up that its message completed, else nil.
func (l *lookups) take(p *dnsPacket) *lookup {
	l.seen = true
	m := &p.message
	q := question{p.src, p.dst, m.ID, strings.ToLower(m.Name), m.Type}
	if m.Response {
		q.asker, q.server = p.dst, p.src
	}
	was, known := l.asked.get(q)
	if known && (was.answered != 0 && p.time-was.answered > askedTwice || p.time-was.Time > answerWithin) {
		known = false // the number was used again
	}
	if known && (!m.Response || was.answered != 0) {
		return nil // sent or captured twice
	}
	if !known {
		was = &lookup{Lookup: &trace.Lookup{Packet: p.packet, Time: p.time, Name: m.Name, Type: m.Type.String(), Answers: []string{},
			Asker: q.asker, Server: q.server}, asker: hostOf(q.asker.Addr()), key: q.name, kind: m.Type}
		l.asked.put(q, was)
		l.byName.put(hostName{was.asker, was.key, was.kind}, was)
		l.own(was)
		if was.kind == dnsmsg.PTR {
			l.byReverse.put(was.key, was)
		}
	}
	if !m.Response {
		return nil
	}
	was.answered = max(p.time, 1)
	was.read(m)
	l.index(was)
	return was
}

// hostOf is the address by which an asker is known; who asks over the loopback is the host of the capture.
func hostOf(a netip.Addr) netip.Addr {
	if a = a.Unmap(); a.IsLoopback() {
		return netip.Addr{}
	}
	return a
}

// own remembers w as one of its asker's.
func (l *lookups) own(w *lookup) {
	a, ok := l.byAsker.get(w.asker)
	if !ok {
		a = &asker{}
	}
	if len(a.list) >= maxOfAsker {
		a.list = append([]*lookup(nil), a.list[maxOfAsker/2:]...)
	}
	a.list = append(a.list, w)
	l.byAsker.put(w.asker, a)
}

// read takes over what the answer says.
func (w *lookup) read(m *dnsmsg.Message) {
	w.Rcode = m.Rcode.String()
	w.ttl = maxLifetime
	if len(m.Answers) == 0 {
		w.ttl = 0
	}
	for _, r := range m.Answers {
		w.Answers = append(w.Answers, r.String())
		w.ttl = min(w.ttl, trace.Time(time.Duration(r.TTL)*time.Second))
		switch {
		case r.Addr.IsValid():
			w.addrs = append(w.addrs, r.Addr)
		case r.Target != "" && r.Type != dnsmsg.NS:
			w.names = append(w.names, bare(r.Target))
		}
	}
}

// bare is a name in lower case without its last dot.
func bare(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// index makes w findable by what it answers.
func (l *lookups) index(w *lookup) {
	for _, a := range w.addrs {
		l.byAddr.put(hostAddr{w.asker, a}, w)
		next := named{lookup: w}
		if was, ok := l.anyAddr.get(a); ok {
			if next.other = was.other; was.asker != w.asker {
				next.other = was.Time
			}
		}
		l.anyAddr.put(a, next)
	}
	if w.kind != dnsmsg.MX && w.kind != dnsmsg.SRV {
		return
	}
	for _, n := range w.names {
		k := hostAddrName{w.asker, n}
		all, _ := l.byExchanger.get(k)
		list := append(make([]*lookup, 0, maxExchanges), w)
		for _, other := range all {
			if len(list) < maxExchanges && other.key != w.key {
				list = append(list, other)
			}
		}
		l.byExchanger.put(k, list)
	}
}

// nullMX says that w's answer is the null MX: the domain takes no mail (RFC 7505 §3).
func (w *lookup) nullMX() bool {
	return w.kind == dnsmsg.MX && w.Rcode == dnsmsg.NoError.String() && len(w.names) == 1 && w.names[0] == ""
}

// unanswered gives those that got no answer, in order.
func (l *lookups) unanswered(tell func(*trace.Lookup)) {
	var all []*lookup
	for _, part := range [...]map[question]*lookup{l.asked.old, l.asked.young} {
		for _, one := range part {
			if one.answered == 0 {
				all = append(all, one)
			}
		}
	}
	slices.SortFunc(all, func(a, b *lookup) int { return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Packet, b.Packet)) })
	for _, one := range slices.CompactFunc(all, func(a, b *lookup) bool { return a == b }) {
		tell(one.Lookup)
	}
}
