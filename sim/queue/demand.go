package queue

import (
	"crypto/tls"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace/field"
)

// Demand is what TLS must be at one exchanger, because the domain has published it or the sender wants it so.
type Demand struct {
	Verify func(tls.ConnectionState) error // nil: TLS, but the certificate is not looked at (RFC 7672 §2.2: no usable record)
	Soft   bool                            // nothing is demanded, but it is looked at (RFC 8461 §5: testing)
	Told   func(encrypted bool, err error) // gets to know how each session began; nil: nobody wants to
}

// Demands finds out what is demanded at an exchanger of a domain; domain is "" where a local rule names the exchanger, for what
// a domain publishes is about its own (RFC 8461 §4.1, RFC 7672 §2.2). strict: the mail says REQUIRETLS (RFC 8689 §4.2.1). nil and
// nil: the host's own stand to TLS. An Outcome means that the exchanger cannot be used for this mail.
type Demands func(domain, exchanger string, strict bool) (*Demand, *Outcome)

// care is how a mail wants to be carried.
type care uint8

const (
	careUsual  care = iota
	careStrict      // REQUIRETLS
	careLax         // "TLS-Required: No" (RFC 8689 §3): delivery counts more than any policy
)

// careOf reads it from the envelope, else from the header section; REQUIRETLS wins (RFC 8689 §4.1).
func (q *Queue) careOf(m *mail, text []byte) care {
	if q.opts.Demands == nil {
		return careUsual
	}
	if _, ok := smtp.FindParam(m.envelope.Params, "REQUIRETLS"); ok && !m.envelope.Reverse.Null {
		return careStrict
	}
	head := field.ReadSection(text)
	if f, ok := head.First("TLS-Required"); ok && strings.EqualFold(f.Body(), "no") {
		return careLax
	}
	return careUsual
}

// demand asks what the exchanger must offer for the worker's present mail; false: it cannot be used.
func (w *worker) demand(t *Target, fails *failures) bool {
	t.lax = w.care == careLax
	if w.queue.opts.Demands == nil || t.lax {
		return true
	}
	domain := w.plan.Domain
	if w.plan.ruled {
		domain = ""
	}
	d, refusal := w.queue.opts.Demands(domain, t.Name, w.care == careStrict)
	if refusal != nil {
		fails.outcome(*refusal)
		return false
	}
	t.Demand = d
	return true
}

// demanded is the TLS configuration that holds a server against a demand.
func (c *tlsConfigs) demanded(name string, d *Demand) *tls.Config {
	made := c.base.Clone()
	if made == nil {
		made = &tls.Config{}
	}
	made.ServerName, made.InsecureSkipVerify, made.VerifyConnection = name, true, d.Verify
	return made
}
