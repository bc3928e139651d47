package render

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// rowOf says what the line of an item shows.
func (l *Ladder) rowOf(it item) row {
	if len(it) > 1 {
		return l.foldedRow(it)
	}
	e := it.first()
	r := row{number: e.N, time: l.timeOf(e), note: l.o.meaning(e), marked: l.o.Mark != 0 && e.N == l.o.Mark}
	r.from, r.to = ends(e)
	r.whole = l.o.Whole || slices.Contains(l.o.Unfold, e.N)
	switch e.Kind {
	case trace.EntryEvent:
		l.eventRow(&r, e)
	case trace.EntryConnect:
		r.label = []string{l.o.t("label.connect")}
		r.cl = talk
		if e.Code != "open" {
			r.lost, r.cl = e.Code == "unanswered", bad
		}
	case trace.EntryDNS:
		l.queryRow(&r, e)
	case trace.EntryAnswer:
		l.answerRow(&r, e)
	case entryEnd:
		r.label, r.cl = []string{l.o.visible(e.Text)}, pending
	default:
		l.hostRow(&r, e)
	}
	return r
}

// eventRow fills in what was said in a session.
func (l *Ladder) eventRow(r *row, e *trace.Entry) {
	v := e.Event
	r.packet, r.cl = l.packets(v), classOf(v)
	switch v.Kind {
	case trace.KindReply, trace.KindGreeting:
		r.label = l.o.replyLines(v, r.whole)
		r.brief = []string{strconv.Itoa(v.Code)}
		if n := len(v.Lines); n > 2 && !r.whole {
			r.note = join(r.note, l.o.t("fold.lines", "n", itoa(int64(n)), "id", itoa(int64(e.N))))
		}
	case trace.KindCommand:
		line := v.Line
		if line == "" {
			line = v.Verb
		}
		r.label, r.brief = []string{l.o.visible(line)}, l.o.briefCommand(line, v.Verb)
	default:
		what := l.o.spoken(v)
		short, _, _ := strings.Cut(what, ",")
		r.label, r.brief = []string{what}, []string{short}
	}
}

// briefCommand is a command without its parameters, without the domain of its path, and at last only its verb.
func (o *Options) briefCommand(line, verb string) []string {
	line = o.visible(line)
	var brief []string
	if i := strings.IndexByte(line, '>'); i > 0 {
		brief = append(brief, line[:i+1])
		if j := strings.IndexByte(line[:i], '@'); j > 0 {
			brief = append(brief, line[:j]+">")
		}
	}
	return append(brief, o.visible(verb))
}

// spoken names what an event that is neither command nor reply carried.
func (o *Options) spoken(v *trace.Event) string {
	n := itoa(v.Bytes)
	switch v.Kind {
	case trace.KindData:
		return o.t("label.data", "n", n)
	case trace.KindChunk:
		return o.t("label.chunk", "n", n)
	case trace.KindAuth:
		return o.t("label.auth")
	case trace.KindTLS:
		return strings.TrimRight(o.t("label.tls")+" "+o.visible(v.Note), " ")
	case trace.KindGap:
		return o.t("label.gap", "n", n)
	case trace.KindTLSOpaque:
		return o.t("label.opaque", "n", n)
	case trace.KindProxy:
		return o.visible(v.Line)
	}
	if v.Line != "" {
		return o.visible(v.Line)
	}
	return o.t("label.junk", "n", n)
}

// replyLines is a reply as it stood on the wire; of several lines the first and the last, unless whole.
func (o *Options) replyLines(v *trace.Event, whole bool) []string {
	code := strconv.Itoa(v.Code)
	if len(v.Lines) == 0 {
		return []string{code}
	}
	lines := make([]string, 0, 2)
	for i, s := range v.Lines {
		if i > 0 && i < len(v.Lines)-1 && !whole {
			continue
		}
		sep := "-"
		if i == len(v.Lines)-1 {
			sep = " "
		}
		if v.Enhanced != "" && !strings.HasPrefix(s, v.Enhanced) {
			s = v.Enhanced + " " + s
		}
		lines = append(lines, strings.TrimRight(code+sep+o.visible(s), " "))
	}
	return lines
}

// queryRow fills in a DNS query; of a reverse name the address is shown.
func (l *Ladder) queryRow(r *row, e *trace.Entry) {
	kind, name := l.o.visible(e.Type), l.o.domain(e.Name)
	r.cl = talk
	if ip := reverseAddr(e.Name); ip != "" {
		r.label = []string{kind + " " + ip}
		r.brief = []string{kind + " " + ip[max(strings.LastIndexAny(ip, ".:"), 0):]}
		return
	}
	first, _, _ := strings.Cut(name, ".")
	r.label, r.brief = []string{kind + " " + name}, []string{kind + " " + first}
}

// reverseAddr is the address that a reverse name stands for (RFC 1035 §3.5, RFC 3596 §2.5), or "".
func reverseAddr(name string) string {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	sep, last, group := ".", ".in-addr.arpa", 1
	if strings.HasSuffix(name, ".ip6.arpa") {
		sep, last, group = ":", ".ip6.arpa", 4
	}
	labels := strings.Split(strings.TrimSuffix(name, last), ".")
	if !strings.HasSuffix(name, last) || len(labels) != 4 && len(labels) != 32 {
		return ""
	}
	var b strings.Builder
	for i, label := range slices.Backward(labels) {
		if n := len(labels) - 1 - i; n > 0 && n%group == 0 {
			b.WriteString(sep)
		}
		b.WriteString(label)
	}
	ip, err := netip.ParseAddr(b.String())
	if err != nil {
		return ""
	}
	return ip.String()
}

