package queue

import (
	"crypto/sha256"
	"iter"
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
)

// report gives back what failed: one report for all recipients that failed in this try (RFC 5321 §4.4: "the former SHOULD
// be used when possible"), from <> to the reverse-path. The report is in the spool before the recipients count as done.
func (q *Queue) report(m *mail) {
	var told []int
	good := false
	for i := range m.rcpts {
		if m.rcpts[i].status != failed {
			good = good || m.rcpts[i].status > done
			continue
		}
		switch {
		case m.envelope.Reverse.Null:
			// RFC 5321 §6.1: "if this address is null, the receiver-SMTP MUST NOT send a notification"
			q.doubleBounce(m, i)
		case !notify(m.envelope.Recipients[i].Params, "FAILURE", true):
			q.drop(m, i, "the sender asked for no report (NOTIFY)") // RFC 3461 §5.2.6
		default:
			told = append(told, i)
		}
	}
	if good {
		q.reportDone(m)
	}
	for part := range m.perReport(told) {
		q.reportFailed(m, part)
	}
}

// perReport are those recipients who may share a report: with VERP each has a reverse-path of its own.
func (m *mail) perReport(about []int) iter.Seq[[]int] {
	n := max(len(about), 1)
	if m.asks != nil && m.asks.verp != "" {
		n = 1
	}
	return slices.Chunk(about, n)
}

// reportFailed gives back what failed.
func (q *Queue) reportFailed(m *mail, told []int) {
	to := m.reverse(told[0]).Mailbox
	id, err := q.send(m, notice{about: told, action: dsn.Failed, to: to})
	for _, i := range told {
		if err != nil {
			q.retryReport(m, i)
			continue
		}
		r := &m.rcpts[i]
		q.claim(m, i, host.Claim{Kind: host.ClaimBounced, Code: r.last.Reply.Code, Texts: r.last.Reply.Lines,
			Text: "report " + id + " to <" + to.String() + ">"})
		q.setDone(r)
	}
}

func (q *Queue) setDone(r *rcpt) {
	q.mu.Lock()
	r.status = done
	q.mu.Unlock()
}

// retryReport keeps a failed recipient because its report could not be stored.
func (q *Queue) retryReport(m *mail, i int) {
	q.mu.Lock()
	q.postpone(m, &m.rcpts[i], q.host.Clock.Now())
	q.mu.Unlock()
}

// doubleBounce is a report, or other mail from <>, that cannot be delivered: it goes to DoubleTo, where somebody can see
// what is wrong (RFC 5321 §4.5.5), or nowhere.
func (q *Queue) doubleBounce(m *mail, i int) {
	to, err := smtp.ParseMailbox(q.opts.DoubleTo, smtp.Strict)
	recipient := m.envelope.Recipients[i].Forward.Mailbox
	if q.opts.DoubleTo == "" || err != nil || sameMailbox(to, recipient) {
		q.drop(m, i, "the reverse-path is null: no report about a report")
		return
	}
	id, err := q.send(m, notice{about: []int{i}, action: dsn.Failed, to: to})
	if err != nil {
		q.retryReport(m, i)
		return
	}
	q.drop(m, i, "the reverse-path is null: "+id+" tells "+to.String())
}

func sameMailbox(a, b smtp.Mailbox) bool {
	return strings.EqualFold(a.Local, b.Local) && strings.EqualFold(a.Domain, b.Domain)
}

// drop gives a recipient up without a report.
func (q *Queue) drop(m *mail, i int, why string) {
	r := &m.rcpts[i]
	q.claim(m, i, host.Claim{Kind: host.ClaimDropped, Code: r.last.Reply.Code, Texts: r.last.Reply.Lines, Text: why})
	q.setDone(r)
}

