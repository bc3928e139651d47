package capture

import (
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// dice is a small random stream that is the same everywhere.
type dice uint64

func (d *dice) roll(n int) int {
	*d = *d*6364136223846793005 + 1442695040888963407
	return int(uint64(*d) >> 33 % uint64(n))
}

// TestStorm throws segments of three connections with numbers near each other, now and then far away, at an assembler with wide and with
// tight limits: it always comes to an end, keeps its limits, and every chunk follows the one before.
func TestStorm(t *testing.T) {
	for seed := range 4000 {
		d := dice(seed)
		var opts Options
		if seed%2 == 0 {
			opts = Options{MaxFlows: 2, MaxBuffer: 3000, MaxHeld: 2000}
		}
		var ws witnesses
		a := NewAssembler(opts, &ws)
		talks := []*talk{newTalk(0), newTalk(1), newTalk(2)}
		now, spread := trace.Time(1e18), 1+d.roll(200)
		for n := int64(1); n < 200; n++ {
			k, from := talks[d.roll(3)], trace.Side(d.roll(2))
			s := d.segment(k, from, spread)
			s.Packet, s.Time = n, now
			now += 1e6
			if d.roll(50) == 0 {
				now += trace.Time(d.roll(3e9))
			}
			if d.roll(20) == 0 {
				a.Unreachable(&Unreachable{TCP: true, Src: s.Src, Dst: s.Dst, Time: now, Packet: n})
			}
			a.Segment(s)
			if a.buffered > a.maxBuffer || a.live.n > a.maxFlows {
				t.Fatalf("seed %d: %d buffered, %d live", seed, a.buffered, a.live.n)
			}
		}
		a.Flush()
		a.check(t, ws)
	}
}

func (d *dice) segment(k *talk, from trace.Side, spread int) *trace.Segment {
	s := &trace.Segment{Src: k.ends[from], Dst: k.ends[from.Other()], Flags: trace.ACK,
		Seq: k.next[from] + uint32(d.roll(spread)), Ack: k.next[from.Other()] + uint32(d.roll(spread))}
	switch d.roll(12) {
	case 0:
		s.Flags = trace.SYN
	case 1:
		s.Flags = trace.SYN | trace.ACK
	case 2:
		s.Flags = trace.FIN | trace.ACK
	case 3:
		s.Flags = trace.TCPFlags(d.roll(32))
	}
	if d.roll(30) == 0 {
		s.Seq = uint32(d.roll(1 << 32))
	}
	if d.roll(30) == 0 {
		s.Ack = uint32(d.roll(1 << 32))
	}
	if d.roll(10) == 0 {
		s.Missing = d.roll(20)
	}
	s.Payload = make([]byte, d.roll(30))
	for i := range s.Payload {
		s.Payload[i] = byte(d.roll(256))
	}
	return s
}
