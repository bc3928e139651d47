package trace

// Hop is one Received field of a message, read (RFC 5321 §4.4). JSON names follow the contract.
type Hop struct {
	N             int               `json:"n"`    // 1 = the first hop in time (lowest field)
	Line          int               `json:"line"` // position of its Received field from the top, from 1
	From          HopFrom           `json:"from"`
	By            HopBy             `json:"by"`
	Via           string            `json:"via,omitempty"`
	With          string            `json:"with,omitempty"`
	ID            string            `json:"id,omitempty"`
	For           []string          `json:"for,omitempty"`
	EnvelopeFrom  *string           `json:"envelope_from,omitempty"`
	Clauses       map[string]string `json:"clauses,omitempty"` // further registered clauses: tls, group, priority
	TLS           *HopTLS           `json:"tls,omitempty"`
	Time          Time              `json:"time,omitzero"`
	TimeRaw       string            `json:"time_raw,omitempty"`
	Zone          string            `json:"zone,omitempty"` // "+0200"
	TimeCorrected Time              `json:"time_corrected,omitzero"`
	Delay         *Seconds          `json:"delay_seconds"` // since the hop before; signed; nil where either is unknown
	Comments      []string          `json:"comments,omitempty"`
	Unparsed      []string          `json:"unparsed,omitempty"`
	Raw           string            `json:"raw"`
	RawBase64     []byte            `json:"raw_base64,omitempty"` // Raw's octets where they are not UTF-8
	Span          [2]int            `json:"span"`                 // offsets of Raw in the file
	Spans         map[string][2]int `json:"spans,omitempty"`      // field name ("from.ip") to offsets in Raw
	Trust         string            `json:"trust,omitempty"`      // trusted, border, claimed
	Group         string            `json:"group,omitempty"`      // the ADMD it belongs to
	Witness       *HopWitness       `json:"witness,omitempty"`
	Findings      []Finding         `json:"findings"`
	Style         string            `json:"-"` // the software's way of writing it, "" if none matched
}

// HopFrom is the client as the receiver wrote it down.
type HopFrom struct {
	Name string `json:"name,omitempty"` // the first word after "from"
	Helo string `json:"helo,omitempty"` // what the peer called itself
	RDNS string `json:"rdns,omitempty"` // what the receiver looked up
	IP   string `json:"ip,omitempty"`   // the address the receiver saw
	Port string `json:"port,omitempty"`
	User string `json:"user,omitempty"` // authenticated as; without SMTP the local user: "root", "uid 0"
}

// HopBy is the receiver.
type HopBy struct {
	Host     string `json:"host,omitempty"`
	Software string `json:"software,omitempty"`
	IP       string `json:"ip,omitempty"`
}

// HopTLS is what the field says of TLS.
type HopTLS struct {
	Version  string `json:"version,omitempty"`
	Cipher   string `json:"cipher,omitempty"`
	Bits     int    `json:"bits,omitempty"`
	Verified *bool  `json:"verified,omitempty"`
}

// HopWitness names the session and transaction of a capture in which the hop was seen.
type HopWitness struct {
	Session     int `json:"session"`
	Transaction int `json:"transaction"`
}
