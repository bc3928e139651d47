package node

import (
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Disclosure is what a host tells about its users (RFC 5321 §3.5.3, §7.3).
type Disclosure struct {
	Verify string            // VRFY: "real" checks, "off" says 502; "": the persona's word, 252 with most
	Expand string            // EXPN: the same; "": as the persona
	Help   string            // HELP: "off" says 502; "": as the persona
	Names  map[string]string // local part to the user's full name
}

// Verify answers VRFY.
func (s *session) Verify(arg string) *smtp.Reply {
	n := s.node
	if n.cfg.Disclosure.Verify == "real" {
		return n.verify(arg)
	}
	return nil
}

// fixed are the replies that do not depend on anything: to verbs of the host's own and to those it does not allow.
func (c *Config) fixed() map[smtp.Verb]smtp.Reply {
	out := map[smtp.Verb]smtp.Reply{}
	for v, r := range c.Private {
		out[v] = r
	}
	if c.Disclosure.Verify == "off" { // RFC 5321 §3.5.3, §7.3: 252 where it is not to be told, 502 where it is not done at all
		out[smtp.VRFY] = smtp.NewReply(502, "5.5.1", "VRFY command is disabled")
	}
	if c.Disclosure.Expand == "off" {
		out[smtp.EXPN] = smtp.NewReply(502, "5.7.0", "Sorry, we do not allow this operation")
	}
	if c.Disclosure.Help == "off" {
		out[smtp.HELP] = smtp.NewReply(502, "5.5.1", "HELP is not implemented")
	}
	return out
}

// verify finds whom a string names: a mailbox, a local part, or a part of a full name.
func (n *Node) verify(arg string) *smtp.Reply {
	arg = strings.TrimSuffix(strings.TrimPrefix(arg, "<"), ">")
	if m, err := smtp.ParseMailbox(arg, smtp.Tolerant); err == nil {
		switch domain := lower(m.Domain); {
		case domain != "" && !n.domains[domain] && !n.isOwnLiteral(domain):
			if n.relayTo[domain] { // RFC 5321 §3.4: 251 tells where it will go
				return refused(251, "2.1.5", "User not local; will forward to <"+m.String()+">")
			}
			return refused(551, "5.7.1", "User not local; please try <"+m.String()+">")
		case n.isList(m):
			return refused(550, "5.1.1", "That is a mailing list, not a user") // RFC 5321 §3.5.1: SHOULD be an error
		case n.known(m):
			return refused(250, "2.1.5", n.person(lower(m.Local)))
		}
	}
	var found []string
	for user, name := range n.cfg.Disclosure.Names {
		if slices.ContainsFunc(strings.Fields(name), func(word string) bool { return strings.EqualFold(word, arg) }) {
			found = append(found, user)
		}
	}
	slices.Sort(found)
	switch len(found) {
	case 0:
		return refused(550, "5.1.1", "String does not match anything")
	case 1:
		return refused(250, "2.1.5", n.person(found[0]))
	}
	lines := []string{"Ambiguous; possibilities are"} // RFC 5321 §3.5.1: 553, and the choices where it wants to
	for _, user := range found {
		lines = append(lines, n.person(user))
	}
	r := smtp.NewReply(553, "5.1.4", lines...)
	return &r
}

// isList reports whether m stands for several addresses.
func (n *Node) isList(m smtp.Mailbox) bool {
	members, ok := n.members(m)
	return ok && len(members) > 1
}

// person is "Full Name <mailbox>", which RFC 5321 §3.5.2 asks for; the brackets are a MUST.
func (n *Node) person(user string) string {
	address := "<" + user + "@" + n.mailDomain() + ">"
	if name := n.cfg.Disclosure.Names[user]; name != "" {
		return name + " " + address
	}
	return address
}

// mailDomain is the domain that this host's users write behind the "@".
func (n *Node) mailDomain() string {
	if len(n.cfg.Domains) > 0 {
		return n.cfg.Domains[0]
	}
	return n.host.Name
}

// Expand answers EXPN: the members of an alias or a list, a line each (RFC 5321 §3.5.2).
func (s *session) Expand(arg string) *smtp.Reply {
	n := s.node
	if n.cfg.Disclosure.Expand != "real" {
		return nil
	}
	m, err := smtp.ParseMailbox(strings.Trim(arg, "<>"), smtp.Tolerant)
	if err != nil {
		return refused(501, "5.1.3", "Expected the name of a list")
	}
	members, ok := n.members(m)
	if !ok {
		return refused(550, "5.1.1", "That is a user name, not a mailing list") // RFC 5321 §3.5.2's own example
	}
	lines := make([]string, 0, len(members))
	for _, member := range members[:min(len(members), maxExpanded)] {
		lines = append(lines, n.member(member))
	}
	r := smtp.NewReply(250, "2.1.5", lines...)
	return &r
}

// member is one line of EXPN's reply. A pipe or file is shown as it stands in the alias.
func (n *Node) member(target string) string {
	m, err := smtp.ParseMailbox(target, smtp.Tolerant)
	if err != nil || strings.HasPrefix(target, "|") || strings.HasPrefix(target, "/") || strings.HasPrefix(target, ":") {
		return "<" + target + ">"
	}
	if m.Domain == "" || n.domains[lower(m.Domain)] {
		return n.person(lower(m.Local))
	}
	return "<" + m.String() + ">"
}

// refused makes a reply.
func refused(code int, enhanced, text string) *smtp.Reply {
	r := smtp.NewReply(code, enhanced, text)
	return &r
}
