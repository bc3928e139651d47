package dialogue

import (
	"strconv"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace"
)

// kind is what a finding says: its id, listed by `smtpsim codes list findings`, how grave it is, and its source.
type kind struct {
	id       string
	severity trace.Severity
	source   string
}

// The findings of a dialogue.
var (
	midstream          = kind{"midstream", trace.Note, "RFC 5321 §3.1"}
	oneSided           = kind{"one-sided", trace.Note, "RFC 5321 §2.1"}
	replyNotSeen       = kind{"reply-not-seen", trace.Note, "RFC 5321 §4.3.1"}
	missingReply       = kind{"missing-reply", trace.Warning, "RFC 5321 §4.3.1"}
	unsolicitedReply   = kind{"unsolicited-reply", trace.Warning, "RFC 5321 §4.3.1"}
	unexpectedCode     = kind{"unexpected-code", trace.Warning, "RFC 5321 §4.3.2"}
	badReplyLine       = kind{"bad-reply-line", trace.Warning, "RFC 5321 §4.2"}
	codeChange         = kind{"code-changes", trace.Warning, "RFC 5321 §4.2.1"}
	unfinishedGreeting = kind{"unfinished-greeting", trace.Warning, "RFC 5321 §4.2.1"}
	longReply          = kind{"long-reply", trace.Warning, "RFC 5321 §4.2.1"}
	longReplyLine      = kind{"long-reply-line", trace.Warning, "RFC 5321 §4.5.3.1.5"}
	bareLFReply        = kind{"bare-lf-reply", trace.Warning, "RFC 5321 §2.3.8"}
	noGreeting         = kind{"no-greeting", trace.Warning, "RFC 5321 §3.1"}
	earlyTalk          = kind{"early-talk", trace.Warning, "RFC 5321 §4.3.1"}
	earlyPipe          = kind{"early-pipe", trace.Note, "Exim specification, PIPECONNECT"}
	pipelining         = kind{"pipelining-not-offered", trace.Warning, "RFC 2920 §3.1"}
	groupNotEnded      = kind{"pipelining-past-last", trace.Warning, "RFC 2920 §3.1"}
	earlyText          = kind{"early-data", trace.Warning, "RFC 5321 §4.1.1.4"}
	badSequence        = kind{"bad-sequence", trace.Warning, ""} // source: the session table's
	syntaxError        = kind{"syntax-error", trace.Warning, "RFC 5321 §4.1"}
	tolerated          = kind{"tolerated-syntax", trace.Note, "RFC 5321 §4.1"}
	longCommandLine    = kind{"long-command-line", trace.Warning, "RFC 5321 §4.5.3.1.4"}
	bareLFCommand      = kind{"bare-lf-command", trace.Warning, "RFC 5321 §2.3.8"}
	bareLF             = kind{"bare-lf", trace.Warning, "RFC 5321 §2.3.8"}
	bareCR             = kind{"bare-cr", trace.Warning, "RFC 5321 §2.3.8"}
	bareEnd            = kind{"bare-lf-end", trace.Warning, "RFC 5321 §4.1.1.4"}
	bareEndTaken       = kind{"bare-lf-end-taken", trace.Warning, "RFC 5321 §4.1.1.4"}
	smuggled           = kind{"smuggled-end", trace.Error, "RFC 5321 §4.1.1.4"}
	longTextLine       = kind{"long-text-line", trace.Warning, "RFC 5321 §4.5.3.1.6"}
	eightBit           = kind{"8bit-not-declared", trace.Note, "RFC 6152 §3"}
	badChunkSize       = kind{"bad-chunk-size", trace.Warning, "RFC 3030 §2"}
	missingLast        = kind{"bdat-without-last", trace.Warning, "RFC 3030 §2"}
	authInClear        = kind{"auth-in-clear", trace.Warning, "RFC 4954 §4"}
	startTLSInjection  = kind{"starttls-injection", trace.Error, "RFC 3207 §4.2"}
	startTLSFailed     = kind{"starttls-no-handshake", trace.Warning, "RFC 3207 §4"}
	starttlsStripped   = kind{"starttls-stripped", trace.Error, "RFC 3207 §6"}
	tlsAlert           = kind{"tls-alert", trace.Warning, "RFC 8446 §6"}
	roleReversal       = kind{"role-reversal", trace.Note, "RFC 2645 §5.2"}
	noQuit             = kind{"no-quit", trace.Note, "RFC 5321 §4.1.1.10"}
	noAnswer           = kind{"no-final-reply", trace.Warning, "RFC 5321 §4.1.1.4"}
	tooMuch            = kind{"cut-short", trace.Note, "RFC 5321 §4.5.3.1"}
)

