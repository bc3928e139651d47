package dialogue

import (
	"time"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/trace"
)

// ending gathers what the end of a session is told by.
type ending struct {
	closing   int  // 221 or 421, once the server said it
	quit      bool // QUIT was sent
	greeting  trace.Time
	lastReply trace.Time
	think     time.Duration
	thought   bool
}

// finish ends the session.
func (d *Dialogue) finish(end trace.FlowEnd) {
	d.flush()
	for d.queue.first() != nil {
		x := d.queue.pop()
		d.unanswered(x)
		d.readClient() // the deciding reply never came: read on by the look
		d.settle(true)
	}
	d.flush()
	d.endMail(trace.Unfinished)
	d.checkTooEarly()
	d.finishTLS()
	s := d.session
	s.End = d.sessionEnd(end)
	d.closingFindings(end)
	d.timing()
	d.limits()
}

// flush takes what is still being read.
func (d *Dialogue) flush() {
	c := &d.client
	d.cutReply()
	d.settle(true)
	if c.mode == awaitReply && c.in.size > 0 && d.queue.len() == 0 {
		c.guessNext()
		d.readClient()
	}
	if c.mode == readGuess {
		if c.in.size > 0 && d.guess(true) {
			d.readClient()
		}
		d.settle(true)
	}
	if c.mode == readText && (c.body.bytes > 0 || c.body.gap > 0 || d.server.heard) {
		d.endText(false)
	}
	if c.mode == readChunk && c.chunkEnd.set {
		c.last = false
		d.endChunk()
	}
	d.cutCommand()
	d.tellSkipped()
}

// sessionEnd names the end: the server's word comes before what TCP did.
func (d *Dialogue) sessionEnd(end trace.FlowEnd) trace.SessionEnd {
	switch {
	case end == trace.EndRefused:
		return trace.SessionRefused
	case end == trace.EndUnanswered:
		return trace.SessionUnanswered
	case d.tls != nil && d.client.mode == readTLS:
		return trace.SessionTLSOpaque
	case d.ending.closing == 421:
		return trace.Session421
	case d.ending.quit:
		return trace.SessionQuit
	case end == trace.EndCapture || end == trace.EndEvicted:
		return trace.SessionCapture
	case d.idle() && (end == trace.EndClient || end == trace.EndServer || end == trace.EndServerReset):
		return trace.SessionTimeout
	case end == trace.EndClient:
		return trace.SessionClientClose
	case end == trace.EndServer:
		return trace.SessionServerClose
	}
	return trace.SessionReset
}

// idleMin is the shortest time-out that RFC 5321 §4.5.3.2.4 gives anybody: two minutes for the start of DATA.
const idleMin = 2 * time.Minute

// idle says that nothing was said for so long before the end that somebody's patience was at its end.
func (d *Dialogue) idle() bool {
	return d.now.end > 0 && d.session.Ended.Sub(d.now.end) >= idleMin
}

func (d *Dialogue) closingFindings(end trace.FlowEnd) {
	s := d.session
	switch {
	case d.events == 0 || d.tls != nil:
	case !d.server.heard:
		d.find(codes.FindingOneSided, "only the client's side was seen; what the server said is not known", "")
		for _, e := range s.Events {
			e.Early = false // nobody knows
		}
	case !d.client.heard && d.events > 1:
		d.find(codes.FindingOneSided, "only the server's side was seen; what the client said is not known", "")
	}
	if len(s.Transactions) > 0 {
		last := s.Transactions[len(s.Transactions)-1]
		if last.Outcome == trace.Unfinished && last.Body != nil && last.Body.Complete && d.server.heard {
			d.find(codes.FindingNoFinalReply, "the connection ended after the end of data, without a reply: both sides may believe they have the mail, or neither", "")
		}
	}
	if s.End == trace.SessionClientClose && d.phase.Helo != nil {
		d.find(codes.FindingNoQUIT, "the client closed the connection without QUIT", "")
	}
	_ = end
}

// timing fills Session.Timing with what is known.
func (d *Dialogue) timing() {
	s := d.session
	places := d.room.seconds[:]
	place := func(length time.Duration) *trace.Seconds {
		p := &places[0]
		places = places[1:]
		*p = trace.Seconds(length)
		return p
	}
	seconds := func(from, to trace.Time) *trace.Seconds {
		if from == 0 || to == 0 || to < from {
			return nil
		}
		return place(to.Sub(from))
	}
	if !s.Midstream {
		s.Timing.Connect = seconds(s.Started, d.established)
		from := d.established
		if from == 0 {
			from = s.Started
		}
		s.Timing.Greeting = seconds(from, d.ending.greeting)
	}
	s.Timing.Total = seconds(s.Started, s.Ended)
	if d.ending.thought {
		s.Timing.Think = place(d.ending.think)
	}
}

// limits tells what was left out.
func (d *Dialogue) limits() {
	c := &d.capped
	for _, n := range []struct {
		count int
		what  string
	}{{c.events, "events"}, {c.transactions, "transactions"}, {c.recipients, "recipients"}, {c.chunks, "chunk sizes"},
		{c.findings, "findings"}} {
		if n.count > 0 {
			s := d.session
			s.Findings = append(s.Findings, trace.Finding{ID: string(codes.FindingCutShort), Severity: trace.Note, Time: d.now.end,
				Packet: d.now.packets[1], Text: decimal(int64(n.count)) + " more " + n.what + " are not listed",
				Source: codes.FindingCutShort.Source()})
		}
	}
}

// tellSkipped emits the octets that were neither commands nor text as one event.
func (d *Dialogue) tellSkipped() {
	if m := d.client.skipped; m.set {
		d.client.skipped = mark{}
		d.emit(trace.Event{From: trace.FromClient, Kind: trace.KindJunk}, m)
	}
}
