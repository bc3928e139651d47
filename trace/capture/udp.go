package capture

import (
	"encoding/binary"
	"net/netip"

	"github.com/smtpsim/smtpsim/trace"
)

// Ports of tunnels over UDP, which mirrored traffic in clouds comes in.
const (
	portVXLAN      = 4789 // RFC 7348 §5
	portVXLANLinux = 8472 // before it had one
	portGeneve     = 6081 // RFC 8926 §3.3
)

// udp gives a datagram to the hook (RFC 768), or goes on into a tunnel.
func (d *decoder) udp(src, dst netip.Addr, b []byte, missing int, seg *trace.Segment) bool {
	if len(b) < 8 {
		return d.damaged()
	}
	if kind, inner := tunnel(binary.BigEndian.Uint16(b[2:]), b[8:]); inner != nil {
		return d.ether(kind, inner, missing, seg)
	}
	d.facts.Counts.UDP++
	if d.opts.Datagram == nil {
		return false
	}
	body := b[8:]
	if n := int(binary.BigEndian.Uint16(b[4:])); n >= 8 && n-8 < len(body)+missing {
		missing = max(n-8-len(body), 0)
		body = body[:min(n-8, len(body))]
	}
	d.datagram = Datagram{Packet: d.number, Time: d.time, Payload: body, Missing: missing,
		Src: netip.AddrPortFrom(src, binary.BigEndian.Uint16(b)), Dst: netip.AddrPortFrom(dst, binary.BigEndian.Uint16(b[2:]))}
	d.opts.Datagram(&d.datagram)
	return false
}

// tunnel recognizes VXLAN (RFC 7348 §5) and Geneve (RFC 8926 §3.4) by port and header; inner is nil where it is none.
func tunnel(port uint16, b []byte) (kind uint16, inner []byte) {
	if len(b) < 8 {
		return 0, nil
	}
	kind = binary.BigEndian.Uint16(b[2:])
	switch n := 8 + int(b[0]&0x3f)*4; {
	case (port == portVXLAN || port == portVXLANLinux) && binary.BigEndian.Uint32(b) == 0x08000000 && b[7] == 0:
		return etherBridge, b[8:]
	case port == portGeneve && b[0]>>6 == 0 && n <= len(b) && (kind == etherBridge || kind == etherIPv4 || kind == etherIPv6):
		return kind, b[n:]
	}
	return 0, nil
}

// icmp gives a destination-unreachable message to the hook. It quotes the header of the packet it is about and at least the first 8
// octets behind it (RFC 792, RFC 4443 §3.1).
func (d *decoder) icmp(from netip.Addr, b []byte, v6 bool) bool {
	d.facts.Counts.ICMP++
	if d.opts.Unreachable == nil || len(b) < 8 {
		return false
	}
	u := Unreachable{Packet: d.number, Time: d.time, From: from}
	switch {
	case v6 && b[0] == 1:
		u.Kind = kindICMPv6(b[1])
	case !v6 && b[0] == 3:
		u.Kind = kindICMP(b[1])
	default:
		return false
	}
	if u.quote(b[8:]) {
		d.opts.Unreachable(&u)
	}
	return false
}

// quote reads the endpoints of the quoted packet.
func (u *Unreachable) quote(b []byte) bool {
	if len(b) < 20 {
		return false
	}
	var src, dst netip.Addr
	var proto uint8
	switch b[0] >> 4 {
	case 4:
		header := int(b[0]&15) * 4
		if header < 20 || header > len(b) || binary.BigEndian.Uint16(b[6:])&0x1fff != 0 {
			return false
		}
		src, dst, proto = netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:])), b[9]
		b = b[header:]
	case 6:
		if len(b) < 40 {
			return false
		}
		src, dst, proto = netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:])), b[6]
		b = b[40:]
		for i := 0; i < encapsulations; i++ {
			next, rest, ok := extension(proto, b)
			if !ok {
				return false
			}
			if rest == nil {
				break
			}
			proto, b = next, rest
		}
	default:
		return false
	}
	if len(b) < 8 || proto != protoTCP && proto != protoUDP {
		return false
	}
	u.TCP = proto == protoTCP
	u.Src = netip.AddrPortFrom(src, binary.BigEndian.Uint16(b))
	u.Dst = netip.AddrPortFrom(dst, binary.BigEndian.Uint16(b[2:]))
	if u.TCP {
		u.Seq = binary.BigEndian.Uint32(b[4:])
	}
	return true
}

// kindICMP reads a code of RFC 792 and RFC 1812 §5.2.7.1.
func kindICMP(code byte) UnreachableKind {
	switch code {
	case 0, 6, 11:
		return NetUnreachable
	case 1, 7, 8, 12:
		return HostUnreachable
	case 2, 3:
		return PortUnreachable
	case 4:
		return FragmentationNeeded
	case 9, 10, 13:
		return Prohibited
	}
	return OtherReason
}

// kindICMPv6 reads a code of RFC 4443 §3.1.
func kindICMPv6(code byte) UnreachableKind {
	switch code {
	case 0:
		return NetUnreachable
	case 3:
		return HostUnreachable
	case 4:
		return PortUnreachable
	case 1, 5, 6:
		return Prohibited
	}
	return OtherReason
}
