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
	if len(n.aliases) == 0 || m.Domain != "" && !n.domains[lower(m.Domain)] {
		return nil, false
	}
	if to, ok = n.aliases[strings.ToLower(m.String())]; ok {
		return to, true
	}
	to, ok = n.aliases[strings.ToLower(m.Local)]
	return to, ok
}

// expand replaces aliases by what stands for them (RFC 5321 §3.9.1: only the recipients change, not the reverse-path).
// Each address comes out once. The result may be recipients itself.
func (n *Node) expand(recipients []smtp.Recipient) []smtp.Recipient {
	if len(n.aliases) == 0 {
		return recipients
	}
	out := make([]smtp.Recipient, 0, len(recipients))
	seen := map[string]bool{}
	for _, r := range recipients {
		out = n.expandOne(out, r, seen, 0)
	}
	if len(out) == 0 { // aliases that only name each other: let the queue say that nobody is there
		return append(out, recipients...)
	}
	return out
}

func (n *Node) expandOne(out []smtp.Recipient, r smtp.Recipient, seen map[string]bool, depth int) []smtp.Recipient {
	key := strings.ToLower(r.Forward.Address())
	if seen[key] || len(out) >= maxExpanded {
		return out
	}
	seen[key] = true
	targets, ok := n.alias(r.Forward.Mailbox)
	if !ok || depth == maxAliasDepth {
		return append(out, r)
	}
	kept := false
	for _, target := range targets {
		m, err := smtp.ParseMailbox(target, smtp.Tolerant)
		if err != nil {
			continue
		}
		if m.Domain == "" {
			m.Domain = r.Forward.Domain // "bob" in an alias is bob here
		}
		next := smtp.Recipient{Forward: smtp.ForwardPath{Mailbox: m}, Params: r.Params}
		if strings.EqualFold(m.String(), r.Forward.Address()) {
			if !kept {
				out = append(out, next) // "bob: bob, carol": bob keeps a copy
			}
			kept = true
			continue
		}
		out = n.expandOne(out, next, seen, depth+1)
	}
	return out
}
