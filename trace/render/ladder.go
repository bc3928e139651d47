package render

import (
	"bufio"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// Ladder draws entries as a picture: a column for each host, an arrow for each thing said, what it means at the right.
// A lesson grows it line by line: Header once, then Lines for what has become known.
type Ladder struct {
	o     Options
	hosts []string
	lay   layout
	last  trace.Time // of the entry before, for pauses
	quiet bool       // the entry before told of the wait already
	under map[*trace.Entry][]below
}

// NewLadder draws between hosts, the columns from left to right. most is the highest entry number to expect; packets
// adds a column of packet numbers.
func NewLadder(hosts []string, most int, packets bool, o Options) *Ladder {
	if o.Short == nil {
		o.Short = commonTop(hosts)
	}
	l := &Ladder{o: o, hosts: hosts}
	l.lay = l.o.layout(hosts, most, packets)
	return l
}

// HostsOf lists the hosts of entries in the order in which they first act, a client before its server.
func HostsOf(entries []*trace.Entry) []string {
	var hosts []string
	for _, e := range entries {
		from, to := ends(e)
		if e.Event != nil && e.Event.From == trace.FromServer {
			from, to = to, from
		}
		for _, h := range []string{from, to} {
			if h != "" && !slices.Contains(hosts, h) {
				hosts = append(hosts, h)
			}
		}
	}
	return hosts
}

// ends are the hosts that an entry goes between; to is "" where it stays with one.
func ends(e *trace.Entry) (from, to string) {
	if e.Host != "" || e.Session == nil || e.Event == nil {
		return e.Host, e.Peer
	}
	client, server := sessionHosts(e.Session)
	if e.Event.From == trace.FromServer {
		return server, client
	}
	return client, server
}

// sessionHosts are the column names of a session's two sides: host names in a simulation, else addresses.
func sessionHosts(s *trace.Session) (client, server string) {
	client, server = s.ClientHost, s.ServerHost
	if client == "" {
		client = s.Client
	}
	if server == "" {
		server = s.Server
	}
	return client, server
}

// WriteTimeline prints a ladder, or sentences, of all entries of tl.
func WriteTimeline(w io.Writer, tl *trace.Timeline, o Options) error {
	b := bufio.NewWriter(w)
	for _, line := range entryLines(tl.Entries, false, o) {
		b.WriteString(line)
		b.WriteByte('\n')
	}
	if tl.Dropped > 0 {
		b.WriteString(o.t("ladder.dropped", "n", itoa(tl.Dropped)) + "\n")
	}
	return b.Flush()
}

func entryLines(entries []*trace.Entry, packets bool, o Options) []string {
	most := 0
	if len(entries) > 0 {
		most = entries[len(entries)-1].N
	}
	l := NewLadder(HostsOf(entries), most, packets, o)
	lines := l.Header()
	if i := slices.IndexFunc(entries, func(e *trace.Entry) bool { return e.N == o.Mark }); i > 1 && !o.Whole {
		l.o.Start, l.last = startOf(entries, o.Start), entries[i-1].Time
		lines = append(lines, o.paint(o.t("ladder.same", "a", itoa(int64(entries[0].N)), "b", itoa(int64(entries[i-1].N))), dim))
		entries = entries[i:]
	}
	return append(lines, l.Lines(entries...)...)
}

// startOf is the moment that times are relative to: start, else the first known one.
func startOf(entries []*trace.Entry, start trace.Time) trace.Time {
	for _, e := range entries {
		if start == 0 {
			start = e.Time
		}
	}
	return start
}

// Header is the line, or lines, that name the columns.
func (l *Ladder) Header() []string {
	if l.o.Plain {
		return nil
	}
	return l.header()
}

// Lines draws entries, in order, after those drawn before.
func (l *Ladder) Lines(entries ...*trace.Entry) []string {
	var lines []string
	for _, it := range l.o.fold(entries) {
		if l.o.Start == 0 {
			l.o.Start = it.first().Time
		}
		if l.o.Mark != 0 && it.has(l.o.Mark) && l.o.MarkNote != "" {
			lines = append(lines, l.o.paint(l.o.t("ladder.mark", "n", itoa(int64(l.o.Mark)), "why", l.o.visible(l.o.MarkNote)), strong))
		}
		if l.o.Plain {
			lines = append(lines, l.sentences(it)...)
		} else {
			lines = append(lines, l.pause(it.first())...)
			r := l.rowOf(it)
			r.below = l.below(it)
			lines = append(lines, l.draw(r)...)
		}
		if t := it.last().Time; t != 0 {
			l.last = t
		}
		l.quiet = it.first().Kind == trace.EntryQueue
	}
	return lines
}

// pauseMin is how long nothing must happen before the ladder shows it.
const pauseMin = 10 * time.Second

// pause is a line for the time that passes before e, if it is long.
func (l *Ladder) pause(e *trace.Entry) []string {
	if l.quiet || l.last == 0 || e.Time == 0 || e.Time.Sub(l.last) < pauseMin {
		return nil
	}
	c := newCanvas(l.o.width())
	c.put(l.lay.timeX, padLeft(shortSpan(e.Time.Sub(l.last)), timeCells), dim)
	for _, x := range l.lay.cols {
		c.put(x, l.o.glyph().pause, dim)
	}
	return []string{l.o.line(c)}
}

// shortSpan is span in the seven cells of the time column.
func shortSpan(d time.Duration) string {
	s := int64(d / time.Second)
	switch {
	case s < 100:
		return itoa(s) + " s"
	case s < 5940:
		return itoa((s+30)/60) + " min"
	case s < 100*3600:
		return itoa((s+1800)/3600) + " h"
	}
	return itoa((s+43200)/86400) + " d"
}

// item is what becomes one line: an entry, or a folded run of one session's entries.
type item []*trace.Entry

func (it item) first() *trace.Entry { return it[0] }
func (it item) last() *trace.Entry  { return it[len(it)-1] }
func (it item) has(n int) bool      { return it[0].N <= n && n <= it.last().N }

// commands says that a run holds a command, which its one line can be named after.
func (it item) commands() bool {
	return slices.ContainsFunc(it, func(e *trace.Entry) bool { return e.Event != nil && e.Event.Kind == trace.KindCommand })
}

// fold groups entries into items; replies and text whose commands are shown are shown as well.
func (o *Options) fold(entries []*trace.Entry) []item {
	var items []item
	for len(entries) > 0 {
		n := 1
		for n < len(entries) && o.joins(entries[n-1], entries[n]) {
			n++
		}
		if run := item(entries[:n:n]); o.opened(run) || !run.commands() {
			items = append(items, singles(run)...)
		} else {
			items = append(items, run)
		}
		entries = entries[n:]
	}
	return items
}

func singles(it item) []item {
	one := make([]item, len(it))
	for i := range it {
		one[i] = it[i : i+1]
	}
	return one
}

// joins says that e continues the routine of a.
func (o *Options) joins(a, e *trace.Entry) bool {
	return o.foldable(a) && o.foldable(e) && a.Session == e.Session
}

// opened says that a run is to be shown whole: it is asked for, or it holds the first difference.
func (o *Options) opened(it item) bool {
	return len(it) > 1 && (slices.Contains(o.Unfold, it.first().N) || o.Mark != 0 && it.has(o.Mark))
}

// foldable says that e is routine: a command, text, or a reply that says yes to it. The greeting, what says no, and the
// reply that ends a transaction stay.
func (o *Options) foldable(e *trace.Entry) bool {
	if !o.Fold || e.Kind != trace.EntryEvent || e.Event == nil || o.Keep != nil && o.Keep(e) {
		return false
	}
	switch v := e.Event; v.Kind {
	case trace.KindCommand, trace.KindData, trace.KindChunk, trace.KindAuth, trace.KindTLS:
		return true
	case trace.KindReply:
		return v.Code >= 200 && v.Code < 400 && !endsMail(e)
	}
	return false
}

// endsMail says that e is the reply to the end of the mail data (RFC 5321 §4.2.5).
func endsMail(e *trace.Entry) bool {
	if e.Event.Kind != trace.KindReply || e.Event.Interim {
		return false
	}
	cmd := answered(e)
	if cmd == nil {
		return false
	}
	return cmd.Verb == "DATA" || cmd.Kind == trace.KindData || cmd.Verb == "BDAT" && strings.HasSuffix(strings.ToUpper(cmd.Line), " LAST")
}

// answered is the event that the reply e answers: a command, or the text after DATA; nil if it answers none.
func answered(e *trace.Entry) *trace.Event {
	if e.Session == nil {
		return nil
	}
	return answers(e.Session.Events, e.Event)
}

// answers is the event among ev that v answers, or nil.
func answers(ev []*trace.Event, v *trace.Event) *trace.Event {
	n := v.Answers
	if n < 1 {
		return nil
	}
	if n <= len(ev) && ev[n-1].N == n {
		return ev[n-1]
	}
	i, ok := slices.BinarySearchFunc(ev, n, func(v *trace.Event, n int) int { return v.N - n })
	if !ok {
		return nil
	}
	return ev[i]
}
