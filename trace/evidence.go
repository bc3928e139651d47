package trace

// Evidence says where a fact comes from, and so how far to trust it.
type Evidence uint8

const (
	Simulated Evidence = iota // the simulator's own tap saw it
	Captured                  // a packet capture holds it
	Header                    // a header field claims it
	Log                       // a server's log claims it
	Inferred                  // concluded from other facts
)

// String is the lower-case name, as JSON prints it.
func (e Evidence) String() string {
	switch e {
	case Simulated:
		return "simulated"
	case Captured:
		return "captured"
	case Header:
		return "header"
	case Log:
		return "log"
	default:
		return "inferred"
	}
}

// Severity ranks a finding: a note is worth knowing, a warning may explain trouble, an error breaks a rule
// or loses, doubles or forges mail. Honest everyday mail has neither warnings nor errors.
type Severity uint8

const (
	Note Severity = iota
	Warning
	Error
)

// String is the lower-case name, as JSON prints it.
func (s Severity) String() string { return [...]string{"note", "warning", "error"}[min(s, Error)] }

// MarshalText makes JSON print a Severity as String does.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Finding is one thing worth telling about a capture, session, transaction, message or hop.
type Finding struct {
	ID       string   `json:"id"` // stable, listed in codes: "bare-lf"
	Severity Severity `json:"severity"`
	Packet   int64    `json:"packet,omitempty"` // as Wireshark counts, from 1
	Line     int      `json:"line,omitempty"`   // of a message, from 1
	Time     Time     `json:"time,omitzero"`
	Text     string   `json:"text"`               // one English sentence with this case's values
	Source   string   `json:"source"`             // "RFC 5321 §2.3.8"
	Evidence string   `json:"evidence,omitempty"` // the octets it rests on, quoted raw: somebody else's text
}
