package trace

// Capture is what is told of a capture file.
type Capture struct {
	File      string    `json:"file"`
	Format    string    `json:"format"` // "pcap" or "pcapng"
	LinkTypes []string  `json:"link_types"`
	Packets   int64     `json:"packets"`
	Bytes     int64     `json:"bytes"` // on the wire
	First     Time      `json:"first,omitzero"`
	Last      Time      `json:"last,omitzero"`
	Findings  []Finding `json:"findings"`
}

// RelationKind says how two sessions or transactions belong together; of the two, A came later.
type RelationKind string

const (
	RetryOf     RelationKind = "retry_of"     // A tries again, at the same server, what failed for a time in B
	Greylisted  RelationKind = "greylisted"   // the same, and B was refused for being unknown
	NextMX      RelationKind = "next_mx"      // A tries at another server what failed in B
	SameMessage RelationKind = "same_message" // A carries the message of B on, or another copy of it
)

// Relation joins two transactions, or sessions where Transaction is 0.
type Relation struct {
	Kind     RelationKind `json:"kind"`
	A        RelationEnd  `json:"a"`
	B        RelationEnd  `json:"b"`
	Evidence string       `json:"evidence"`
}

// RelationEnd is one side of a Relation; Transaction counts from 1 in its session, 0 means the whole session.
type RelationEnd struct {
	Session     int `json:"session"`
	Transaction int `json:"transaction,omitempty"`
}
