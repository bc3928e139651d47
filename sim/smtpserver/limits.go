package smtpserver

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// counts are what the session has seen so far.
type counts struct {
	mails, rcpts int
	domains      []string
}

// limitsExtension is LIMITS: how much a client may ask for.
func limitsExtension() extension {
	return extension{is: persona.Limits, line: (*session).limitsLine}
}

func (n *session) limitsLine() string { return "LIMITS " + n.srv.cfg.Terms.Limits.String() }

// mailLimit counts a MAIL, whatever becomes of it; where it is one too many, the session is over: 421.
func (n *session) mailLimit() bool {
	if !n.offers.Has(persona.Limits) {
		return true
	}
	n.counts.mails++
	if max := n.srv.cfg.Terms.Limits.Mails; max > 0 && n.counts.mails > max {
		return n.reject(421, "4.7.0", n.srv.cfg.Name+" No more mail in this session")
	}
	return true
}

// rcptLimit counts a RCPT and its domain. RFC 5321 §4.5.3.1.10: 452, and none of those accepted is lost.
func (n *session) rcptLimit(to smtp.Mailbox) bool {
	if !n.offers.Has(persona.Limits) {
		return true
	}
	l, c := n.srv.cfg.Terms.Limits, &n.counts
	c.rcpts++
	if l.Rcpts > 0 && c.rcpts > l.Rcpts {
		n.say(persona.RcptTooMany)
		return false
	}
	if l.Domains == 0 {
		return true
	}
	for _, have := range c.domains {
		if strings.EqualFold(have, to.Domain) {
			return true
		}
	}
	if len(c.domains) == l.Domains {
		return n.reject(452, "4.5.3", "Too many domains of recipients")
	}
	c.domains = append(c.domains, to.Domain)
	return true
}

// forgetCounts is for the end of a transaction.
func (n *session) forgetCounts() { n.counts.rcpts, n.counts.domains = 0, n.counts.domains[:0] }
