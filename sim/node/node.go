package node

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"

	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/policy/secure"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// Node is the mail actors of one host.
type Node struct {
	cfg      Config
	host     *host.Host
	persona  *persona.Persona
	resolver *dns.Resolver // nil: the host asks nobody
	queue    *queue.Queue  // nil: the host takes no responsibility for mail
	connect  queue.Connector
	names    *dns.Server // nil: no DNS role
	servers  []*smtpserver.Server
	boxes    boxes
	script   script
	speaks   persona.Extensions // of the host's servers
	visits   visits             // to the mailboxes, for SMTP after POP
	popped   openDrops          // maildrops in use

	domains map[string]bool // lower case: ours
	relayTo map[string]bool
	users   map[string]bool // lower-case local parts
	aliases map[string][]string
	agents  *agents // nil: mail ends in mailboxes

	tally  tally  // for DMARC reports
	tlsDay tlsDay // for TLS reports

	mu       sync.Mutex
	count    int                // of messages composed
	policies secure.Cache       // MTA-STS, of other domains
	asked    map[string]verdict // addresses that other hosts were asked about, by lower-case address
}

// Memory is what ended sessions lend to new ones: in a large network few hosts speak at the same time.
type Memory struct {
	Sessions smtpserver.Sessions
	Clients  smtpclient.Buffers
}

// Start opens the services of a host. After a crash of its processes it is called again with the same Config: spool and
// mailboxes are on the host's disk.
func Start(cfg Config) (*Node, error) {
	n := &Node{cfg: cfg, host: cfg.Host, persona: cfg.personality(), users: set(cfg.Users), domains: domainSet(cfg.Domains),
		relayTo: domainSet(cfg.RelayTo), aliases: map[string][]string{}}
	if n.cfg.Memory == nil {
		n.cfg.Memory = &Memory{}
	}
	n.script.set(cfg.Replies)
	n.users["postmaster"] = true // RFC 5321 §4.5.1
	with, without := cfg.extensions()
	n.speaks = (n.persona.Offers | with) &^ (without &^ with)
	for name, to := range cfg.Aliases {
		n.aliases[strings.ToLower(name)] = to
	}
	n.agents = n.hire()
	if len(cfg.Resolver) > 0 {
		n.resolver = dns.NewResolver(cfg.Host, dns.Options{Servers: cfg.Resolver, Secure: cfg.TLS.DANE || cfg.TLS.Strict})
	}
	n.connect = cfg.Seams.connect(n.connector(cfg.Sending.client(&n.persona.Client,
		smtpclient.Config{TLS: cfg.TLS.Base, Buffers: &n.cfg.Memory.Clients, SourceRoutes: cfg.Routing.Source == "follow"})))
	n.boxes.open(cfg.Host.Store)
	if cfg.Storage != (Storage{}) {
		n.boxes.shelf = &shelf{Storage: cfg.Storage, host: cfg.Host}
	}
	if err := n.start(); err != nil {
		return nil, fmt.Errorf("%s: %w", cfg.Host.Name, err)
	}
	return n, nil
}

func set(words []string) map[string]bool {
	out := map[string]bool{}
	for _, w := range words {
		out[strings.ToLower(w)] = true
	}
	return out
}

// start begins with what others need first.
func (n *Node) start() error {
	c := &n.cfg
	if c.is(DNS) {
		zones := c.Zones
		if zones == nil {
			zones = dns.NewZones()
		}
		n.names = dns.NewServer(zones)
		if err := n.names.Start(n.host); err != nil {
			return err
		}
	}
	if c.is(MSA) || c.is(MTA) {
		if err := n.openQueue(); err != nil {
			return err
		}
	}
	if c.is(MTA) {
		if err := n.listen(service{port: queue.PortSMTP, policy: relayPolicy}); err != nil {
			return err
		}
	}
	if c.is(MTA) && len(c.Turns) > 0 {
		if err := n.listen(service{port: PortODMR, policy: relayPolicy, with: persona.ATRN | persona.Auth}); err != nil {
			return err
		}
	}
	if c.is(MSA) {
		if err := n.listen(service{port: PortSubmission, policy: submissionPolicy}); err != nil {
			return err
		}
	}
	if c.is(MSA) && c.TLS.Submissions {
		if err := n.listen(service{port: PortSubmissions, policy: submissionPolicy, implicitTLS: true}); err != nil {
			return err
		}
	}
	if c.is(MDA) && n.queue == nil {
		if err := n.listen(service{port: queue.PortLMTP, policy: storePolicy, lmtp: true}); err != nil {
			return err
		}
	}
	if c.is(MDA) && c.Accounts != nil && c.Accounts.POP {
		if err := n.listenPOP(); err != nil {
			return err
		}
	}
	if err := n.startTracking(); err != nil {
		return err
	}
	if c.is(Web) {
		return n.startWeb()
	}
	return nil
}

