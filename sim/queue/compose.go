package queue

import (
	"net/netip"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace/mime"
)

// returnMax is the largest mail that comes back whole; of a larger one only the header section does.
const returnMax = 50_000 // Postfix: bounce_size_limit

// compose writes the report about some recipients of m (RFC 3464).
func (q *Queue) compose(id string, m *mail, n notice, text []byte) []byte {
	now := q.host.Clock.Now()
	r := dsn.Report{
		From: "Mail Delivery System <MAILER-DAEMON@" + q.host.Name + ">", To: n.to.String(), Subject: dsn.Subject(n.action),
		Date: dsn.Date(now), MessageID: id + "@" + q.host.Name, Boundary: id + "/" + q.host.Name,
		ReportingMTA: dsn.DNS(q.host.Name), Arrival: dsn.Date(m.arrived.In(now.Location())),
		Returned: text,
	}
	if envid, ok := smtp.FindParam(m.envelope.Params, "ENVID"); ok {
		r.EnvelopeID = xtext(envid) // RFC 3464 §2.2.1
	}
	// RFC 3461 §6.2: RET=HDRS asks for the header section only, and a report that is no failure needs no more
	ret, _ := smtp.FindParam(m.envelope.Params, "RET")
	if strings.EqualFold(ret, "HDRS") || n.action != dsn.Failed || len(text) > returnMax || sealed(m.envelope.Params) {
		r.Returned, r.HeadersOnly = headerSection(text), true
	}
	if m.asks != nil {
		r.Extra = m.asks.fields(now.Location())
	}
	if q.opts.From != nil && m.usesDSN() {
		if name := q.opts.From(text); name != "" {
			r.ReceivedFrom = dsn.DNS(name) // RFC 3464 §2.2.4
		}
	}
	for _, i := range n.about {
		r.Recipients = append(r.Recipients, q.recipient(m, i, n, now))
	}
	if r.UTF8 = m.global(r.Returned); r.UTF8 {
		return plain(dsn.Format(r), n.to)
	}
	return dsn.Format(r)
}

// fields are those that a report has because of what the mail asked for.
func (a *asks) fields(zone *time.Location) (out []dsn.Field) {
	if !a.byDate.IsZero() { // RFC 2852 §5
		out = append(out, dsn.Field{Name: "Deliver-By-Date", Value: dsn.Date(a.byDate.In(zone))})
	}
	if a.request != "" { // RFC 4865 §5.1.2
		out = append(out, dsn.Field{Name: "Future-Release-Request", Value: a.request})
	}
	return out
}

// usesDSN says whether the sender knows of reports: then it gets all that there is to tell.
func (m *mail) usesDSN() bool {
	if m.asksFor("RET") || m.asksFor("ENVID") {
		return true
	}
	for i := range m.envelope.Recipients {
		if _, found := smtp.FindParam(m.envelope.Recipients[i].Params, "NOTIFY"); found {
			return true
		}
	}
	return false
}

// recipient is the part of a report about one recipient.
func (q *Queue) recipient(m *mail, i int, n notice, now time.Time) dsn.Recipient {
	r := &m.rcpts[i]
	reply := r.last.Reply
	out := dsn.Recipient{Final: addressOf(m.envelope.Recipients[i].Forward.Address()), Action: n.action, Status: dsn.StatusOf(reply)}
	if n.status != (smtp.EnhancedCode{}) {
		out.Status = n.status
	}
	if orcpt, ok := smtp.FindParam(m.envelope.Recipients[i].Params, "ORCPT"); ok {
		if kind, address, found := strings.Cut(orcpt, ";"); found { // RFC 3461 §4.2
			out.Original = dsn.Typed{Type: kind, Value: xtext(address)}
			if strings.EqualFold(kind, "utf-8") { // RFC 6533 §3: it is not xtext
				out.Original.Value = smtp.DecodeUnitext(address)
			}
		}
	}
	if r.last.Remote != "" && r.last.Said {
		out.RemoteMTA = dsn.DNS(remoteName(r.last.Remote))
	}
	if n.action == dsn.Expanded {
		out.Status = smtp.EnhancedCode{2, 0, 0} // RFC 3464 §2.3.3: no reply says so
		return out
	}
	out.Diagnostic = dsn.Typed{Type: q.localType(m.envelope.Recipients[i].Forward.Local), Value: strings.ReplaceAll(reply.Text(), "\n", " ")}
	if r.last.Said && r.last.Remote != "" {
		out.Diagnostic = dsn.SMTP(reply) // RFC 3461 §9.2: the reply as it came, all its lines
	}
	if r.last.Remote != "" {
		out.LastAttempt = dsn.Date(now)
	}
	if n.action == dsn.Delivered {
		out.LogID = m.id // RFC 3464 §2.3.8
	}
	if n.action == dsn.Delayed {
		out.RetryUntil = dsn.Date(m.released().Add(q.giveUp(m)).In(now.Location()))
	}
	return out
}

// localType is the type of what this host itself says of a recipient (RFC 3464 §2.1.2: types of one's own begin with "X-"): a
// program's exit status is Unix's word, as Postfix and sendmail have it.
func (q *Queue) localType(local string) string {
	if strings.HasPrefix(local, "|") {
		return "x-unix"
	}
	return "x-" + q.opts.Persona.Name
}

// remoteName is the name in "mx1.west.example[192.0.2.25]:25"; for an address alone it is the literal, in brackets (RFC 3464
// §2.3.5, RFC 5321 §4.1.3).
func remoteName(remote string) string {
	if at, err := netip.ParseAddrPort(remote); err == nil {
		return smtp.Literal(at.Addr())
	}
	name, _, _ := strings.Cut(remote, "[")
	return name
}

// headerSection is the part of text up to and without the empty line; of a text that has none, as much as comes back.
func headerSection(text []byte) []byte {
	if head := mime.HeaderSection(text); len(head) < len(text) {
		return head
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
