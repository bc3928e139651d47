package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/smtpsim/smtpsim/trace"
)

// wire builds frames and files of them.
type wire struct {
	order byteOrder
	buf   bytes.Buffer
}

type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// newWire begins a pcap file with microseconds and Ethernet.
func newWire() *wire {
	w := &wire{order: binary.LittleEndian}
	w.header(magicMicro, 65535, linkEthernet)
	return w
}

func (w *wire) u16(v uint16) { w.buf.Write(w.order.AppendUint16(nil, v)) }
func (w *wire) u32(v uint32) { w.buf.Write(w.order.AppendUint32(nil, v)) }

func (w *wire) header(magic, snap uint32, link linkType) {
	w.u32(magic)
	w.u16(2)
	w.u16(4)
	w.u32(0)
	w.u32(0)
	w.u32(snap)
	w.u32(uint32(link))
}

// record adds a packet; wire is its length on the wire.
func (w *wire) record(t trace.Time, data []byte, wire int) {
	w.u32(uint32(t / 1e9))
	w.u32(uint32(t % 1e9 / 1e3))
	w.u32(uint32(len(data)))
	w.u32(uint32(wire))
	w.buf.Write(data)
}

// add adds segments as Ethernet frames.
func (w *wire) add(segments ...*trace.Segment) *wire {
	for _, s := range segments {
		f := ethernet(s)
		w.record(s.Time, f, len(f))
	}
	return w
}

// ethernet makes a frame of s.
func ethernet(s *trace.Segment) []byte {
	kind := uint16(etherIPv4)
	if s.Src.Addr().Is6() {
		kind = etherIPv6
	}
	f := append(make([]byte, 12), byte(kind>>8), byte(kind))
	return append(f, ipPacket(s.Src.Addr(), s.Dst.Addr(), protoTCP, tcpSegment(s))...)
}

func tcpSegment(s *trace.Segment) []byte {
	b := binary.BigEndian.AppendUint16(nil, s.Src.Port())
	b = binary.BigEndian.AppendUint16(b, s.Dst.Port())
	b = binary.BigEndian.AppendUint32(b, s.Seq)
	b = binary.BigEndian.AppendUint32(b, s.Ack)
	b = append(b, 5<<4, byte(s.Flags))
	b = binary.BigEndian.AppendUint16(b, s.Window)
	return append(append(b, 0, 0, 0, 0), s.Payload...)
}

func ipPacket(src, dst netip.Addr, proto byte, body []byte) []byte {
	if src.Is6() {
		b := append([]byte{0x60, 0, 0, 0}, byte(len(body)>>8), byte(len(body)), proto, 64)
		return append(append(append(b, src.AsSlice()...), dst.AsSlice()...), body...)
	}
	n := 20 + len(body)
	b := append([]byte{0x45, 0, byte(n >> 8), byte(n), 0, 0, 0x40, 0, 64, proto, 0, 0}, src.AsSlice()...)
	return append(append(b, dst.AsSlice()...), body...)
}

// talk builds the segments of one connection; its clock moves a millisecond with each.
type talk struct {
	ends [2]netip.AddrPort
	next [2]uint32
	now  trace.Time
	out  []*trace.Segment
}

func newTalk(n int) *talk {
	client := netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(n >> 14)}), uint16(40000+n&0x3fff))
	server := netip.MustParseAddrPort("198.51.100.25:25")
	return &talk{ends: [2]netip.AddrPort{client, server}, next: [2]uint32{1000, 0xfffffff0}, now: 1_700_000_000_000_000_000}
}

// send adds a segment of one side with everything acknowledged that the other has sent.
func (k *talk) send(from trace.Side, flags trace.TCPFlags, payload string) *trace.Segment {
	s := &trace.Segment{Packet: int64(len(k.out) + 1), Time: k.now, Src: k.ends[from], Dst: k.ends[from.Other()], Seq: k.next[from],
		Flags: flags, Window: 65535, Payload: []byte(payload)}
	if flags&trace.ACK != 0 {
		s.Ack = k.next[from.Other()]
	}
	k.now += 1e6
	k.next[from] += uint32(len(payload))
	if flags&(trace.SYN|trace.FIN) != 0 {
		k.next[from]++
	}
	k.out = append(k.out, s)
	return s
}

func (k *talk) c(payload string) *trace.Segment {
	return k.send(trace.FromClient, trace.ACK|trace.PSH, payload)
}
func (k *talk) s(payload string) *trace.Segment {
	return k.send(trace.FromServer, trace.ACK|trace.PSH, payload)
}

func (k *talk) handshake() *talk {
	k.send(trace.FromClient, trace.SYN, "")
	k.send(trace.FromServer, trace.SYN|trace.ACK, "")
	k.send(trace.FromClient, trace.ACK, "")
	return k
}

func (k *talk) goodbye() *talk {
	k.send(trace.FromClient, trace.FIN|trace.ACK, "")
	k.send(trace.FromServer, trace.FIN|trace.ACK, "")
	k.send(trace.FromClient, trace.ACK, "")
	return k
}

// mail is a session of 32 packets, about 150 octets each: what a busy relay sees most.
func (k *talk) mail(n int) *talk {
	k.handshake()
	k.s("220 mx.example ESMTP\r\n")
	for _, say := range [][2]string{
		{"EHLO client.example\r\n", "250-mx.example\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250 8BITMIME\r\n"},
		{fmt.Sprintf("MAIL FROM:<sender%d@client.example>\r\n", n), "250 2.1.0 Ok\r\n"},
		{"RCPT TO:<a@mx.example>\r\n", "250 2.1.5 Ok\r\n"},
		{"RCPT TO:<b@mx.example>\r\n", "250 2.1.5 Ok\r\n"},
		{"DATA\r\n", "354 End data with <CR><LF>.<CR><LF>\r\n"},
	} {
		k.c(say[0])
		k.s(say[1])
		k.send(trace.FromClient, trace.ACK, "")
	}
	k.c("Subject: " + string(bytes.Repeat([]byte("x"), 1200)) + "\r\n\r\n")
	k.send(trace.FromServer, trace.ACK, "")
	k.c("text\r\n.\r\n")
	k.s(fmt.Sprintf("250 2.0.0 Ok: queued as %08X\r\n", n))
	k.c("QUIT\r\n")
	k.s("221 2.0.0 Bye\r\n")
	return k.goodbye()
}

// busy is a capture of n sessions, of which side run at a time.
func busy(n, side int) []byte {
	w := newWire()
	var running []*talk
	for started := 0; started < n || len(running) > 0; {
		for len(running) < side && started < n {
			running = append(running, newTalk(started).mail(started))
			started++
		}
		left := running[:0]
		for _, k := range running {
			w.add(k.out[0])
			if k.out = k.out[1:]; len(k.out) > 0 {
				left = append(left, k)
			}
		}
		running = left
	}
	return w.buf.Bytes()
}