// reportDelay tells the sender once that the mail is late, if the queue is set so and the sender did not object.
func (q *Queue) reportDelay(m *mail) {
	after := q.opts.DelayDSN
	if after <= 0 || m.told || m.envelope.Reverse.Null || q.host.Clock.Now().Sub(m.released()) < after {
		return
	}
	var late []int
	for i := range m.rcpts {
		// RFC 3461 §4.1: without NOTIFY it is up to the MTA; §5.2.5: with it, only if DELAY is among its values
		if m.rcpts[i].status == waiting && m.rcpts[i].tries > 0 && notify(m.envelope.Recipients[i].Params, "DELAY", true) {
			late = append(late, i)
		}
	}
	for part := range m.perReport(late) {
		if _, err := q.send(m, notice{about: part, action: dsn.Delayed, to: m.reverse(part[0]).Mailbox}); err == nil {
			m.told = true
		}
	}
}

// notify reports whether NOTIFY names keyword (RFC 3461 §4.1); otherwise is for a recipient without NOTIFY.
func notify(params []smtp.Param, keyword string, otherwise bool) bool {
	value, found := smtp.FindParam(params, "NOTIFY")
	if !found {
		return otherwise
	}
	for word := range strings.SplitSeq(value, ",") {
		if strings.EqualFold(word, keyword) {
			return true
		}
	}
	return false
}

// notice is a report to be made.
type notice struct {
	about  []int // the recipients
	action dsn.Action
	to     smtp.Mailbox
	status smtp.EnhancedCode // zero: that of the last reply
}

// send spools a report about some recipients of m: from <> (RFC 5321 §4.5.5), without RET (RFC 3461 §6.1), as urgent as the
// mail itself (RFC 6710 §4.6).
func (q *Queue) send(m *mail, n notice) (id string, err error) {
	id = q.NextID()
	text, err := q.text(m)
	if err != nil {
		text = nil // the report can do without
	}
	env := smtp.Envelope{Reverse: smtp.ReversePath{Null: true}, Recipients: []smtp.Recipient{{Forward: smtp.ForwardPath{Mailbox: n.to}}}}
	if q.opts.Expand != nil {
		env.Recipients, _ = q.opts.Expand(env.Recipients)
	}
	if value, ok := smtp.FindParam(m.envelope.Params, "MT-PRIORITY"); ok {
		env.Params = []smtp.Param{{Name: "MT-PRIORITY", Value: value}}
	}
	if sealed(m.envelope.Params) {
		env.Params = append(env.Params, smtp.Param{Name: "REQUIRETLS"})
	}
	if !n.to.IsASCII() {
		env.Params = append(env.Params, smtp.Param{Name: "SMTPUTF8"})
	}
	return id, q.Begin(id, env, q.compose(id, m, n, text))
}

// sealed reports whether a mail says REQUIRETLS. RFC 8689 §5: a report on it says so too, and returns no text.
func sealed(params []smtp.Param) bool {
	_, ok := smtp.FindParam(params, "REQUIRETLS")
	return ok
}

// Begin accepts mail that begins on this host: it gets the trace field of such mail, and a claim that it is stored, which
// for other mail the server makes.
func (q *Queue) Begin(id string, env smtp.Envelope, text []byte) error {
	field := ""
	if q.opts.Stamp != nil {
		field = q.opts.Stamp(id, env.Recipients)
	}
	if err := q.Accept(id, env, field, text); err != nil {
		return err
	}
	if q.silent {
		return nil
	}
	sum := sha256.New()
	sum.Write([]byte(field))
	sum.Write(text)
	digest, from := host.Hex([32]byte(sum.Sum(nil))), env.Reverse.Address()
	for _, r := range env.Recipients {
		q.host.Claims.Claim(host.Claim{Time: q.host.Clock.Now(), Host: q.host.Name, Role: host.RoleQueue, Kind: host.ClaimStored,
			Bytes: int64(len(field) + len(text)), SHA256: digest, MailID: id, Reverse: from,
			Recipient: r.Forward.Address()})
	}
	return nil
}
