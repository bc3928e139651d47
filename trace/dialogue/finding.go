package dialogue

import (
	"strconv"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace"
)

// capped counts what the limits left out.
type capped struct {
	events, transactions, recipients, chunks, findings int
}

// find tells of a finding at what is being read; of each kind the first few.
func (d *Dialogue) find(id codes.FindingID, text, evidence string) {
	d.findAt(id, "", text, evidence, d.at)
}

// maxPerKind bounds findings of one kind in a session.
const maxPerKind = 5

// findAt tells of a finding; source "" is the finding's own.
func (d *Dialogue) findAt(id codes.FindingID, source, text, evidence string, at mark) {
	if d.noted == nil {
		d.noted = map[codes.FindingID]int{}
	}
	if d.noted[id]++; d.noted[id] > maxPerKind || len(d.session.Findings) >= d.opts.MaxFindings {
		d.capped.findings++
		return
	}
	if len(evidence) > 200 {
		evidence = evidence[:200]
	}
	if source == "" {
		source = id.Source()
	}
	d.session.Findings = append(d.session.Findings, trace.Finding{ID: string(id), Severity: severity(id), Packet: at.packets[1],
		Time: at.end, Text: text, Source: source, Evidence: evidence})
}

// severity is the finding's, as codes lists it.
func severity(id codes.FindingID) trace.Severity {
	switch id.Severity() {
	case "error":
		return trace.Error
	case "warning":
		return trace.Warning
	}
	return trace.Note
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// checkEarly says what is wrong with a command that came before the reply it should have waited for.
func (d *Dialogue) checkEarly(m mark) {
	switch first := d.queue.first(); {
	case m.seq < d.client.released || first == nil: // told where the text or the handshake was
	case first.what == wantGreeting || d.tooEarly.set:
		if !d.tooEarly.set {
			d.tooEarly = m // whether the server invited to it is known when it has answered EHLO
		}
	case d.queue.last().endsGroup():
		d.find(codes.FindingPipeliningPastLast, "a command was sent before the reply to "+string(d.queue.last().step())+", which must be the last of its group", "")
	default:
		d.find(codes.FindingPipeliningNotOffered, "commands were sent in a group, and the server does not offer PIPELINING", "")
	}
}

// checkTooEarly tells of a client that spoke before the greeting: Exim invites clients that have been there before.
func (d *Dialogue) checkTooEarly() {
	m := d.tooEarly
	d.tooEarly = mark{}
	switch {
	case !m.set || !d.server.heard || d.partial() || d.noted[codes.FindingNoGreeting] > 0:
	case d.offers.pipeConnect:
		d.findAt(codes.FindingEarlyPipe, "", "the client spoke before the greeting, as the server's PIPECONNECT allows", "", m)
	default:
		d.findAt(codes.FindingEarlyTalk, "", "the client spoke before the greeting", "", m)
	}
}

// checkLine looks at a command's form as it comes.
func (d *Dialogue) checkLine(cmd *smtp.Command, err error, l line) {
	if l.bareLF {
		d.find(codes.FindingBareLFCommand, "a command line ends with a bare LF", "")
	}
	if err != nil {
		if cmd.Verb != smtp.BDAT { // has a finding of its own
			d.find(codes.FindingSyntaxError, "a command that cannot be read: "+err.Error(), evidence(cmd))
		}
		return
	}
	for _, t := range cmd.Tolerances {
		switch t {
		case smtp.LowerCase, smtp.TrailingSpace, smtp.SourceRoute, smtp.LiteralInHelo, smtp.UTF8:
			// legal, or to be tolerated by RFC 5321 itself
		case smtp.LongLine:
			d.find(codes.FindingLongCommandLine, "a command line of "+decimal(l.mark.bytes)+" octets", "")
		default:
			d.find(codes.FindingToleratedSyntax, "a command strays from the grammar: "+string(t), evidence(cmd))
		}
	}
}

// evidence is a command's line, without the secrets of AUTH.
func evidence(cmd *smtp.Command) string {
	if cmd.Verb == smtp.AUTH {
		return maskAuth(cmd)
	}
	if cmd.Verb == "" {
		return "" // it may be a credential out of place
	}
	return cmd.Line
}

// checkOrder holds a command against the session table, once its reply is known.
func (d *Dialogue) checkOrder(x *expected, r *reply) {
	if x.what != wantReply || x.cmd.Verb == "" || d.partial() || d.noted[codes.FindingMissingReply] > 0 {
		return
	}
	rule := smtp.Lookup(d.state, x.cmd.Step())
	if rule.Allowed || d.state == smtp.StateClosed {
		return
	}
	if x.cmd.Verb == smtp.DATA && d.mail != nil && d.mail.refused > 0 {
		return // sent in one group with RCPTs that were refused: RFC 2920 §3.1
	}
	if d.mail != nil && d.mail.t.RefusedAt == "MAIL" && (x.cmd.Verb == smtp.RCPT || x.cmd.Verb == smtp.DATA || x.cmd.Verb == smtp.BDAT) {
		return // the same for MAIL
	}
	text := string(x.cmd.Verb) + " has no place in the state " + d.state.String() + "; the server said " + decimal(int64(r.code))
	d.findAt(codes.FindingBadSequence, rule.Source, text, evidence(&x.cmd), d.at)
}

// checkText tells what the line ends of a text are like.
func (d *Dialogue) checkText(b *body) {
	u := &d.client.text
	if u.BareLF > 0 {
		d.find(codes.FindingBareLF, decimal(u.BareLF)+" bare LF in the text", "")
	}
	if u.BareCR > 0 {
		d.find(codes.FindingBareCR, decimal(u.BareCR)+" bare CR in the text", "")
	}
	if u.SuspectEnds > 0 && d.noted[codes.FindingBareLFEnd] == 0 {
		d.find(codes.FindingBareLFEnd, "a dot alone between line ends that are not both CRLF ("+d.client.ends.form+"): some servers end the text there", "")
	}
	if u.LongLines > 0 {
		d.find(codes.FindingLongTextLine, decimal(u.LongLines)+" lines of more than 1000 octets in the text", "")
	}
	if b.eightBit && d.mail != nil && !declaredEightBit(d.mail.t) {
		d.find(codes.FindingEightBitNotDeclared, "octets beyond ASCII in the text, and neither BODY=8BITMIME nor SMTPUTF8 with MAIL", "")
	}
}

func declaredEightBit(t *trace.Transaction) bool {
	for _, p := range t.Parameters {
		if p.Name == "BODY" && p.Value != "7BIT" || p.Name == "SMTPUTF8" {
			return true
		}
	}
	return false
}
