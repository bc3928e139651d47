package capture

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// FuzzRead feeds any octets as a capture: never a panic, never more memory than the limits, every error with its place.
func FuzzRead(f *testing.F) {
	f.Add(newWire().add(newTalk(0).mail(0).out[:6]...).buf.Bytes())
	for _, c := range damages() {
		f.Add(c.file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		opts := Options{MaxFlows: 64, MaxBuffer: 1 << 16, MaxHeld: 1 << 12, Datagram: func(*Datagram) {}}
		var ws witnesses
		a := NewAssembler(opts, &ws)
		opts.Unreachable = a.Unreachable
		r, err := Open(bytes.NewReader(file), "fuzz", opts)
		if err != nil {
			return
		}
		var seg trace.Segment
		for err = r.Next(&seg); err == nil; err = r.Next(&seg) {
			if len(seg.Payload) > maxPacket || seg.Missing < 0 {
				t.Fatalf("payload of %d octets, %d missing", len(seg.Payload), seg.Missing)
			}
			a.Segment(&seg)
		}
		if err != io.EOF {
			t.Fatal(err)
		}
		a.Flush()
		a.check(t, ws)
	})
}

// FuzzAssemble makes segments of two or three connections from octets: numbers near each other and far, all flags, in any order.
func FuzzAssemble(f *testing.F) {
	f.Add([]byte("\x00\x02\x00\x00\x00\x01\x12\x00\x00\x00\x00\x10\x00\x01\x04"))
	f.Fuzz(func(t *testing.T, in []byte) {
		opts := Options{MaxFlows: 2, MaxBuffer: 3000, MaxHeld: 2000}
		var ws witnesses
		a := NewAssembler(opts, &ws)
		talks := []*talk{newTalk(0), newTalk(1), newTalk(2)}
		now := trace.Time(1e18)
		for n := int64(1); len(in) >= 6; n++ {
			k := talks[int(in[0]>>1)%len(talks)]
			from := trace.Side(in[0] & 1)
			s := trace.Segment{Packet: n, Time: now, Src: k.ends[from], Dst: k.ends[from.Other()], Flags: trace.TCPFlags(in[1] & 31),
				Seq: k.next[from] + uint32(int8(in[2])), Ack: k.next[from.Other()] + uint32(int8(in[3])), Missing: int(in[1] >> 6)}
			if in[1]&0x20 != 0 { // far away
				s.Seq += binary.LittleEndian.Uint32(in[2:])
			}
			s.Payload = in[4:min(len(in), 4+int(in[4]&31))]
			now += trace.Time(in[5]) * 1e7
			in = in[min(len(in), 5+len(s.Payload)):]
			a.Segment(&s)
			if a.buffered > a.maxBuffer || a.live.n > a.maxFlows {
				t.Fatalf("%d octets buffered, %d connections", a.buffered, a.live.n)
			}
		}
		a.Flush()
		a.check(t, ws)
	})
}

// check tells what must hold after Flush.
func (a *Assembler) check(t *testing.T, ws witnesses) {
	t.Helper()
	if a.live.n != 0 || a.waiting.n != 0 || a.graves.n != 0 || len(a.conns) != 0 || a.buffered != 0 {
		t.Fatalf("after Flush: %d live, %d waiting, %d graves, %d in the table, %d buffered", a.live.n, a.waiting.n, a.graves.n, len(a.conns), a.buffered)
	}
	for _, w := range ws {
		if w.closed != 1 {
			t.Fatalf("%v closed %d times", w.flow, w.closed)
		}
		var place [2]int64
		for _, c := range w.chunks {
			if c.Offset-c.Gap != place[c.From] || c.Gap < 0 || c.Gap == 0 && len(c.Data) == 0 {
				t.Fatalf("chunk at %d with gap %d and %d octets follows %d", c.Offset, c.Gap, len(c.Data), place[c.From])
			}
			place[c.From] = c.Offset + int64(len(c.Data))
		}
	}
}
