package trace

// EventKind is what an [Event] of a session is.
type EventKind string

const (
	KindGreeting  EventKind = "greeting" // the server's opening reply
	KindCommand   EventKind = "command"
	KindReply     EventKind = "reply"
	KindData      EventKind = "data"  // the text after DATA, dot included
	KindChunk     EventKind = "chunk" // the octets of a BDAT
	KindAuth      EventKind = "auth"  // a client's line in an AUTH exchange
	KindTLS       EventKind = "tls"   // handshake seen
	KindGap       EventKind = "gap"   // octets lost
	KindJunk      EventKind = "junk"  // neither command nor reply
	KindProxy     EventKind = "proxy" // PROXY v1/v2 header
	KindTLSOpaque EventKind = "tls-opaque"
)

// Event is one thing said in a session. Field names follow the JSON contract; text fields hold raw octets,
// renderers escape them for their medium.
type Event struct {
	N         int       `json:"n"`       // from 1 in its session
	Packets   [2]int64  `json:"packets"` // first, last; 0 where there are none
	Offset    int64     `json:"offset"`  // in its direction's stream
	Time      Time      `json:"time,omitzero"`
	From      Side      `json:"from"`
	TLS       bool      `json:"tls"`
	Early     bool      `json:"early,omitempty"` // sent before the reply that would have allowed it
	Kind      EventKind `json:"kind"`
	Verb      string    `json:"verb,omitempty"` // canonical, upper case
	Line      string    `json:"line,omitempty"` // the command as sent, without CRLF
	Code      int       `json:"code,omitempty"`
	Enhanced  string    `json:"enhanced,omitempty"`
	Lines     []string  `json:"lines,omitempty"` // reply texts without code
	Interim   bool      `json:"interim,omitempty"`
	Answers   int       `json:"answers,omitempty"`   // event number of the command it answers; 0: none
	Recipient int       `json:"recipient,omitempty"` // from 1: whose reply this is (LMTP, PRDR)
	Bytes     int64     `json:"bytes,omitempty"`
	Note      string    `json:"note,omitempty"`
}

// SessionEnd says how a session ended.
type SessionEnd string

const (
	SessionQuit        SessionEnd = "quit"
	Session421         SessionEnd = "421"
	SessionServerClose SessionEnd = "server-close"
	SessionClientClose SessionEnd = "client-close"
	SessionReset       SessionEnd = "reset"
	SessionTimeout     SessionEnd = "timeout"
	SessionRefused     SessionEnd = "refused"
	SessionUnanswered  SessionEnd = "unanswered"
	SessionTLSOpaque   SessionEnd = "tls-opaque"
	SessionCapture     SessionEnd = "capture" // the evidence ends first
)

// Session is one SMTP or LMTP connection, understood.
type Session struct {
	ID              int              `json:"id"`
	Capture         int              `json:"capture"` // index into the captures of the report
	Packets         [2]int64         `json:"packets"`
	Client          string           `json:"client"` // "ip:port"
	Server          string           `json:"server"`
	ClientHost      string           `json:"-"` // simulated host names, "" in a capture
	ServerHost      string           `json:"-"`
	Protocol        string           `json:"protocol"` // "smtp" or "lmtp"
	ImplicitTLS     bool             `json:"implicit_tls"`
	Proxy           *Proxy           `json:"proxy,omitempty"`
	EffectiveClient *EffectiveClient `json:"effective_client,omitempty"`
	Started         Time             `json:"started,omitzero"`
	Ended           Time             `json:"ended,omitzero"`
	End             SessionEnd       `json:"end"`
	Midstream       bool             `json:"midstream"`
	GapBytes        int64            `json:"gap_bytes"`
	Attempts        int              `json:"attempts"`
	DNS             []*Lookup        `json:"dns,omitempty"` // look-ups that led here, and those of the server about its client
	Timing          Timing           `json:"timing"`
	Phases          []Phase          `json:"phases"`
	StartTLS        string           `json:"starttls"` // none, offered, refused, accepted, failed, injected
	Auth            []Auth           `json:"auth,omitempty"`
	Events          []*Event         `json:"events,omitempty"`
	Transactions    []*Transaction   `json:"transactions"`
	Findings        []Finding        `json:"findings"`
	Source          Evidence         `json:"-"`
}

// Proxy is what stood in front of a session: a PROXY header of a load balancer, or the opening of a tunnel.
type Proxy struct {
	Kind        string `json:"kind"`                  // proxy-v1, proxy-v2, http-connect, socks4, socks5
	Source      string `json:"source,omitempty"`      // "ip:port" of the client behind it
	Destination string `json:"destination,omitempty"` // "ip:port", or "host:port" for a tunnel
}

// EffectiveClient is the client that XCLIENT told the server to see.
type EffectiveClient struct {
	Addr  string `json:"addr,omitempty"`
	Name  string `json:"name,omitempty"`
	Helo  string `json:"helo,omitempty"`
	Login string `json:"login,omitempty"`
}

// Timing holds a session's durations; nil means not known.
type Timing struct {
	Connect  *Seconds `json:"connect"`  // SYN to the handshake's end
	Greeting *Seconds `json:"greeting"` // handshake to the first 220
	Total    *Seconds `json:"total"`
	Think    *Seconds `json:"think_total"` // the server's silence after commands, summed
}

