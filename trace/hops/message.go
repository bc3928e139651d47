package hops

import (
	"github.com/smtpsim/smtpsim/trace"
)

// Message is one message with its way. JSON names follow the contract; what is not known is left out or null.
type Message struct {
	File           string           `json:"file"`
	Index          int              `json:"index"` // in its file, from 1
	MessageID      string           `json:"message_id,omitempty"`
	Subject        string           `json:"subject,omitempty"` // decoded (RFC 2047)
	Date           trace.Time       `json:"date,omitzero"`
	DateRaw        string           `json:"date_raw,omitempty"`
	DateZone       string           `json:"date_zone,omitempty"`
	ReturnPath     *string          `json:"return_path"`     // "" is <>; null: no such field
	Elapsed        *trace.Seconds   `json:"elapsed_seconds"` // first stamp to last; null where one is unknown
	Hops           []trace.Hop      `json:"hops"`            // first in time first
	Border         int              `json:"border,omitempty"`
	Origin         *Origin          `json:"origin,omitempty"`
	Clocks         []Clock          `json:"clocks"`
	Loops          []Loop           `json:"loops"`
	Authentication []Authentication `json:"authentication"`
	Report         *Report          `json:"report,omitempty"`
	Findings       []trace.Finding  `json:"findings"`
}

// Origin is the oldest address that a trusted host vouches for. Everything older is a claim.
type Origin struct {
	IP        string `json:"ip,omitempty"` // "" where the mail was handed over on the host itself
	VouchedBy string `json:"vouched_by"`
}

// Clock is an estimate of a host's clock from the chain: Offset ahead of its neighbours' (negative: behind), Tolerance more
// or less.
type Clock struct {
	Host      string        `json:"host"`
	Offset    trace.Seconds `json:"offset_seconds"`
	Tolerance trace.Seconds `json:"tolerance_seconds"`
	Basis     string        `json:"basis"` // chain, capture
}

// Loop is a place where the way meets itself.
type Loop struct {
	Kind string `json:"kind"` // "duplicate": the same server and id twice; "loop": the same step again and again
	By   string `json:"by"`
	ID   string `json:"id,omitempty"`
	Hops []int  `json:"hops"`
}

// Authentication is one Authentication-Results field (RFC 7601 §2.2).
type Authentication struct {
	Line    int          `json:"line"` // of the message, from 1
	Server  string       `json:"authserv_id"`
	Hop     int          `json:"hop,omitempty"` // the hop whose field stands below: who wrote this, if honest
	Trust   string       `json:"trust"`         // trusted, claimed
	Results []AuthResult `json:"results"`
}

// AuthResult is one method's result.
type AuthResult struct {
	Method     string            `json:"method"` // spf, dkim, dmarc, ..
	Result     string            `json:"result"` // pass, fail, none, ..
	Properties map[string]string `json:"properties,omitempty"`
}

// Report is the delivery status notification (RFC 3464) or abuse report (RFC 5965) that the message is.
type Report struct {
	Kind         string            `json:"kind"` // delivery-status, feedback-report
	ReportingMTA string            `json:"reporting_mta,omitempty"`
	Recipients   []ReportRecipient `json:"recipients,omitempty"`
	Fields       map[string]string `json:"fields,omitempty"`  // of a feedback report, names lower case
	Message      *Message          `json:"message,omitempty"` // the mail it is about
}

// ReportRecipient is what became of the mail for one recipient.
type ReportRecipient struct {
	FinalRecipient string `json:"final_recipient"`
	Action         string `json:"action"`
	Status         string `json:"status,omitempty"`
	RemoteMTA      string `json:"remote_mta,omitempty"`
	Diagnostic     string `json:"diagnostic,omitempty"`
}

// Options of Trace. The zero value trusts nobody and is ready to use.
type Options struct {
	Trusted Trust
	Offset  int64 // of the message in its file; spans count from the file's start
	Line    int   // of the message's first line in its file, from 1; 0: 1
}
