package trace

import "net/netip"

// Side is a direction of a connection by who sends.
type Side uint8

const (
	FromClient Side = iota // the side that opened the connection
	FromServer
)

// Other is the opposite side.
func (s Side) Other() Side { return s ^ 1 }

// String is "client" or "server".
func (s Side) String() string {
	if s == FromClient {
		return "client"
	}
	return "server"
}

// MarshalText makes JSON print a Side as String does.
func (s Side) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Flow identifies one TCP connection.
type Flow struct {
	ID         int64 // ordinal of its first packet or of its opening; unique in one source
	Client     netip.AddrPort
	Server     netip.AddrPort
	ClientHost string // name of the simulated host; "" in a capture
	ServerHost string
	Started    Time  // first SYN, or the first packet seen
	Packet     int64 // its first packet, from 1; 0 where there are no packets
	Midstream  bool  // no SYN was seen: who is client is a guess from ports and content
	Attempts   int   // SYNs until an answer; 0: no SYN was seen
	Source     Evidence
}

// TCPFlags are the flags of a segment that matter to reassembly.
type TCPFlags uint8

const (
	FIN TCPFlags = 1 << iota
	SYN
	RST
	PSH
	ACK
)

// Segment is one decoded TCP segment: what trace/capture yields from link layers and its assembler consumes.
type Segment struct {
	Packet   int64 // number of its (last) packet in the file, from 1
	Time     Time
	Src, Dst netip.AddrPort
	Seq, Ack uint32
	Flags    TCPFlags
	Window   uint16
	Payload  []byte // valid until the next segment is read
	Missing  int    // octets of payload that the capture cut off (snaplen)
}

// Chunk is a stretch of one direction's octets, in order, as it became known: at its first transmission in the
// simulator, when the gap before it was closed in a capture.
type Chunk struct {
	From   Side
	Time   Time   // of the packet that brought Data, not of the one that closed a gap before it
	Packet int64  // that packet, from 1; 0 where there are no packets
	Offset int64  // position in the direction's stream, from 0
	Data   []byte // valid only during the call
	Gap    int64  // octets lost for good in front of Data
	TLS    bool   // Data was decrypted
}

// FlowEnd says how a connection ended.
type FlowEnd uint8

const (
	EndCapture     FlowEnd = iota // still open when the evidence ended
	EndClient                     // FIN, first from the client
	EndServer                     // FIN, first from the server
	EndClientReset                // RST from the client
	EndServerReset                // RST from the server after data or handshake
	EndRefused                    // RST or ICMP in answer to the SYN
	EndUnanswered                 // no answer to any SYN
	EndEvicted                    // dropped from memory by a limit
)

// FlowSink receives the life of one connection, in order, from one goroutine. Data arrives in capture order over both
// directions. HalfClose tells of each FIN; Close comes exactly once.
type FlowSink interface {
	Chunk(Chunk)
	HalfClose(from Side, t Time, packet int64)
	Close(end FlowEnd, t Time, packet int64)
}

// FlowOpener gives a sink for each connection that opens; nil means the flow is of no interest.
type FlowOpener interface {
	Open(Flow) FlowSink
}
