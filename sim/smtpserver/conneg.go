package smtpserver

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// Featured is a Session that knows what the device behind a mailbox can show.
type Featured interface {
	// Features is a filter over media features (RFC 2533), in one line or several; "": not known.
	Features(m smtp.Mailbox) string
}

// contentNegotiation is CONNEG: the reply to RCPT tells what the recipient can use (RFC 4141 §5).
func contentNegotiation() extension {
	return extension{is: persona.ConNeg, rcpt: []param{{"CONNEG", (*session).withoutValue}}}
}

// featureLine bounds a line of the listing (RFC 4141 §5.2: "To avoid problems due to variations in line buffer sizes").
const featureLine = 70

// features adds what is known of the recipient to a positive reply to RCPT: a line for the command first, then the listing,
// each line with the keyword (RFC 4141 §5.2).
func (n *session) features(c *smtp.Command, r smtp.Reply) smtp.Reply {
	known, ok := n.backend.(Featured)
	if _, asked := smtp.FindParam(c.Params, "CONNEG"); !asked || !ok || !r.Positive() {
		return r
	}
	filter := known.Features(c.Forward.Mailbox)
	if filter == "" {
		return r
	}
	r.Lines = append([]string(nil), r.Lines...)
	line := ""
	for piece := range strings.FieldsSeq(filter) {
		if line != "" && len(line)+1+len(piece) > featureLine {
			r.Lines = append(r.Lines, "CONNEG "+line)
			line = ""
		}
		line = strings.TrimLeft(line+" "+piece, " ")
	}
	r.Lines = append(r.Lines, "CONNEG "+line)
	return r
}
