package capture

import (
	"bytes"
	"fmt"

	"github.com/smtpsim/smtpsim/trace"
)

// recent keeps the last octets of a stream, to compare what is sent again: an injected segment has the same numbers as the
// true one and other content. A command or reply fits.
type recent struct {
	n   int // so many of octets count, at its end
	oct [256]byte
}

func (d *stream) remember(data []byte) {
	if len(data) == 0 {
		return
	}
	if d.last == nil {
		d.last = new(recent)
	}
	r := d.last
	room := len(r.oct) - len(data)
	if room <= 0 {
		copy(r.oct[:], data[-room:])
		r.n = len(r.oct)
		return
	}
	copy(r.oct[:room], r.oct[len(data):])
	copy(r.oct[room:], data)
	r.n = min(r.n+len(data), len(r.oct))
}

// repeated compares a segment that begins back octets before the next one with what was handed out.
func (a *Assembler) repeated(c *conn, from trace.Side, back int, s *trace.Segment) {
	r := c.dirs[from].last
	known := r.oct[len(r.oct)-r.n:]
	again := s.Payload
	if skip := back - len(known); skip > 0 { // too long ago
		if skip >= len(again) {
			return
		}
		again, back = again[skip:], len(known)
	}
	known = known[len(known)-back:]
	n := min(len(known), len(again))
	if !bytes.Equal(known[:n], again[:n]) {
		a.contradiction(c, from, s)
	}
}

// compare compares a segment that begins at seq with a held piece that it overlaps.
func (a *Assembler) compare(c *conn, from trace.Side, seq uint32, s *trace.Segment, have *piece) {
	known, again := have.data, s.Payload
	if off := int(int32(have.seq - seq)); off >= 0 {
		again = again[min(off, len(again)):]
	} else {
		known = known[min(-off, len(known)):]
	}
	n := min(len(known), len(again))
	if !bytes.Equal(known[:n], again[:n]) {
		a.contradiction(c, from, s)
	}
}

// contradiction tells once per connection that two copies of the same octets differ. RFC 9293 §3.10.7.4 has the receiver trim what it
// has already, so the first copy counts.
func (a *Assembler) contradiction(c *conn, from trace.Side, s *trace.Segment) {
	f, ok := c.sink.(Finder)
	if c.told || !ok {
		return
	}
	c.told = true
	f.Finding(trace.Finding{ID: "overlap-contradicts", Severity: trace.Warning, Packet: s.Packet, Time: s.Time,
		Text: fmt.Sprintf("Packet %d sends octets of the %s again with other content than before; the first copy counts.",
			s.Packet, from),
		Source: "RFC 9293 §3.10.7.4"})
}
