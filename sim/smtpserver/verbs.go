package smtpserver

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// rset is RSET: the transaction is over, the connection stays (RFC 5321 §4.1.1.5).
func (n *session) rset(c *smtp.Command) {
	customs := &n.srv.persona.Customs
	switch {
	case c.Tolerated(smtp.ExtraArgument) && !customs.IgnoreArguments:
		n.say(persona.ResetSyntax) // §4.3.2: 501
		return
	case customs.HelloBeforeAll && n.tx.Verb == "":
		n.say(persona.HelloFirst)
		return
	}
	n.abort()
	n.say(persona.ResetOK)
}

// quit is QUIT: 221, then the connection is closed (RFC 5321 §4.1.1.10).
func (n *session) quit(c *smtp.Command) {
	if c.Tolerated(smtp.ExtraArgument) && !n.srv.persona.Customs.IgnoreQuitArg {
		n.say(persona.QuitSyntax)
		return
	}
	n.say(persona.QuitOK)
}

// noop is NOOP. RFC 5321 §4.1.1.9: a parameter is ignored.
func (n *session) noop(c *smtp.Command) {
	if n.srv.persona.Customs.NoArguments && argued(c) {
		n.say(persona.NoopSyntax)
		return
	}
	n.say(persona.NoopOK)
}

// argued says whether anything follows the verb, and be it a space.
func argued(c *smtp.Command) bool { return len(c.Line) > len(c.Verb) }

// vrfy is VRFY. RFC 5321 §3.5.3, §7.3: 250 only after a real check, 252 where the server cannot or will not tell.
func (n *session) vrfy(c *smtp.Command) {
	arg, utf8 := n.utf8Argument(strings.TrimSpace(c.Arg))
	switch {
	case n.srv.persona.Customs.NoVerify:
		n.say(persona.VerbUnknown)
		return
	case arg == "":
		n.say(persona.VerifySyntax)
		return
	case n.srv.persona.Customs.VerifyNeedsAt && !strings.Contains(arg, "@"):
		n.sayOf(persona.VerifyNoDomain, arg)
		return
	}
	if v, ok := n.backend.(Verifier); ok {
		if r := v.Verify(arg); r != nil {
			n.answerName(r, utf8)
			return
		}
	}
	n.sayOf(persona.VerifyOK, arg)
}

// expn is EXPN. Only a server that lists it may know it (RFC 5321 §3.5.2).
func (n *session) expn(c *smtp.Command) {
	arg, utf8 := n.utf8Argument(strings.TrimSpace(c.Arg))
	if !n.offers.Has(persona.Expn) {
		n.say(persona.ExpandOff)
		return
	}
	if arg == "" {
		n.say(persona.ExpandSyntax)
		return
	}
	if v, ok := n.backend.(Verifier); ok {
		if r := v.Expand(arg); r != nil {
			n.answerName(r, utf8)
			return
		}
	}
	n.sayOf(persona.ExpandRefused, arg)
}

// help is HELP (RFC 5321 §4.1.1.8).
func (n *session) help(c *smtp.Command) {
	if !n.offers.Has(persona.Help) {
		n.say(persona.VerbUnknown)
		return
	}
	customs := &n.srv.persona.Customs
	switch topic := strings.TrimSpace(c.Arg); {
	case customs.NoArguments && argued(c):
		n.say(persona.HelpSyntax)
	case customs.HelpTopics && topic != "" && !helpTopic(topic):
		n.sayOf(persona.HelpUnknown, strings.ToLower(topic))
	default:
		n.say(persona.HelpOK)
	}
}

// helpTopic says whether there is help for a word: for the commands of RFC 5321 §4.1.1 and for a keyword.
func helpTopic(word string) bool {
	v := smtp.Verb(strings.ToUpper(word))
	switch v {
	case smtp.HELO, smtp.EHLO, smtp.MAIL, smtp.RCPT, smtp.DATA, smtp.RSET, smtp.NOOP, smtp.QUIT, smtp.HELP, smtp.VRFY, smtp.EXPN:
		return true
	}
	return persona.ByKeyword(word) != 0
}
