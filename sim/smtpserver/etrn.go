package smtpserver

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// QueueRunner is a Session whose server keeps mail for hosts that are not always there (RFC 1985).
type QueueRunner interface {
	// RunQueue starts to deliver what waits for a node: its name, "@domain" with all below it, or "#name" of a queue. The
	// reply is one of RFC 1985 §5.1.
	RunQueue(node string) smtp.Reply
}

// etrnExtension is ETRN: "send me my mail now". Unlike TURN's, the mail goes where the DNS says, over a connection of its
// own, so that nobody gets it by claiming a name (RFC 1985 §1, §6).
func etrnExtension() extension {
	return extension{is: persona.ETRN, verbs: []verb{{smtp.ETRN, (*session).etrn}}}
}

func (n *session) etrn(c *smtp.Command, bad *smtp.SyntaxError) {
	arg := smtp.Printable(strings.TrimSpace(c.Arg), smtp.MaxRepeated)
	runner, ok := n.backend.(QueueRunner)
	switch {
	case bad != nil || arg == "" || arg == "@" || arg == "#":
		n.reject(501, "5.5.4", "Syntax: ETRN [@|#]node") // §5.1
	case n.state.InTransaction():
		n.reject(503, "5.5.1", "ETRN is not permitted in a mail transaction")
	case !n.allowed(smtp.ETRN):
		n.say(persona.HelloFirst)
	case !ok:
		n.reject(458, "4.3.2", "Unable to queue messages for node "+arg)
	default:
		n.answer(runner.RunQueue(arg))
	}
}
