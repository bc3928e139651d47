package host

import (
	"net/netip"
	"strings"
	"time"
)

// ClaimKind is what an engine says it did.
type ClaimKind string

const (
	ClaimGreeting  ClaimKind = "greeting" // server sent, client received the opening reply
	ClaimCommand   ClaimKind = "command"  // client sent, server received a command line
	ClaimAuth      ClaimKind = "auth"     // the same of a line in an AUTH exchange; Line is "*" or "•••": a journal keeps no secrets
	ClaimReply     ClaimKind = "reply"    // server sent, client received a reply
	ClaimData      ClaimKind = "data"     // the message text went over; Bytes, SHA256 of what the receiver stores
	ClaimTLS       ClaimKind = "tls"      // a handshake ended well; Text: version
	ClaimTLSFailed ClaimKind = "tls-failed"
	ClaimStored    ClaimKind = "stored"    // the server took responsibility: MailID, SHA256, envelope
	ClaimQueued    ClaimKind = "queued"    // kept for a later try: MailID, Recipient, Next
	ClaimDelivered ClaimKind = "delivered" // put into the mailbox of Recipient
	ClaimRelayed   ClaimKind = "relayed"   // the next server took it
	ClaimBounced   ClaimKind = "bounced"   // a report to the reverse-path was made
	ClaimDropped   ClaimKind = "dropped"   // given up without a report (null reverse-path)
	ClaimTracked   ClaimKind = "tracked"   // a host was asked where a mail is; Text: what it said (RFC 3887)
	ClaimRouted    ClaimKind = "routed"    // where a recipient's mail goes next; Text: the reason
)

// Role is the part an engine plays on a connection.
type Role string

const (
	RoleServer Role = "server"
	RoleClient Role = "client"
	RoleQueue  Role = "queue"
)

// Claim is one line of the claims journal. Fields without meaning for its kind are zero.
type Claim struct {
	Time      time.Time // the host's own clock
	Host      string
	Role      Role
	Kind      ClaimKind
	Local     netip.AddrPort // of the connection; zero where there is none
	Remote    netip.AddrPort
	Verb      string // canonical
	Line      string // raw, without CRLF
	Code      int
	Texts     []string // reply texts without code, enhanced code still in them
	Bytes     int64
	SHA256    string // hex
	MailID    string
	Reverse   string // mailbox of the reverse-path, "" is <>
	Recipient string
	Next      time.Duration // until the next try
	Text      string
}

// Claims takes claims, in order. Implementations are called from one process at a time in vnet, from many in realnet.
type Claims interface {
	Claim(Claim)
}

// NoClaims forgets everything.
type NoClaims struct{}

// Claim does nothing.
func (NoClaims) Claim(Claim) {}

// WithoutSecret takes the initial response off an AUTH line (RFC 4954 §4): a journal keeps no passwords.
func WithoutSecret(line string) string {
	words := strings.Fields(line)
	if len(words) < 3 || words[2] == "=" {
		return line
	}
	return words[0] + " " + words[1] + " •••"
}
