package capture

import (
	"encoding/binary"
	"fmt"

	"github.com/smtpsim/smtpsim/trace"
)

// linkType is a number of the registry of link types (draft-ietf-opsawg-pcaplinktype), or the DLT that a file wrote instead.
type linkType uint32

const (
	linkNull      linkType = 0
	linkEthernet  linkType = 1
	linkPPP       linkType = 9
	dltRawBSD     linkType = 12
	dltRawOpenBSD linkType = 14
	linkPPPHDLC   linkType = 50
	linkPPPEther  linkType = 51
	linkRaw       linkType = 101
	linkCiscoHDLC linkType = 104
	linkLoop      linkType = 108
	linkEnc       linkType = 109
	linkLinuxSLL  linkType = 113
	linkIPv4      linkType = 228
	linkIPv6      linkType = 229
	linkLinuxSLL2 linkType = 276
	linkUnknown   linkType = 1 << 31 // a packet without a described interface
)

const (
	encapsulations  = 16     // nested headers at most; more is hostile
	fewestEthertype = 0x0600 // below, the field is a length (IEEE 802.3)
)

// String is the name in the registry, without LINKTYPE_.
func (l linkType) String() string {
	switch l {
	case linkNull:
		return "NULL"
	case linkEthernet:
		return "ETHERNET"
	case linkPPP:
		return "PPP"
	case linkPPPHDLC:
		return "PPP_HDLC"
	case linkPPPEther:
		return "PPP_ETHER"
	case linkRaw, dltRawBSD, dltRawOpenBSD:
		return "RAW"
	case linkCiscoHDLC:
		return "C_HDLC"
	case linkLoop:
		return "LOOP"
	case linkEnc:
		return "ENC"
	case linkLinuxSLL:
		return "LINUX_SLL"
	case linkIPv4:
		return "IPV4"
	case linkIPv6:
		return "IPV6"
	case linkLinuxSLL2:
		return "LINUX_SLL2"
	}
	return fmt.Sprintf("LINKTYPE_%d", uint32(l))
}

// Ethertypes (IEEE 802 numbers).
const (
	etherIPv4   = 0x0800
	etherVLAN   = 0x8100
	etherQinQ   = 0x88a8
	etherQinQ9  = 0x9100 // before 802.1ad had a number
	etherIPv6   = 0x86dd
	etherMPLS   = 0x8847
	etherMPLSmc = 0x8848
	etherPPPoE  = 0x8864
	etherBridge = 0x6558 // Ethernet in GRE
)

// decoder peels headers off a packet until a transport is left.
type decoder struct {
	opts     *Options
	facts    *Facts
	frags    fragments
	number   int64
	time     trace.Time
	layers   int // headers peeled off this packet
	datagram Datagram
}

func (d *decoder) init(opts *Options, facts *Facts) { d.opts, d.facts = opts, facts }

// packet decodes p; true: seg holds its TCP segment.
func (d *decoder) packet(p *packet, seg *trace.Segment) bool {
	d.number, d.time, d.layers = p.number, p.time, 0
	b, cut := p.data, p.wire-len(p.data)
	switch p.link {
	case linkEthernet:
		return d.ethernet(b, cut, seg)
	case linkNull, linkLoop:
		return d.loopback(b, cut, seg)
	case linkRaw, linkIPv4, linkIPv6, dltRawBSD, dltRawOpenBSD:
		return d.ip(b, cut, seg)
	case linkLinuxSLL: // packet type, ARPHRD, length and octets of the address, protocol
		return d.after(b, 16, 14, cut, seg)
	case linkLinuxSLL2: // protocol, reserved, interface, ARPHRD, packet type, address
		return d.after(b, 20, 0, cut, seg)
	case linkCiscoHDLC: // address, control, protocol
		return d.after(b, 4, 2, cut, seg)
	case linkPPP, linkPPPHDLC:
		return d.ppp(b, cut, seg)
	case linkPPPEther:
		return d.pppoe(b, cut, seg)
	case linkEnc: // address family, SPI, flags
		if len(b) < 12 {
			return d.damaged()
		}
		return d.ip(b[12:], cut, seg)
	case linkFDDI, linkWLAN, linkPFLog, linkPrism, linkRadioTap:
		return d.foreign(p, cut, seg)
	}
	if p.link != linkUnknown {
		d.unknown(p.link)
	}
	return d.notIP()
}

func (d *decoder) ethernet(b []byte, cut int, seg *trace.Segment) bool {
	if len(b) < 14 {
		return d.damaged()
	}
	return d.ether(binary.BigEndian.Uint16(b[12:]), b[14:], cut, seg)
}

// after goes on behind a header of n octets with an ethertype at position at.
func (d *decoder) after(b []byte, n, at, cut int, seg *trace.Segment) bool {
	if len(b) < n {
		return d.damaged()
	}
	return d.ether(binary.BigEndian.Uint16(b[at:]), b[n:], cut, seg)
}

