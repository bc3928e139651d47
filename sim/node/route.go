package node

import (
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// Routing is what a host does with addresses that say which way to go.
type Routing struct {
	Source  string // "<@a.example:bob@b.example>": "ignore" or "": straight to the last domain; "refuse"; "follow", as in 1982
	Percent string // "bob%b.example@a.example" at a.example: "": an unknown user; "relay": to bob@b.example
}

// routed looks at RCPT before the mailbox is looked for; a reply refuses it. r is changed to where the mail goes.
func (s *session) routed(r *smtp.Recipient) *smtp.Reply {
	n := s.node
	if len(r.Forward.Route) > 0 {
		switch n.cfg.Routing.Source {
		case "refuse": // RFC 5321 §3.6.1, Appendix C: servers MAY decline
			return refused(550, "5.1.2", "Source routes are not followed here")
		case "follow":
			n.nextOfRoute(&r.Forward)
		default: // RFC 5321 Appendix C: "SHOULD ... ignoring the route"
			r.Forward.Route = nil
		}
	}
	if n.cfg.Routing.Percent == "relay" && len(r.Forward.Route) == 0 && n.domains[lower(r.Forward.Domain)] {
		if i := strings.LastIndexByte(r.Forward.Local, '%'); i > 0 { // RFC 1123 §5.2.16: "the rightmost percent sign"
			m := smtp.Mailbox{Local: r.Forward.Local[:i], Domain: r.Forward.Local[i+1:]}
			if _, err := smtp.ParseMailbox(m.String(), smtp.Strict); err == nil {
				r.Forward.Mailbox = m
			}
		}
	}
	return nil
}

// nextOfRoute takes this host off the front of a route (RFC 821 §3.6).
func (n *Node) nextOfRoute(f *smtp.ForwardPath) {
	for len(f.Route) > 0 && (strings.EqualFold(f.Route[0], n.host.Name) || n.domains[lower(f.Route[0])]) {
		f.Route = slices.Clip(f.Route[1:])
	}
	if len(f.Route) == 0 {
		f.Route = nil
	}
}

// viaRoute says whether a recipient is the next host's of its route, and whether this client may send it there.
func (s *session) viaRoute(r *smtp.Recipient) (is bool, refusal *smtp.Reply) {
	if len(r.Forward.Route) == 0 {
		return false, nil
	}
	if s.policy != storePolicy && (s.own || s.node.relayTo[lower(r.Forward.Route[0])]) {
		return true, nil
	}
	return true, refused(550, "5.7.1", "Relaying along <"+r.Forward.String()+"> is not done for you")
}

// extendReverse puts this host in front of the reverse-path of a mail that follows a route (RFC 821 §3.6: "its own
// identifier"), so that a report finds the way back.
func (n *Node) extendReverse(t *smtpserver.Transaction, to []smtp.Recipient) smtp.ReversePath {
	reverse := t.Envelope.Reverse
	follows := slices.ContainsFunc(to, func(r smtp.Recipient) bool { return len(r.Forward.Route) > 0 })
	switch {
	case follows && !reverse.Null:
		reverse.Route = append([]string{n.host.Name}, reverse.Route...)
	case !follows:
		reverse.Route = nil // RFC 5321 §4.1.1.3: SHOULD NOT be sent
	}
	return reverse
}
