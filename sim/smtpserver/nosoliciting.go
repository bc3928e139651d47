package smtpserver

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// noSoliciting is NO-SOLICITING: the sign at the door that says which mail is not wanted, and the mail that says what it is
// (RFC 3865).
func noSoliciting() extension {
	return extension{is: persona.NoSoliciting, line: (*session).noSolicitingLine, mail: []param{{"SOLICIT", (*session).solicit}}}
}

func (n *session) noSolicitingLine() string {
	if classes := n.srv.cfg.Terms.NoSoliciting; len(classes) > 0 {
		return "NO-SOLICITING " + strings.Join(classes, ",")
	}
	return "NO-SOLICITING" // RFC 3865 §2.2: no restrictions, but the parameter is taken
}

// solicit refuses mail of a class that nobody here wants. What a single recipient does not want is the backend's to know.
func (n *session) solicit(_ *smtp.Command, p *smtp.Param) bool {
	if !smtp.IsSolicitation(p.Value) {
		return n.reject(501, "5.5.4", "Syntax: SOLICIT=class,class")
	}
	if both := smtp.Solicited(p.Value, n.srv.cfg.Terms.NoSoliciting); both != "" {
		n.answer(Solicitation(both))
		return false
	}
	return true
}

// Solicitation is the reply to mail of unwanted classes: 5.7.1, and the classes that matched (RFC 3865 §2.4).
func Solicitation(classes string) smtp.Reply {
	return smtp.NewReply(550, "5.7.1", "No soliciting here SOLICIT="+classes)
}

// solicitNote is what a trace field says behind "with" (RFC 3865 §2.6).
func (t *Transaction) solicitNote() string {
	if classes, ok := smtp.FindParam(t.Envelope.Params, "SOLICIT"); ok {
		return "SOLICIT=" + classes
	}
	return ""
}
