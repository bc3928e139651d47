package dsn

import (
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Action is what became of a mail for one recipient (RFC 3464 §2.3.3).
type Action string

const (
	Failed    Action = "failed"    // given up
	Delayed   Action = "delayed"   // not yet, but still trying
	Delivered Action = "delivered" // in the mailbox
	Relayed   Action = "relayed"   // passed to a system that sends no such reports
	Expanded  Action = "expanded"  // passed to the members of a list or an alias
)

// Typed is a value with the name of its kind before it: "dns; mx.server.example" (RFC 3464 §2.1.2).
type Typed struct {
	Type  string // "dns", "rfc822", "smtp"
	Value string
}

// IsZero says whether there is nothing.
func (t Typed) IsZero() bool { return t == Typed{} }

// String is "type; value".
func (t Typed) String() string { return t.Type + "; " + t.Value }

// DNS is the name of an MTA.
func DNS(name string) Typed { return Typed{"dns", name} }

// RFC822 is a mailbox.
func RFC822(mailbox string) Typed { return Typed{"rfc822", mailbox} }

// SMTP is the reply that a remote server gave, its lines joined by spaces, each with its code (RFC 3464 §2.3.6).
func SMTP(r smtp.Reply) Typed {
	return Typed{"smtp", strings.TrimRight(strings.ReplaceAll(r.String(), "\r\n", " "), " ")}
}

// Field is a field that RFC 3464 does not know, kept as it came.
type Field struct{ Name, Value string }

// Report is a delivery status notification. Dates are in the form of RFC 5322, see [Date]; empty means absent.
type Report struct {
	From, To, Subject, Date, MessageID string // of the report's own header section; MessageID without brackets
	Boundary                           string // between the parts

	Text string // the part for people; lines end with "\n". Format writes [Explain] if it is empty

	EnvelopeID   string // Original-Envelope-Id: ENVID of the mail, decoded (§2.2.1)
	ReportingMTA Typed  // who tells (§2.2.2); required
	Gateway      Typed  // DSN-Gateway (§2.2.3)
	ReceivedFrom Typed  // Received-From-MTA (§2.2.4)
	Arrival      string // Arrival-Date (§2.2.5)
	Extra        []Field

	Recipients []Recipient // at least one

	Returned    []byte // the mail, or its header section; CRLF line ends
	HeadersOnly bool   // Returned is the header section only (text/rfc822-headers)
	UTF8        bool   // fields and what is returned may be in UTF-8: the media types of RFC 6533 §4
}

// Recipient is what became of the mail for one recipient.
type Recipient struct {
	Original    Typed // Original-Recipient: ORCPT, decoded (§2.3.1)
	Final       Typed // Final-Recipient (§2.3.2); required
	Action      Action
	Status      smtp.EnhancedCode
	RemoteMTA   Typed  // the server that answered (§2.3.5)
	Diagnostic  Typed  // what it said (§2.3.6)
	LastAttempt string // Last-Attempt-Date (§2.3.7)
	LogID       string // Final-Log-ID (§2.3.8)
	RetryUntil  string // Will-Retry-Until, only with Delayed (§2.3.9)
	Extra       []Field
}

// Date is t as RFC 5322 §3.3 writes it.
func Date(t time.Time) string { return t.Format("Mon, 02 Jan 2006 15:04:05 -0700") }

// StatusOf is the enhanced code to report for a reply: its own, or one that says no more than the class of its code
// (RFC 3464 §2.3.4, RFC 3463 §3.1).
func StatusOf(r smtp.Reply) smtp.EnhancedCode {
	if !r.Enhanced.IsZero() {
		return r.Enhanced
	}
	return smtp.EnhancedCode{r.Code / 100, 0, 0}
}

// Subject is the usual subject of a report about that action.
func Subject(a Action) string {
	switch a {
	case Failed:
		return "Undelivered Mail Returned to Sender"
	case Delayed:
		return "Delayed Mail (still being retried)"
	case Relayed:
		return "Mail Relayed Without Further Reports"
	case Expanded:
		return "Mail Passed On to Several Recipients"
	}
	return "Successful Mail Delivery Report"
}
