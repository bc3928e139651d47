package queue

import (
	"bytes"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/codes/smtp"
)

// returnMax is the largest mail that comes back whole; of a larger one only the header section does.
const returnMax = 50_000 // Postfix: bounce_size_limit

// compose writes the report about some recipients of m (RFC 3464).
func (q *Queue) compose(id string, m *mail, about []int, a dsn.Action, to smtp.Mailbox, text []byte) []byte {
	now := q.host.Clock.Now()
	r := dsn.Report{
		From: "Mail Delivery System <MAILER-DAEMON@" + q.host.Name + ">", To: to.String(), Subject: dsn.Subject(a),
		Date: dsn.Date(now), MessageID: id + "@" + q.host.Name, Boundary: id + "/" + q.host.Name,
		ReportingMTA: dsn.DNS(q.host.Name), Arrival: dsn.Date(m.arrived.In(now.Location())),
		Returned: text,
	}
	if envid, ok := smtp.FindParam(m.envelope.Params, "ENVID"); ok {
		r.EnvelopeID = xtext(envid) // RFC 3464 §2.2.1
	}
	// RFC 3461 §6.2: RET=HDRS asks for the header section only, and a report that is no failure needs no more
	ret, _ := smtp.FindParam(m.envelope.Params, "RET")
	if strings.EqualFold(ret, "HDRS") || a != dsn.Failed || len(text) > returnMax {
		r.Returned, r.HeadersOnly = headerSection(text), true
	}
	for _, i := range about {
		r.Recipients = append(r.Recipients, q.recipient(m, i, a, now))
	}
	return dsn.Format(r)
}

// recipient is the part of a report about one recipient.
func (q *Queue) recipient(m *mail, i int, a dsn.Action, now time.Time) dsn.Recipient {
	r := &m.rcpts[i]
	reply := r.last.Reply
	out := dsn.Recipient{Final: dsn.RFC822(m.envelope.Recipients[i].Forward.Address()), Action: a, Status: dsn.StatusOf(reply)}
	if orcpt, ok := smtp.FindParam(m.envelope.Recipients[i].Params, "ORCPT"); ok {
		if kind, address, found := strings.Cut(orcpt, ";"); found { // RFC 3461 §4.2
			out.Original = dsn.Typed{Type: kind, Value: xtext(address)}
		}
	}
	if r.last.Remote != "" && r.last.Said {
		name, _, _ := strings.Cut(r.last.Remote, "[")
		out.RemoteMTA = dsn.DNS(name)
	}
	out.Diagnostic = dsn.Typed{Type: "x-" + q.opts.Persona.Name, Value: strings.ReplaceAll(reply.Text(), "\n", " ")}
	if r.last.Said && r.last.Remote != "" {
		out.Diagnostic = dsn.SMTP(reply) // RFC 3461 §9.2: the reply as it came, all its lines
	}
	if r.last.Remote != "" {
		out.LastAttempt = dsn.Date(now)
	}
	if a == dsn.Delayed {
		out.RetryUntil = dsn.Date(m.arrived.Add(q.giveUp(m)).In(now.Location()))
	}
	return out
}

// headerSection is the part of text up to and without the empty line.
func headerSection(text []byte) []byte {
	if end := bytes.Index(text, []byte("\r\n\r\n")); end >= 0 {
		return text[:end+2]
	}
	return text[:min(len(text), returnMax)]
}

// xtext decodes RFC 3461 §4's xtext; what is none stays as it came.
func xtext(s string) string {
	if text, ok := smtp.DecodeXtext(s); ok {
		return text
	}
	return s
}
