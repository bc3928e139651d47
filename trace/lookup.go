package trace

import "net/netip"

// Lookup is one question to the DNS, with what was answered.
type Lookup struct {
	Packet  int64          `json:"packet"` // of the question; of the answer where the question was not seen
	Time    Time           `json:"time,omitzero"`
	Name    string         `json:"name"` // as asked, without the last dot; "." for the root
	Type    string         `json:"type"`
	Rcode   string         `json:"rcode"`   // "" means that no answer was seen
	Answers []string       `json:"answers"` // the answer section in zone-file form
	Asker   netip.AddrPort `json:"-"`
	Server  netip.AddrPort `json:"-"`
}
