package smtpserver

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// extension is what one EHLO keyword adds to a session. Each stands in a file of its own, named like the keyword, and is
// listed in [extensions]; a server uses those that it may offer.
type extension struct {
	is    persona.Extension
	line  func(n *session) string // its line in the reply to EHLO; "": not now; nil: the keyword alone
	mail  []param                 // the parameters that MAIL gets by it
	rcpt  []param                 // and RCPT
	verbs []verb                  // the commands it brings
}

// param is a parameter of MAIL or RCPT. take checks it and keeps what the session must know; where it is wrong, take has
// answered and says false. What asks for something later is the backend's to read in the Envelope.
type param struct {
	name string // upper case
	take func(n *session, c *smtp.Command, p *smtp.Param) bool
}

// verb is a command. do answers it; it is called whether or not the session table allows it now.
type verb struct {
	name smtp.Verb
	do   func(n *session, c *smtp.Command, bad *smtp.SyntaxError)
}

// extensions are all that the engine has. BDAT, STARTTLS, AUTH, VRFY, EXPN and HELP have methods of their own: servers have
// words for them also where they are not offered.
func extensions() []extension {
	return []extension{
		sizeExtension(),
		eightBitMIME(),
		smtpUTF8(), limitsExtension(), burlExtension(), prdrExtension(),
		dsnExtension(),
		sendExtension(), somlExtension(), samlExtension(),
		etrnExtension(), atrnExtension(), turnExtension(),
		checkpointExtension(),
		xclientExtension(), xforwardExtension(),
		requireTLS(),
		authExtension(),
		deliverBy(), futureRelease(), mtPriority(), requireValidSince(), messageTracking(), variableReturn(),
		contentPermission(), contentNegotiation(), noSoliciting(),
	}
}

// usable are the extensions that a server may come to offer.
func usable(offered persona.Extensions) []extension {
	var out []extension
	for _, x := range extensions() {
		if offered.Has(x.is) {
			out = append(out, x)
		}
	}
	return out
}

// extensionLine is the EHLO line of e; "" if it has none now.
func (n *session) extensionLine(e persona.Extension) string {
	switch e {
	case persona.Size:
		return n.srv.sizeLine
	case persona.Auth:
		return n.authLine()
	}
	for i := range n.srv.extensions {
		if x := &n.srv.extensions[i]; x.is == e && x.line != nil {
			return x.line(n)
		}
	}
	return e.Keyword()
}

// takeParam lets the extension that brought p look at it; v is MAIL or RCPT. RFC 5321 §4.1.1.11: 555 for a parameter of no
// extension that was offered.
func (n *session) takeParam(v smtp.Verb, c *smtp.Command, p *smtp.Param) bool {
	for i := range n.srv.extensions {
		x := &n.srv.extensions[i]
		params := x.mail
		if v == smtp.RCPT {
			params = x.rcpt
		}
		for j := range params {
			if params[j].name == p.Name && n.takesParam(x.is) {
				return params[j].take(n, c, p)
			}
		}
	}
	if v == smtp.RCPT {
		n.sayOf(persona.RcptParamUnknown, p.String())
	} else {
		n.sayOf(persona.ParamUnknown, p.String())
	}
	return false
}

// extensionVerb calls the extension that brings c's verb; false if none does here.
func (n *session) extensionVerb(c *smtp.Command, bad *smtp.SyntaxError) bool {
	for i := range n.srv.extensions {
		x := &n.srv.extensions[i]
		for j := range x.verbs {
			if x.verbs[j].name == c.Verb && n.offers.Has(x.is) {
				x.verbs[j].do(n, c, bad)
				return true
			}
		}
	}
	return false
}

// reject answers with a reply that no software words in its own way.
func (n *session) reject(code int, enhanced, text string) bool {
	n.answer(smtp.NewReply(code, enhanced, text))
	return false
}