// openQueue makes the queue that MSA, MTA and MDA of the host share.
func (n *Node) openQueue() error {
	c := &n.cfg
	rules := map[string]queue.Rule{}
	if !c.is(MDA) && c.Store != nil {
		for d := range n.domains {
			rules[d] = *c.Store
		}
	}
	for domain, rule := range c.Rules {
		rules[strings.ToLower(domain)] = rule
	}
	router := &queue.Router{Lookup: n.lookup(), Rand: n.host.Rand, Names: []string{n.host.Name}, Addrs: n.host.Addrs, Rules: rules}
	opts := queue.Options{Router: router, Persona: n.persona, Connect: n.connect, Waits: c.Waits, GiveUp: c.GiveUp,
		DelayDSN: c.DelayDSN, DoubleTo: c.DoubleTo, Stamp: n.stamp,
		Checkpoint: c.Checkpoint, Speaks: n.speaks, Expand: n.expand, From: receivedFrom}
	if c.TLS.DANE || c.TLS.STS || c.TLS.Strict {
		opts.Demands = n.demands
		if c.TLS.Reports {
			opts.Demands = n.watched
		}
	}
	router.Local = func(d string) bool { return n.isOwnLiteral(d) }
	if c.is(MDA) || c.Store == nil {
		router.Local = func(d string) bool { return n.domains[d] || n.isOwnLiteral(d) }
	}
	if c.is(MDA) {
		opts.Deliver = c.Seams.deliver(n.deliver)
	}
	q, err := queue.Open(n.host, opts)
	n.queue = q
	return err
}

// service is one port on which a host speaks SMTP or LMTP.
type service struct {
	port        uint16
	policy      policy
	lmtp        bool
	implicitTLS bool
	with        persona.Extensions // beside those of the host
}

// listen opens a service.
func (n *Node) listen(sv service) error {
	ln, err := n.host.Listen(netip.AddrPortFrom(netip.Addr{}, sv.port))
	if err != nil {
		return err
	}
	cfg := smtpserver.Config{Persona: n.persona, Backend: n.cfg.Seams.backend(&backend{node: n, policy: sv.policy}), LMTP: sv.lmtp,
		Sessions:  &n.cfg.Memory.Sessions,
		OldServer: n.cfg.NoEHLO, TLS: n.cfg.TLS.Server, ImplicitTLS: sv.implicitTLS, Fixed: n.cfg.fixed(), Fault: n.cfg.Fault}
	cfg.With, cfg.Without = n.cfg.extensions()
	cfg.With |= sv.with
	if n.cfg.Disclosure.Expand == "real" {
		cfg.With |= persona.Expn
	}
	if n.cfg.TLS.Strict {
		cfg.With |= persona.RequireTLS
	}
	n.authenticates(&cfg, sv.policy)
	with, without := n.cfg.announced(sv.policy)
	cfg.With |= with
	cfg.Without = cfg.Without&^cfg.With | without
	cfg.Terms = n.cfg.Terms
	if sv.policy != submissionPolicy {
		cfg.Without |= persona.FutureRelease // RFC 4865 §4.2: only on the submission port
	}
	if n.queue != nil {
		cfg.IDs = n.queue.IDs()
	}
	s := smtpserver.New(n.host, cfg)
	n.servers = append(n.servers, s)
	n.host.Go(fmt.Sprintf("listen %d", sv.port), func() { _ = s.Run(ln, n.host.Go) }) // ends with the world
	return nil
}

// lookup is the resolver, or one that knows nothing.
func (n *Node) lookup() queue.Lookup {
	if n.resolver == nil {
		return noResolver{}
	}
	return n.resolver
}

// noResolver stands for a host without name servers: every look-up fails for now.
type noResolver struct{}

func (noResolver) LookupMX(string) ([]dns.MX, dns.Answer) {
	return nil, dns.Answer{Outcome: dns.Timeout}
}

func (noResolver) LookupAddr(string) ([]netip.Addr, dns.Answer) {
	return nil, dns.Answer{Outcome: dns.Timeout}
}

// Name is the host's name.
func (n *Node) Name() string { return n.host.Name }

// Is reports whether the host has the role.
func (n *Node) Is(r Role) bool { return n.cfg.is(r) }

// Queue is the host's queue; nil where it takes no responsibility for mail.
func (n *Node) Queue() *queue.Queue { return n.queue }

// DNS is the host's name server; nil without that role. Its Zones and faults can be changed.
func (n *Node) DNS() *dns.Server { return n.names }

// Resolver is what the host asks; nil if nobody.
func (n *Node) Resolver() *dns.Resolver { return n.resolver }

// SetReplies changes the scripted replies; those counted so far are forgotten.
func (n *Node) SetReplies(replies []Reply) { n.script.set(replies) }

// Shutdown makes the host's servers say 421 from now on (RFC 5321 §3.8) and its queue rest. Start begins anew.
func (n *Node) Shutdown() {
	for _, s := range n.servers {
		s.Shutdown()
	}
	if n.queue != nil {
		n.queue.Stop()
	}
}
