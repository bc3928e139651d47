package dialogue

import "github.com/smtpsim/smtpsim/trace"

// What the Recorder gets stands in few pieces of memory: one for a session, one for each mail, one for some events.

// sessionRoom holds a session and what nearly every one has.
type sessionRoom struct {
	session      trace.Session
	phase        [1]trace.Phase
	helo         trace.Helo
	seconds      [4]trace.Seconds
	transactions [1]*trace.Transaction
}

// mailRoom holds a transaction and what one of one recipient has.
type mailRoom struct {
	transaction trace.Transaction
	recipients  [1]*trace.Recipient
	recipient   trace.Recipient
	body        trace.Body
	sha256      string
	message     trace.Message
}

// eventsAtOnce is how many events share a piece of memory: about those of a session with one mail.
const eventsAtOnce = 16

// newEvent is a copy of e to keep.
func (d *Dialogue) newEvent(e *trace.Event) *trace.Event {
	if len(d.spare) == 0 {
		d.spare = make([]trace.Event, eventsAtOnce)
	}
	kept := &d.spare[0]
	d.spare = d.spare[1:]
	*kept = *e
	return kept
}

// keepEvent puts e into the session, if there is room.
func (d *Dialogue) keepEvent(e *trace.Event) {
	s := d.session
	if len(s.Events) >= d.opts.MaxEvents || !d.keep(eventCost(e)) {
		if d.opts.MaxEvents >= 0 {
			d.capped.events++
		}
		return
	}
	if s.Events == nil {
		s.Events = make([]*trace.Event, 0, min(eventsAtOnce, d.opts.MaxEvents))
	}
	s.Events = append(s.Events, e)
}

// newHelo is how the client introduced itself with x; a session's first one has its place.
func (d *Dialogue) newHelo(x *expected) *trace.Helo {
	h := &d.room.helo
	if h.Verb != "" {
		h = new(trace.Helo)
	}
	h.Verb, h.Name = string(x.cmd.Verb), x.cmd.Domain
	return h
}