// loopback reads the address family that BSD writes in the byte order of its machine, OpenBSD in network order.
func (d *decoder) loopback(b []byte, cut int, seg *trace.Segment) bool {
	if len(b) < 4 {
		return d.damaged()
	}
	family := binary.LittleEndian.Uint32(b)
	if family > 0xffff {
		family = binary.BigEndian.Uint32(b)
	}
	switch family {
	case 2, 10, 24, 28, 30: // AF_INET; AF_INET6 of Linux, NetBSD, FreeBSD, Darwin
		return d.ip(b[4:], cut, seg)
	}
	return d.notIP()
}

// ether goes on with what an ethertype announces; cut octets at the end of b were not captured.
func (d *decoder) ether(kind uint16, b []byte, cut int, seg *trace.Segment) bool {
	for ; d.layers < encapsulations; d.layers++ {
		switch kind {
		case etherIPv4, etherIPv6:
			return d.ip(b, cut, seg)
		case etherVLAN, etherQinQ, etherQinQ9:
			if len(b) < 4 {
				return d.damaged()
			}
			kind, b = binary.BigEndian.Uint16(b[2:]), b[4:]
		case etherMPLS, etherMPLSmc:
			return d.mpls(b, cut, seg)
		case etherPPPoE:
			return d.pppoe(b, cut, seg)
		case etherBridge:
			if len(b) < 14 {
				return d.damaged()
			}
			kind, b = binary.BigEndian.Uint16(b[12:]), b[14:]
		default:
			// LLC with SNAP and no organization: an ethertype after all (RFC 1042).
			if kind >= fewestEthertype || len(b) < 8 || [6]byte(b) != [6]byte{0xaa, 0xaa, 3} {
				return d.notIP()
			}
			if int(kind) < len(b) && kind >= 8 {
				b = b[:kind] // padding
			}
			kind, b = binary.BigEndian.Uint16(b[6:]), b[8:]
		}
	}
	return d.damaged()
}

// mpls pops labels (RFC 3032 §2.1). What follows the last is told by nothing but its first nibble (RFC 4928 §3): IP, or a
// control word with Ethernet behind it (RFC 4385 §3).
func (d *decoder) mpls(b []byte, cut int, seg *trace.Segment) bool {
	for bottom := false; !bottom; b = b[4:] {
		if d.layers++; len(b) < 5 || d.layers > encapsulations {
			return d.damaged()
		}
		bottom = b[2]&1 != 0
	}
	if b[0]>>4 != 0 {
		return d.ip(b, cut, seg)
	}
	if len(b) < 4+14 {
		return d.damaged()
	}
	return d.ether(binary.BigEndian.Uint16(b[4+12:]), b[4+14:], cut, seg)
}

// pppoe reads a session header (RFC 2516 §4), which bounds what follows.
func (d *decoder) pppoe(b []byte, cut int, seg *trace.Segment) bool {
	if len(b) < 6 {
		return d.damaged()
	}
	if b[1] != 0 { // discovery
		return d.notIP()
	}
	return d.ppp(b[6:], cut, seg)
}

// ppp reads a protocol of one or two octets behind an optional address and control (RFC 1661 §2, §6.5).
func (d *decoder) ppp(b []byte, cut int, seg *trace.Segment) bool {
	if len(b) >= 2 && b[0] == 0xff && b[1] == 3 {
		b = b[2:]
	}
	if len(b) < 2 {
		return d.damaged()
	}
	protocol := uint16(b[0])
	if b[0]&1 != 0 {
		b = b[1:]
	} else {
		protocol, b = binary.BigEndian.Uint16(b), b[2:]
	}
	switch protocol {
	case 0x0021, 0x0057: // IPv4, IPv6
		return d.ip(b, cut, seg)
	case 0x0281: // MPLS
		return d.mpls(b, cut, seg)
	}
	return d.notIP()
}

func (d *decoder) damaged() bool {
	d.facts.Counts.Damaged++
	return false
}

func (d *decoder) notIP() bool {
	d.facts.Counts.NotIP++
	return false
}

func (d *decoder) unknown(l linkType) {
	for _, f := range d.facts.Findings {
		if f.ID == "link-type-unknown" {
			return
		}
	}
	d.facts.Findings = append(d.facts.Findings, trace.Finding{ID: "link-type-unknown", Severity: trace.Warning, Packet: d.number, Time: d.time,
		Text:   fmt.Sprintf("Packet %d has link type %d, which is not known here; such packets are counted, not read.", d.number, uint32(l)),
		Source: "draft-ietf-opsawg-pcaplinktype"})
}

// end tells what is left unfinished when the capture is over.
func (d *decoder) end() {
	if n := d.frags.unfinished(); n > 0 {
		d.facts.Findings = append(d.facts.Findings, trace.Finding{ID: "fragments-missing", Severity: trace.Note,
			Text: fmt.Sprintf("Of %d fragmented IP packets some fragments are not in the capture.", n), Source: "RFC 791 §3.2"})
	}
}
