package capture

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/smtpsim/smtpsim/trace"
)

// byGopacket decodes p with gopacket's layers; nil: it finds no TCP, or only behind a fragment.
func byGopacket(p *packet) *trace.Segment {
	pk := gopacket.NewPacket(p.data, layers.LinkType(p.link), gopacket.NoCopy)
	tcp, _ := pk.Layer(layers.LayerTypeTCP).(*layers.TCP)
	if tcp == nil || pk.Layer(layers.LayerTypeIPv6Fragment) != nil {
		return nil
	}
	s := &trace.Segment{Packet: p.number, Time: p.time, Seq: tcp.Seq, Ack: tcp.Ack, Window: tcp.Window, Payload: tcp.Payload}
	for i, set := range []bool{tcp.FIN, tcp.SYN, tcp.RST, tcp.PSH, tcp.ACK} {
		if set {
			s.Flags |= 1 << i
		}
	}
	for _, l := range pk.Layers() { // the innermost IP counts
		switch ip := l.(type) {
		case *layers.IPv4:
			s.Src, s.Dst = end(ip.SrcIP, uint16(tcp.SrcPort)), end(ip.DstIP, uint16(tcp.DstPort))
			s.Missing = int(ip.Length) - int(ip.IHL)*4 - len(ip.Payload)
		case *layers.IPv6:
			s.Src, s.Dst = end(ip.SrcIP, uint16(tcp.SrcPort)), end(ip.DstIP, uint16(tcp.DstPort))
			s.Missing = int(ip.Length) - len(ip.Payload)
		}
	}
	return s
}

func end(ip []byte, port uint16) netip.AddrPort {
	a, _ := netip.AddrFromSlice(ip)
	return netip.AddrPortFrom(a, port)
}

// differences are the only ones there may be, and why.
var differences = []struct {
	file        string
	first, last int64
	why         string
}{
	{"multimail-ipv4_228.pcap", 1, 39, "gopacket has no decoder for link type 228"},
	{"traffic_scenario.pcapng", 3906, 3913, "gopacket stops at the IPv6 routing header in front of a tunnel"},
	{"traffic_scenario.pcapng", 8233, 8240, "the same packets once more"},
	{"multimail-ipfrag.pcap", 16, 36, "gopacket's packets do not put fragments together"},
	{"pcap_flow_lab_showcase.pcap", 1236, 1238, "GTP-U, the tunnel of mobile networks, is not opened here"},
}

func mayDiffer(path string, packet int64) bool {
	for _, d := range differences {
		if d.file == filepath.Base(path) && d.first <= packet && packet <= d.last {
			return true
		}
	}
	return false
}

// TestDecoderOracle compares each packet of all recordings with what gopacket's decoders make of it.
func TestDecoderOracle(t *testing.T) {
	compared := 0
	for _, path := range recordings(t) {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Open(f, path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for {
			if r.source.next(&r.packet) != nil {
				break
			}
			r.count(&r.packet)
			if r.packet.link > 255 {
				continue // gopacket's link types have 8 bits
			}
			var got trace.Segment
			fragments := r.facts.Counts.Fragments
			ours := r.dec.packet(&r.packet, &got)
			theirs := byGopacket(&r.packet)
			if fragments != r.facts.Counts.Fragments {
				continue
			}
			switch {
			case mayDiffer(path, r.packet.number):
			case ours && theirs == nil || !ours && theirs != nil:
				t.Errorf("%s packet %d: TCP here %v, gopacket %v", filepath.Base(path), r.packet.number, ours, theirs != nil)
			case ours && !sameSegment(&got, theirs):
				t.Errorf("%s packet %d: %+v, gopacket %+v", filepath.Base(path), r.packet.number, got, theirs)
			case ours:
				compared++
			}
		}
		f.Close()
	}
	t.Logf("%d TCP segments are the same", compared)
}

func sameSegment(a, b *trace.Segment) bool {
	return a.Src == b.Src && a.Dst == b.Dst && a.Seq == b.Seq && a.Ack == b.Ack && a.Flags == b.Flags && a.Window == b.Window &&
		a.Missing == b.Missing && bytes.Equal(a.Payload, b.Payload)
}
