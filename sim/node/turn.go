package node

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// PortODMR is where ATRN is asked for (RFC 2645 §4).
const PortODMR = 366

// RunQueue answers ETRN (RFC 1985 §5.1): only for domains that this host keeps mail for.
func (s *session) RunQueue(node string) smtp.Reply {
	n := s.node
	name, below := strings.CutPrefix(lower(node), "@")
	if strings.HasPrefix(name, "#") {
		return smtp.NewReply(459, "4.5.4", "Node "+node+" not allowed: there is no queue of that name")
	}
	match := func(domain string) bool { return domain == name || below && strings.HasSuffix(domain, "."+name) }
	allowed := false
	for domain := range n.relayTo {
		allowed = allowed || match(domain)
	}
	if !allowed { // RFC 1985 §6: not for everybody's mail
		return smtp.NewReply(459, "4.7.1", "Node "+node+" not allowed: mail for it is not kept here")
	}
	if s.noQueue() {
		return smtp.NewReply(458, "4.3.2", "Unable to queue messages for node "+node)
	}
	switch found := n.queue.FlushFor(match); found {
	case 0:
		return smtp.NewReply(251, "2.0.0", "OK, no messages waiting for node "+node)
	default:
		return smtp.NewReply(253, "2.0.0", "OK, "+strconv.Itoa(found)+" pending messages for node "+node+" started")
	}
}

func (s *session) noQueue() bool { return s.node.queue == nil }

// Turn answers ATRN (RFC 2645 §5.2.1) and TURN. To TURN the name in HELO is all the proof there is.
func (s *session) Turn(t *smtpserver.Transaction, v smtp.Verb, domains []string) smtp.Reply {
	n := s.node
	if v == smtp.TURN {
		domains = []string{t.Helo}
	}
	if len(domains) == 0 {
		domains = n.cfg.Turns[lower(t.User)]
	}
	s.turned = domains
	for _, d := range domains {
		switch {
		case !n.relayTo[lower(d)]:
			return smtp.NewReply(450, "4.7.1", "Request refused: no mail is kept here for "+d)
		case v == smtp.ATRN && !queue.MatchDomains(n.cfg.Turns[lower(t.User)])(d): // §5.2.1: each must be the client's own
			return smtp.NewReply(450, "4.7.1", "ATRN request refused: "+d+" is not yours")
		}
	}
	switch {
	case s.noQueue() || len(domains) == 0:
		return smtp.NewReply(451, "4.3.2", "Unable to process the request now")
	case n.queue.Waiting(queue.MatchDomains(domains)) == 0 && v == smtp.ATRN:
		return smtp.NewReply(453, "4.2.0", "You have no mail")
	}
	return smtp.NewReply(250, "2.0.0", "OK now reversing the connection")
}

// Reversed gives out what waits, as the client of the host that was the client before.
func (s *session) Reversed(conn net.Conn, _ []string) {
	n, domains := s.node, s.turned
	c := smtpclient.New(conn, smtpclient.Config{Host: n.host})
	if err := c.Open(); err != nil {
		_ = c.Close() // what waits goes on waiting
		return
	}
	_, remote := host.Ends(conn)
	n.queue.Over(c, remote.String(), queue.MatchDomains(domains))
	_ = c.Quit() // what became of the mail is settled
}

// Collect is how a host that is not always there asks another one for its mail.
type Collect struct {
	From     string         // name of the host that keeps it
	With     smtp.Verb      // ETRN, ATRN or TURN
	Domains  []string       // whose mail
	Addr     netip.AddrPort // where it is; invalid: looked up, port 366 for ATRN and 25 for the others
	Identity string         // ATRN: who asks
	Password string
}

// Collect asks; it is called in a process of the host.
func (n *Node) Collect(c Collect) error {
	if c.With != smtp.ETRN && len(n.servers) == 0 {
		return ErrNoMail // nobody here could be the server
	}
	target, err := n.collectTarget(c)
	if err != nil {
		return err
	}
	conn, err := n.host.Dialer.Dial(target, time.Minute)
	if err != nil {
		return err
	}
	client := smtpclient.New(conn, n.collectConfig(c))
	if err := client.Open(); err != nil {
		_ = client.Close()
		return err
	}
	if c.With == smtp.ETRN {
		for _, d := range c.Domains {
			if _, err := client.Do("ETRN " + d); err != nil {
				break
			}
		}
		return client.Quit()
	}
	domains := c.Domains
	if c.With == smtp.TURN {
		domains = nil
	}
	turned, err := client.Turn(c.With, domains)
	if err != nil {
		_ = client.Quit()
		return err
	}
	return n.servers[0].Serve(turned) // it closes the connection
}

func (n *Node) collectConfig(c Collect) smtpclient.Config {
	cfg := smtpclient.Config{Host: n.host}
	if c.With == smtp.TURN && len(c.Domains) > 0 {
		cfg.Name = c.Domains[0] // nothing but this name says whose mail it is
	}
	if c.With == smtp.ATRN && c.Identity != "" { // RFC 2645 §5.1
		cfg.Auth = &smtpclient.Auth{Identity: c.Identity, Password: c.Password}
	}
	return cfg
}

func (n *Node) collectTarget(c Collect) (netip.AddrPort, error) {
	if c.Addr.IsValid() {
		return c.Addr, nil
	}
	port := queue.PortSMTP
	if c.With == smtp.ATRN {
		port = PortODMR
	}
	addrs, answer := n.lookup().LookupAddr(c.From)
	if answer.Outcome != dns.Found {
		return netip.AddrPort{}, fmt.Errorf("address of %q: %s", c.From, answer.Outcome)
	}
	return netip.AddrPortFrom(addrs[0], uint16(port)), nil
}
