package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/smtpsim/smtpsim/trace"
)

// Block types of draft-ietf-opsawg-pcapng §11.1.
const (
	blockInterface = 0x00000001
	blockPacket    = 0x00000002 // obsolete
	blockSimple    = 0x00000003
	blockEnhanced  = 0x00000006
	blockSecrets   = 0x0000000a
	blockSection   = 0x0a0d0d0a
	byteOrderMagic = 0x1a2b3c4d
)

// pcapng is the block format: sections, each with its byte order and its interfaces.
type pcapng struct {
	r      *Reader
	order  binary.ByteOrder
	ifaces []iface
}

// iface is what an Interface Description Block says.
type iface struct {
	link linkType
	snap uint32
	unit timeUnit
}

func (p *pcapng) next(out *packet) error {
	for {
		at := p.r.in.off
		head, err := p.r.in.take(8, "a block header")
		if err != nil {
			return err
		}
		// The section header's type reads the same in both orders; its own magic tells which one its length has (§4.1).
		if binary.BigEndian.Uint32(head) == blockSection {
			if err := p.section(at, head); err != nil {
				return err
			}
			continue
		}
		kind, length := p.order.Uint32(head), p.order.Uint32(head[4:])
		if err := checkLength(at, kind, length); err != nil {
			return err
		}
		found, err := p.block(at, kind, int(length)-12, out)
		if found || err != nil {
			return err
		}
	}
}

func checkLength(at int64, kind, length uint32) error {
	switch {
	case length < 12 || length%4 != 0:
		return &broken{at, fmt.Sprintf("block type %#x claims a length of %d, expected a multiple of 4 from 12 on", kind, length)}
	case length > maxBlock:
		return &broken{at, fmt.Sprintf("block type %#x claims a length of %d, more than %d", kind, length, maxBlock)}
	}
	return nil
}

// section reads the rest of a Section Header Block.
func (p *pcapng) section(at int64, head []byte) error {
	raw := [4]byte(head[4:8])
	b, err := p.take(4, "a section header")
	if err != nil {
		return err
	}
	switch {
	case binary.LittleEndian.Uint32(b) == byteOrderMagic:
		p.order = binary.LittleEndian
	case binary.BigEndian.Uint32(b) == byteOrderMagic:
		p.order = binary.BigEndian
	default:
		return &broken{at + 8, fmt.Sprintf("a section header has the byte-order magic % x, expected 1a2b3c4d in either order", b)}
	}
	length := p.order.Uint32(raw[:])
	if err := checkLength(at, blockSection, length); err != nil {
		return err
	}
	if length < 28 {
		return &broken{at, fmt.Sprintf("a section header claims a length of %d, expected at least 28", length)}
	}
	if b, err = p.take(12, "a section header"); err != nil {
		return err
	}
	if major := p.order.Uint16(b); major != 1 {
		return &broken{at + 12, fmt.Sprintf("a section has version %d.%d, expected 1.0", major, p.order.Uint16(b[2:]))}
	}
	p.ifaces = p.ifaces[:0]
	return p.leave(at, length, int(length)-28)
}

// block reads the body octets of a block and its closing length; found says that out holds a packet.
func (p *pcapng) block(at int64, kind uint32, body int, out *packet) (found bool, err error) {
	length := uint32(body) + 12
	switch kind {
	case blockEnhanced, blockPacket, blockSimple:
		return true, p.packet(at, kind, body, out)
	case blockInterface:
		if body > maxPacket {
			break
		}
		b, err := p.take(body, "an interface description")
		if err != nil {
			return false, err
		}
		if err := p.describe(at, b); err != nil {
			return false, err
		}
		body = 0
	case blockSecrets:
		if err := p.secrets(&body); err != nil {
			return false, err
		}
	}
	return false, p.leave(at, length, body)
}

// leave moves over what is left of a block and checks the length at its end.
func (p *pcapng) leave(at int64, length uint32, left int) error {
	if left > 0 {
		if err := p.inside(p.r.in.skip(left, "a block")); err != nil {
			return err
		}
	}
	b, err := p.take(4, "a block's closing length")
	if err != nil {
		return err
	}
	return p.closing(at, length, b)
}

func (p *pcapng) closing(at int64, length uint32, b []byte) error {
	if got := p.order.Uint32(b); got != length {
		return &broken{at, fmt.Sprintf("a block gives its length as %d at its start and as %d at its end", length, got)}
	}
	return nil
}