// capped counts what the limits left out.
type capped struct {
	events, transactions, recipients, chunks, findings int
}

// find tells of a finding at the last octets seen; of each kind the first few.
func (d *Dialogue) find(k kind, text, evidence string) {
	d.findAt(k, k.source, text, evidence, d.at)
}

// maxPerKind bounds findings of one kind in a session.
const maxPerKind = 5

func (d *Dialogue) findAt(k kind, source, text, evidence string, at mark) {
	if d.noted == nil {
		d.noted = map[string]int{}
	}
	if d.noted[k.id]++; d.noted[k.id] > maxPerKind || len(d.session.Findings) >= d.opts.MaxFindings {
		d.capped.findings++
		return
	}
	if len(evidence) > 200 {
		evidence = evidence[:200]
	}
	d.session.Findings = append(d.session.Findings, trace.Finding{ID: k.id, Severity: k.severity, Packet: at.packets[1],
		Time: at.end, Text: text, Source: source, Evidence: evidence})
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
		d.find(groupNotEnded, "a command was sent before the reply to "+string(d.queue.last().step())+", which must be the last of its group", "")
	default:
		d.find(pipelining, "commands were sent in a group, and the server does not offer PIPELINING", "")
	}
}

// checkTooEarly tells of a client that spoke before the greeting: Exim invites clients that have been there before.
func (d *Dialogue) checkTooEarly() {
	m := d.tooEarly
	d.tooEarly = mark{}
	switch {
	case !m.set || !d.server.heard || d.partial() || d.noted[noGreeting.id] > 0:
	case d.offers.pipeConnect:
		d.findAt(earlyPipe, earlyPipe.source, "the client spoke before the greeting, as the server's PIPECONNECT allows", "", m)
	default:
		d.findAt(earlyTalk, earlyTalk.source, "the client spoke before the greeting", "", m)
	}
}

// checkLine looks at a command's form as it comes.
func (d *Dialogue) checkLine(cmd *smtp.Command, err error, l line) {
	if l.bareLF {
		d.find(bareLFCommand, "a command line ends with a bare LF", "")
	}
	if err != nil {
		if cmd.Verb != smtp.BDAT { // has a finding of its own
			d.find(syntaxError, "a command that cannot be read: "+err.Error(), evidence(cmd))
		}
		return
	}
	for _, t := range cmd.Tolerances {
		switch t {
		case smtp.LowerCase, smtp.TrailingSpace, smtp.SourceRoute, smtp.LiteralInHelo, smtp.UTF8:
			// legal, or to be tolerated by RFC 5321 itself
		case smtp.LongLine:
			d.find(longCommandLine, "a command line of "+decimal(l.mark.bytes)+" octets", "")
		default:
			d.find(tolerated, "a command strays from the grammar: "+string(t), evidence(cmd))
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
	if x.what != wantReply || x.cmd.Verb == "" || d.partial() || d.noted[missingReply.id] > 0 {
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
	d.findAt(badSequence, rule.Source, text, evidence(&x.cmd), d.at)
}

// checkText tells what the line ends of a text are like.
func (d *Dialogue) checkText(b *body) {
	u := &d.client.text
	if u.BareLF > 0 {
		d.find(bareLF, decimal(u.BareLF)+" bare LF in the text", "")
	}
	if u.BareCR > 0 {
		d.find(bareCR, decimal(u.BareCR)+" bare CR in the text", "")
	}
	if u.SuspectEnds > 0 {
		d.find(bareEnd, "a dot alone between line ends that are not both CRLF ("+d.client.ends.form+"): some servers end the text there", "")
	}
	if u.LongLines > 0 {
		d.find(longTextLine, decimal(u.LongLines)+" lines of more than 1000 octets in the text", "")
	}
	if b.eightBit && d.mail != nil && !declaredEightBit(d.mail.t) {
		d.find(eightBit, "octets beyond ASCII in the text, and neither BODY=8BITMIME nor SMTPUTF8 with MAIL", "")
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
