package node

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// policy is who may give mail to a service, and for whom.
type policy uint8

const (
	relayPolicy      policy = iota // an MTA: for its own domains from all, for all from its own clients
	submissionPolicy               // an MSA: from its own clients only (RFC 6409 §3.3)
	storePolicy                    // a message store: for its mailboxes only
)

// backend decides for one service.
type backend struct {
	node   *Node
	policy policy
}

// Session is asked when a client has connected.
func (b *backend) Session(p *smtpserver.Peer) (smtpserver.Session, *smtp.Reply) {
	n := b.node
	s := session{node: n, policy: b.policy, own: n.isClient(p.Remote.Addr())}
	if n.cfg.LookupClients && n.resolver != nil {
		p.Name = n.clientName(p.Remote.Addr())
	}
	if b.policy == storePolicy {
		return &storeSession{s}, n.script.take(AtConnect, "")
	}
	if b.policy == relayPolicy {
		if r := n.admitConnection(p.Remote.Addr(), s.own); r != nil {
			return &s, r
		}
	}
	return &s, n.script.take(AtConnect, "")
}

// isClient reports whether mail from this address goes anywhere. The host itself is its own client.
func (n *Node) isClient(a netip.Addr) bool {
	if a.IsLoopback() || slices.Contains(n.host.Addrs, a) {
		return true
	}
	for _, prefix := range n.cfg.RelayFrom {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// clientName is the name of an address if the name leads back to it; anybody can write any name into a PTR record.
func (n *Node) clientName(a netip.Addr) string {
	names, _ := n.resolver.LookupPTR(a)
	for _, name := range names[:min(len(names), 5)] {
		kind := "A"
		if !a.Is4() {
			kind = "AAAA"
		}
		if slices.Contains(n.addresses(name, kind), a) {
			return name
		}
	}
	return ""
}

// session is one connection.
type session struct {
	node   *Node
	policy policy
	own    bool     // the client is one of ours
	turned []string // domains whose mail goes out over this connection once it is turned
	spf    *senderCheck
}

// Hello is asked for each EHLO, HELO and LHLO.
func (s *session) Hello(smtpserver.Peer, smtp.Verb, string) *smtp.Reply {
	return s.node.script.take(AtHello, "")
}

// Start is MAIL.
func (s *session) Start(t *smtpserver.Transaction) *smtp.Reply {
	if r := s.node.script.take(AtMail, ""); r != nil {
		return r
	}
	if s.policy == submissionPolicy {
		if r := s.submits(t); r != nil {
			return r
		}
		if r := s.qualify(&t.Envelope.Reverse.Mailbox); r != nil {
			return r
		}
		if r := s.returnPath(t); r != nil {
			return r
		}
	} else if s.node.cfg.Auth != nil {
		if r := s.checkSender(t); r != nil {
			return r
		}
	}
	if r := s.admitMail(t); r != nil {
		return r
	}
	return s.priority(t)
}

// Rcpt is one RCPT: 550 to what is not here and not for others (RFC 5321 §3.6.2, §3.3).
func (s *session) Rcpt(t *smtpserver.Transaction, r *smtp.Recipient) *smtp.Reply {
	n := s.node
	if reply := s.routed(r); reply != nil {
		return reply
	}
	if reply := s.qualify(&r.Forward.Mailbox); reply != nil {
		return reply
	}
	m := r.Forward.Mailbox
	if !n.script.empty() {
		if reply := n.script.take(AtRcpt, m.String()); reply != nil {
			return reply
		}
	}
	if via, refusal := s.viaRoute(r); via {
		return refusal
	}
	domain := domainKey(m.Domain)
	switch {
	case domain == "" || n.domains[domain] || n.isOwnLiteral(domain):
		if !n.known(m) {
			return s.say(persona.UserUnknown, m)
		}
		if refusal := s.wanted(t, r); refusal != nil {
			return refusal
		}
		if refusal := s.mayPost(&t.Envelope, m); refusal != nil {
			return refusal
		}
		if refusal := s.admitRcpt(t, m); refusal != nil {
			return refusal
		}
		return s.atTerminal(t, m)
	case s.policy != storePolicy && (s.relays(t) || n.relayTo[domain]):
		return s.admitRcpt(t, m)
	}
	return s.say(persona.RelayDenied, m)
}

func (s *session) say(situation persona.Situation, m smtp.Mailbox) *smtp.Reply {
	r := s.node.persona.Reply(situation, &persona.Values{Host: s.node.host.Name, Arg: m.String()})
	return &r
}

// isOwnLiteral reports whether domain is an address literal of this host.
func (n *Node) isOwnLiteral(domain string) bool {
	a, ok := smtp.LiteralAddr(domain)
	return ok && slices.Contains(n.host.Addrs, a.Unmap())
}

// known reports whether mail for an address of this host can be delivered. Where the mailboxes are elsewhere and nobody
// has listed the users, the message store says so later.
func (n *Node) known(m smtp.Mailbox) bool {
	if _, ok := n.stands(m); ok || n.takes(m) {
		return true
	}
	if !n.cfg.is(MDA) && len(n.cfg.Users) == 0 {
		return n.cfg.Store != nil || m.IsPostmaster()
	}
	_, ok := n.mailbox(m)
	return ok
}

// Data takes the message: trace field in front (RFC 5321 §4.4), aliases resolved, into the queue. It is on disk when the
// reply is given (§6.1).
func (s *session) Data(t *smtpserver.Transaction, text []byte) *smtp.Reply {
	n := s.node
	if r := n.scriptedEnd(); r != nil {
		return r
	}
	if n.cfg.Filter != nil {
		var refusal *smtp.Reply
		over := false
		if t, text, refusal, over = s.filter(t, text); over {
			return refusal
		}
	}
	to, ok := n.expand(t.Envelope.Recipients)
	if !ok { // RFC 3463 §3.3, X.2.4: mailing list expansion problem
		r := smtp.NewReply(451, "4.2.4", "Too many addresses stand behind the aliases")
		return &r
	}
	text, refusal := s.fixUp(t, text)
	if refusal != nil {
		return refusal
	}
	head := ""
	if n.cfg.Auth != nil {
		var refusal *smtp.Reply
		if head, text, refusal = s.authenticated(t, to, text); refusal != nil {
			return refusal
		}
	}
	if to = s.toTerminals(t, to, text); len(to) == 0 {
		return nil
	}
	env := smtp.Envelope{Reverse: n.extendReverse(t, to), Params: t.Envelope.Params, Recipients: to}
	if text, refusal = s.asked(t, &env, text); refusal != nil {
		return refusal
	}
	if n.cfg.SRS != nil {
		if refusal := s.sendOn(t, &env, head+t.Received(n.persona, n.host.Clock.Now()), text); refusal != nil {
			return refusal
		}
	}
	if n.cfg.AtOnce != nil && n.cfg.is(MDA) {
		return s.deliverNow(t, env, head+t.Received(n.persona, n.host.Clock.Now()), text)
	}
	if err := n.queue.Accept(t.ID, env, head+t.Received(n.persona, n.host.Clock.Now()), text); err != nil {
		r := n.persona.Reply(persona.StorageFull, &persona.Values{Host: n.host.Name})
		return &r
	}
	return nil
}

// scriptedEnd is the scripted reply to the end of data; one for DATA itself is given here too, where it does the same to
// the mail.
func (n *Node) scriptedEnd() *smtp.Reply {
	if r := n.script.take(AtData, ""); r != nil {
		return r
	}
	return n.script.take(AtEnd, "")
}

// MayProxy lets a client speak for others (XCLIENT, XFORWARD).
func (s *session) MayProxy(p *smtpserver.Peer) bool {
	return slices.ContainsFunc(s.node.cfg.ProxyFrom, func(net netip.Prefix) bool { return net.Contains(p.Remote.Addr()) })
}

// Abort has nothing to undo: nothing is kept before Data.
func (s *session) Abort(*smtpserver.Transaction) {}

// Close has nothing to close.
func (s *session) Close() {}

// storeSession delivers at once and answers for each recipient (RFC 2033 §4.2).
type storeSession struct{ session }

// DataEach puts the mail into each recipient's mailbox.
func (s *storeSession) DataEach(t *smtpserver.Transaction, text []byte) []*smtp.Reply {
	n := s.node
	stamped := append([]byte(t.Received(n.persona, n.host.Clock.Now())), text...)
	replies := make([]*smtp.Reply, len(t.Envelope.Recipients))
	for i, r := range t.Envelope.Recipients {
		reply := n.scriptedEnd()
		if reply == nil {
			given := n.deliver(queue.Delivery{ID: t.ID, Reverse: t.Envelope.Reverse, Recipient: r.Forward, Params: t.Envelope.Params, Text: stamped})
			reply = &given
		}
		if replies[i] = reply; !reply.Positive() {
			continue
		}
		n.host.Claims.Claim(host.Claim{Time: n.host.Clock.Now(), Host: n.host.Name, Role: host.RoleServer,
			Kind: host.ClaimDelivered, Code: reply.Code, Texts: reply.Lines, MailID: t.ID, Local: t.Local, Remote: t.Remote,
			Reverse: t.Envelope.Reverse.Address(), Recipient: r.Forward.Address()})
	}
	return replies
}

// lower is s in lower case, without an allocation where it is already.
func lower(s string) string { return strings.ToLower(s) }
