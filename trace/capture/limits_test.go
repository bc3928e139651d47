package capture

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// endless repeats a piece of file for ever, as far as a reader goes; it counts.
type endless struct {
	head, body []byte
	at, left   int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := 0
	if len(e.head) > 0 {
		n = copy(p, e.head)
		e.head = e.head[n:]
	} else {
		n = copy(p[:min(len(p), e.left)], e.body[e.at:])
		e.at = (e.at + n) % len(e.body)
	}
	e.left -= n
	return n, nil
}

// TestClaims: a file that claims much costs no memory: interfaces, secrets, link types, blocks, packets without end.
func TestClaims(t *testing.T) {
	le := binary.LittleEndian
	start := newBlocks(le).buf.Bytes()
	long := &wire{order: le}
	long.block(blockEnhanced, -1, append(long.le(0, 0, 0, maxPacket+500, maxPacket+500), make([]byte, maxPacket+500)...)...)
	for _, c := range []struct {
		name string
		body []byte
		size int
		ends bool // the reader gives up before the end
	}{
		{"interfaces", (&wire{order: le}).iface(1, 0).buf.Bytes(), 8 << 20, true},
		{"secrets", (&wire{order: le}).block(blockSecrets, -1, append(long.le(TLSKeyLog, 1<<20), make([]byte, 1<<20)...)...).buf.Bytes(), 64 << 20, false},
		{"unknown blocks", (&wire{order: le}).block(77, -1, make([]byte, 4<<20)...).buf.Bytes(), 256 << 20, false},
		{"long packets", long.buf.Bytes(), 64 << 20, false},
		{"sections", newBlocks(le).iface(77, 0).buf.Bytes(), 16 << 20, false},
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		e := &endless{head: start, body: c.body, left: c.size}
		r, err := Open(e, c.name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Next(new(trace.Segment)); err != io.EOF {
			t.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > 40<<20 {
			t.Errorf("%s: %d MB held", c.name, held>>20)
		}
		if c.ends != (e.left > 0) {
			t.Errorf("%s: %d octets left", c.name, e.left)
		}
		if f := r.Facts(); len(f.LinkTypes) > maxLinkTypes || len(f.Findings) > 4 {
			t.Errorf("%s: %d link types, %d findings", c.name, len(f.LinkTypes), len(f.Findings))
		}
		runtime.KeepAlive(r)
	}
}

// TestLongPacket: a packet block over the limit is cut to it, and the packets behind it are read.
func TestLongPacket(t *testing.T) {
	w := newBlocks(binary.BigEndian)
	w.block(blockEnhanced, -1, append(w.le(0, 0, 0, maxPacket+500, maxPacket+500), make([]byte, maxPacket+500)...)...)
	w.epb(0, 5)
	r, err := Open(&w.buf, "long", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.source.next(&r.packet); err != nil || len(r.packet.data) != maxPacket || r.packet.wire != maxPacket+500 {
		t.Errorf("%v: %d octets of %d", err, len(r.packet.data), r.packet.wire)
	}
	if err := r.source.next(&r.packet); err != nil || len(r.packet.data) != 1 {
		t.Errorf("%v: %d octets", err, len(r.packet.data))
	}
}

// TestFlips changes every 97th octet of three captures, one at a time, to three other values: no panic, all flows end.
func TestFlips(t *testing.T) {
	for _, name := range []string{"real/22a-starttls-tls13-curl.dsb.pcapng", "real/34a-journey-clear.ex1.pcap", "public/derived/multimail-ipfrag.pcap"} {
		file, err := os.ReadFile(shared(t, "captures", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; at < len(file); at += 97 {
			for _, x := range []byte{0xff, 0x80, 0x01} {
				bad := bytes.Clone(file)
				bad[at] ^= x
				var ws witnesses
				a := NewAssembler(Options{}, &ws)
				r, err := Open(bytes.NewReader(bad), name, Options{Unreachable: a.Unreachable, Datagram: func(*Datagram) {}})
				if err != nil {
					continue
				}
				var seg trace.Segment
				for err = r.Next(&seg); err == nil; err = r.Next(&seg) {
					a.Segment(&seg)
				}
				if err != io.EOF {
					t.Fatalf("%s, octet %d: %v", name, at, err)
				}
				a.Flush()
				a.check(t, ws)
			}
		}
	}
}

// TestUnits reads if_tsresol and if_tsoffset in all their forms.
func TestUnits(t *testing.T) {
	for _, c := range []struct {
		resol  byte
		offset int64
		stamp  uint64
		want   trace.Time
	}{
		{6, 0, 1_700_000_000_123_456, 1_700_000_000_123_456_000},
		{9, 0, 1_700_000_000_123_456_789, 1_700_000_000_123_456_789},
		{0, 0, 1_700_000_000, 1_700_000_000_000_000_000},
		{12, 0, 1_700_000_000_000_000_999, 1_700_000_000_000_000},
		{0x80 | 10, 0, 1_700_000_000*1024 + 512, 1_700_000_000_500_000_000},
		{0x80 | 20, 0, 1 << 20, 1_000_000_000},
		{6, 1_700_000_000, 5, 1_700_000_000_000_005_000},
		{6, -10, 11_000_000, 1_000_000_000},
		{9, 0, 1 << 63, 0},
		{0, 0, 1 << 62, 0},
		{6, 1 << 62, 1, 0},
		{6, 9_000_000_000, 1 << 62, 0},
		{29, 0, 1, 0},
		{0x80 | 64, 0, 1, 0},
	} {
		u := unitOf(c.resol, c.offset)
		if got := u.time(c.stamp); got != c.want {
			t.Errorf("resolution %#x, offset %d, stamp %d: %d, want %d", c.resol, c.offset, c.stamp, got, c.want)
		}
	}
}
