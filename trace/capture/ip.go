package capture

import (
	"encoding/binary"
	"net/netip"

	"github.com/smtpsim/smtpsim/trace"
)

// IP protocol numbers (IANA registry), extension headers of IPv6 among them.
const (
	protoHopByHop = 0
	protoICMP     = 1
	protoIPv4     = 4
	protoTCP      = 6
	protoUDP      = 17
	protoIPv6     = 41
	protoRouting  = 43
	protoFragment = 44
	protoGRE      = 47
	protoAH       = 51
	protoICMPv6   = 58
	protoDestOpts = 60
	protoMobility = 135
	protoHIP      = 139
	protoShim6    = 140
)

// ip decodes an IP packet of either version; cut octets at the end of b were not captured.
func (d *decoder) ip(b []byte, cut int, seg *trace.Segment) bool {
	if d.layers++; len(b) < 20 || d.layers > encapsulations {
		return d.damaged()
	}
	switch b[0] >> 4 {
	case 4:
		return d.ipv4(b, cut, seg)
	case 6:
		return d.ipv6(b, cut, seg)
	}
	return d.damaged()
}

// ipv4 reads an IPv4 header (RFC 791 §3.1). Its total length bounds the packet: what is captured behind it is padding, what is
// not captured is missing. A length of 0 is a packet that a network card was to cut later (TSO).
func (d *decoder) ipv4(b []byte, cut int, seg *trace.Segment) bool {
	header := int(b[0]&15) * 4
	total := int(binary.BigEndian.Uint16(b[2:]))
	if total == 0 {
		total = len(b) + cut
	}
	if header < 20 || header > len(b) || total < header {
		return d.damaged()
	}
	body, missing := b[header:min(total, len(b))], max(total-len(b), 0)
	src, dst := netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:]))
	proto := b[9]
	if frag := binary.BigEndian.Uint16(b[6:]); frag&0x3fff != 0 {
		f := fragment{key: fragKey{src: src, dst: dst, id: uint32(binary.BigEndian.Uint16(b[4:])), proto: proto},
			proto: proto, offset: int(frag&0x1fff) * 8, more: frag&0x2000 != 0, data: body, missing: missing, time: d.time}
		whole := d.frags.add(&f)
		if whole == nil {
			d.facts.Counts.Fragments++
			return false
		}
		proto, body, missing = whole.proto, whole.data, whole.missing
	}
	return d.transport(proto, src, dst, body, missing, seg)
}

// ipv6 reads an IPv6 header and its extension headers (RFC 8200 §3, §4).
func (d *decoder) ipv6(b []byte, cut int, seg *trace.Segment) bool {
	if len(b) < 40 {
		return d.damaged()
	}
	total := int(binary.BigEndian.Uint16(b[4:])) + 40
	if total == 40 { // a jumbogram (RFC 2675) or TSO
		total = len(b) + cut
	}
	body, missing := b[40:min(total, len(b))], max(total-len(b), 0)
	src, dst := netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:]))
	proto := b[6]
	for {
		next, rest, ok := extension(proto, body)
		if !ok {
			return d.damaged()
		}
		if rest == nil {
			return d.transport(proto, src, dst, body, missing, seg)
		}
		if d.layers++; d.layers > encapsulations {
			return d.damaged()
		}
		if proto == protoFragment { // RFC 8200 §4.5
			frag := binary.BigEndian.Uint16(body[2:])
			if frag&0xfff9 != 0 { // not an atomic fragment (RFC 6946)
				f := fragment{key: fragKey{src: src, dst: dst, id: binary.BigEndian.Uint32(body[4:])},
					proto: next, offset: int(frag &^ 7), more: frag&1 != 0, data: rest, missing: missing, time: d.time}
				whole := d.frags.add(&f)
				if whole == nil {
					d.facts.Counts.Fragments++
					return false
				}
				next, rest, missing = whole.proto, whole.data, whole.missing
			}
		}
		proto, body = next, rest
	}
}

// extension reads one extension header; rest is nil where proto is none. ok is false where it is cut off.
func extension(proto uint8, b []byte) (next uint8, rest []byte, ok bool) {
	n := 0
	switch proto {
	case protoHopByHop, protoRouting, protoDestOpts, protoMobility, protoHIP, protoShim6:
		if len(b) >= 2 {
			n = (int(b[1]) + 1) * 8
		}
	case protoFragment:
		n = 8
	case protoAH: // RFC 4302 §2.2: in units of 4 octets, minus 2
		if len(b) >= 2 {
			n = (int(b[1]) + 2) * 4
		}
	default:
		return 0, nil, true
	}
	if n == 0 || n > len(b) {
		return 0, nil, false
	}
	return b[0], b[n:], true
}

// transport decodes what IP carries; missing octets at its end were not captured.
func (d *decoder) transport(proto uint8, src, dst netip.Addr, b []byte, missing int, seg *trace.Segment) bool {
	switch proto {
	case protoTCP:
		return d.tcp(src, dst, b, missing, seg)
	case protoUDP:
		return d.udp(src, dst, b, missing, seg)
	case protoICMP:
		return d.icmp(src, b, false)
	case protoICMPv6:
		return d.icmp(src, b, true)
	case protoIPv4, protoIPv6:
		return d.ip(b, missing, seg)
	case protoGRE:
		return d.gre(b, missing, seg)
	case protoAH: // in IPv4; ipv6 has read it already
		next, rest, ok := extension(proto, b)
		if d.layers++; !ok || d.layers > encapsulations {
			return d.damaged()
		}
		return d.transport(next, src, dst, rest, missing, seg)
	}
	d.facts.Counts.OtherIP++
	return false
}

// tcp reads a TCP header (RFC 9293 §3.1).
func (d *decoder) tcp(src, dst netip.Addr, b []byte, missing int, seg *trace.Segment) bool {
	if len(b) < 20 {
		return d.damaged()
	}
	header := int(b[12]>>4) * 4
	if header < 20 || header > len(b)+missing {
		return d.damaged()
	}
	seg.Packet, seg.Time = d.number, d.time
	seg.Src = netip.AddrPortFrom(src, binary.BigEndian.Uint16(b))
	seg.Dst = netip.AddrPortFrom(dst, binary.BigEndian.Uint16(b[2:]))
	seg.Seq, seg.Ack = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	seg.Flags = trace.TCPFlags(b[13] & 0x1f) // FIN SYN RST PSH ACK stand in this order in both
	seg.Window = binary.BigEndian.Uint16(b[14:])
	if header > len(b) { // options cut off
		seg.Payload, seg.Missing = nil, len(b)+missing-header
	} else {
		seg.Payload, seg.Missing = b[header:], missing
	}
	d.facts.Counts.TCP++
	return true
}

// gre reads a GRE header of version 0 (RFC 2784 §2, RFC 2890 §2).
func (d *decoder) gre(b []byte, missing int, seg *trace.Segment) bool {
	if len(b) < 4 {
		return d.damaged()
	}
	flags, n := binary.BigEndian.Uint16(b), 4
	if flags&7 != 0 { // version 1 is PPTP
		d.facts.Counts.OtherIP++
		return false
	}
	for _, optional := range []uint16{0x8000, 0x2000, 0x1000} { // checksum, key, sequence number
		if flags&optional != 0 {
			n += 4
		}
	}
	if n > len(b) {
		return d.damaged()
	}
	return d.ether(binary.BigEndian.Uint16(b[2:]), b[n:], missing, seg)
}
