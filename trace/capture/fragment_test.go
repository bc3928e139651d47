package capture

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// TestFragments: pieces of one packet in any order, overlapping, cut, contradicting, too late.
func TestFragments(t *testing.T) {
	whole := []byte("0123456789abcdefghijklmn") // 24 octets
	frag := func(from, to int) *fragment {
		return &fragment{proto: protoTCP, offset: from, more: to < len(whole), data: whole[from:to], time: 1e18}
	}
	with := func(f *fragment, edit func(*fragment)) *fragment { edit(f); return f }
	for _, c := range []struct {
		name    string
		in      []*fragment
		want    string
		missing int
	}{
		{"in order", []*fragment{frag(0, 8), frag(8, 16), frag(16, 24)}, string(whole), 0},
		{"backwards", []*fragment{frag(16, 24), frag(8, 16), frag(0, 8)}, string(whole), 0},
		{"twice", []*fragment{frag(0, 8), frag(0, 8), frag(8, 24)}, string(whole), 0},
		{"one is missing", []*fragment{frag(0, 8), frag(16, 24)}, "", -1},
		{"the last is missing", []*fragment{frag(0, 8), frag(8, 16)}, "", -1},
		{"overlap: the first copy counts", []*fragment{frag(8, 24), with(frag(0, 16), func(f *fragment) { f.data = []byte("01234567XXXXXXXX") })}, string(whole), 0},
		{"one inside another", []*fragment{frag(8, 16), frag(0, 24)}, string(whole), 0},
		{"cut in the middle", []*fragment{frag(0, 8), with(frag(8, 16), func(f *fragment) { f.data, f.missing = f.data[:3], 5 }), frag(16, 24)}, "0123456789a", 13},
		{"two ends", []*fragment{frag(0, 8), with(frag(8, 16), func(f *fragment) { f.more = false }), frag(16, 24)}, "0123456789abcdef", 0},
		{"behind the end", []*fragment{frag(16, 24), with(frag(0, 24), func(f *fragment) { f.offset, f.more = 24, true })}, "", -1},
		{"a minute later", []*fragment{frag(0, 8), with(frag(8, 24), func(f *fragment) { f.time += 61e9 })}, "", -1},
		{"too long", []*fragment{with(frag(0, 24), func(f *fragment) { f.offset = 65528 })}, "", -1},
		{"empty", []*fragment{with(frag(0, 0), func(f *fragment) { f.more = true })}, "", -1},
	} {
		var fs fragments
		got, missing := "", -1
		for _, f := range c.in {
			if s := fs.add(f); s != nil {
				got, missing = string(s.data), s.missing
			}
		}
		if got != c.want || missing != c.missing {
			t.Errorf("%s: %q and %d missing, want %q and %d", c.name, got, missing, c.want, c.missing)
		}
	}
}

// TestFragmentLimits: at most 128 packets under reassembly, the oldest goes; at most 256 holes.
func TestFragmentLimits(t *testing.T) {
	var fs fragments
	start := func(id uint32) *fragment {
		return &fragment{key: fragKey{id: id}, more: true, data: make([]byte, 8), time: 1}
	}
	end := func(id uint32) *fragment {
		return &fragment{key: fragKey{id: id}, offset: 8, data: make([]byte, 8), time: 1}
	}
	for id := range uint32(maxFragmented + 1) {
		fs.add(start(id))
	}
	if len(fs.sets) != maxFragmented || fs.unfinished() != maxFragmented+1 {
		t.Errorf("%d sets, %d unfinished", len(fs.sets), fs.unfinished())
	}
	if fs.add(end(1)) == nil || fs.add(end(maxFragmented)) == nil {
		t.Error("the youngest are not whole")
	}
	if fs.add(end(0)) != nil {
		t.Error("the oldest is still there")
	}
	fs = fragments{}
	for i := range 2 * maxHoles {
		fs.add(&fragment{offset: i * 16, more: true, data: make([]byte, 8)})
		if len(fs.sets) > 0 && len(fs.sets[0].spans) > maxHoles+1 {
			t.Fatal("too many holes")
		}
	}
}

// TestFragmentedSegment: a segment in three IPv6 fragments, the first cut by the snaplen, comes out with the number of the last.
func TestFragmentedSegment(t *testing.T) {
	s := &trace.Segment{Src: netip.MustParseAddrPort("[2001:db8::1]:40000"), Dst: netip.MustParseAddrPort("[2001:db8::25]:25"), Payload: bytes.Repeat([]byte("x"), 28)}
	body := tcpSegment(s) // 48 octets
	w := newWire()
	for i, f := range []struct{ from, to int }{{32, 48}, {0, 16}, {16, 32}} {
		more := byte(0)
		if f.to < 48 {
			more = 1
		}
		head := []byte{protoTCP, 0, byte(f.from >> 8), byte(f.from) | more, 0, 0, 0, 9}
		p := append(append(make([]byte, 12), 0x86, 0xdd), ipPacket(s.Src.Addr(), s.Dst.Addr(), protoFragment, append(head, body[f.from:f.to]...))...)
		wire := len(p)
		if f.from == 32 {
			p = p[:len(p)-4]
		}
		w.record(trace.Time(i+1)*1e9, p, wire)
	}
	r, err := Open(&w.buf, "fragments", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got trace.Segment
	if err := r.Next(&got); err != nil || got.Packet != 3 || len(got.Payload) != 24 || got.Missing != 4 {
		t.Errorf("%v: %+v", err, got)
	}
	if c := r.Facts().Counts; c.Fragments != 2 || c.TCP != 1 {
		t.Errorf("%+v", c)
	}
}
