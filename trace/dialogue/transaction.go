package dialogue

import (
	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace"
)

// mail is the mail transaction that is open (RFC 5321 §3.3), or that MAIL was refused: what was sent after it in one
// group still belongs to it.
type mail struct {
	t        *trace.Transaction
	room     *mailRoom // where t is
	body     *body
	accepted int // recipients
	refused  int
	lost     bool // some reply was not seen
}

// refuse notes where the transaction failed first.
func (m *mail) refuse(at string) {
	if m.t.RefusedAt == "" {
		m.t.RefusedAt = at
	}
}

// nthAccepted is the number (from 1) of the n-th accepted recipient, 0 if there are not so many, and whether more follow.
func (m *mail) nthAccepted(n int) (recipient int, more bool) {
	for i, r := range m.t.Recipients {
		if r.Code/100 != 2 {
			continue
		}
		if recipient > 0 {
			return recipient, true
		}
		if n == 0 {
			recipient = i + 1
		}
		n--
	}
	return recipient, false
}

// openMail begins a transaction.
func (d *Dialogue) openMail(openedBy string) *mail {
	s := d.session
	room := new(mailRoom)
	t := &room.transaction
	*t = trace.Transaction{N: len(s.Transactions) + d.capped.transactions + 1, OpenedBy: openedBy, Parameters: []trace.Parameter{},
		Recipients: room.recipients[:0], Outcome: trace.Unfinished, FirstEvent: d.events}
	d.mailSpace = mail{t: t, room: room}
	d.mail = &d.mailSpace
	if len(s.Transactions) < d.opts.MaxTransactions && d.keep(1024) {
		s.Transactions = append(s.Transactions, t)
	} else {
		d.capped.transactions++
	}
	return d.mail
}

// mailReply takes MAIL and its reply.
func (d *Dialogue) mailReply(x *expected, r *reply) {
	if r != nil && r.code/100 != 2 && d.mail != nil && d.mail.t.RefusedAt != "MAIL" && d.state.InTransaction() {
		return // a second MAIL inside a transaction was refused: the first goes on (RFC 5321 §4.1.4)
	}
	d.endMail(trace.Aborted)
	m := d.openMail(string(x.cmd.Verb))
	m.t.FirstEvent = x.event
	if !x.bad {
		m.t.ReversePath = x.reverse()
	}
	m.t.Parameters = x.parameters()
	if r == nil {
		m.lost = true
		return
	}
	m.t.Reply = r.ref()
	if r.code/100 != 2 {
		m.refuse("MAIL")
	}
}

// rcptReply takes RCPT and its reply.
func (d *Dialogue) rcptReply(x *expected, r *reply) {
	m := d.mail
	if m == nil {
		if !d.partial() {
			return // RCPT before MAIL: no transaction (RFC 5321 §4.1.4)
		}
		m = d.openMail("MAIL") // its MAIL was not seen
	}
	to := &m.room.recipient
	if to.Parameters != nil { // the second and later ones
		to = new(trace.Recipient)
	}
	*to = trace.Recipient{ForwardPath: x.forward(), Parameters: x.parameters()}
	if x.bad {
		to.ForwardPath = x.cmd.Line
	}
	if len(m.t.Recipients) < d.opts.MaxRecipients && d.keep(256+2*len(x.cmd.Line)) {
		m.t.Recipients = append(m.t.Recipients, to)
	} else {
		d.capped.recipients++
	}
	if r == nil {
		m.lost = true
		return
	}
	to.Code, to.Enhanced, to.Text, to.Answered = r.code, r.enhanced, r.text(), true
	if r.code/100 == 2 {
		m.accepted++
	} else {
		m.refused++
	}
}

// partial says that commands may be missing from the evidence.
func (d *Dialogue) partial() bool { return d.session.Midstream || d.queue.lossy }

// dataReply takes DATA and its reply: 354 makes what follows text.
func (d *Dialogue) dataReply(x *expected, r *reply) {
	c := &d.client
	waiting := c.mode == awaitReply && c.verb == smtp.DATA
	m := d.mail
	if m == nil && (d.partial() || r == nil || r.code == 354) {
		m = d.openMail("MAIL")
	}
	switch {
	case r == nil:
		m.lost = true
		if waiting {
			c.mode = readGuess
		}
		return
	case r.code/100 == 2: // nobody may say that; the look of what follows decides
		d.find(codes.FindingUnexpectedCode, "DATA was answered with "+decimal(int64(r.code)), r.text())
		if waiting {
			c.mode = readGuess
		}
	case r.code == 354:
		if waiting {
			if c.in.size > 0 {
				d.find(codes.FindingEarlyData, "text was sent before the 354 that asks for it", "")
			}
			c.proceed(readText, r.mark.last)
			d.startBody(m)
		}
	default:
		if waiting {
			c.proceed(readCommands, r.mark.last)
		}
	}
	if m == nil {
		return
	}
	m.t.DataReply = r.ref()
	if r.code != 354 {
		m.refuse(m.stage("DATA"))
	}
}

// stage is where a refusal really happened: at RCPT if every recipient was refused before.
func (m *mail) stage(at string) string {
	if m.accepted == 0 && m.refused > 0 {
		return "RCPT"
	}
	return at
}

// beginText reads text although no 354 was seen.
func (d *Dialogue) beginText() {
	if d.mail == nil {
		d.openMail("MAIL")
	}
	d.mail.lost = true
	d.client.mode = readText
	d.startBody(d.mail)
}

