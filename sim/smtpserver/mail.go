package smtpserver

import (
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// mail is MAIL: it opens a transaction (RFC 5321 §4.1.1.2, §3.3).
func (n *session) mail(c *smtp.Command, bad *smtp.SyntaxError) {
	allowed := n.allowed(smtp.MAIL)
	customs := &n.srv.persona.Customs
	if !allowed && n.state.InTransaction() && n.srv.persona.Texts[persona.MailNested].Code == 250 {
		n.abort() // the old transaction is forgotten, and nobody told (qmail)
		n.state, allowed = smtp.StateReady, true
	}
	switch {
	case customs.BareVerbUnknown && !hasPrefixFold(c.Line, "MAIL FROM:"):
		n.say(persona.VerbUnknown)
	case !allowed && (customs.OrderFirst || customs.Reader == persona.ReadExim):
		n.outOfOrder(smtp.MAIL)
	case !n.goodPath(c, bad, &mailWrongs, c.Reverse.Mailbox):
	case !allowed:
		n.outOfOrder(smtp.MAIL)
	case n.mailLimit() && n.mailParams(c) && !n.restart(c):
		n.start(c)
	}
}

// start asks the backend.
func (n *session) start(c *smtp.Command) {
	n.tx.Envelope.Reverse, n.tx.Envelope.Params = c.Reverse, c.Params
	if c.Verb != smtp.MAIL {
		n.tx.Kind = c.Verb
	}
	if r := n.backend.Start(&n.tx); r != nil && !r.Positive() {
		n.answer(*r)
		n.forget()
		return
	} else if r != nil {
		n.open = true
		n.answer(*r)
		return
	}
	n.open = true
	n.say(persona.MailOK)
}

// outOfOrder is the reply to a verb that may not come now; the state stays (RFC 5321 §4.1.4).
func (n *session) outOfOrder(v smtp.Verb) {
	switch {
	case v == smtp.MAIL && n.state.InTransaction():
		n.say(persona.MailNested)
	case v == smtp.MAIL:
		n.say(persona.HelloFirst)
	case v == smtp.RCPT:
		n.say(persona.RcptNeedsMail)
	case v == smtp.DATA && (n.state == smtp.StateBdat || n.broken):
		n.say(persona.DataAfterBdat) // RFC 3030 §2
	case n.state == smtp.StateMail && v == smtp.DATA:
		n.say(persona.DataNeedsRcpt)
	case n.state.InTransaction():
		n.say(persona.BdatNeedsRcpt)
	case v == smtp.DATA:
		n.say(persona.DataNeedsMail)
	default:
		n.say(persona.BdatNeedsMail)
	}
}

// wrongs are the replies to a path that is none.
type wrongs struct {
	keyword                   string
	syntax, address, noDomain persona.Situation
}

//house:table constants of a kind Go has no constants for
var (
	mailWrongs = wrongs{"FROM", persona.MailSyntax, persona.SenderSyntax, persona.SenderNoDomain}
	rcptWrongs = wrongs{"TO", persona.RcptSyntax, persona.RecipientSyntax, persona.RecipientNoDomain}
)

// goodPath says whether the path of MAIL or RCPT can be used; if not, it has answered.
func (n *session) goodPath(c *smtp.Command, bad *smtp.SyntaxError, w *wrongs, m smtp.Mailbox) bool {
	customs := &n.srv.persona.Customs
	if customs.Reader != persona.ReadGrammar && (customs.Reader < persona.ReadPostfix || n.doubtful(c, bad)) {
		return n.ownPath(c, w)
	}
	arg, ok := afterColon(c.Line, w.keyword)
	stray := n.stray(c)
	n.values.Path = strings.TrimSpace(arg)
	switch {
	case !ok || strings.TrimSpace(arg) == "":
		n.say(w.syntax)
	case bad != nil:
		n.sayOf(w.address, arg)
	case stray == smtp.NoDomain:
		n.sayOf(w.noDomain, m.Local)
	case stray == smtp.UTF8 && n.takesParam(persona.SMTPUTF8):
		n.notUTF8(c.Verb)
	case stray == smtp.UTF8 || stray == smtp.EightBit:
		n.sayOf(persona.NotASCII, arg)
	case stray == smtp.SpaceBeforeColon || stray == smtp.NoColon || stray == smtp.ExtraSpace:
		n.say(w.syntax)
	case stray == smtp.BadParam || stray == smtp.DoubledParam || stray == smtp.ExtraArgument:
		return true // the parameters are looked at later
	case stray != "",
		c.Tolerated(smtp.NoBrackets) && !customs.LoneBracket && strings.ContainsAny(arg, "<>"),
		!customs.NumericDomain && isNumeric(m.Domain),
		customs.NoLiterals && strings.HasPrefix(m.Domain, "["):
		n.sayOf(w.address, arg)
	default:
		return true
	}
	return false
}

// afterColon is what follows "FROM:" or "TO:".
func afterColon(line, keyword string) (string, bool) {
	before, after, ok := strings.Cut(line, ":")
	before = strings.TrimRight(before, " \t")
	return after, ok && len(before) > len(keyword) && strings.EqualFold(before[len(before)-len(keyword):], keyword)
}

// hasPrefixFold says whether line begins with prefix, in any case.
func hasPrefixFold(line, prefix string) bool {
	return len(line) >= len(prefix) && strings.EqualFold(line[:len(prefix)], prefix)
}

// isNumeric knows an IPv4 address that lacks its brackets: as a name it is good grammar, but no such domain exists.
func isNumeric(domain string) bool {
	if domain == "" || domain[0] == '[' {
		return false
	}
	for i := range len(domain) {
		if c := domain[i]; c != '.' && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// mailParams checks the parameters of MAIL; if one is wrong, it has answered (RFC 5321 §4.1.1.11).
func (n *session) mailParams(c *smtp.Command) bool {
	n.tx.Size, n.tx.Body, n.check.id = 0, "", ""
	n.tx.UTF8, n.each = false, false
	n.tx.Began = time.Time{}
	for i := range c.Params {
		if !n.takeParam(smtp.MAIL, c, &c.Params[i]) {
			return false
		}
	}
	return n.paramsInOrder(c)
}

// takesParam says whether parameters of e may come: it was offered, and the client has said EHLO.
func (n *session) takesParam(e persona.Extension) bool {
	return n.offers.Has(e) && (n.tx.Verb != smtp.HELO || n.srv.persona.Customs.ParamsAfterHelo)
}

// paramsInOrder is the last look at what the single parameters cannot know of.
func (n *session) paramsInOrder(c *smtp.Command) bool {
	switch stray := n.stray(c); stray {
	case smtp.BadParam, smtp.DoubledParam, smtp.ExtraArgument:
		if stray == smtp.BadParam && verpAlone(c) {
			return true
		}
		n.sayOf(persona.ParamUnknown, c.Params[len(c.Params)-1].String())
		return false
	}
	return true
}

// abort ends an open transaction without mail: RSET, EHLO, STARTTLS, the end of the connection.
func (n *session) abort() {
	if n.open {
		n.backend.Abort(&n.tx)
	}
	n.forget()
}

// forget clears what belongs to one transaction.
func (n *session) forget() {
	n.open, n.broken = false, false
	clear(n.tx.Envelope.Recipients)
	n.tx.Envelope = smtp.Envelope{Recipients: n.tx.Envelope.Recipients[:0]}
	n.tx.ID, n.tx.Size, n.tx.Body, n.tx.Kind, n.tx.Forwarded = "", 0, "", "", Forwarded{}
	n.tx.UTF8, n.each = false, false
	n.forgetCounts()
	n.check.id, n.check.resume, n.check.done = "", nil, false
	n.text = n.text[:0]
	n.chunks = 0
}
