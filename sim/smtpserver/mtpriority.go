package smtpserver

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/trace/field"
)

// mtPriority is MT-PRIORITY: which mail goes first (RFC 6710). Who may ask for how much is the backend's to say.
func mtPriority() extension {
	return extension{is: persona.MTPriority, line: (*session).mtPriorityLine, mail: []param{{"MT-PRIORITY", (*session).priority}}}
}

func (n *session) mtPriorityLine() string {
	if policy := n.srv.cfg.Terms.PriorityPolicy; policy != "" {
		return "MT-PRIORITY " + policy
	}
	return "MT-PRIORITY"
}

// priority checks MT-PRIORITY. RFC 6710 §4.1: where it is no number from -9 to 9, or there twice, 501 5.5.2.
func (n *session) priority(c *smtp.Command, p *smtp.Param) bool {
	if _, ok := smtp.ParsePriority(p.Value); !ok || count(c.Params, p.Name) > 1 {
		return n.reject(501, "5.5.2", "Syntax: MT-PRIORITY=number from -9 to 9")
	}
	return true
}

// priorityClause names the priority in a trace field (RFC 6710 §4.1: SHOULD).
func (t *Transaction) priorityClause(r *field.Received) {
	if value, ok := smtp.FindParam(t.Envelope.Params, "MT-PRIORITY"); ok {
		r.Clauses = append(r.Clauses, field.Clause{Name: "PRIORITY", Value: value})
	}
}
