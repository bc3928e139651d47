package node

import (
	"bytes"
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/trace/field"
)

// agents are what takes mail at a host beside its mailboxes. Most hosts have none.
type agents struct {
	forwards map[string][]string // by lower-case local part
	targets  map[string]bool     // programs and files that aliases and .forward files name
	lists    map[string]*List    // by lower-case address
}

// hire finds out which agents the configuration asks for; nil: none.
func (n *Node) hire() *agents {
	c := &n.cfg
	if len(c.Forwards)+len(c.Lists)+len(c.Vacations) == 0 && c.Storage.Quota == 0 && c.SRS == nil && c.Gateway == nil && !n.namesAgents() {
		return nil
	}
	if c.Gateway != nil {
		for _, d := range c.Gateway.domains() {
			n.domains[d] = true
		}
	}
	a := &agents{forwards: map[string][]string{}, targets: map[string]bool{}, lists: map[string]*List{}}
	for user, to := range c.Forwards {
		a.forwards[strings.ToLower(user)] = to
	}
	for address, l := range c.Lists {
		a.lists[strings.ToLower(address)] = &l
	}
	for _, table := range []map[string][]string{n.aliases, a.forwards} {
		for name, to := range table {
			table[name] = c.included(name, to, 0)
			for _, target := range table[name] {
				if isAgent(target) {
					a.targets[target] = true
				}
			}
		}
	}
	return a
}

// namesAgents reports whether an alias names more than addresses.
func (n *Node) namesAgents() bool {
	for _, to := range n.aliases {
		if slices.ContainsFunc(to, func(t string) bool { return isAgent(t) || t != "" && (t[0] == ':' || t[0] == '\\') }) {
			return true
		}
	}
	return false
}

// stands is what stands for an address of this host: an alias, a .forward file, the members' return addresses of a list.
func (n *Node) stands(m smtp.Mailbox) (to []string, ok bool) {
	if to, ok = n.alias(m); ok || n.agents == nil || m.Domain != "" && !n.domains[lower(m.Domain)] {
		return to, ok
	}
	if to, ok = n.agents.forwards[lower(m.Local)]; ok {
		return to, true
	}
	if s := n.cfg.SRS; s != nil && strings.EqualFold(m.Domain, s.Domain) {
		if author, ok := s.Back(m.Local, n.host.Clock.Now()); ok {
			return []string{author.String()}, true
		}
	}
	return n.agents.returned(m)
}

// takes reports whether an agent takes mail for an address of this host.
func (n *Node) takes(m smtp.Mailbox) bool {
	return n.agents != nil && (n.agents.list(m) != nil || n.bang(m) != "")
}

// deliverBy is final delivery at a host with agents.
func (n *Node) deliverBy(d queue.Delivery) smtp.Reply {
	m := d.Recipient.Mailbox
	if l := n.agents.list(m); l != nil {
		return n.redistribute(l, d)
	}
	if n.agents.targets[m.Local] {
		return n.run(m.Local, d)
	}
	if path := n.bang(m); path != "" {
		return n.leave(path, d)
	}
	reply := n.toMailbox(d)
	if user := lower(m.Local); reply.Positive() {
		n.answer(user, d)
	}
	return reply
}

// begin queues a mail that an agent of this host has made of another one, aliases resolved. A reply says why it could not.
func (n *Node) begin(env smtp.Envelope, text []byte) *smtp.Reply {
	if n.queue == nil {
		return refused(451, "4.3.5", "This host cannot send mail on")
	}
	if err := n.take(env, text); err != nil {
		return refused(452, "4.3.1", "The mail cannot be queued: "+err.Error())
	}
	return nil
}

// onward are the parameters of MAIL that stay with a mail when an agent sends it on: what its text needs (RFC 6152 §2, RFC 6531
// §3.4), and what its author wants of every hop (RFC 8689 §6, RFC 6710 §4). The rest was between the author and this host:
// reports about further copies go to others (RFC 3461 §5.2.7.1).
func onward(params []smtp.Param) (out []smtp.Param) {
	for _, p := range params {
		switch p.Name {
		case "BODY", "SMTPUTF8", "REQUIRETLS", "MT-PRIORITY":
			out = append(out, p)
		}
	}
	return out
}

// goesRound refuses a mail that has passed too many hosts, before an agent sends it on once more (RFC 5321 §6.3).
func (n *Node) goesRound(head *field.Section) *smtp.Reply {
	if len(head.All("Received")) < n.persona.HopLimit {
		return nil
	}
	return refused(554, "5.4.6", "Too many hops: the mail goes round in a circle")
}

// withHead is a text with fields in front of it, without those of the same names that it had.
func withHead(text []byte, fields ...[2]string) []byte {
	var head []byte
	for _, f := range fields {
		text = field.Without(text, f[0])
		head = appendField(head, f[0], f[1])
	}
	return bytes.Join([][]byte{head, text}, nil)
}
