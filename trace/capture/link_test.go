package capture

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// bytesOf reads hex with spaces.
func bytesOf(text string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// TestLinks wraps one IPv4 and one IPv6 packet in everything that is known.
func TestLinks(t *testing.T) {
	v4 := &trace.Segment{Src: netip.MustParseAddrPort("192.0.2.1:40000"), Dst: netip.MustParseAddrPort("198.51.100.25:25"),
		Seq: 7, Ack: 9, Flags: trace.ACK | trace.PSH, Window: 512, Payload: []byte("QUIT\r\n")}
	v6 := *v4
	v6.Src, v6.Dst = netip.MustParseAddrPort("[2001:db8::1]:40000"), netip.MustParseAddrPort("[2001:db8::25]:25")
	const macs = "000000000001 000000000002"
	const udp = "45 00 0000 0000 0000 40 11 0000 c0000201 c6336419 c000"
	for _, l := range []struct {
		name   string
		link   linkType
		v6     bool
		header string
		tail   string
	}{
		{"ethernet", linkEthernet, false, macs + "0800", ""},
		{"ethernet with padding", linkEthernet, false, macs + "0800", "000000000000"},
		{"ethernet v6 with padding", linkEthernet, true, macs + "86dd", "0000"},
		{"vlan", linkEthernet, false, macs + "8100 0064 0800", ""},
		{"qinq", linkEthernet, true, macs + "88a8 0001 8100 0064 86dd", ""},
		{"old qinq", linkEthernet, false, macs + "9100 0001 9100 0002 8100 0064 0800", ""},
		{"snap", linkEthernet, false, macs + "0036 aaaa03 000000 0800", "00000000"},
		{"mpls", linkEthernet, false, macs + "8847 00001000 00002100", ""},
		{"mpls v6", linkEthernet, true, macs + "8847 00002100", ""},
		{"ethernet over mpls", linkEthernet, false, macs + "8847 00002100 00000000" + macs + "0800", ""},
		{"pppoe", linkEthernet, false, macs + "8864 1100 0001 0030 0021", ""},
		{"pppoe v6", linkEthernet, true, macs + "8864 1100 0001 0044 0057", ""},
		{"null little endian", linkNull, false, "02000000", ""},
		{"null big endian", linkNull, false, "00000002", ""},
		{"null v6 of Darwin", linkNull, true, "1e000000", ""},
		{"loop", linkLoop, true, "00000018", ""},
		{"raw", linkRaw, false, "", ""},
		{"raw v6", linkRaw, true, "", ""},
		{"raw as BSD/OS numbered it", dltRawBSD, false, "", ""},
		{"raw as OpenBSD numbers it", dltRawOpenBSD, true, "", ""},
		{"ipv4", linkIPv4, false, "", ""},
		{"ipv6", linkIPv6, true, "", ""},
		{"sll", linkLinuxSLL, false, "0000 0001 0006 000000000001 0000 0800", ""},
		{"sll with vlan", linkLinuxSLL, false, "0000 0001 0006 000000000001 0000 8100 0001 0800", ""},
		{"sll2", linkLinuxSLL2, true, "86dd 0000 00000001 0001 00 06 0000000000010000", ""},
		{"ppp", linkPPP, false, "0021", ""},
		{"ppp with address", linkPPP, false, "ff03 0021", ""},
		{"ppp compressed", linkPPP, true, "57", ""},
		{"ppp hdlc", linkPPPHDLC, false, "ff03 0021", ""},
		{"ppp mpls", linkPPP, false, "0281 00002100", ""},
		{"ppp ether", linkPPPEther, false, "1100 0001 0030 0021", ""},
		{"cisco hdlc", linkCiscoHDLC, false, "0f00 0800", ""},
		{"enc", linkEnc, false, "00000002 00000000 00000000", ""},
		{"ip in ip", linkRaw, false, "45 00 0000 0000 0000 40 04 0000 c0000209 c6336409", ""},
		{"6in4", linkRaw, true, "45 00 0000 0000 0000 40 29 0000 c0000209 c6336409", ""},
		{"gre", linkRaw, false, "45 00 0000 0000 0000 40 2f 0000 c0000209 c6336409 0000 0800", ""},
		{"gre with key and number", linkRaw, true, "45 00 0000 0000 0000 40 2f 0000 c0000209 c6336409 3000 86dd 00000001 00000002", ""},
		{"gre with ethernet", linkRaw, false, "45 00 0000 0000 0000 40 2f 0000 c0000209 c6336409 0000 6558" + macs + "0800", ""},
		{"vxlan", linkRaw, false, udp + "12b5 0000 0000 08000000 00000100" + macs + "0800", ""},
		{"geneve with an option", linkRaw, false, udp + "17c1 0000 0000 01006558 00000100 00000000" + macs + "0800", ""},
		{"ah", linkRaw, false, "", ""}, // its header is put in below
	} {
		t.Run(l.name, func(t *testing.T) {
			want := v4
			if l.v6 {
				want = &v6
			}
			inner := ipPacket(want.Src.Addr(), want.Dst.Addr(), protoTCP, tcpSegment(want))
			if l.name == "ah" {
				ah := append(bytesOf("06 04 0000 00000001 00000001 000000000000000000000000"), tcpSegment(want)...)
				inner = ipPacket(want.Src.Addr(), want.Dst.Addr(), protoAH, ah)
			}
			frame := append(append(bytesOf(l.header), inner...), bytesOf(l.tail)...)
			if got := decodeOne(l.link, frame, len(frame)); got == nil || !sameSegment(got, want) {
				t.Errorf("got %+v", got)
			}
			for n := range frame { // cut anywhere: no panic, and what is read is the truth
				got := decodeOne(l.link, frame[:n], len(frame))
				if got != nil && (got.Seq != want.Seq || len(got.Payload)+got.Missing != len(want.Payload) || !bytes.HasPrefix(want.Payload, got.Payload)) {
					t.Errorf("cut at %d: %+v", n, got)
				}
			}
		})
	}
}

func decodeOne(link linkType, data []byte, wire int) *trace.Segment {
	var d decoder
	var opts Options
	var facts Facts
	d.init(&opts, &facts)
	var seg trace.Segment
	if !d.packet(&packet{number: 1, time: 1, link: link, wire: wire, data: data}, &seg) {
		return nil
	}
	return &seg
}

// TestNesting: headers may repeat, but not for ever.
func TestNesting(t *testing.T) {
	for _, nest := range []string{"8100 0001", "8847 00000000"} {
		frame := append(make([]byte, 12), bytes.Repeat(bytesOf(nest), 1000)...)
		if decodeOne(linkEthernet, frame, len(frame)) != nil {
			t.Error("a segment out of nothing")
		}
	}
	in := bytes.Repeat(bytesOf("45 00 0000 0000 0000 40 04 0000 c0000209 c6336409"), 5000)
	if decodeOne(linkRaw, in, len(in)) != nil {
		t.Error("a segment out of nothing")
	}
}

// TestExtensionHeaders: all of them in a row in front of TCP.
func TestExtensionHeaders(t *testing.T) {
	s := &trace.Segment{Src: netip.MustParseAddrPort("[2001:db8::1]:40000"), Dst: netip.MustParseAddrPort("[2001:db8::25]:25"), Seq: 1, Payload: []byte("x")}
	chain := bytesOf("2b 00 0104 00000000" + // hop-by-hop, then routing
		"3c 00 04 00 00000000" + // routing, then destination options
		"2c 00 0104 00000000" + // destination options, then fragment
		"33 00 0000 00000001" + // an atomic fragment, then authentication
		"87 01 0000 00000001 00000001" + // authentication (length in units of 4, minus 2), then mobility
		"06 00 0000 00000000") // mobility, then TCP
	p := ipPacket(s.Src.Addr(), s.Dst.Addr(), protoHopByHop, append(chain, tcpSegment(s)...))
	if got := decodeOne(linkRaw, p, len(p)); got == nil || !sameSegment(got, s) {
		t.Errorf("got %+v", got)
	}
}

// TestLengths: what the IP header says counts, not what was captured.
func TestLengths(t *testing.T) {
	s := &trace.Segment{Src: netip.MustParseAddrPort("192.0.2.1:40000"), Dst: netip.MustParseAddrPort("198.51.100.25:25"), Payload: []byte("0123456789")}
	p := ipPacket(s.Src.Addr(), s.Dst.Addr(), protoTCP, tcpSegment(s))
	for _, c := range []struct {
		name     string
		total    int // in the IP header
		captured int
		wire     int
		payload  string
		missing  int // -1: no segment
	}{
		{"whole", 50, 50, 50, "0123456789", 0},
		{"cut", 50, 44, 50, "0123", 6},
		{"cut in the TCP options", 50, 40, 50, "", 10},
		{"cut in the TCP header", 50, 39, 50, "", -1},
		{"segmentation offload", 0, 50, 50, "0123456789", 0},
		{"segmentation offload, cut", 0, 45, 50, "01234", 5},
		{"cut and lied about", 50, 45, 45, "01234", 5},
		{"shorter than its header", 19, 50, 50, "", -1},
		{"padding", 42, 50, 50, "01", 0},
	} {
		q := bytes.Clone(p)
		binary.BigEndian.PutUint16(q[2:], uint16(c.total))
		got := decodeOne(linkRaw, q[:c.captured], c.wire)
		if (got == nil) != (c.missing < 0) || got != nil && (string(got.Payload) != c.payload || got.Missing != c.missing) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// TestHooks: datagrams and ICMP errors come out with the endpoints of what they are about.
func TestHooks(t *testing.T) {
	client, server := netip.MustParseAddrPort("192.0.2.1:40000"), netip.MustParseAddrPort("198.51.100.25:25")
	client6, server6 := netip.MustParseAddrPort("[2001:db8::1]:40000"), netip.MustParseAddrPort("[2001:db8::25]:25")
	router := netip.MustParseAddr("192.0.2.254")
	syn := tcpSegment(&trace.Segment{Src: client, Dst: server, Seq: 77, Flags: trace.SYN})
	quoted := ipPacket(client.Addr(), server.Addr(), protoTCP, syn)
	quoted6 := ipPacket(client6.Addr(), server6.Addr(), protoTCP, syn)
	dns := append(bytesOf("9c40 0035 000b 0000"), "abcdef"...) // its length says 3
	w := newWire()
	for i, p := range [][]byte{
		ipPacket(client.Addr(), server.Addr(), protoUDP, dns),
		ipPacket(router, client.Addr(), protoICMP, append(bytesOf("03 01 0000 00000000"), quoted...)),
		ipPacket(router, client.Addr(), protoICMP, append(bytesOf("03 0d 0000 00000000"), quoted[:28]...)),
		ipPacket(router, client.Addr(), protoICMP, append(bytesOf("0b 00 0000 00000000"), quoted...)), // time exceeded
		ipPacket(router, client.Addr(), protoICMP, append(bytesOf("03 03 0000 00000000"), quoted[:27]...)),
		ipPacket(server6.Addr(), client6.Addr(), protoICMPv6, append(bytesOf("01 04 0000 00000000"), quoted6[:48]...)),
	} {
		w.record(trace.Time(i+1)*1e9, append(append(make([]byte, 12), bytesOf(map[byte]string{4: "0800", 6: "86dd"}[p[0]>>4])...), p...), 14+len(p))
	}
	var datagrams, errors []string
	facts, _ := readAll(t, &w.buf, "hooks", Options{Datagram: func(d *Datagram) {
		datagrams = append(datagrams, d.Src.String()+" "+d.Dst.String()+" "+string(d.Payload))
	}})
	if len(datagrams) != 1 || datagrams[0] != "192.0.2.1:40000 198.51.100.25:53 abc" {
		t.Errorf("%q", datagrams)
	}
	if c := facts.Counts; c.UDP != 1 || c.ICMP != 5 || c.Damaged != 0 {
		t.Errorf("%+v", c)
	}
	w2 := newWire()
	w2.record(1, append(append(make([]byte, 12), 8, 0), ipPacket(router, client.Addr(), protoICMP, append(bytesOf("03 01 0000 00000000"), quoted...))...), 100)
	w2.record(2, append(append(make([]byte, 12), 0x86, 0xdd), ipPacket(server6.Addr(), client6.Addr(), protoICMPv6, append(bytesOf("01 04 0000 00000000"), quoted6[:48]...))...), 200)
	r, err := Open(&w2.buf, "errors", Options{Unreachable: func(u *Unreachable) {
		errors = append(errors, string(u.Kind)+" "+u.From.String()+" "+u.Src.String()+" "+u.Dst.String())
		if !u.TCP || u.Seq != 77 {
			t.Errorf("%+v", u)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Next(new(trace.Segment))
	want := []string{"host-unreachable 192.0.2.254 192.0.2.1:40000 198.51.100.25:25", "port-unreachable 2001:db8::25 [2001:db8::1]:40000 [2001:db8::25]:25"}
	if strings.Join(errors, "|") != strings.Join(want, "|") {
		t.Errorf("%q, want %q", errors, want)
	}
}
