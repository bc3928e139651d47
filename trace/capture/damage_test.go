package capture

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// damage is a file and what a reader must say of it.
type damage struct {
	name    string
	file    []byte
	packets int64
	err     string // part of the error of Open; "" for none
	finding string // part of the text of a finding; "" for none
}

// pcapFile makes a little-endian pcap with two packets of one octet.
func pcapFile(edit func(w *wire)) []byte {
	w := newWire()
	w.record(1e9, []byte{1}, 1)
	w.record(2e9, []byte{2}, 1)
	if edit != nil {
		edit(w)
	}
	return w.buf.Bytes()
}

func put32(file []byte, at int, v uint32) []byte {
	file = bytes.Clone(file)
	binary.LittleEndian.PutUint32(file[at:], v)
	return file
}

// block adds a pcapng block; a negative claim is the true length.
func (w *wire) block(kind uint32, claim int, body ...byte) *wire {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	if claim < 0 {
		claim = len(body) + 12
	}
	w.u32(kind)
	w.u32(uint32(claim))
	w.buf.Write(body)
	w.u32(uint32(claim))
	return w
}

func (w *wire) le(values ...uint32) []byte {
	var out []byte
	for _, v := range values {
		out = w.order.AppendUint32(out, v)
	}
	return out
}

// newBlocks begins a pcapng file: a section and an Ethernet interface in microseconds.
func newBlocks(order byteOrder) *wire {
	w := &wire{order: order}
	w.section()
	w.iface(linkEthernet, 0)
	return w
}

func (w *wire) section() *wire {
	version := w.order.AppendUint16(w.order.AppendUint16(nil, 1), 0)
	body := append(w.le(byteOrderMagic), version...)
	return w.block(blockSection, -1, append(body, w.le(0xffffffff, 0xffffffff)...)...)
}

func (w *wire) iface(link linkType, snap uint32, options ...byte) *wire {
	body := w.order.AppendUint16(w.order.AppendUint16(nil, uint16(link)), 0)
	return w.block(blockInterface, -1, append(append(body, w.le(snap)...), options...)...)
}

// epb adds an Enhanced Packet Block of one octet with a stamp.
func (w *wire) epb(iface uint32, stamp uint64) *wire {
	return w.block(blockEnhanced, -1, append(w.le(iface, uint32(stamp>>32), uint32(stamp), 1, 1), 7)...)
}

func zipped(file []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(file)
	_ = z.Close()
	return out.Bytes()
}

