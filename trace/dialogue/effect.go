package dialogue

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace"
)

// offers is what of an EHLO reply matters to reading the session.
type offers struct {
	pipelining, starttls, pipeConnect bool
}

// effect says what x did to the session, now that its reply is known; r is nil where there was none.
func (d *Dialogue) effect(x *expected, r *reply) {
	switch x.what {
	case wantGreeting:
		d.greeted(r)
		return
	case wantAuth:
		d.authReply(r)
		return
	case wantFinal:
		d.finalReply(x, r)
		return
	}
	switch v := x.cmd.Verb; v {
	case smtp.EHLO, smtp.HELO, smtp.LHLO:
		d.introduced(x, r)
	case smtp.MAIL, smtp.SEND, smtp.SOML, smtp.SAML:
		d.mailReply(x, r)
	case smtp.RCPT:
		d.rcptReply(x, r)
	case smtp.DATA:
		d.dataReply(x, r)
	case smtp.BDAT:
		d.bdatReply(x, r)
	case smtp.BURL:
		d.burlReply(x, r)
	case smtp.RSET:
		if r != nil && r.code/100 == 2 {
			d.endMail(trace.Aborted)
		}
	case smtp.QUIT:
		d.ending.quit = r != nil || d.ending.closing == 0 // after the server's own goodbye it changes nothing
		d.endMail(trace.Aborted)
	case smtp.AUTH:
		d.authReply(r)
	case smtp.STARTTLS:
		d.startTLSReply(r)
	case smtp.XCLIENT:
		d.xclientReply(x, r)
	case smtp.TURN, smtp.ATRN:
		d.turnReply(r)
	}
}

func (d *Dialogue) greeted(r *reply) {
	if r == nil {
		return
	}
	d.phase.Greeting = r.text()
	d.ending.greeting = r.first
	if hasWord(r.lines[0], "LMTP") {
		d.session.Protocol = "lmtp"
	}
}

// introduced takes the reply to EHLO, HELO or LHLO. RFC 5321 §4.1.4: it also ends a transaction.
func (d *Dialogue) introduced(x *expected, r *reply) {
	if r == nil || r.code/100 != 2 {
		if r == nil && d.phase.Helo == nil {
			d.phase.Helo = d.newHelo(x)
		}
		return
	}
	d.endMail(trace.Aborted)
	d.phase.Helo = d.newHelo(x)
	d.phase.Extensions = nil
	d.offers = offers{}
	if x.cmd.Verb == smtp.HELO {
		return
	}
	d.phase.Extensions = r.lines[1:len(r.lines):len(r.lines)]
	for _, l := range r.lines[1:] {
		d.offered(l)
	}
	d.checkTooEarly()
}

func (d *Dialogue) offered(l string) {
	word, _, _ := strings.Cut(l, " ")
	switch strings.ToUpper(word) {
	case "PIPELINING":
		d.offers.pipelining = true
	case "STARTTLS":
		d.offers.starttls = true
		if d.session.StartTLS == "none" {
			d.session.StartTLS = "offered"
		}
	case "PIPECONNECT", "PIPE_CONNECT", "X_PIPE_CONNECT": // Exim
		d.offers.pipeConnect = true
	default:
		if len(word) >= 8 && strings.Trim(word, "XA") == "" && strings.HasPrefix(word, "XXXXXXX") {
			d.find(codes.FindingStartTLSStripped, "an EHLO keyword was overwritten on the way, as firewalls do with STARTTLS", l)
		}
	}
}

// xclientReply begins the session anew under another client's name (Postfix XCLIENT_README).
func (d *Dialogue) xclientReply(x *expected, r *reply) {
	if r == nil || r.code/100 != 2 {
		return
	}
	d.effectiveClient(x.cmd.Params)
	if r.code != 220 {
		return
	}
	d.endMail(trace.Aborted)
	d.newPhase("xclient")
	d.phase.Greeting = r.text()
}

func (d *Dialogue) effectiveClient(params []smtp.Param) {
	e := d.session.EffectiveClient
	if e == nil {
		e = &trace.EffectiveClient{}
		d.session.EffectiveClient = e
	}
	for _, p := range params {
		value := decodeXtext(p.Value)
		if value == "[UNAVAILABLE]" || value == "[TEMPUNAVAIL]" {
			value = ""
		}
		switch p.Name {
		case "ADDR":
			e.Addr = strings.TrimPrefix(value, "IPV6:")
		case "NAME":
			e.Name = value
		case "HELO":
			e.Helo = value
		case "LOGIN":
			e.Login = value
		}
	}
}

// turnReply exchanges the roles: RFC 821 §3.8, RFC 2645 §5.2. The queue and the unread octets change sides.
func (d *Dialogue) turnReply(r *reply) {
	c := &d.client
	if r == nil || r.code/100 != 2 || r.cut || d.turned { // nobody turns twice
		if c.mode == awaitReply {
			c.mode = readCommands
		}
		if r != nil {
			c.released = r.mark.last
		}
		return
	}
	d.endMail(trace.Aborted)
	d.swapped, d.turned = !d.swapped, !d.turned
	c.in, d.server.in = d.server.in, c.in
	c.proceed(readCommands, 0)
	c.ends.held = nil
	d.queue = queue{}
	d.newPhase("turn")
	d.find(codes.FindingRoleReversal, "client and server have exchanged their roles", "")
	d.queue.push(expected{what: wantGreeting, sent: r.mark.end})
	c.hold = true
	d.readServer() // what the client had sent on comes first
	c.hold = false
}

func hasWord(s, word string) bool {
	for f := range strings.FieldsSeq(s) {
		if strings.EqualFold(f, word) {
			return true
		}
	}
	return false
}