// Phase is a stretch of a session that begins with a state reset (RFC 3207 §4.2, XCLIENT, TURN).
type Phase struct {
	Why        string   `json:"why"` // connect, starttls, xclient, turn
	Greeting   string   `json:"greeting,omitempty"`
	Helo       *Helo    `json:"helo,omitempty"`
	Extensions []string `json:"extensions,omitempty"` // EHLO lines after the first, as sent
	TLS        *TLSInfo `json:"tls,omitempty"`
}

// Helo is how the client introduced itself.
type Helo struct {
	Verb string `json:"verb"`
	Name string `json:"name"`
}

// TLSInfo is what is visible of a TLS handshake.
type TLSInfo struct {
	Version    string `json:"version,omitempty"` // "TLSv1.3"
	Cipher     string `json:"cipher,omitempty"`
	ServerName string `json:"server_name,omitempty"`
	Resumed    bool   `json:"resumed"`
	Decrypted  bool   `json:"decrypted"`
	Alert      string `json:"alert,omitempty"`

	Certificate *Certificate `json:"certificate,omitempty"` // the server's; nil: not seen
}

// Certificate is what a server's certificate says of itself; nobody has verified it.
type Certificate struct {
	Subject   string   `json:"subject"` // a distinguished name (RFC 2253)
	Issuer    string   `json:"issuer"`
	Names     []string `json:"names"`      // hosts and addresses it is for (RFC 5280 §4.2.1.6)
	NotBefore string   `json:"not_before"` // RFC 3339, UTC
	NotAfter  string   `json:"not_after"`
}

// Auth is one AUTH exchange; the identity is shown, secrets never are (RFC 4954).
type Auth struct {
	Mechanism string `json:"mechanism"`
	Identity  string `json:"identity,omitempty"`
	Outcome   string `json:"outcome"` // accepted, refused, aborted, unknown
}

// ReplyRef is a reply inside a transaction.
type ReplyRef struct {
	Code     int    `json:"code"`
	Enhanced string `json:"enhanced,omitempty"`
	Text     string `json:"text"` // lines joined by "\n"
}

// Parameter is one ESMTP parameter of MAIL or RCPT (RFC 5321 §4.1.2).
type Parameter struct {
	Name    string `json:"name"` // upper case
	Value   string `json:"value,omitempty"`
	Decoded string `json:"decoded,omitempty"` // xtext and the like, where the parameter has a decoded form
}

// Outcome of a transaction.
type Outcome string

const (
	Accepted   Outcome = "accepted"
	Partial    Outcome = "partial" // accepted for some recipients
	Refused    Outcome = "refused"
	Aborted    Outcome = "aborted" // RSET, EHLO or QUIT before the end
	Unfinished Outcome = "unfinished"
	Unknown    Outcome = "unknown"
)

// Transaction is one mail transaction (RFC 5321 §3.3).
type Transaction struct {
	N           int          `json:"n"` // from 1 in its session
	OpenedBy    string       `json:"opened_by"`
	ReversePath *string      `json:"reverse_path"` // mailbox without brackets; "" is <>, nil: not seen
	Parameters  []Parameter  `json:"parameters"`
	Reply       *ReplyRef    `json:"reply"`
	Recipients  []*Recipient `json:"recipients"`
	DataReply   *ReplyRef    `json:"data_reply,omitempty"`
	RefusedAt   string       `json:"refused_at,omitempty"` // MAIL, RCPT, DATA, BDAT, END
	Body        *Body        `json:"body"`
	Final       *ReplyRef    `json:"final"`
	QueueID     string       `json:"queue_id,omitempty"` // as the final reply names it
	Outcome     Outcome      `json:"outcome"`
	Message     *Message     `json:"message,omitempty"`
	FirstEvent  int          `json:"-"` // event numbers
	LastEvent   int          `json:"-"`
}

// Recipient is one RCPT of a transaction.
type Recipient struct {
	ForwardPath string      `json:"forward_path"`
	Parameters  []Parameter `json:"parameters"`
	Code        int         `json:"code"`
	Enhanced    string      `json:"enhanced,omitempty"`
	Text        string      `json:"text,omitempty"`
	Answered    bool        `json:"answered"`
	Final       *ReplyRef   `json:"final,omitempty"` // LMTP, PRDR
}

// Body is the mail data as the receiver stores it: DATA after dot-unstuffing with the CRLF before the final dot,
// BDAT its exact octets.
type Body struct {
	Via          string  `json:"via"` // DATA, BDAT, BURL
	Bytes        int64   `json:"bytes"`
	SHA256       *string `json:"sha256"` // hex; nil where the body is not complete
	Chunks       []int64 `json:"chunks,omitempty"`
	DeclaredSize int64   `json:"declared_size,omitempty"`
	Complete     bool    `json:"complete"`
	GapBytes     int64   `json:"gap_bytes,omitempty"`
}

// Message is what the header section inside a body says.
type Message struct {
	MessageID string   `json:"message_id,omitempty"`
	From      string   `json:"from,omitempty"`
	To        string   `json:"to,omitempty"`
	Cc        string   `json:"cc,omitempty"`
	Subject   string   `json:"subject,omitempty"`
	Date      string   `json:"date,omitempty"`
	Received  []string `json:"received,omitempty"` // raw fields, topmost first
}
