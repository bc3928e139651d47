package capture

import (
	"bytes"
	"encoding/binary"
	"io"
	"maps"
	"net/netip"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// formats are all ways to write two frames down, the second at 1.5 s.
func formats() map[string]struct {
	file  []byte
	times bool
} {
	type variant = struct {
		file  []byte
		times bool
	}
	k := newTalk(0)
	k.now = 1e9
	first, second := ethernet(k.c("EHLO x\r\n")), ethernet(k.s("250 ok\r\n"))
	out := map[string]variant{}
	for name, order := range map[string]byteOrder{"le": binary.LittleEndian, "be": binary.BigEndian} {
		for kind, magic := range map[string]uint32{"micro": magicMicro, "nano": magicNano, "modified": magicModified} {
			w := &wire{order: order}
			w.header(magic, 0, linkEthernet|4<<28|1<<26) // an FCS length in the upper half
			for i, f := range [][]byte{first, second} {
				frac := uint32(i) * 500_000
				if magic == magicNano {
					frac *= 1000
				}
				w.u32(1)
				w.u32(frac)
				w.u32(uint32(len(f)))
				w.u32(uint32(len(f)))
				if magic == magicModified { // interface, protocol, packet type, padding
					w.u32(3)
					w.u32(0)
				}
				w.buf.Write(f)
			}
			out["pcap "+name+" "+kind] = variant{w.buf.Bytes(), true}
		}
		blocks := func(kind uint32, head func(w *wire, i, n uint32) []byte) []byte {
			w := newBlocks(order)
			for i, f := range [][]byte{first, second} {
				w.block(kind, -1, append(head(w, uint32(i), uint32(len(f))), f...)...)
			}
			return w.buf.Bytes()
		}
		out["pcapng "+name+" enhanced"] = variant{blocks(blockEnhanced, func(w *wire, i, n uint32) []byte {
			return w.le(0, 0, 1e6+i*5e5, n, n)
		}), true}
		out["pcapng "+name+" obsolete"] = variant{blocks(blockPacket, func(w *wire, i, n uint32) []byte {
			return append(w.order.AppendUint16(w.order.AppendUint16(nil, 0), 7), w.le(0, 1e6+i*5e5, n, n)...)
		}), true}
		out["pcapng "+name+" simple"] = variant{blocks(blockSimple, func(w *wire, _, n uint32) []byte { return w.le(n) }), false}
	}
	for name, v := range maps.Clone(out) {
		out[name+" gzip"] = variant{zipped(v.file), v.times}
	}
	return out
}

// TestFormats: every format gives the same segments, with their times where it has any; read in single octets too.
func TestFormats(t *testing.T) {
	for name, v := range formats() {
		for _, r := range []io.Reader{bytes.NewReader(v.file), &single{v.file}} {
			facts, ws := readAll(t, r, name, Options{})
			if facts.Packets != 2 || len(ws) != 1 || len(facts.Findings) != 0 || string(ws[0].streams[0]) != "EHLO x\r\n" || string(ws[0].streams[1]) != "250 ok\r\n" {
				t.Fatalf("%s: %+v, %d flows", name, facts, len(ws))
			}
			want := [2]trace.Time{}
			if v.times {
				want = [2]trace.Time{1e9, 15e8}
			}
			if facts.First != want[0] || facts.Last != want[1] {
				t.Errorf("%s: from %d to %d", name, facts.First, facts.Last)
			}
		}
	}
}

// single gives one octet at a time.
type single struct{ rest []byte }

func (s *single) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:1], s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// TestSimpleBlockSnaplen: a simple packet block has no captured length; the interface's snaplen is it.
func TestSimpleBlockSnaplen(t *testing.T) {
	w := newBlocks(binary.LittleEndian).section().iface(linkEthernet, 60)
	f := ethernet(newTalk(0).c("0123456789abcdefghij"))
	w.block(blockSimple, -1, append(w.le(uint32(len(f))), f[:60]...)...)
	r, err := Open(&w.buf, "simple", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var seg trace.Segment
	if err := r.Next(&seg); err != nil || string(seg.Payload) != "012345" || seg.Missing != 14 {
		t.Errorf("%v: %q, %d missing", err, seg.Payload, seg.Missing)
	}
}

// TestSync: after it, everything fed has been told, ICMP errors in their place; equal ports on both sides are fine.
func TestSync(t *testing.T) {
	for _, workers := range []int{1, 2} {
		all := make([]witnesses, ShardCount)
		s := NewShards(Options{Workers: workers}, func(i int) trace.FlowOpener { return &all[i] })
		k := newTalk(0)
		syn := k.send(trace.FromClient, trace.SYN, "")
		s.Feed(syn)
		s.Unreachable(&Unreachable{Packet: 2, Time: k.now, Src: syn.Src, Dst: syn.Dst, TCP: true, Kind: HostUnreachable})
		s.Sync()
		if ws := all[Shard(syn)]; len(ws) != 1 || ws[0].end != trace.EndRefused || ws[0].endPacket != 2 {
			t.Errorf("%d workers: %v", workers, ws)
		}
		s.Close()
	}
	for _, ends := range [][2]string{{"192.0.2.1:25", "192.0.2.2:25"}, {"[2001:db8::2]:25", "[2001:db8::1]:25"}} {
		k := newTalk(0)
		k.ends = [2]netip.AddrPort{netip.MustParseAddrPort(ends[0]), netip.MustParseAddrPort(ends[1])}
		var ws witnesses
		x := NewAssembler(Options{}, &ws)
		for _, s := range k.mail(1).out {
			x.Segment(s)
		}
		if len(ws) != 1 || ws[0].flow.Client != k.ends[0] || ws[0].end != trace.EndClient {
			t.Errorf("%v: %d flows", ends, len(ws))
		}
	}
}
