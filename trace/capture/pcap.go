package capture

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"

	"github.com/smtpsim/smtpsim/trace"
)

// The magics of pcap, as a big-endian file shows them (draft-ietf-opsawg-pcap §4). The modified one (Kuznetzov's patch) has eight more
// octets in each record.
const (
	magicMicro    = 0xa1b2c3d4
	magicNano     = 0xa1b23c4d
	magicModified = 0xa1b2cd34
)

func isPcap(magic []byte) bool {
	if len(magic) < 4 {
		return false
	}
	m := binary.BigEndian.Uint32(magic)
	for _, known := range []uint32{magicMicro, magicNano, magicModified} {
		if m == known || m == bits.ReverseBytes32(known) {
			return true
		}
	}
	return false
}

// pcap is the classic format: one header of 24 octets, then records of 16 (or 24) octets with their packet.
type pcap struct {
	r      *Reader
	begun  bool
	big    bool
	nano   bool
	record int
	link   linkType
}

func (p *pcap) header() error {
	b, err := p.r.in.take(24, "the file header")
	if err != nil {
		return err
	}
	m := binary.BigEndian.Uint32(b)
	p.big = m == magicMicro || m == magicNano || m == magicModified
	if !p.big {
		m = bits.ReverseBytes32(m)
	}
	p.nano = m == magicNano
	p.record = 16
	if m == magicModified {
		p.record = 24
	}
	// b[16:20] is the snaplen. It is no bound: 0 and values below a packet's length occur in real files.
	p.link = linkType(p.order().Uint32(b[20:]) & 0xffff) // the upper half tells of an FCS (§4, "LinkType and additional information")
	p.r.linked(p.link)
	p.begun = true
	return nil
}

func (p *pcap) order() binary.ByteOrder {
	if p.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func (p *pcap) next(out *packet) error {
	if !p.begun {
		if err := p.header(); err != nil {
			return err
		}
	}
	at := p.r.in.off
	b, err := p.r.in.take(p.record, "a packet header")
	if err != nil {
		return err
	}
	sec, frac := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
	captured, wire := binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:])
	if p.big {
		sec, frac = bits.ReverseBytes32(sec), bits.ReverseBytes32(frac)
		captured, wire = bits.ReverseBytes32(captured), bits.ReverseBytes32(wire)
	}
	if captured > maxPacket {
		return &broken{at, fmt.Sprintf("a packet header claims %d captured octets, more than %d", captured, maxPacket)}
	}
	data, err := p.r.in.take(int(captured), "a packet")
	if err == io.EOF {
		return &broken{p.r.in.off, fmt.Sprintf("the file ends after a packet header that promises %s", octets(int(captured)))}
	}
	if err != nil {
		return err
	}
	out.data, out.link = data, p.link
	out.wire = max(int(min(wire, 1<<30)), int(captured)) // old sniffers wrote less than they captured
	if !p.nano {
		frac *= 1000
	}
	out.time = trace.Time(int64(sec)*1e9 + int64(frac))
	return nil
}