// packet reads the body of a packet block. The whole block is in the window before anything is believed, unless it is longer
// than a packet may be: then its first octets are kept.
func (p *pcapng) packet(at int64, kind uint32, body int, out *packet) error {
	if body > maxPacket+64 {
		b, err := p.take(maxPacket+64, "a packet block")
		if err != nil {
			return err
		}
		b = bytes.Clone(b) // moving on overwrites the window
		if err := p.leave(at, uint32(body)+12, body-len(b)); err != nil {
			return err
		}
		return p.fill(at, kind, body, b, out)
	}
	b, err := p.take(body+4, "a packet block")
	if err != nil {
		return err
	}
	if err := p.closing(at, uint32(body)+12, b[body:]); err != nil {
		return err
	}
	return p.fill(at, kind, body, b[:body], out)
}

// fill makes out of the body of a packet block, of which b is what is kept.
func (p *pcapng) fill(at int64, kind uint32, body int, b []byte, out *packet) error {
	h, fixed, err := p.packetHeader(at, kind, b)
	if err != nil {
		return err
	}
	captured := min(h.captured, uint32(body-fixed))
	if kind != blockSimple && h.captured > captured {
		return &broken{at, fmt.Sprintf("a packet block of %d octets claims %d captured ones", body, h.captured)}
	}
	out.time, out.link = 0, linkUnknown
	if int64(h.iface) < int64(len(p.ifaces)) {
		i := &p.ifaces[h.iface]
		out.link = i.link
		if kind != blockSimple {
			out.time = i.unit.time(h.stamp)
		} else if i.snap > 0 {
			captured = min(captured, i.snap)
		}
	} else {
		p.noInterface(h.iface)
	}
	out.data = b[fixed:min(len(b), fixed+int(min(captured, maxPacket)))]
	out.wire = max(int(min(h.wire, 1<<30)), len(out.data))
	return nil
}

type packetHeader struct {
	iface          uint32
	stamp          uint64
	captured, wire uint32
}

// packetHeader reads the fixed part of a packet block; its length is the second result.
func (p *pcapng) packetHeader(at int64, kind uint32, b []byte) (h packetHeader, fixed int, err error) {
	fixed = 20
	if kind == blockSimple {
		fixed = 4
	}
	if len(b) < fixed {
		return h, 0, &broken{at, fmt.Sprintf("a packet block has %s, expected at least %d", octets(len(b)), fixed)}
	}
	switch kind {
	case blockSimple: // §4.4
		h.wire = p.order.Uint32(b)
		h.captured = h.wire
		return h, fixed, nil
	case blockPacket: // §A: a 16-bit interface and a count of drops
		h.iface = uint32(p.order.Uint16(b))
	default: // §4.3
		h.iface = p.order.Uint32(b)
	}
	h.stamp = uint64(p.order.Uint32(b[4:]))<<32 | uint64(p.order.Uint32(b[8:]))
	h.captured, h.wire = p.order.Uint32(b[12:]), p.order.Uint32(b[16:])
	return h, fixed, nil
}

// secrets keeps a Decryption Secrets Block (§4.7) and hands it out; what is over the limit is told and left.
func (p *pcapng) secrets(body *int) error {
	if *body < 8 {
		return nil
	}
	b, err := p.take(8, "a block of secrets")
	if err != nil {
		return err
	}
	s := Secret{Type: p.order.Uint32(b), Packet: p.r.facts.Packets}
	n := p.order.Uint32(b[4:])
	*body -= 8
	if int64(n) > int64(*body) {
		n = uint32(*body)
	}
	if p.r.secret+int(n) > maxSecrets {
		p.r.note(trace.Finding{ID: "secrets-dropped", Severity: trace.Note, Packet: p.r.facts.Packets, Source: p.r.formatSource(),
			Text: fmt.Sprintf("The capture holds more than %d octets of decryption secrets; the rest was left out.", maxSecrets)})
		return nil
	}
	if s.Data, err = p.r.in.copy(int(n), "a block of secrets"); err != nil {
		return err
	}
	*body -= int(n)
	p.r.secret += int(n)
	p.r.facts.Secrets = append(p.r.facts.Secrets, s)
	if p.r.opts.Secret != nil {
		p.r.opts.Secret(s)
	}
	return nil
}

func (p *pcapng) noInterface(n uint32) {
	p.r.note(trace.Finding{ID: "unknown-interface", Severity: trace.Warning, Packet: p.r.facts.Packets + 1, Source: "draft-ietf-opsawg-pcapng §4.3",
		Text: fmt.Sprintf("Packet %d belongs to interface %d, which the capture does not describe; such packets are counted, not read.",
			p.r.facts.Packets+1, n)})
}

// take is input.take inside a block, where the end of the file is never in its place.
func (p *pcapng) take(n int, what string) ([]byte, error) {
	b, err := p.r.in.take(n, what)
	return b, p.inside(err)
}

func (p *pcapng) inside(err error) error {
	if err == io.EOF {
		return &broken{p.r.in.off, "the file ends inside a block"}
	}
	return err
}
