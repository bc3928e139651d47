package smtpserver

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// say answers with the persona's words. RFC 5321 §4.2: exactly one reply to each command.
func (n *session) say(s persona.Situation) { n.answer(n.words(s)) }

// sayOf does the same about arg, which is repeated in the text.
func (n *session) sayOf(s persona.Situation, arg string) {
	n.values.Arg = arg
	n.say(s)
}

// words are what the persona says in situation s, for this session.
func (n *session) words(s persona.Situation) smtp.Reply {
	n.values.Now = n.srv.host.Clock.Now()
	n.values.Helo, n.values.Client, n.values.ID = n.tx.Helo, n.tx.Name, n.tx.ID
	if n.values.Client == "" {
		n.values.Client = n.tx.Helo
	}
	return n.srv.persona.Reply(s, &n.values)
}

// answer puts a reply into the line, moves the state as the session table says, and counts errors.
func (n *session) answer(r smtp.Reply) {
	n.enhance(&r)
	if r.Code >= 400 {
		n.countError(&r)
	}
	if n.plan.Kind != "" && n.disturbed(&r) {
		return
	}
	n.out = r.Append(n.out)
	n.claimReply(&r)
	n.state = n.state.After(n.verb, r.Code)
	if n.last {
		n.state = smtp.StateClosed
	}
	if !mayWait(n.verb) && !n.together() {
		n.flush()
	}
}

// countError counts refused commands. Where the persona ends a session by one more line on the last refusal, it is added.
func (n *session) countError(r *smtp.Reply) {
	p := n.srv.persona
	if p.Customs.CountsSyntaxOnly && (r.Code < 500 || r.Code > 505 || n.inExchange(r)) || n.verb == "" {
		return
	}
	n.errors++
	if farewell := &p.Texts[persona.TooManyErrors]; p.ErrorsMax > 0 && n.errors >= p.ErrorsMax && farewell.Code == 0 {
		r.Lines = append(append([]string(nil), r.Lines...), farewell.Lines...)
		n.last = true
	}
}