func damages() []damage {
	two := pcapFile(nil) // packets at 24 and 41, end at 58
	ng := newBlocks(binary.LittleEndian).epb(0, 1).epb(0, 2).buf.Bytes()
	end := len(ng)
	le := func() *wire { return newBlocks(binary.LittleEndian).epb(0, 1) }
	zip := zipped(two)
	return []damage{
		{"whole pcap", two, 2, "", ""},
		{"empty", nil, 0, "empty: offset 0: the file is empty; expected a capture: pcap", ""},
		{"text", []byte("From alice@example"), 0, "text: offset 0: found 46 72 6f 6d; expected a capture", ""},
		{"three octets", []byte{0xd4, 0xc3, 0xb2}, 0, "offset 0: the file ends after 3 octets of the magic that needs 4 octets; expected", ""},
		{"magic only", two[:4], 0, "", "octet 4, after packet 0: the file ends after 4 octets of the file header that needs 24 octets"},
		{"header only", two[:24], 0, "", ""},
		{"in a packet header", two[:30], 0, "", "octet 30, after packet 0: the file ends after 6 octets of a packet header that needs 16 octets"},
		{"before a packet", two[:57], 1, "", "octet 57, after packet 1: the file ends after a packet header that promises 1 octet"},
		{"huge packet", put32(two, 24+8, 0xffffffff), 0, "", "octet 24, after packet 0: a packet header claims 4294967295 captured octets, more than 262144"},
		{"packet one too long", put32(two, 24+8, maxPacket+1), 0, "", "claims 262145 captured octets"},
		{"captured more than sent", put32(two, 24+12, 0), 2, "", ""},
		{"captured more than snaplen", put32(two, 16, 0), 2, "", ""},
		{"gzip", zip, 2, "", ""},
		{"gzip cut", zip[:len(zip)-12], 2, "", "octet 58 of the uncompressed data, after packet 2"},
		{"gzip with a wrong sum", put32(zip, len(zip)-8, 1), 2, "", "the gzip data breaks in a packet header: gzip: invalid checksum"},
		{"gzip magic only", zip[:2], 0, "gzip magic only: offset 0: the gzip header is damaged; expected a capture", ""},
		{"gzip damaged at once", append(bytes.Clone(zip[:10]), 0xff, 0xff, 0xff, 0xff, 0xff), 0, "offset 0: the gzip data breaks in the magic: flate: corrupt input", ""},
		{"gzip cut at once", zip[:10], 0, "offset 0: the file ends after 0 octets of the magic that needs 4 octets; expected", ""},
		{"gzip of nothing", zipped(nil), 0, "the file is empty", ""},
		{"gzip of text", zipped([]byte("text, long enough")), 0, "offset 0: found 74 65 78 74", ""},
		{"whole pcapng", ng, 2, "", ""},
		{"pcapng in a block header", ng[:end-32], 1, "", "the file ends after 4 octets of a block header that needs 8 octets"},
		{"pcapng in a block", ng[:end-3], 1, "", "of a packet block that needs"},
		{"pcapng before a block's body", ng[:28+20+8], 0, "", "the file ends inside a block"},
		{"block length 0", le().block(7, 0).buf.Bytes(), 1, "", "block type 0x7 claims a length of 0, expected a multiple of 4 from 12 on"},
		{"block length odd", le().block(7, 13).buf.Bytes(), 1, "", "claims a length of 13"},
		{"block length huge", le().block(7, maxBlock+4).buf.Bytes(), 1, "", "claims a length of 16777220, more than 16777216"},
		{"block ends otherwise", put32(ng, end-4, 40), 1, "", "gives its length as 36 at its start and as 40 at its end"},
		{"packet longer than its block", put32(ng, end-36+20, 5), 1, "", "a packet block of 24 octets claims 5 captured ones"},
		{"packet block too short", le().block(blockEnhanced, -1, 1, 2, 3, 4).buf.Bytes(), 1, "", "a packet block has 4 octets, expected at least 20"},
		{"unknown interface", le().epb(1, 5).epb(0, 6).buf.Bytes(), 3, "", "Packet 2 belongs to interface 1, which the capture does not describe"},
		{"interface too short", le().block(blockInterface, -1, 1, 0, 0, 0).epb(0, 2).buf.Bytes(), 1, "", "an interface description has 4 octets, expected at least 8"},
		{"wrong byte order", put32(ng, 8, 0x11223344), 0, "", "octet 8, after packet 0: a section header has the byte-order magic 44 33 22 11"},
		{"version 2", put32(ng, 12, 2), 0, "", "a section has version 2.0, expected 1.0"},
		{"short section", put32(put32(ng, 4, 24), 20, 24), 0, "", "a section header claims a length of 24, expected at least 28"},
		{"unknown block", le().block(0xbad, -1, make([]byte, 300000)...).epb(0, 2).buf.Bytes(), 2, "", ""},
		{"section in the middle", le().section().iface(linkRaw, 0).epb(0, 9).buf.Bytes(), 2, "", ""},
		{"section without its interface", le().section().epb(0, 9).buf.Bytes(), 2, "", "Packet 2 belongs to interface 0"},
		{"unknown link type", newBlocks(binary.BigEndian).iface(147, 0).epb(1, 9).buf.Bytes(), 1, "", "Packet 1 has link type 147, which is not known here"},
		{"secrets cut", le().block(blockSecrets, -1, le().le(TLSKeyLog, 100)...).epb(0, 2).buf.Bytes(), 2, "", ""},
	}
}

// TestDamages: what stands before the damage is read, what stands there is told.
func TestDamages(t *testing.T) {
	for _, d := range damages() {
		t.Run(d.name, func(t *testing.T) {
			r, err := Open(bytes.NewReader(d.file), d.name, Options{})
			if err != nil || d.err != "" {
				if err == nil || d.err == "" || !strings.Contains(err.Error(), d.err) || strings.Contains(err.Error(), "\n") {
					t.Fatalf("error %v, want %q", err, d.err)
				}
				return
			}
			var seg trace.Segment
			if err := r.Next(&seg); err != io.EOF {
				t.Fatal(err)
			}
			if err := r.Next(&seg); err != io.EOF { // and stays
				t.Fatal(err)
			}
			f := r.Facts()
			told := ""
			for _, finding := range f.Findings {
				told += finding.ID + " " + finding.Text + "\n"
			}
			if f.Packets != d.packets || (told == "") != (d.finding == "") || !strings.Contains(told, d.finding) {
				t.Errorf("%d packets, want %d; told %q, want %q", f.Packets, d.packets, told, d.finding)
			}
		})
	}
}

// failing breaks with an error of the disk after some octets.
type failing struct {
	r io.Reader
}

var errDisk = errors.New("input/output error")

func (f failing) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err == io.EOF {
		err = errDisk
	}
	return n, err
}

// TestDiskErrors: an error of the disk is one, with file, offset and packet; no damage of the capture.
func TestDiskErrors(t *testing.T) {
	for _, c := range []struct {
		octets int
		want   string
	}{
		{0, "disk: offset 0: input/output error"},
		{3, "disk: offset 0: input/output error"},
		{57, "disk: offset 57, after packet 1: input/output error"},
	} {
		r, err := Open(failing{bytes.NewReader(pcapFile(nil)[:c.octets])}, "disk", Options{})
		if err == nil {
			err = r.Next(new(trace.Segment))
			if len(r.Facts().Findings) != 0 {
				t.Error(r.Facts().Findings)
			}
		}
		if err == nil || err.Error() != c.want || !errors.Is(err, errDisk) {
			t.Errorf("after %d octets: %v, want %s", c.octets, err, c.want)
		}
	}
}
