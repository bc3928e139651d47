package node

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Limits of alias expansion.
const (
	maxAliasDepth = 10
	maxExpanded   = 1000 // addresses
)

// alias is what stands for an address of this host: under its full name, or under its local part.
func (n *Node) alias(m smtp.Mailbox) (to []string, ok bool) {
	if len(n.aliases) == 0 || m.Domain != "" && !n.domains[domainKey(m.Domain)] {
		return nil, false
	}
	if to, ok = n.aliases[strings.ToLower(m.String())]; ok {
		return to, true
	}
	to, ok = n.aliases[strings.ToLower(m.Local)]
	return to, ok
}

// expand replaces aliases by what stands for them (RFC 5321 §3.9.1: only the recipients change, not the reverse-path).
// Each address comes out once; one that leads to nobody stays, so that the queue gives the mail back: none is lost (§6.1).
// ok is false where aliases stand for too many addresses. The result may be recipients itself.
func (n *Node) expand(recipients []smtp.Recipient) (out []smtp.Recipient, ok bool) {
	if len(n.aliases) == 0 && n.agents == nil {
		return recipients, true
	}
	e := expansion{node: n, out: make([]smtp.Recipient, 0, len(recipients)), reached: map[string]bool{},
		max: len(recipients) + maxExpanded}
	for _, r := range recipients {
		if n.agents != nil && n.agents.targets[r.Forward.Local] {
			// only an alias leads to a program or a file: what says so itself, as a reverse-path may that a report goes to, is
			// the name of a user who is not known
			r.Forward.Local = `\` + r.Forward.Local
		}
		if !e.add(r, 0) {
			e.out = append(e.out, r)
		}
	}
	return e.out, len(e.out) <= e.max
}

// expansion is one list of recipients in work.
type expansion struct {
	node    *Node
	out     []smtp.Recipient
	reached map[string]bool // by lower-case address: it was met; true: somebody gets the mail for it
	max     int
}

// add puts those into out who get the mail for r, and says whether there is anybody.
func (e *expansion) add(r smtp.Recipient, depth int) bool {
	key := strings.ToLower(r.Forward.Address())
	if reached, met := e.reached[key]; met || len(e.out) > e.max {
		return reached || !met
	}
	targets, ok := e.node.stands(r.Forward.Mailbox)
	e.reached[key] = !ok || depth == maxAliasDepth
	if e.reached[key] {
		e.out = append(e.out, r)
		return true
	}
	reached, kept := false, false
	params := r.Params
	if len(params) > 0 {
		params = forward(r, len(targets) > 1)
	}
	for _, target := range targets {
		if m, is := e.node.final(target, r.Forward.Domain); is {
			e.out = append(e.out, smtp.Recipient{Forward: smtp.ForwardPath{Mailbox: m}, Params: params})
			reached = true
			continue
		}
		m, err := smtp.ParseMailbox(target, smtp.Tolerant)
		if err != nil {
			continue
		}
		if m.Domain == "" {
			m.Domain = r.Forward.Domain // "bob" in an alias is bob here
		}
		next := smtp.Recipient{Forward: smtp.ForwardPath{Mailbox: m}, Params: params}
		if !strings.EqualFold(m.String(), r.Forward.Address()) {
			reached = e.add(next, depth+1) || reached
			continue
		}
		if !kept {
			e.out = append(e.out, next) // "bob: bob, carol": bob keeps a copy
		}
		kept, reached = true, true
	}
	e.reached[key] = reached
	return reached
}
