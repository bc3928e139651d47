package vnet

import (
	"encoding/binary"
	"math/bits"

	"github.com/smtpsim/smtpsim/trace"
)

// Sizes of headers in octets.
const (
	etherLen  = 14
	ip4Len    = 20 // RFC 791 §3.1, no options
	ip6Len    = 40 // RFC 8200 §3
	tcpLen    = 20 // RFC 9293 §3.1
	synOptLen = 8  // MSS, NOP, window scale
	udpLen    = 8  // RFC 768
	mtu       = 1500
)

func (p *packet) isSYN() bool { return p.flags&trace.SYN != 0 }

// frameLen is the length of p on the wire, Ethernet header included.
func frameLen(p *packet) int {
	n := etherLen + ip4Len + len(p.data)
	if !p.src.addr.Is4() {
		n += ip6Len - ip4Len
	}
	switch {
	case p.proto == UDP:
		n += udpLen
	case p.isSYN():
		n += tcpLen + synOptLen
	default:
		n += tcpLen
	}
	return n
}

// appendMAC appends a locally administered address (IEEE 802 §8.4) that tells the host's index; nobody's is the gateway's.
func appendMAC(b []byte, h *Host) []byte {
	if h == nil {
		return append(b, 0x02, 0xff, 0xff, 0xff, 0xff, 0xfe)
	}
	return binary.BigEndian.AppendUint32(append(b, 0x02, 0x00), uint32(h.index+1))
}

// appendFrame appends p as an Ethernet II frame with all checksums.
func appendFrame(b []byte, p *packet) []byte {
	b = appendMAC(b, p.dst.host)
	b = appendMAC(b, p.src.host)
	body := frameLen(p) - etherLen
	if p.src.addr.Is4() {
		b = appendIP4(append(b, 0x08, 0x00), p, body)
		body -= ip4Len
	} else {
		b = appendIP6(append(b, 0x86, 0xdd), p, body-ip6Len)
		body -= ip6Len
	}
	start := len(b)
	sum := pseudoSum(p, body)
	if p.proto == UDP {
		b = appendUDP(b, p, body)
		put := finish(sumWords(sum, b[start:]))
		if put == 0 {
			put = 0xffff // RFC 768: zero means no checksum
		}
		binary.BigEndian.PutUint16(b[start+6:], put)
		return b
	}
	b = appendTCP(b, p)
	binary.BigEndian.PutUint16(b[start+16:], finish(sumWords(sum, b[start:])))
	return b
}

func appendIP4(b []byte, p *packet, length int) []byte {
	start := len(b)
	b = append(b, 0x45, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(length))
	b = binary.BigEndian.AppendUint16(b, p.id)
	b = append(b, 0x40, 0, 64, byte(p.proto), 0, 0) // don't fragment; TTL 64
	src, dst := p.src.addr.As4(), p.dst.addr.As4()
	b = append(append(b, src[:]...), dst[:]...)
	binary.BigEndian.PutUint16(b[start+10:], finish(sumWords(0, b[start:])))
	return b
}

func appendIP6(b []byte, p *packet, payload int) []byte {
	b = append(b, 0x60, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(payload))
	b = append(b, byte(p.proto), 64)
	src, dst := p.src.addr.As16(), p.dst.addr.As16()
	return append(append(b, src[:]...), dst[:]...)
}

// wireFlags maps our bits to the header's.
//
//house:table never changes
var wireFlags = [...]struct {
	flag trace.TCPFlags
	bit  byte
}{{trace.FIN, 0x01}, {trace.SYN, 0x02}, {trace.RST, 0x04}, {trace.PSH, 0x08}, {trace.ACK, 0x10}}

func appendTCP(b []byte, p *packet) []byte {
	var flags byte
	for _, f := range wireFlags {
		if p.flags&f.flag != 0 {
			flags |= f.bit
		}
	}
	offset := byte(tcpLen / 4 << 4)
	if p.isSYN() {
		offset = (tcpLen + synOptLen) / 4 << 4
	}
	b = binary.BigEndian.AppendUint16(b, p.sport)
	b = binary.BigEndian.AppendUint16(b, p.dport)
	b = binary.BigEndian.AppendUint32(b, p.seq)
	b = binary.BigEndian.AppendUint32(b, p.ack)
	b = append(b, offset, flags)
	b = binary.BigEndian.AppendUint16(b, p.window)
	b = append(b, 0, 0, 0, 0)
	if p.isSYN() {
		b = append(b, 2, 4) // RFC 9293 §3.2: maximum segment size
		b = binary.BigEndian.AppendUint16(b, p.mss)
		b = append(b, 1, 3, 3, windowShift) // no-operation; RFC 7323 §2.2: window scale
	}
	return append(b, p.data...)
}

func appendUDP(b []byte, p *packet, length int) []byte {
	b = binary.BigEndian.AppendUint16(b, p.sport)
	b = binary.BigEndian.AppendUint16(b, p.dport)
	b = binary.BigEndian.AppendUint16(b, uint16(length))
	b = append(b, 0, 0)
	return append(b, p.data...)
}

// pseudoSum is the sum over the pseudo header: RFC 9293 §3.1, RFC 8200 §8.1.
func pseudoSum(p *packet, length int) uint64 {
	sum := uint64(p.proto) + uint64(length)
	if p.src.addr.Is4() {
		src, dst := p.src.addr.As4(), p.dst.addr.As4()
		return sumWords(sumWords(sum, src[:]), dst[:])
	}
	src, dst := p.src.addr.As16(), p.dst.addr.As16()
	return sumWords(sumWords(sum, src[:]), dst[:])
}

// sumWords adds b as big-endian 16-bit words in ones' complement arithmetic: RFC 1071, eight octets at a time.
func sumWords(sum uint64, b []byte) uint64 {
	var carry uint64
	for len(b) >= 8 {
		sum, carry = bits.Add64(sum, binary.BigEndian.Uint64(b), carry)
		b = b[8:]
	}
	var last [8]byte
	copy(last[:], b)
	sum, carry = bits.Add64(sum, binary.BigEndian.Uint64(last[:]), carry)
	sum, carry = bits.Add64(sum, carry, 0)
	return sum + carry
}

func finish(sum uint64) uint16 {
	sum = sum>>32 + sum&0xffffffff
	sum = sum>>32 + sum&0xffffffff
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	return ^uint16(sum)
}
