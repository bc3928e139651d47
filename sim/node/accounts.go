package node

import (
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/smtpsim/smtpsim/codes/sasl"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// Accounts are the secrets of a host's users, and what its servers ask of them. With accounts AUTH is offered.
type Accounts struct {
	Passwords  map[string]string // by local part
	Tokens     map[string]string // bearer tokens, by local part
	Mechanisms []string          // nil: PLAIN LOGIN
	Refused    []string          // listed, and answered with 504
	InClear    bool              // passwords may be sent outside TLS
	Legacy     bool              // "AUTH=" is listed too
	Required   bool              // the MSA takes nothing before AUTH: 530 (RFC 6409 §4.3)
	OwnSender  bool              // the MSA takes mail from the user's own addresses only: 550 (RFC 6409 §6.1)
	Trusted    []string          // users whose word on a mail's submitter counts: relays (RFC 4954 §5)
	POP        bool              // the mailboxes are served on port 110 (RFC 1939)
	AfterPOP   time.Duration     // so long after a login there the client's address may relay; 0: never
}

// user is the local part that an identity stands for: "alice", or "alice@" with a domain of this host.
func (n *Node) user(identity string) string {
	local, domain, ok := strings.Cut(identity, "@")
	if ok && !n.domains[lower(domain)] {
		return ""
	}
	return lower(local)
}

// credential is what the host knows of an identity.
func (n *Node) credential(identity string) (*sasl.Credential, error) {
	a, user := n.cfg.Accounts, n.user(identity)
	if a == nil || user == "" {
		return nil, sasl.ErrRefused
	}
	password, known := a.Passwords[user]
	token, hasToken := a.Tokens[user]
	if !known && !hasToken {
		return nil, sasl.ErrRefused
	}
	return &sasl.Credential{Password: password, Token: token}, nil
}

// Credential is asked by AUTH.
func (s *session) Credential(identity string) (*sasl.Credential, error) {
	return s.node.credential(identity)
}

// Trusts is asked by MAIL's AUTH= (RFC 4954 §5).
func (s *session) Trusts(t *smtpserver.Transaction, _ smtp.Mailbox) bool {
	a := s.node.cfg.Accounts
	return a != nil && t.User != "" && slices.Contains(a.Trusted, s.node.user(t.User))
}

// relays says whether the client's mail goes anywhere: by its address, by AUTH, or by a recent visit to its mailbox.
func (s *session) relays(t *smtpserver.Transaction) bool {
	return s.own || t.User != "" || s.node.cfg.Accounts != nil && s.node.visits.open(t.Remote.Addr(), s.node.host.Clock.Now())
}

// submits says whether a client may submit (RFC 6409 §4.3, §6.1); nil: yes. Mail of a user who is known is marked as his
// (RFC 4954 §5: "the server MAY generate a <mailbox>").
func (s *session) submits(t *smtpserver.Transaction) *smtp.Reply {
	a := s.node.cfg.Accounts
	switch {
	case !s.relays(t) && a != nil:
		r := smtp.NewReply(530, "5.7.0", "Authentication required")
		return &r
	case !s.relays(t):
		// RFC 6409 §4.3: submission is for those who are authorized; without AUTH here, by their address
		r := smtp.NewReply(550, "5.7.1", "Submission is for the users of this site only")
		return &r
	case t.User == "" || a == nil: // a proxy may name a user where there are no accounts
		return nil
	case a.OwnSender && !s.owns(t.User, t.Envelope.Reverse):
		r := smtp.NewReply(550, "5.7.1", "<"+t.Envelope.Reverse.Address()+">: Sender address rejected: not owned by user "+t.User)
		return &r
	}
	s.mark(t)
	return nil
}

// owns says whether a reverse-path is one of the user's: his mailbox, an alias that leads to it alone, or the null one that
// reports have (RFC 5321 §4.5.5).
func (s *session) owns(identity string, from smtp.ReversePath) bool {
	n, user := s.node, s.node.user(identity)
	if from.Null {
		return true
	}
	if from.Domain != "" && !n.domains[lower(from.Domain)] {
		return false
	}
	to, ok := n.alias(from.Mailbox)
	return lower(from.Local) == user || ok && len(to) == 1 && n.user(to[0]) == user
}

// mark writes the submitter into the envelope where the client has not said anything on it.
func (s *session) mark(t *smtpserver.Transaction) {
	for _, p := range t.Envelope.Params {
		if p.Name == "AUTH" {
			return
		}
	}
	who := t.User
	if !strings.Contains(who, "@") && len(s.node.cfg.Domains) > 0 {
		who += "@" + s.node.cfg.Domains[0]
	}
	if _, err := smtp.ParseMailbox(who, smtp.Strict); err != nil {
		who = "<>" // RFC 4954 §5: MUST, where no mailbox can be made
	}
	t.Envelope.Params = append(slices.Clone(t.Envelope.Params), smtp.Param{Name: "AUTH", Value: smtp.EncodeXtext(who)})
}

// authenticates sets what a service asks of its clients.
func (n *Node) authenticates(cfg *smtpserver.Config, p policy) {
	a := n.cfg.Accounts
	if a == nil || p == storePolicy {
		return
	}
	cfg.With |= persona.Auth
	cfg.Mechanisms, cfg.Refused, cfg.AuthInClear, cfg.LegacyAuth = a.Mechanisms, a.Refused, a.InClear, a.Legacy
	cfg.RequireAuth = a.Required && p == submissionPolicy && a.AfterPOP == 0
}

// connector opens sessions: with a login where this host has an account at the server.
func (n *Node) connector(cfg smtpclient.Config) queue.Connector {
	plain := queue.ConnectSMTP(n.host, cfg, n.cfg.TLS.Client)
	if len(n.cfg.Logins) == 0 {
		return plain
	}
	known := map[string]queue.Connector{}
	for server, login := range n.cfg.Logins {
		cfg := cfg
		cfg.Auth = login
		known[lower(server)] = queue.ConnectSMTP(n.host, cfg, n.cfg.TLS.Client)
	}
	return func(t queue.Target) (queue.Session, error) {
		if c := known[lower(t.Name)]; c != nil && !t.LMTP {
			return c(t)
		}
		return plain(t)
	}
}

// visits are the addresses from which users have lately fetched their mail.
type visits struct {
	mu    sync.Mutex
	until map[netip.Addr]time.Time
	order []netip.Addr
}

// maxVisits bounds them; the oldest goes first.
const maxVisits = 10_000

// open says whether the window of an address is open.
func (v *visits) open(a netip.Addr, now time.Time) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return now.Before(v.until[a])
}

// add opens a window.
func (v *visits) add(a netip.Addr, until time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.until == nil {
		v.until = map[netip.Addr]time.Time{}
	}
	if _, known := v.until[a]; !known {
		if v.order = append(v.order, a); len(v.order) > maxVisits {
			delete(v.until, v.order[0])
			v.order = v.order[1:]
		}
	}
	v.until[a] = until
}
