package scenario

import (
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace"
)

func (p *parser) expects() {
	if len(p.f.Expect) > MaxExpects {
		w, _, _ := p.f.Expect[MaxExpects].subject()
		p.fail(w.err("expected at most %d expectations", MaxExpects))
		return
	}
	for i := range p.f.Expect {
		y := &p.f.Expect[i]
		if y.Never == nil {
			p.expect(y, y.At, false)
			continue
		}
		at := y.At
		if y.Never.At.set() {
			at = y.Never.At
		}
		if w, _, n := y.subject(); n > 0 {
			p.fail(w.err("expected never: by itself, with what must not be seen in it: never: {reply: 354}"))
		}
		p.expect(y.Never, at, true)
	}
}

// subject is the key that says what an expectation is about, and how many such keys stand there.
func (y *expectYAML) subject() (w word, kind ExpectKind, n int) {
	for _, x := range []struct {
		word
		kind ExpectKind
	}{{y.Mailbox, ExpectMailbox}, {y.Queue, ExpectQueue}, {y.Reply, ExpectReply}, {y.Command, ExpectCommand},
		{y.Finding, ExpectFinding}, {y.Event, ExpectEvent}} {
		if x.line > 0 {
			if n++; n == 1 {
				w, kind = x.word, x.kind
			}
		}
	}
	return w, kind, n
}

// anywhere is a word of the expectation, for errors that are about all of it.
func (y *expectYAML) anywhere() word {
	for _, w := range []word{y.At, y.Messages, y.Count, y.Subject, y.Text, y.Verb, y.From, y.To, y.Host} {
		if w.line > 0 {
			return w
		}
	}
	return word{}
}

func (p *parser) expect(y *expectYAML, at word, never bool) {
	w, kind, n := y.subject()
	switch {
	case n == 0:
		p.fail(y.anywhere().err("expected one of mailbox:, queue:, reply:, command:, finding:, event: or never: in an expectation"))
		return
	case n > 1 || y.Never != nil:
		p.fail(w.err("expected only one of mailbox:, queue:, reply:, command:, finding:, event: in an expectation"))
		return
	}
	e := Expect{Line: w.line, Never: never, Kind: kind, What: w.s, At: must[time.Duration](p)(at.span()), Messages: -1,
		TLS: must[string](p)(y.TLS.oneOf("", "yes", "no")), Subject: y.Subject.s, Text: y.Text.s, Verb: strings.ToUpper(y.Verb.s), Count: int(must[int64](p)(y.Count.integer(1, 1<<40)))}
	if y.From.set() {
		e.From = p.host(y.From)
	}
	if y.Host.set() {
		e.From = p.host(y.Host)
	}
	if y.To.set() {
		e.To = p.host(y.To)
	}
	if y.Messages.set() {
		e.Messages = int(must[int64](p)(y.Messages.integer(0, 1<<40)))
	}
	p.about(&e, y, w)
	p.s.Expects = append(p.s.Expects, e)
}

// about checks what the expectation is about, and that the keys beside it belong to it.
func (p *parser) about(e *Expect, y *expectYAML, w word) {
	var keys []word // that have no meaning for this kind
	switch e.Kind {
	case ExpectMailbox:
		e.What = p.mailbox(w)
		if e.Messages < 0 && e.Subject == "" && e.Text == "" {
			p.fail(w.err("expected messages: N, subject: or text: beside mailbox: %s", w.s))
		}
		keys = []word{y.Verb, y.From, y.To, y.Count}
	case ExpectQueue:
		e.What = p.host(w)
		if e.Messages < 0 {
			p.fail(w.err("expected messages: N beside queue: %s", w.s))
		}
		keys = []word{y.Verb, y.From, y.To, y.Count, y.Subject, y.Text, y.Host}
	case ExpectReply:
		p.aboutReply(e, w)
		keys = []word{y.Messages, y.Subject, y.Host}
	case ExpectCommand:
		if w.s == "" {
			p.fail(w.err("expected the beginning of a command such as \"MAIL FROM:<a@b.example>\""))
		}
		keys = []word{y.Messages, y.Subject, y.Verb, y.Host}
	case ExpectFinding:
		if _, known := codes.Lookup(codes.KindFinding, w.s); !known {
			p.fail(w.err("expected the id of a finding (smtpsim codes list findings), found %q", w.s))
		}
		keys = []word{y.Messages, y.Subject, y.Verb}
	case ExpectEvent:
		e.What = must[string](p)(w.oneOf(string(trace.EntryQueue), string(trace.EntryDeliver), string(trace.EntryBounce), string(trace.EntryConnect),
			string(trace.EntryDNS), string(trace.EntryAnswer), string(trace.EntryLearner), string(trace.EntryFault), string(trace.EntryTrack)))
		keys = []word{y.Messages, y.Subject, y.Verb}
	}
	if e.Kind != ExpectReply && e.Kind != ExpectCommand {
		keys = append(keys, y.TLS)
	}
	for _, k := range keys {
		if k.set() {
			p.fail(k.err("expected nothing here: this key says nothing beside %s:", e.Kind))
		}
	}
}

// aboutReply reads "452" and "452 4.5.3" (RFC 5321 §4.2, RFC 3463 §2).
func (p *parser) aboutReply(e *Expect, w word) {
	code, enhanced, _ := strings.Cut(w.s, " ")
	n, sep, _, ok := smtp.SplitReplyLine(code)
	if !ok || sep == '-' {
		p.fail(w.err("expected a reply code such as 452 or \"452 4.5.3\", found %q", w.s))
		return
	}
	e.Code, e.Enhanced = n, strings.TrimSpace(enhanced)
	if _, found := smtp.ParseEnhanced(e.Enhanced); e.Enhanced != "" && !found {
		p.fail(w.err("expected an enhanced status code such as 4.5.3 after %d, found %q", n, e.Enhanced))
	}
}
