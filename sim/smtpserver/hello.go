package smtpserver

import (
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// hello is EHLO, HELO and LHLO (RFC 5321 §4.1.1.1, RFC 2033 §4.1). Accepted, it resets like RSET; refused, it changes
// nothing (§4.1.4).
func (n *session) hello(c *smtp.Command, bad *smtp.SyntaxError) {
	if (c.Verb == smtp.LHLO) != n.srv.cfg.LMTP {
		n.say(persona.VerbUnknown) // RFC 2033 §4.1: HELO and EHLO get 500 in LMTP
		return
	}
	if c.Verb == smtp.EHLO && (n.srv.cfg.OldServer || n.srv.persona.NoEHLO) {
		n.say(persona.HelloUnknown)
		return
	}
	if n.tooEarly(c.Verb) {
		n.last = true
		n.say(persona.Unsynchronized)
		return
	}
	if n.srv.persona.Customs.HelloOnce && n.tx.Verb != "" && n.state != smtp.StateGreeted {
		n.say(persona.HelloAgain)
		return
	}
	if strings.TrimSpace(c.Line[min(len(c.Line), len(c.Verb)):]) == "" {
		n.say(helloMissing(c.Verb))
		return
	}
	if bad != nil || c.Domain == "" || !n.goodName(c) {
		n.say(helloSyntax(c.Verb))
		return
	}
	if h, ok := n.backend.(Hello); ok {
		if r := h.Hello(n.tx.Peer, c.Verb, c.Domain); r != nil {
			n.answer(*r)
			return
		}
	}
	n.abort()
	n.tx.Verb, n.tx.Helo = c.Verb, c.Domain
	if c.Verb == smtp.HELO {
		n.say(persona.HeloOK) // one line only, RFC 5321 §3.2
		return
	}
	n.answer(n.helloReply())
}

func helloMissing(v smtp.Verb) persona.Situation {
	if v == smtp.HELO {
		return persona.HeloMissing
	}
	return persona.HelloMissing
}

func helloSyntax(v smtp.Verb) persona.Situation {
	if v == smtp.HELO {
		return persona.HeloSyntax
	}
	return persona.HelloSyntax
}

// goodName says whether the persona takes the client's name for one. RFC 5321 §4.1.4: that it is not the true one is no
// reason to refuse mail.
func (n *session) goodName(c *smtp.Command) bool {
	if n.srv.persona.Customs.AnyHelloName {
		return true
	}
	if n.srv.persona.Customs.LooseHelloName && isHelloName(c.Line) {
		return true
	}
	for _, t := range [...]smtp.Tolerance{smtp.BadDomain, smtp.BadLiteral, smtp.UTF8, smtp.EightBit, smtp.Control,
		smtp.ExtraArgument} {
		if c.Tolerated(t) {
			return false
		}
	}
	return true
}

// helloReply is the persona's line and a line for each extension (RFC 5321 §4.1.1.1).
func (n *session) helloReply() smtp.Reply {
	r := n.words(persona.HelloOK)
	lines := append(n.lines[:0], r.Lines[0])
	for _, e := range n.srv.persona.Keywords {
		if !n.offers.Has(e) {
			continue
		}
		if line := n.extensionLine(e); line != "" {
			lines = append(lines, line)
		}
		if e == persona.Auth {
			lines = n.appendLegacy(lines)
		}
	}
	for _, e := range n.srv.unordered {
		if line := n.extensionLine(e); n.offers.Has(e) && line != "" {
			lines = append(lines, line)
		}
	}
	if n.srv.persona.Customs.MasksKeywords {
		for i := range lines[1:] {
			lines[i+1] = mask(lines[i+1], i)
		}
	}
	r.Lines, n.lines = lines, lines
	return r
}

// sizeLine is the SIZE keyword with the limit (RFC 1870 §4).
func sizeLine(limit int64) string {
	if limit <= 0 {
		return "SIZE"
	}
	return "SIZE " + strconv.FormatInt(limit, 10)
}

// isHelloName says whether the argument of EHLO is letters, digits, hyphens and dots, in whatever order.
func isHelloName(line string) bool {
	_, name, _ := strings.Cut(line, " ")
	for i := range len(name) {
		if c := name[i]; !isAlnum(c) && c != '-' && c != '.' {
			return false
		}
	}
	return name != "" && len(name) <= 1000
}
