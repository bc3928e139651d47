package capture

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/reassembly"
	"pgregory.net/rapid"

	"github.com/smtpsim/smtpsim/trace"
)

// exchange is a random conversation as a capture shows it.
type exchange struct {
	streams  [2][]byte
	base     [2]uint32
	segments []*trace.Segment
}

// drawExchange lets two sides write in turn, in segments of random length; acknowledgements lag by up to two writes.
func drawExchange(t *rapid.T) *exchange {
	k := newTalk(0)
	k.next = [2]uint32{rapid.Uint32().Draw(t, "isn"), rapid.Uint32().Draw(t, "isn")}
	e := &exchange{base: [2]uint32{k.next[0] + 1, k.next[1] + 1}}
	k.handshake()
	acks := [2]uint32{k.next[1], k.next[0]} // what each side acknowledges
	for range rapid.IntRange(1, 12).Draw(t, "writes") {
		from := trace.Side(rapid.IntRange(0, 1).Draw(t, "from"))
		text := rapid.SliceOfN(rapid.Byte(), 1, 300).Draw(t, "text")
		e.streams[from] = append(e.streams[from], text...)
		if rapid.Bool().Draw(t, "acks") {
			acks[from] = k.next[from.Other()]
		}
		for len(text) > 0 {
			n := min(len(text), rapid.IntRange(1, 100).Draw(t, "length"))
			k.send(from, trace.ACK, string(text[:n])).Ack = acks[from]
			text = text[n:]
		}
	}
	e.segments = k.out
	return e
}

// finish adds the FINs, the last word of both sides.
func (e *exchange) finish() {
	last := e.segments[len(e.segments)-1]
	ends := [2]netip.AddrPort{e.segments[0].Src, e.segments[0].Dst}
	for from := range 2 {
		n := uint32(len(e.streams[from]))
		e.segments = append(e.segments, &trace.Segment{Time: last.Time, Src: ends[from], Dst: ends[1-from], Flags: trace.FIN | trace.ACK,
			Seq: e.base[from] + n, Ack: e.base[1-from] + uint32(len(e.streams[1-from])) + uint32(from)})
	}
}

// shuffle moves packets behind the handshake by at most reach places.
func (e *exchange) shuffle(t *rapid.T, reach int) {
	type placed struct {
		key int
		s   *trace.Segment
	}
	var all []placed
	for i, s := range e.segments {
		key := i
		if i >= 3 {
			key += rapid.IntRange(0, reach).Draw(t, "late")
		}
		all = append(all, placed{key, s})
	}
	slices.SortStableFunc(all, func(a, b placed) int { return a.key - b.key })
	for i := range all {
		e.segments[i] = all[i].s
	}
}

// repeat sends stretches again, in other segments, somewhere behind their first copy.
func (e *exchange) repeat(t *rapid.T) {
	for range rapid.IntRange(0, 6).Draw(t, "repeats") {
		at := rapid.IntRange(3, len(e.segments)-1).Draw(t, "at")
		s := e.segments[at]
		from := 0
		if s.Src != e.segments[0].Src {
			from = 1
		}
		end := int(s.Seq-e.base[from]) + len(s.Payload)
		start := rapid.IntRange(0, end-1).Draw(t, "start")
		again := *s
		again.Seq = e.base[from] + uint32(start)
		again.Payload = e.streams[from][start:end]
		e.segments = slices.Insert(e.segments, rapid.IntRange(at+1, len(e.segments)).Draw(t, "to"), &again)
	}
}

func (e *exchange) assemble() *witness {
	var ws witnesses
	a := NewAssembler(Options{}, &ws)
	for i, s := range e.segments {
		s.Packet = int64(i + 1)
		a.Segment(s)
	}
	a.Flush()
	if len(ws) != 1 || ws[0].closed != 1 {
		return nil
	}
	return ws[0]
}

// TestAnyOrder: however the octets were cut, repeated and reordered, they come out as they were sent.
func TestAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExchange(t)
		e.repeat(t)
		e.finish()
		e.shuffle(t, 20)
		w := e.assemble()
		if w == nil {
			t.Fatal("not one connection")
		}
		for from := range 2 {
			if !bytes.Equal(w.streams[from], e.streams[from]) || w.gaps[from] != 0 {
				t.Fatalf("side %d: %d octets, gap %d; sent %d", from, len(w.streams[from]), w.gaps[from], len(e.streams[from]))
			}
		}
		if w.end != trace.EndClient || len(w.findings) != 0 {
			t.Fatalf("end %d, findings %v", w.end, w.findings)
		}
	})
}

