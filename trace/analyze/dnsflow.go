package analyze

import (
	"encoding/binary"
	"net/netip"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/dnsmsg"
)

const portDNS = 53 // RFC 1035 §4.2

// dnsPacket is a DNS message as it was seen.
type dnsPacket struct {
	packet   int64
	time     trace.Time
	src, dst netip.AddrPort
	message  dnsmsg.Message
}

// dnsFlow reads the messages of a connection to a DNS server, each behind its length (RFC 1035 §4.2.2).
type dnsFlow struct {
	flow  trace.Flow
	shard *shard
	begun bool
	lost  [2]bool   // where octets are missing, nobody knows where the next message begins
	part  [2][]byte // the message under way
}

// Chunk reads what is complete.
func (f *dnsFlow) Chunk(c trace.Chunk) {
	if !f.begun && len(c.Data) > 0 {
		f.begun = true
		f.shard.tally.payload++
	}
	part := &f.part[c.From]
	if f.lost[c.From] = f.lost[c.From] || c.Gap > 0 || f.flow.Midstream && len(*part) == 0 && c.Offset == 0 && len(c.Data) < 14; f.lost[c.From] {
		*part = nil
		return
	}
	*part = append(*part, c.Data...)
	for len(*part) >= 2 {
		n := int(binary.BigEndian.Uint16(*part)) // so no more than 64 KiB are ever kept
		if len(*part) < 2+n {
			return
		}
		if m, err := dnsmsg.Parse((*part)[2 : 2+n]); err == nil {
			p := dnsPacket{packet: c.Packet, time: c.Time, src: f.flow.Client, dst: f.flow.Server, message: m}
			if c.From == trace.FromServer {
				p.src, p.dst = p.dst, p.src
			}
			f.shard.dns = append(f.shard.dns, p)
		}
		*part = (*part)[2+n:]
	}
}

// HalfClose does nothing.
func (f *dnsFlow) HalfClose(trace.Side, trace.Time, int64) {}

// Close does nothing: what is incomplete is no message.
func (f *dnsFlow) Close(trace.FlowEnd, trace.Time, int64) {}
