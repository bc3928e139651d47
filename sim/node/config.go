package node

import (
	"crypto/tls"
	"net/netip"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/fault"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// Role is what a host does (RFC 5598 §4, §5).
type Role string

const (
	MUA Role = "mua" // writes mail and submits it
	MSA Role = "msa" // takes submissions from its users on port 587 (RFC 6409)
	MTA Role = "mta" // takes and relays mail on port 25
	MDA Role = "mda" // delivers into mailboxes; without MSA and MTA on the host: takes mail over LMTP on port 24 (RFC 2033)
	DNS Role = "dns" // answers for zones
	Web Role = "web" // listens on port 80 only, so that TCP 25 is refused
)

// The ports of the services.
const (
	PortSubmission  = 587 // RFC 6409 §3.1
	PortSubmissions = 465 // RFC 8314 §7.3: TLS from the first octet
	portWeb         = 80
)

// Config is what one host does. Zero values mean what is written beside them.
type Config struct {
	Host    *host.Host
	Roles   []Role
	Persona *persona.Persona // nil: Postfix; it is copied before Limits change it
	Memory  *Memory          // that the engines share with those of other nodes; nil: its own

	Domains   []string              // mail for these ends here
	Users     []string              // local parts with a mailbox; postmaster always has one (RFC 5321 §4.5.1)
	Aliases   map[string][]string   // local part or address of this host to addresses (RFC 5321 §3.9.1), "|program", "/file", ":include:/path"
	RelayFrom []netip.Prefix        // clients whose mail goes anywhere; the MSA takes mail from them only
	RelayTo   []string              // domains of others that are relayed for anybody: this host is their backup MX
	Rules     map[string]queue.Rule // local rules before the DNS, by lower-case domain
	Store     *queue.Rule           // an MTA without MDA hands mail for Domains to this message store; nil: it has no mailboxes

	Resolver      []netip.AddrPort // name servers to ask; none: nothing can be looked up
	LookupClients bool             // servers look up the names of their clients (PTR, then the address again)
	Zones         *dns.Zones       // DNS: what it answers for

	Extensions    []string         // EHLO keywords offered; nil: the persona's
	Terms         smtpserver.Terms // what the extensions hold mail to
	PriorityLeast int              // mail of a lower MT-PRIORITY is not taken now; 0: all is
	Boxes         map[string]Box   // what is known of mailboxes and aliases, by lower-case local part
	NoEHLO        bool             // a server of 1982: EHLO is answered 500
	TLS           TLS
	Limits        Limits
	Sending       Sending
	StoreURLs     map[string]string // MSA: what it fetches with BURL; nil: not offered
	Replies       []Reply
	Waits         []time.Duration // between tries; nil: the persona's
	GiveUp        time.Duration   // 0: the persona's
	DelayDSN      time.Duration   // 0: the persona's; negative: never
	DoubleTo      string          // mailbox for reports that cannot be delivered; "": dropped

	Lists     map[string]List     // mailing lists, by address (RFC 5321 §3.9.2)
	Forwards  map[string][]string // users' .forward files: addresses, "\\bob" for the mailbox itself, "|program", "/file"
	Includes  map[string]string   // what ":include:/path" in aliases stands for, by path: an entry a line
	Receipts  *Receipts           // MUA: answers to authors who want to know that their mail was read; nil: none
	Filter    *Filter             // rules for mail that passes; nil: none
	Gateway   *Gateway            // a world without SMTP behind this host; nil: none
	SRS       *SRS                // a reverse-path of its own in mail that it sends on; nil: the author's
	Storage   Storage             // how mailboxes are kept
	AtOnce    *AtOnce             // delivery before the 250; nil: the queue delivers
	Vacations map[string]Vacation // users who let senders know that they are away, by lower-case local part

	Web              WebPage                  // what the web role shows on port 443
	Admission        *Admission               // what it demands of strangers; nil: nothing
	StrictSubmission bool                     // an MSA refuses senders to whom there is no way back, and mail without an author (RFC 6409 §3.2, §6.3)
	Disclosure       Disclosure               // what VRFY, EXPN and HELP tell
	Routing          Routing                  // source routes and the percent sign
	LoggedIn         []string                 // users at a terminal, whom SEND, SOML and SAML reach (RFC 821 §3.4)
	Turns            map[string][]string      // identity to the domains that ATRN gives it on port 366 (RFC 2645)
	Checkpoint       bool                     // as a client, let interrupted transfers be gone on with (RFC 1845)
	ProxyFrom        []netip.Prefix           // clients that may say XCLIENT and XFORWARD
	Private          map[smtp.Verb]smtp.Reply // verbs of this host's own (RFC 5321 §4.1.5: X...)

	Accounts *Accounts                   // nil: no AUTH, no POP3
	Logins   map[string]*smtpclient.Auth // as whom this host authenticates itself, by the server's name

	Auth *Authentication // SPF, DKIM, DMARC, ARC; nil: mail is neither checked nor signed

	Discover   string         // MUA: the domain whose submission servers the DNS names (RFC 6186); "": SubmitTo
	SubmitTo   string         // MUA: the name of its MSA, looked up by address
	SubmitAddr netip.AddrPort // MUA: where it is, without a look-up; port 0: 587

	Fault func(fault.Moment) (fault.Action, bool) // asked by the servers at each stage of a session; nil: nothing goes wrong
	Seams Seams                                   // where tests put something between
}

// TLS is a host's stand to STARTTLS.
type TLS struct {
	Server      *tls.Config // with a certificate: offered; nil: not
	DANE        bool        // as a client, hold servers against TLSA records (RFC 7672)
	STS         bool        // and against MTA-STS policies (RFC 8461)
	Reports     bool        // tell domains that ask for it how TLS went (RFC 8460)
	Strict      bool        // keep to REQUIRETLS and TLS-Required (RFC 8689)
	Submissions bool        // the MSA serves port 465 too, where TLS begins with the connection (RFC 8314 §3.3)
	Client      queue.TLSUse
	Base        *tls.Config // for connections to others: roots, key log; nil: the defaults
}

// WebPage is the MTA-STS policy that a web host serves (RFC 8461 §3.3).
type WebPage struct {
	Policy string // "": port 443 is closed
	TLS    *tls.Config
}

// Limits bound what a host takes; 0 means the persona's.
type Limits struct {
	MessageSize int64 // octets
	Recipients  int   // in one transaction, never below 100 (RFC 5321 §4.5.3.1.8)
	Hops        int   // Received fields before a loop is assumed (RFC 5321 §6.3)
}

// Stage is where a scripted reply comes in.
type Stage string

const (
	AtConnect Stage = "CONNECT"
	AtHello   Stage = "EHLO" // and HELO, LHLO
	AtMail    Stage = "MAIL"
	AtRcpt    Stage = "RCPT"
	AtData    Stage = "DATA"
	AtEnd     Stage = "END" // of the mail data
)

// Reply makes a host answer otherwise than it would.
type Reply struct {
	At        Stage
	Recipient string // RCPT: only for this address, in any case; "": for all
	Reply     smtp.Reply
	Times     int // so often, then no more; 0: always
}

// is reports whether the host has the role.
func (c *Config) is(r Role) bool {
	for _, have := range c.Roles {
		if have == r {
			return true
		}
	}
	return false
}

// personality is the persona with the host's limits.
func (c *Config) personality() *persona.Persona {
	base := c.Persona
	if base == nil {
		base = persona.Postfix()
	}
	if c.Limits == (Limits{}) {
		return base // nobody changes it: hosts may share it
	}
	p := *base
	if c.Limits.MessageSize > 0 {
		p.SizeMax = c.Limits.MessageSize
	}
	if c.Limits.Recipients > 0 {
		p.RecipientsMax = c.Limits.Recipients
	}
	if c.Limits.Hops > 0 {
		p.HopLimit = c.Limits.Hops
	}
	return &p
}

// extensions are what the servers offer beyond and below the persona.
func (c *Config) extensions() (with, without persona.Extensions) {
	if c.Extensions == nil {
		return 0, 0
	}
	for _, keyword := range c.Extensions {
		with |= persona.ByKeyword(keyword)
	}
	return with, ^with
}
