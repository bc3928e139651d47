package capture

import (
	"net/netip"

	"github.com/smtpsim/smtpsim/trace"
)

// Limits. A packet is at most as long as Wireshark and libpcap take it (MAXIMUM_SNAPLEN); a block of a pcapng file is
// streamed over if it is not longer than maxBlock.
const (
	maxPacket     = 256 << 10
	maxBlock      = 16 << 20
	maxInterfaces = 1 << 16
	maxSecrets    = 16 << 20
	maxLinkTypes  = 64
)

// Options are the hooks of reading and the limits of assembling. The zero value is right for most.
type Options struct {
	// Datagram takes each UDP datagram; the pointer and its Payload are valid during the call. nil: none is wanted.
	Datagram func(*Datagram)
	// Unreachable takes each ICMP destination-unreachable about a TCP or UDP packet; valid during the call. To let a refused
	// connection be seen as one, give it to [Shards.Unreachable] or [Assembler.Unreachable]. nil: none is wanted.
	Unreachable func(*Unreachable)
	// Secret takes each Decryption Secrets Block in file order, before the packets behind it. Its Data may be kept.
	Secret func(Secret)

	// Workers is the number of goroutines that assemble in [Shards]; 0 or 1: no goroutine, the caller's own.
	Workers int
	// MaxFlows bounds the connections that are remembered at once, over all shards; 0: 65536. The one silent for longest is
	// dropped first and ends with EndEvicted.
	MaxFlows int
	// MaxBuffer bounds the octets held back while something before them is missing, over all shards; 0: 64 MiB. Beyond it
	// what is missing longest is given up as a gap.
	MaxBuffer int
	// MaxHeld bounds the same for one direction of one connection; 0: 1 MiB.
	MaxHeld int
}

// Datagram is one decoded UDP datagram.
type Datagram struct {
	Packet   int64 // number of its (last) packet in the file, from 1
	Time     trace.Time
	Src, Dst netip.AddrPort
	Payload  []byte
	Missing  int // octets of payload that the capture cut off
}

// UnreachableKind says why an ICMP error was sent (RFC 792, RFC 1812 §5.2.7.1, RFC 4443 §3.1).
type UnreachableKind string

const (
	NetUnreachable  UnreachableKind = "net-unreachable"
	HostUnreachable UnreachableKind = "host-unreachable"
	PortUnreachable UnreachableKind = "port-unreachable"
	Prohibited      UnreachableKind = "prohibited"
	OtherReason     UnreachableKind = "other"

	FragmentationNeeded UnreachableKind = "fragmentation-needed" // nothing is wrong: the path takes smaller packets only
)

// Unreachable is an ICMP or ICMPv6 destination-unreachable message about a TCP or UDP packet.
type Unreachable struct {
	Packet   int64
	Time     trace.Time
	From     netip.Addr     // who says it
	Src, Dst netip.AddrPort // of the packet that did not arrive
	Seq      uint32         // of that packet where it was TCP
	TCP      bool           // else UDP
	Kind     UnreachableKind
}

// Secret is the content of a Decryption Secrets Block (draft-ietf-opsawg-pcapng §4.7).
type Secret struct {
	Type   uint32 // TLSKeyLog or another type
	Packet int64  // packets that stood before it
	Data   []byte
}

// TLSKeyLog is the type of a secret in the NSS key log format.
const TLSKeyLog uint32 = 0x544c534b

// Facts are what a Reader knows of its capture so far.
type Facts struct {
	Name      string
	Format    string   // "pcap" or "pcapng"
	Gzip      bool     // the file was compressed with gzip
	Zstd      bool     // or with zstd
	LinkTypes []string // as the registry of link types names them, in order of appearance
	Packets   int64    // all packets of all sections, as Wireshark counts them
	Bytes     int64    // of those packets on the wire
	First     trace.Time
	Last      trace.Time // earliest and latest; 0 where no packet has a time
	Counts    Counts
	Secrets   []Secret // kept up to 16 MiB in all
	Findings  []trace.Finding
}

// Counts says what the packets held. A packet is counted once, a reassembled one with its last fragment.
type Counts struct {
	TCP       int64 // segments yielded
	UDP       int64
	ICMP      int64
	OtherIP   int64 // other transports
	Fragments int64 // fragments of packets that are not (yet) whole
	NotIP     int64 // ARP and the like, link types that are not known
	Damaged   int64 // headers cut off or contradicting themselves
}
