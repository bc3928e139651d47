package scenario

import (
	"net/netip"
	"slices"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/fault"
)

// Scenario is a network and what happens in it. Times are true (virtual) time since Start.
type Scenario struct {
	Name     string        // short, file-name like
	Title    string        // one line
	Seed     uint64        // default seed
	Start    time.Time     // virtual date of the first moment, UTC
	Until    time.Duration // the run ends here at the latest; 0: when nothing is left to do
	Default  Link          // every pair of hosts without a Link of its own
	Links    []Link
	Hosts    []Host
	Zones    []string      // resource records in zone-file form, one each
	Broken   []Broken      // names that answer SERVFAIL or not at all
	Signed   []string      // zones with DNSSEC
	Bogus    []string      // zones whose DNSSEC is broken
	Mail     []Mail        // in time order
	Faults   []Fault       // in time order
	Troubles []fault.Fault // faults with do:, as the file lists them: the place is the name of a stream of chance
	Scripts  []Script      // in time order
	Expects  []Expect      // as the file lists them
	Lookups  string        // "all", or "routing": only those that find the way of a mail (no PTR, no address of the MSA)
	Learner  string        // the host from which console commands speak; "": the first MUA
	Source   []byte        // the file as read
}

// Link is a two-way connection between two hosts; without hosts it is the default.
type Link struct {
	Between       [2]string
	Latency       time.Duration // one way
	Jitter        time.Duration // added, uniform in [0, Jitter]
	BitsPerSecond int64         // 0: no limit
	LossPPM       int64         // lost packets in a million
}

// Role is what a host does (RFC 5598 §4, §5).
type Role string

const (
	MUA Role = "mua" // writes mail and submits it
	MSA Role = "msa" // takes submissions on port 587
	MTA Role = "mta" // relays on port 25
	MDA Role = "mda" // delivers into mailboxes
	DNS Role = "dns" // serves the zones
	Web Role = "web" // listens on port 80 only
)

// Host is one machine.
type Host struct {
	Name       string
	Addrs      []netip.Addr
	Roles      []Role
	Persona    string // "postfix" or "exim"
	Domains    []string
	Users      []string            // local parts with a mailbox here
	Aliases    map[string][]string // local part or address to addresses
	RelayFrom  []netip.Prefix      // clients whose mail is relayed anywhere
	RelayTo    []string            // domains for which this host is a backup MX
	Routes     map[string]string   // domain to next host: local rules before DNS
	SubmitTo   string              // MUA: its MSA, a host name
	User       string              // MUA: the mailbox that it writes from
	Extensions []string            // EHLO keywords offered; nil: the persona's
	NoEHLO     bool                // a host of 1982: EHLO is answered 500
	TLS        TLS
	Service
	Policy STSPolicy // web: what it serves
	Sending
	Extended
	Authentication
	Admission Admission
	Account
	Actors
	Limits      Limits
	Replies     []Reply
	ClockOffset time.Duration
	DriftPPB    int64           // the clock's drift in parts per billion
	Zone        time.Duration   // its time zone, east positive
	Retry       []time.Duration // waits between tries; nil: the persona's
	RetryLike   string          // a schedule of sim/persona; "": Retry, or the persona's
	GiveUp      time.Duration   // 0: the persona's
}

// TLS is a host's stand to STARTTLS.
type TLS struct {
	Offer       bool   // as a server
	Submissions bool   // port 465 too
	DANE        bool   // as a client, holds servers against TLSA records
	STS         bool   // and against MTA-STS policies
	Reports     bool   // tells domains how TLS went (TLSRPT)
	Strict      bool   // REQUIRETLS, offered and kept to
	TLSA        string // published of its certificate: "ee", "ta", "wrong"; "": nothing
	Client      string // "never", "may", "must"; "": "may" if the peer offers it
	Certificate string // "valid", "expired", "wrong-name"; "": "valid"
}

// Limits bound what a host takes; zero values mean the persona's.
type Limits struct {
	MessageSize int64 // octets
	Recipients  int
	Hops        int // Received fields before a loop is assumed
}

// Reply makes a host answer a command otherwise than it would.
type Reply struct {
	At        string // CONNECT, EHLO, MAIL, RCPT, DATA, END
	Recipient string // only for this forward-path; "": any
	Text      string // "450 4.2.0 Mailbox busy"
	Times     int    // so often, then no more; 0: always
}

// Broken is a name whose questions fail.
type Broken struct {
	Name string // fully qualified with a final dot; the names below it too
	How  string // "servfail" or "silent"
}

// Mail is one message that somebody writes.
type Mail struct {
	At      time.Duration
	Host    string   // the MUA; "": the host whose User is From
	From    string   // reverse-path and From: field
	To      []string // forward-paths
	Bcc     []string // forward-paths that the header section does not name
	Header  string   // To: field if it differs from the forward-paths
	Subject string
	Body    string       // LF or CRLF; the simulator makes CRLF of it
	Raw     string       // the whole mail with its header section, instead; "": it is composed
	Octets  bool         // Raw goes as it is, with BODY=BINARYMIME
	URL     string       // the MSA fetches the mail from there, instead
	Params  []smtp.Param // of MAIL
	ByRcpt  map[string][]smtp.Param
	Count   int // so many copies; 0: one
	Every   time.Duration
}

// Script is what somebody types on a host: lines for the console, or lines for a server.
type Script struct {
	At      time.Duration
	Host    string
	Do      []string
	Connect string   // "mx1.west.example 25"; "": Do
	Type    []string // each after the reply to the one before
}

// Fault changes the world at a moment.
type Fault struct {
	At    time.Duration
	Host  string // off, silent, on
	Links [2]string
	State string
	Until time.Duration // 0: for good
}

// Host finds a host by its full name or its first label, if that is unique.
func (s *Scenario) Host(name string) (*Host, bool) {
	var short *Host
	for i := range s.Hosts {
		h := &s.Hosts[i]
		if h.Name == name {
			return h, true
		}
		if label(h.Name) == name {
			if short != nil {
				return nil, false
			}
			short = h
		}
	}
	return short, short != nil
}

// Is reports whether the host has the role.
func (h *Host) Is(r Role) bool {
	for _, x := range h.Roles {
		if x == r {
			return true
		}
	}
	return false
}

func label(name string) string {
	for i := range len(name) {
		if name[i] == '.' {
			return name[:i]
		}
	}
	return name
}

// Columns puts host names in the order in which a mail travels: who writes it, who takes it from there, the name server, the
// rest as they come.
func (s *Scenario) Columns(hosts []string) []string {
	rank := func(name string) int {
		h, ok := s.Host(name)
		switch {
		case ok && h.Is(MUA):
			return 0
		case ok && h.Is(MSA):
			return 1
		case ok && h.Is(DNS):
			return 2
		}
		return 3
	}
	out := slices.Clone(hosts)
	slices.SortStableFunc(out, func(a, b string) int { return rank(a) - rank(b) })
	return out
}
