package capture

import (
	"bytes"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/smtpsim/smtpsim/trace"
)

// Link types that are read with gopacket: too rare to be decoded by hand, and its numbers of eight bits hold them.
const (
	linkFDDI     linkType = 10
	linkWLAN     linkType = 105
	linkPFLog    linkType = 117
	linkPrism    linkType = 119
	linkRadioTap linkType = 127
)

// foreign finds the IP packet in a frame of a rare link type; the rest is decoded as always.
func (d *decoder) foreign(p *packet, cut int, seg *trace.Segment) bool {
	frame := gopacket.NewPacket(p.data, layers.LinkType(p.link), gopacket.DecodeOptions{Lazy: true, NoCopy: true})
	network := frame.NetworkLayer()
	if network == nil {
		return d.notIP()
	}
	// gopacket takes the last four octets of an 802.11 frame for a checksum that may not be there: from the header on, the
	// frame itself is read, and the length in the IP header says where the packet ends.
	at := bytes.Index(p.data, network.LayerContents())
	if at < 0 {
		return d.notIP()
	}
	return d.ip(p.data[at:], cut, seg)
}
