package smtpserver

import (
	"crypto/tls"
	"net/netip"
	"time"

	"github.com/smtpsim/smtpsim/codes/sasl"
	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Backend decides which mail a server takes. All calls about one connection come from its own process, in order.
type Backend interface {
	// Session is asked when a client has connected. A reply refuses it: 554 or 521 leaves it nothing but QUIT, 421 ends
	// the connection (RFC 5321 §3.1, §3.8). The backend may set p.Name.
	Session(p *Peer) (Session, *smtp.Reply)
}

// Session takes the transactions of one connection, in the order Start, Rcpt.., Data. A nil reply is the persona's
// consent; replies are given with their enhanced codes, which the engine leaves out where they were not offered.
type Session interface {
	Start(t *Transaction) *smtp.Reply                   // MAIL; t.Envelope has the reverse-path
	Rcpt(t *Transaction, r *smtp.Recipient) *smtp.Reply // one RCPT; accepted ones are added to t.Envelope afterwards
	Data(t *Transaction, text []byte) *smtp.Reply       // end of data. A positive reply takes the responsibility (§6.1)
	Abort(t *Transaction)                               // an open transaction ended without Data
	Close()                                             // the connection is gone
}

// RecipientSession is a Session that answers for each recipient of its own at the end of data (LMTP, RFC 2033 §4.2).
// Replies are in the order of t.Envelope.Recipients; nil ones consent.
type RecipientSession interface {
	DataEach(t *Transaction, text []byte) []*smtp.Reply
}

// Verifier is a Session that knows its users (VRFY) and lists (EXPN). A nil reply leaves the answer to the persona.
type Verifier interface {
	Verify(arg string) *smtp.Reply
	Expand(arg string) *smtp.Reply
}

// Hello is a Session that has a word to say on the name a client gives itself. A reply refuses it (RFC 5321 §4.1.4: not
// because name and address do not agree).
type Hello interface {
	Hello(p Peer, v smtp.Verb, name string) *smtp.Reply
}

// Authenticator is a Session that knows users and their secrets; without one AUTH is not offered (RFC 4954). The error is
// sasl.ErrRefused for a name that is nobody's, sasl.ErrTemporary where it cannot be looked up now.
type Authenticator interface {
	Credential(identity string) (*sasl.Credential, error)
}

// Truster is a Session that may believe a client who names the submitter of a mail (RFC 4954 §5); without one nobody is
// believed.
type Truster interface {
	Trusts(t *Transaction, submitter smtp.Mailbox) bool
}

// Peer is who has connected.
type Peer struct {
	Local, Remote netip.AddrPort
	Name          string // the checked name of Remote (RFC 5321 §4.1.3 speaks of "TCP connection"); "" if there is none
}

// Transaction is what the server knows of one mail and its sender. It is valid until Data or Abort returns; whoever keeps
// parts of Envelope longer copies them (strings may be kept).
type Transaction struct {
	Peer
	Server    string    // the server's own name
	Verb      smtp.Verb // EHLO, HELO, LHLO; "" if the client never introduced itself
	Helo      string    // and as what
	TLS       *tls.ConnectionState
	User      string // as whom the client has authenticated itself; "" if it has not
	ID        string // queue id, from the first accepted recipient on
	Envelope  smtp.Envelope
	Size      int64     // declared by SIZE=; 0: not declared (RFC 1870)
	Began     time.Time // when MAIL came, where its BY counts from there (RFC 2852 §4); else zero
	Kind      smtp.Verb // SEND, SOML or SAML where one of them stood for MAIL (RFC 821 §3.4)
	Forwarded Forwarded // who gave this one mail to the content filter, as XFORWARD says (Postfix: mail_reset)
	Body      string    // "7BIT", "8BITMIME", "BINARYMIME", "" if not declared (RFC 6152, RFC 3030)
	UTF8      bool      // the mail was declared to need SMTPUTF8 (RFC 6531 §3.4)
}

// With is the protocol the mail came by, as Received fields name it (RFC 5321 §4.4, RFC 3848).
func (t *Transaction) With() string {
	suffix := ""
	if t.TLS != nil {
		suffix = "S"
	}
	if t.User != "" {
		suffix += "A"
	}
	switch {
	case t.UTF8 && t.Verb == smtp.LHLO: // RFC 6531 §4.3
		return "UTF8LMTP" + suffix
	case t.UTF8:
		return "UTF8SMTP" + suffix
	case t.Verb == smtp.LHLO:
		return "LMTP" + suffix
	case t.Verb == smtp.EHLO:
		return "ESMTP" + suffix
	}
	return "SMTP" // RFC 3848 has no name for HELO inside TLS
}