// TestCause: no octet comes out before the octets that its sender had acknowledged.
func TestCause(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExchange(t)
		e.shuffle(t, 20)
		w := e.assemble()
		if w == nil {
			t.Fatal("not one connection")
		}
		var told [2]uint32
		for _, c := range w.chunks {
			s := e.segments[c.Packet-1]
			if has := s.Ack - e.base[c.From.Other()]; has > told[c.From.Other()] {
				t.Fatalf("packet %d acknowledges %d octets of the other side; %d were told", c.Packet, has, told[c.From.Other()])
			}
			told[c.From] += uint32(len(c.Data))
		}
	})
}

// TestTruePlaces: whatever the capture lost, each octet told stands at its true place, and lost ones are counted.
func TestTruePlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExchange(t)
		e.repeat(t)
		e.finish()
		e.shuffle(t, 10)
		kept := slices.Clone(e.segments[:3])
		for _, s := range e.segments[3:] {
			if rapid.IntRange(0, 4).Draw(t, "lost") > 0 {
				if n := len(s.Payload); rapid.IntRange(0, 9).Draw(t, "cut") == 0 && n > 1 {
					cut := *s
					cut.Payload, cut.Missing = s.Payload[:n/2], n-n/2
					s = &cut
				}
				kept = append(kept, s)
			}
		}
		e.segments = kept
		w := e.assemble()
		if w == nil {
			t.Fatal("not one connection")
		}
		var place [2]int64
		for _, c := range w.chunks {
			end := c.Offset + int64(len(c.Data))
			if c.Offset-c.Gap != place[c.From] || end > int64(len(e.streams[c.From]))+1 {
				t.Fatalf("chunk at %d with gap %d does not follow %d", c.Offset, c.Gap, place[c.From])
			}
			if len(c.Data) > 0 && !bytes.Equal(c.Data, e.streams[c.From][c.Offset:end]) {
				t.Fatalf("other octets at %d", c.Offset)
			}
			place[c.From] = end
		}
		if len(w.findings) != 0 {
			t.Fatal(w.findings)
		}
	})
}

// oracle is gopacket's reassembly.
type oracle struct {
	out [2][]byte
}

func (o *oracle) New(_, _ gopacket.Flow, _ *layers.TCP, _ reassembly.AssemblerContext) reassembly.Stream {
	return o
}

func (o *oracle) Accept(_ *layers.TCP, _ gopacket.CaptureInfo, _ reassembly.TCPFlowDirection, _ reassembly.Sequence, start *bool, _ reassembly.AssemblerContext) bool {
	return true
}

func (o *oracle) ReassembledSG(sg reassembly.ScatterGather, _ reassembly.AssemblerContext) {
	n, _ := sg.Lengths()
	dir, _, _, _ := sg.Info()
	from := 0
	if dir == reassembly.TCPDirServerToClient {
		from = 1
	}
	o.out[from] = append(o.out[from], sg.Fetch(n)...)
}

func (o *oracle) ReassemblyComplete(reassembly.AssemblerContext) bool { return false }

type oracleContext gopacket.CaptureInfo

func (c *oracleContext) GetCaptureInfo() gopacket.CaptureInfo { return gopacket.CaptureInfo(*c) }

// TestOracle: gopacket's reassembly gives the same octets.
func TestOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExchange(t)
		e.repeat(t)
		e.shuffle(t, 8)
		w := e.assemble()
		o := &oracle{}
		a := reassembly.NewAssembler(reassembly.NewStreamPool(o))
		for _, s := range e.segments {
			var tcp layers.TCP
			if err := tcp.DecodeFromBytes(tcpSegment(s), gopacket.NilDecodeFeedback); err != nil {
				t.Fatal(err)
			}
			net := gopacket.NewFlow(layers.EndpointIPv4, s.Src.Addr().AsSlice(), s.Dst.Addr().AsSlice())
			a.AssembleWithContext(net, &tcp, &oracleContext{Timestamp: s.Time.Std()})
		}
		a.FlushAll()
		for from := range 2 {
			if !bytes.Equal(w.streams[from], o.out[from]) {
				t.Fatalf("side %d: %d octets, gopacket has %d of %d", from, len(w.streams[from]), len(o.out[from]), len(e.streams[from]))
			}
		}
	})
}