// finalReply takes the reply to the end of data (RFC 5321 §4.1.1.4): it ends the transaction.
func (d *Dialogue) finalReply(x *expected, r *reply) {
	m := d.mail
	if m == nil || m.body != x.body {
		return
	}
	if r == nil {
		m.lost = true
		d.endMail(trace.Unfinished)
		return
	}
	m.t.Final = r.ref()
	for _, rcpt := range m.t.Recipients { // LMTP has no reply for all: the first success stands for them
		if r.code/100 != 2 && rcpt.Final != nil && rcpt.Final.Code/100 == 2 {
			m.t.Final = rcpt.Final
			break
		}
	}
	if m.t.Final.Code/100 == 2 {
		m.t.QueueID = queueID(m.t.Final.Text)
	}
	d.endMail(d.outcome(m))
}

// bdatReply takes BDAT and its reply. RFC 3030 §2: with LAST it ends the transaction.
func (d *Dialogue) bdatReply(x *expected, r *reply) {
	d.refuseChunk(x, r)
	m := d.mail
	if m == nil {
		if !d.partial() && (r == nil || r.code/100 != 2) {
			return
		}
		m = d.openMail("MAIL")
	}
	d.attach(m, x.body)
	if r == nil {
		m.lost = true
		if x.cmd.Last {
			d.endMail(trace.Unfinished)
		}
		return
	}
	if r.code/100 != 2 {
		m.refuse(m.stage("BDAT"))
	}
	if x.cmd.Last {
		d.finalReply(x, r)
	} else if r.code/100 != 2 {
		m.t.DataReply = r.ref()
	}
}

// burlReply takes BURL (RFC 4468) and its reply: the text is not in the session.
func (d *Dialogue) burlReply(x *expected, r *reply) {
	m := d.mail
	if m == nil {
		return
	}
	if m.t.Body == nil {
		m.t.Body = &trace.Body{Via: "BURL"}
	}
	if r != nil && r.code/100 != 2 {
		m.refuse(m.stage("BDAT"))
	}
	if x.cmd.Last && r != nil {
		m.t.Final = r.ref()
		d.endMail(d.outcome(m))
	}
}

// outcome is what the replies say of a transaction whose final one is there.
func (d *Dialogue) outcome(m *mail) trace.Outcome {
	yes, no := 0, m.refused
	for _, r := range m.t.Recipients {
		switch {
		case r.Final == nil && r.Code/100 == 2 && m.t.Final.Code/100 == 2:
			yes++
		case r.Final != nil && r.Final.Code/100 == 2:
			yes++
		case r.Code/100 == 2:
			no++
		}
	}
	if yes == 0 && m.t.Final.Code/100 == 2 && (m.lost || len(m.t.Recipients) == 0) {
		yes = 1 // the replies to RCPT were not seen
	}
	if m.t.Final.Code/100 != 2 && (yes == 0 || m.t.Recipients == nil) {
		m.refuse(m.stage("END"))
	}
	switch {
	case yes > 0 && no > 0:
		return trace.Partial
	case yes > 0:
		return trace.Accepted
	}
	m.refuse(m.stage("END"))
	return trace.Refused
}

// endMail closes the open transaction; how says what it is if no refusal and no final reply says otherwise.
func (d *Dialogue) endMail(how trace.Outcome) {
	m := d.mail
	if m == nil {
		return
	}
	d.mail = nil
	t := m.t
	t.LastEvent = d.events
	if m.body != nil {
		d.fill(m, m.body)
		if m.body.via == "BDAT" && !m.body.complete && how == trace.Aborted && t.RefusedAt == "" {
			d.find(codes.FindingBDATWithoutLast, "chunks were sent, but none with LAST: the mail is not taken", "")
		}
	}
	switch {
	case how != trace.Aborted && how != trace.Unfinished:
		t.Outcome = how
	case t.RefusedAt != "":
		t.Outcome = trace.Refused
	case m.accepted == 0 && m.refused > 0 && !m.lost:
		m.refuse("RCPT")
		t.Outcome = trace.Refused
	case how == trace.Unfinished && d.partial(), m.lost && (!d.server.heard || d.partial()):
		t.Outcome = trace.Unknown
	default:
		t.Outcome = how
	}
}

// reverse is the address of MAIL.
func (x *expected) reverse() *string {
	if x.said != nil {
		return &x.said.address
	}
	address := x.cmd.Reverse.Address()
	return &address
}

// forward is the address of RCPT.
func (x *expected) forward() string {
	if x.said != nil {
		return x.said.address
	}
	return x.cmd.Forward.Address()
}

func (x *expected) parameters() []trace.Parameter {
	if x.said != nil {
		return x.said.params
	}
	return parameters(x.cmd.Params)
}

func parameters(params []smtp.Param) []trace.Parameter {
	out := make([]trace.Parameter, 0, len(params))
	for _, p := range params {
		q := trace.Parameter{Name: p.Name, Value: p.Value}
		switch p.Name {
		case "ENVID", "ORCPT", "AUTH": // xtext: RFC 3461 §4, RFC 4954 §5
			if dec := decodeXtext(p.Value); dec != p.Value {
				q.Decoded = dec
			}
		}
		out = append(out, q)
	}
	return out
}

// decodeXtext takes "+2B" and the like apart (RFC 3461 §4); what is no xtext stays as it is.
func decodeXtext(s string) string {
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '+' {
			if out != nil {
				out = append(out, s[i])
			}
			continue
		}
		if i+2 >= len(s) || hexDigit(s[i+1]) < 0 || hexDigit(s[i+2]) < 0 {
			return s
		}
		if out == nil {
			out = append(make([]byte, 0, len(s)), s[:i]...)
		}
		out = append(out, byte(hexDigit(s[i+1])<<4|hexDigit(s[i+2])))
		i += 2
	}
	if out == nil {
		return s
	}
	return string(out)
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'A' <= c && c <= 'F': // RFC 3461 §4: upper case only
		return int(c-'A') + 10
	}
	return -1
}