// answerRow fills in a DNS answer: the data of its records, or why there are none.
func (l *Ladder) answerRow(r *row, e *trace.Entry) {
	var data, brief []string
	for _, rr := range e.Answers {
		one := l.o.rdata(rr)
		data = append(data, one)
		if e.Type != "A" && e.Type != "AAAA" { // 10 mx1.west: the first label says it where there is no room
			one, _, _ = strings.Cut(one, ".")
		}
		brief = append(brief, one)
	}
	r.cl = good
	switch {
	case e.Code != "" && e.Code != "NOERROR":
		r.label, r.cl = []string{l.o.visible(e.Code)}, bad
	case len(data) == 0:
		r.label, r.cl = []string{l.o.t("label.nodata")}, pending
	default:
		r.label = []string{strings.Join(data, ", ")}
		r.brief = []string{strings.Join(brief, ", "), brief[0] + l.o.glyph().dots}
		if a := brief[0]; len(brief) == 1 && (e.Type == "A" || e.Type == "AAAA") {
			r.brief = []string{a, a[max(strings.LastIndexAny(a, ".:"), 0):]} // .25 of 192.0.2.25
		}
	}
}

// rdata is what follows the type in a record in zone-file form (RFC 1035 §5.1).
func (o *Options) rdata(rr string) string {
	f := strings.Fields(rr)
	for i := 1; i < len(f)-1 && i < 4; i++ {
		if f[i] == "IN" || f[i][0] >= '0' && f[i][0] <= '9' {
			continue
		}
		f = f[i+1:]
		break
	}
	for i, s := range f {
		f[i] = o.domain(s)
	}
	return strings.Join(f, " ")
}

// domain is a domain name without its final dot, abbreviated as host names are.
func (o *Options) domain(s string) string {
	if len(s) > 1 {
		s = strings.TrimSuffix(s, ".")
	}
	return o.short(s)
}

// hostRow fills in what happened on one host.
func (l *Ladder) hostRow(r *row, e *trace.Entry) {
	r.to = ""
	switch e.Kind {
	case trace.EntryQueue:
		r.label, r.cl = []string{l.o.t("label.queue")}, pending
		if d, ok := waitOf(e); ok { // the wait says more than the moment: no traffic until then
			r.time = shortSpan(d)
		}
	case trace.EntryDeliver:
		r.label, r.cl = []string{l.o.t("label.delivery")}, good
		r.brief = []string{l.o.t("label.delivery.brief")}
	case trace.EntryBounce:
		r.label, r.cl = []string{l.o.t("label.bounce")}, bad
	case trace.EntryFault:
		r.label, r.cl = []string{l.o.t("label.fault")}, bad
	default:
		r.from, r.label = "", []string{l.o.visible(e.Text)}
	}
}

// waitOf is the time until the next try of a queue entry.
func waitOf(e *trace.Entry) (time.Duration, bool) {
	n, err := strconv.ParseInt(e.Code, 10, 32)
	return time.Duration(n) * time.Second, err == nil && n > 0
}

// foldedRow is one arrow for a run of routine.
func (l *Ladder) foldedRow(it item) row {
	e := it.first()
	n := int64(0)
	var only *trace.Entry
	for _, x := range it {
		if x.Event.Kind == trace.KindCommand {
			n++
			only = x
		}
	}
	r := row{number: e.N, time: l.timeOf(e), packet: l.packets(e.Event), cl: talk}
	r.from, r.to = sessionHosts(e.Session)
	opens := l.o.t("fold.opens", "n", itoa(int64(e.N)))
	if n == 1 {
		r.label = []string{l.o.visible(only.Event.Line)}
		r.brief = l.o.briefCommand(only.Event.Line, only.Event.Verb)
		r.note = opens
		if last := it.last().Event; last.Kind == trace.KindReply {
			r.note = strconv.Itoa(last.Code) + "; " + opens
		}
		return r
	}
	r.label = []string{l.o.count("fold.commands", n)}
	r.brief = []string{l.o.t("fold.brief", "n", itoa(n))}
	r.note = l.o.t("fold.routine") + "; " + opens
	return r
}

// timeOf is the moment of e since the start.
func (l *Ladder) timeOf(e *trace.Entry) string {
	if e.Time == 0 {
		return ""
	}
	return clock(e.Time.Sub(l.o.Start))
}

// packets is the packet that an event begins in.
func (l *Ladder) packets(v *trace.Event) string {
	if v.Packets[0] == 0 {
		return ""
	}
	return itoa(v.Packets[0])
}

// join puts two notes together.
func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// commonTop cuts the last label of names where all names that have several share it: mx1.west.example → mx1.west.
func commonTop(names []string) func(string) string {
	top, n := "", 0
	for _, name := range names {
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			continue
		}
		last := name[i:]
		if n > 0 && last != top || strings.ContainsAny(last, ":0123456789") {
			return func(s string) string { return s }
		}
		top, n = last, n+1
	}
	return func(s string) string {
		if t := strings.TrimSuffix(s, top); t != "" {
			return t
		}
		return s
	}
}
