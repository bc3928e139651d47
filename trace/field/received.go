package field

import (
	"net/netip"
	"time"
)

// Received is what one time-stamp line tells (RFC 5321 §4.4, "Time-stamp-line"). A server fills it and calls [Format]; a
// reader gets it from [ParseReceived]. Fields a style has no place for are not written.
type Received struct {
	Helo      string     // what the client called itself in HELO, EHLO or LHLO: a domain or an address literal
	RDNS      string     // the name the server found for the client's address; "" if none
	IP        netip.Addr // the client's address as the server's TCP connection knew it; invalid: none
	Port      int        // the client's port; 0: not said
	Ident     string     // the user the client's identd named (RFC 1413)
	User      string     // the identity the client authenticated as
	Submitter string     // the local user who handed the mail over without SMTP: uid, login or mailbox, as the style has it
	Forged    bool       // the server found that RDNS and IP do not agree (Sendmail's "may be forged")

	By       string     // the server's own name
	ByIP     netip.Addr // and address, where the style has it
	Software string     // as written in parentheses after By: "Postfix", "Exim 4.96", "8.17.1/8.17.1"

	Via          string   // RFC 5321 §4.4 "Link"
	With         string   // RFC 5321 §4.4 "Protocol", as written: "ESMTPS", "esmtps"
	WithNote     string   // a comment behind it: "SOLICIT=net.example:ADV" (RFC 3865 §2.6); written only
	ID           string   // the server's name for the mail, its queue id
	For          []string // forward-paths without angle brackets; RFC 5321 allows one, old software wrote more
	EnvelopeFrom *string  // reverse-path without angle brackets; "" is <>; nil: not said
	TLS          *TLS     // nil: nothing is said of TLS
	Clauses      []Clause // further clauses in their order: "tls" and "group" (RFC 8314 §4.3), "priority" (RFC 6710), ..

	Time time.Time // in the server's own zone; a zone name goes into the comment after the offset. Zero: none
	LF   bool      // folded lines end with a bare LF, as in files; false: CRLF, as on the wire
}

// TLS is what a time-stamp line tells of the session's TLS.
type TLS struct {
	Version     string // "TLSv1.3", whatever way the style writes it
	Cipher      string // as written: OpenSSL's name or the registered suite
	Bits        int    // strength in use; 0: not said
	AlgBits     int    // strength of the algorithm, Postfix's second number; 0: not said
	KeyExchange string // "X25519" or "ECDHE (P-256)", Postfix
	Signature   string // "RSA-PSS (2048 bits)", Postfix
	Digest      string // "SHA256", Postfix

	ClientSignature string // as Signature, of a client with a certificate
	ClientDigest    string

	Certificate string // what is said of the client's certificate: "No client certificate requested"
	Verified    *bool  // whether it was verified; nil: not said
}

// Clause is one further registered clause of the Opt-info (RFC 5321 §4.4, "Additional-Registered-Clauses").
type Clause struct{ Name, Value string }

// Style is one software's way of writing a time-stamp line.
type Style string

// The styles. Format writes StylePostfix to StyleDovecot byte for byte as that software does; the others are only
// recognised.
const (
	StylePlain     Style = ""          // RFC 5321 §4.4 and nothing more
	StylePostfix   Style = "postfix"   // 2.x and 3.x
	StyleExim      Style = "exim"      // the default received_header_text of 4.9x
	StyleOpenSMTPD Style = "opensmtpd" // 6.x and 7.x
	StyleSendmail  Style = "sendmail"  // 8.x
	StyleDovecot   Style = "dovecot"   // LMTP
	StyleDMA       Style = "dma"       // DragonFly Mail Agent
	StyleQmail     Style = "qmail"
	StyleExchange  Style = "exchange" // Exchange Server, Exchange Online, Outlook.com
	StyleGoogle    Style = "google"
	StyleAmavis    Style = "amavis"
	StyleFetchmail Style = "fetchmail"
)
