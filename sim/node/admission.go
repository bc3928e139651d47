package node

import (
	"net/netip"
	"slices"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	demand "github.com/smtpsim/smtpsim/sim/policy"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// Admission is what a host demands of strangers before it takes their mail. Its own clients and those who have proved who
// they are pass (RFC 6647 §5, item 7), and so does mail to postmaster (RFC 5321 §4.5.1).
type Admission struct {
	Greylist  *demand.Greylist // nil: none. The MX hosts of an ADMD share one
	Lists     []demand.List
	AtConnect bool // lists are asked when a client connects: 554 instead of a greeting
	Named     demand.Named
	Hello     demand.Hello
	Rates     *demand.Rates  // nil: no limits
	Tarpit    time.Duration  // waited before each refusal of a recipient
	Allow     []netip.Prefix // strangers who pass as well
	Sender    bool           // the reverse-path must be a mailbox: its exchanger is asked
	Recipient bool           // recipients that are relayed must be mailboxes: the next host is asked
}

// stranger reports whether the host's demands are for this client.
func (s *session) stranger(t *smtpserver.Transaction) bool {
	a := s.node.cfg.Admission
	return a != nil && !s.own && t.User == "" && !contains(a.Allow, t.Remote.Addr())
}

func contains(list []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a) })
}

// admitConnection is asked when somebody has connected.
func (n *Node) admitConnection(client netip.Addr, own bool) *smtp.Reply {
	a := n.cfg.Admission
	if a == nil || own || contains(a.Allow, client) {
		return nil
	}
	if a.Rates != nil {
		if r := a.Rates.Connection(n.host.Clock.Now(), client); r != nil {
			return r
		}
	}
	if a.AtConnect {
		return n.listed(client)
	}
	return nil
}

// listed asks the DNS lists.
func (n *Node) listed(client netip.Addr) *smtp.Reply {
	if n.resolver == nil {
		return nil
	}
	for _, l := range n.cfg.Admission.Lists {
		if r := l.Check(n.resolver, client); r != nil {
			return r
		}
	}
	return nil
}

// admitMail is asked at MAIL.
func (s *session) admitMail(t *smtpserver.Transaction) *smtp.Reply {
	if !s.stranger(t) || s.node.cfg.Admission.Rates == nil {
		return nil
	}
	return s.node.cfg.Admission.Rates.Message(s.node.host.Clock.Now(), t.Remote.Addr())
}

// admitRcpt is asked at RCPT, for a recipient that is known and may be relayed to: who greets wrongly or has no name is told
// here, where the log names sender and recipient too.
func (s *session) admitRcpt(t *smtpserver.Transaction, m smtp.Mailbox) *smtp.Reply {
	if m.IsPostmaster() || !s.stranger(t) {
		return nil
	}
	if r := s.demands(t, m); r != nil {
		s.node.host.Clock.Sleep(s.node.cfg.Admission.Tarpit)
		return r
	}
	return nil
}

func (s *session) demands(t *smtpserver.Transaction, m smtp.Mailbox) *smtp.Reply {
	n := s.node
	a, client, now := n.cfg.Admission, t.Remote.Addr(), n.host.Clock.Now()
	if n.resolver != nil {
		if r := a.Named.Check(n.resolver, client); r != nil {
			return r
		}
		if r := a.Hello.Check(n.resolver, t.Helo, n.host.Name); r != nil {
			return r
		}
		if !a.AtConnect {
			if r := n.listed(client); r != nil {
				return r
			}
		}
	}
	if a.Rates != nil {
		if r := a.Rates.Recipient(now, client); r != nil {
			return r
		}
	}
	if a.Greylist != nil {
		if r := a.Greylist.Check(now, client, t.Envelope.Reverse.Address(), firstRecipient(t, m)); r != nil {
			return r
		}
	}
	if a.Sender && !t.Envelope.Reverse.Null {
		if r := s.verifySender(t.Envelope.Reverse.Mailbox); r != nil {
			return r
		}
	}
	if a.Recipient && !n.domains[lower(m.Domain)] && !n.isOwnLiteral(lower(m.Domain)) {
		return s.verifyRecipient(m)
	}
	return nil
}

// firstRecipient is the first recipient of the transaction: RFC 6647 §5, item 1.
func firstRecipient(t *smtpserver.Transaction, m smtp.Mailbox) string {
	if len(t.Envelope.Recipients) > 0 {
		return t.Envelope.Recipients[0].Forward.Address()
	}
	return m.String()
}
