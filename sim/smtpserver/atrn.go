package smtpserver

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// maxATRNDomains bounds the list of ATRN.
const maxATRNDomains = 100

// atrnExtension is ATRN: TURN for clients that have proved who they are (RFC 2645), on port 366.
func atrnExtension() extension {
	return extension{is: persona.ATRN, verbs: []verb{{smtp.ATRN, (*session).atrn}}}
}

func (n *session) atrn(c *smtp.Command, bad *smtp.SyntaxError) {
	turner, ok := n.backend.(Turner)
	domains, good := atrnDomains(c.Arg)
	switch {
	case bad != nil || !good:
		n.reject(501, "5.5.4", "Syntax: ATRN [domain[,domain]...]")
	case n.state.InTransaction(): // RFC 2645 §5.2.1: not during a mail transaction
		n.reject(503, "5.5.1", "ATRN is not permitted in a mail transaction")
	case n.tx.User == "": // §5.2.1: 530
		n.reject(530, "5.7.0", "Authentication required")
	case !n.allowed(smtp.ATRN):
		n.say(persona.HelloFirst)
	case !ok:
		n.reject(502, "5.5.1", "Command not implemented")
	default:
		n.reverse(turner, smtp.ATRN, domains)
	}
}

// atrnDomains reads "domain,domain"; nothing stands for all that belong to the client (RFC 2645 §5.2.1).
func atrnDomains(arg string) (domains []string, ok bool) {
	if arg = strings.TrimSpace(arg); arg == "" {
		return nil, true
	}
	for word := range strings.SplitSeq(arg, ",") {
		word = strings.ToLower(strings.TrimSpace(word))
		if _, err := smtp.ParseMailbox("a@"+word, smtp.Strict); err != nil || len(domains) == maxATRNDomains {
			return nil, false
		}
		domains = append(domains, word)
	}
	return domains, true
}
