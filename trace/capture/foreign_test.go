package capture

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// TestForeignLinks reads a TCP segment out of 802.11, with and without a radiotap header.
func TestForeignLinks(t *testing.T) {
	ip, err := hex.DecodeString("45000030000140004006b6b4c0000264c000020a8000001900000064000000c8501820000000000045484c4f20610d0a"[:92] + "0d0a")
	if err != nil {
		t.Fatal(err)
	}
	binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
	wlan := append([]byte{0x08, 0x01, 0, 0, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 3, 0, 0,
		0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, ip...)
	radiotap := append([]byte{0, 0, 8, 0, 0, 0, 0, 0}, wlan...)
	for _, c := range []struct {
		name  string
		link  uint32
		frame []byte
		want  bool
	}{
		{"802.11", 105, wlan, true}, {"radiotap", 127, radiotap, true},
		{"nothing", 105, nil, false}, {"cut", 127, radiotap[:20], false}, {"a beacon", 105, []byte{0x80, 0, 0, 0, 1, 2, 3}, false},
	} {
		var b bytes.Buffer
		head := make([]byte, 24)
		copy(head, []byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0})
		binary.LittleEndian.PutUint32(head[16:], 65535)
		binary.LittleEndian.PutUint32(head[20:], c.link)
		b.Write(head)
		rec := make([]byte, 16)
		binary.LittleEndian.PutUint32(rec[8:], uint32(len(c.frame)))
		binary.LittleEndian.PutUint32(rec[12:], uint32(len(c.frame)))
		b.Write(append(rec, c.frame...))
		r, err := Open(&b, c.name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var seg trace.Segment
		err = r.Next(&seg)
		if got := err != io.EOF; got != c.want {
			t.Errorf("%s: a segment %v, want %v (%v)", c.name, got, c.want, err)
		}
		if c.want && (seg.Src.Port() != 32768 || seg.Dst.Port() != 25 || !bytes.HasPrefix(seg.Payload, []byte("EHLO"))) {
			t.Errorf("%s: %v %v %q", c.name, seg.Src, seg.Dst, seg.Payload)
		}
	}
}

// TestForeignNonsense: frames of random octets are refused, whatever gopacket makes of them.
func TestForeignNonsense(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var seg trace.Segment
	for _, l := range []linkType{linkFDDI, linkWLAN, linkPFLog, linkPrism, linkRadioTap} {
		for range 5000 {
			frame := make([]byte, r.IntN(120))
			for i := range frame {
				frame[i] = byte(r.Uint32())
			}
			if len(frame) > 34 && r.IntN(2) == 0 { // plausible beginnings go deeper
				copy(frame, []byte{0, 0, 8, 0, 0, 0, 0, 0, 8, byte(r.Uint32())})
				copy(frame[len(frame)-8:], []byte{0xaa, 0xaa, 3, 0, 0, 0, 8, 0})
			}
			d := decoder{opts: &Options{}, facts: &Facts{}}
			d.packet(&packet{link: l, data: frame, wire: len(frame), number: 1}, &seg)
		}
	}
}
