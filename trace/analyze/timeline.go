package analyze

import (
	"cmp"
	"slices"
	"time"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/capture"
)

// timeline is a capture, or several that follow each other: what begins in one goes on in the next. Packets are numbered through all of them
// until what they show is told.
type timeline struct {
	shards  *capture.Shards
	open    [capture.ShardCount]*shard
	lookups *lookups
	looker  Looker // nil: nobody wants them all
	files   []*file
	last    trace.Time // the latest packet
	fed     int        // segments
}

// file is one capture of a timeline.
type file struct {
	index  int   // among all captures
	before int64 // packets of the timeline that stand before it
	facts  *capture.Facts
	sum    tally
	bad    *trace.Capture // it could not be read: nothing of it is in the timeline
}

func newTimeline(opts *Options) *timeline {
	l := &timeline{lookups: newLookups()}
	o := opts.Capture
	o.Workers = opts.Workers
	l.shards = capture.NewShards(o, func(n int) trace.FlowOpener {
		l.open[n] = &shard{opts: withRoom(opts.Dialogue, opts.Keys)}
		return l.open[n]
	})
	return l
}

// Packets of one capture may be in disorder by this much where several queues or interfaces are captured; but a short capture that begins
// so close to another's end is one of a second place.
const (
	disorder  = trace.Time(time.Millisecond)
	longLasts = trace.Time(time.Second)
)

// goesOn says that a capture whose first packet came at t continues the timeline: rotated files do, captures of the same time at two
// places do not.
func (l *timeline) goesOn(t trace.Time) bool {
	if l == nil || t == 0 || l.last == 0 {
		return false
	}
	slack := trace.Time(0)
	for _, f := range l.files {
		if f.facts != nil && f.facts.First != 0 && l.last-f.facts.First >= longLasts {
			slack = disorder
		}
	}
	return t >= l.last-slack
}

// add begins the next capture.
func (l *timeline) add(index int, facts *capture.Facts) *file {
	f := &file{index: index, facts: facts}
	for _, was := range l.files {
		if was.facts != nil {
			f.before = was.before + was.facts.Packets
		}
	}
	l.files = append(l.files, f)
	return f
}

// at is the file that the packet n of the timeline is in.
func (l *timeline) at(n int64) *file {
	var in *file
	for _, f := range l.files {
		if f.facts != nil && (in == nil || n > f.before) {
			in = f
		}
	}
	return in
}

// count adds what the shards have counted to the sum of a file.
func (l *timeline) count(sum *tally) {
	for _, s := range l.open {
		sum.add(&s.tally)
		s.tally = tally{}
	}
}

// gather takes what the shards have finished: DNS messages first.
func (l *timeline) gather() (ended []*trace.Session) {
	var dns []dnsPacket
	for _, s := range l.open {
		ended = append(ended, s.ended...)
		clear(s.ended)
		s.ended = s.ended[:0]
		dns = append(dns, s.dns...)
		s.dns = nil
	}
	slices.SortStableFunc(dns, func(a, b dnsPacket) int { return cmp.Compare(a.packet, b.packet) })
	for i := range dns {
		l.dns(&dns[i], l.at(dns[i].packet))
	}
	slices.SortFunc(ended, func(a, b *trace.Session) int { return cmp.Compare(a.Packets[0], b.Packets[0]) })
	return ended
}

// maxNotes bounds what is told of the look-ups in one capture.
const maxNotes = 100

// dns takes a DNS message of f, and notes what keeps mail from going anywhere.
func (l *timeline) dns(p *dnsPacket, f *file) {
	p.packet -= f.before
	one := l.lookups.take(p)
	if one != nil && l.looker != nil {
		l.looker.Lookup(one.Lookup)
	}
	if one == nil || !one.nullMX() {
		return
	}
	for _, have := range f.sum.notes {
		if have.Evidence == one.Answers[0] {
			return
		}
	}
	if len(f.sum.notes) < maxNotes {
		f.sum.notes = append(f.sum.notes, trace.Finding{ID: string(codes.FindingNullMX), Severity: trace.Note, Packet: one.Packet, Time: one.Time,
			Text:   one.Asker.Addr().String() + " asks who takes mail for " + one.Name + ": by its null MX, nobody does.",
			Source: codes.FindingNullMX.Source(), Evidence: one.Answers[0]})
	}
}

// localize numbers the packets of s as in the captures that they are in.
func (l *timeline) localize(s *trace.Session) {
	first, last := l.at(s.Packets[0]), l.at(s.Packets[1])
	s.Capture = first.index
	for _, f := range l.files {
		if f.index >= first.index && f.index <= last.index {
			f.sum.sessions++
		}
	}
	if last.before == 0 {
		return
	}
	local := func(n *int64) {
		if *n > 0 {
			*n -= l.at(*n).before
		}
	}
	local(&s.Packets[0])
	local(&s.Packets[1])
	for _, e := range s.Events {
		local(&e.Packets[0])
		local(&e.Packets[1])
	}
	for i := range s.Findings {
		local(&s.Findings[i].Packet)
	}
	if first != last {
		s.Findings = append(s.Findings, trace.Finding{ID: string(codes.FindingSeveralCaptures), Severity: trace.Note, Packet: s.Packets[0], Time: s.Started,
			Text:   "The session begins in " + first.facts.Name + " and ends in " + last.facts.Name + "; packets are numbered as in the file they are in.",
			Source: codes.FindingSeveralCaptures.Source()})
	}
}
