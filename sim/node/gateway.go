package node

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/trace/field"
)

// Gateway is a host's way into a world that does not speak SMTP (RFC 5321 §3.7): one of bang paths, as UUCP's (RFC 976, from
// general knowledge). west!bob there is bob@west.uucp.example here.
type Gateway struct {
	World  string              // for the via clause (RFC 5321 §3.7.2): "UUCP"
	Domain string              // the sites are below it: "uucp.example"
	Sites  map[string][]string // the users of each site; mail for others comes back
	Takes  time.Duration       // until the other world says that it cannot deliver
}

// foreignPrefix is where mail lies that went into the other world: gateway/<first site>/<n>, n from 1.
const foreignPrefix = "gateway/"

// foreignTries is how often the gateway tries to hand a report of the other world over, an hour apart.
const foreignTries = 48

// domains are those that lead into the other world.
func (g *Gateway) domains() []string {
	out := []string{lower(g.Domain)}
	for site := range g.Sites {
		out = append(out, lower(site+"."+g.Domain))
	}
	return out
}

// bang is the path of an address in the other world: of bob@west.uucp.example, and of west!bob@gateway.example; "": it has none
// there.
func (n *Node) bang(m smtp.Mailbox) string {
	g := n.cfg.Gateway
	if g == nil {
		return ""
	}
	path := m.Local
	if site, below := strings.CutSuffix(lower(m.Domain), "."+lower(g.Domain)); below {
		path = site + "!" + path
	} else if !n.domains[lower(m.Domain)] {
		return ""
	}
	if site, _, is := strings.Cut(path, "!"); is && g.Sites[lower(site)] != nil {
		return path
	}
	return ""
}

// outside is an address of this world for somebody in the other: behind this gateway, "gw!east.example!alice".
func (n *Node) outside(address string) string {
	m, err := smtp.ParseMailbox(address, smtp.Tolerant)
	if err != nil || m.Domain == "" {
		return address
	}
	if path := n.bang(m); path != "" {
		return path
	}
	return n.site() + "!" + m.Domain + "!" + m.Local
}

// site is this host's name in the other world.
func (n *Node) site() string {
	name, _, _ := strings.Cut(n.host.Name, ".")
	return name
}

// inside is an address of the other world for somebody in this one: with a full domain, and good for replies (RFC 5321 §3.7.4).
// first is the site that the mail comes from, to which names without a path belong.
func (n *Node) inside(path, first string) string {
	g := n.cfg.Gateway
	if strings.Contains(path, "@") {
		return path
	}
	path, own := strings.CutPrefix(path, n.site()+"!")
	site, rest, is := strings.Cut(path, "!")
	switch {
	case own && !is:
		return smtp.Mailbox{Local: path, Domain: n.mailDomain()}.String()
	case !is:
		return smtp.Mailbox{Local: path, Domain: first + "." + g.Domain}.String()
	case strings.Contains(site, "."): // RFC 976: a domain stands in a path as a site does
		return smtp.Mailbox{Local: rest, Domain: site}.String()
	}
	return smtp.Mailbox{Local: rest, Domain: lower(site) + "." + g.Domain}.String()
}

// leave hands a mail over to the other world: addresses in its form, a Received field in front, those that are there as they are
// (RFC 5321 §3.7.2), and the reverse-path where that world looks for it, in the first line, so that its reports come to it and
// not to From (§3.7.4).
func (n *Node) leave(path string, d queue.Delivery) smtp.Reply {
	now, g := n.host.Clock.Now(), n.cfg.Gateway
	site, _, _ := strings.Cut(path, "!")
	from := "MAILER-DAEMON"
	if !d.Reverse.Null {
		from = n.outside(d.Reverse.Address())
	}
	trace := field.Received{By: n.host.Name, Via: g.World, ID: d.ID, Time: now}
	text := "From " + from + now.UTC().Format(" Mon Jan _2 15:04:05 2006") + " remote from " + n.site() + "\n" +
		field.Format(trace, field.StylePlain) + "\r\n" + string(rewriteHead(d.Text, n.outside))
	number := len(n.host.Store.List(foreignPrefix+lower(site)+"/")) + 1
	name := fmt.Sprintf("%s%s/%d", foreignPrefix, lower(site), number)
	if err := n.host.Store.Put(name, []byte(text)); err != nil {
		return smtp.NewReply(452, "4.3.1", "no room for mail to "+g.World+": "+err.Error())
	}
	if !g.has(path) && !d.Reverse.Null {
		arrived := now
		n.host.Go("the other world", func() {
			n.host.Clock.Sleep(g.Takes)
			n.comesBack(path, d, arrived)
		})
	}
	return smtp.NewReply(250, "2.0.0", "handed over to "+g.World+" for "+path)
}

// has reports whether the last site of a path has the user. Sites that are not known take everything.
func (g *Gateway) has(path string) bool {
	hops := strings.Split(path, "!")
	site, user := hops[len(hops)-2], hops[len(hops)-1]
	users, known := g.Sites[lower(site)]
	return !known || slices.ContainsFunc(users, func(u string) bool { return strings.EqualFold(u, user) })
}

// comesBack turns the other world's word that a mail cannot be delivered into a report of this one (RFC 3464 §2.2.3: the gateway
// says that it has translated).
func (n *Node) comesBack(path string, d queue.Delivery, arrived time.Time) {
	now, hops := n.host.Clock.Now(), strings.Split(path, "!")
	world, site := lower(n.cfg.Gateway.World), hops[len(hops)-2]
	id := strings.Trim(n.messageID(), "<>")
	report := dsn.Report{From: "Mail Delivery System <MAILER-DAEMON@" + n.host.Name + ">", To: d.Reverse.Address(),
		Subject: dsn.Subject(dsn.Failed), Date: dsn.Date(now), MessageID: id, Boundary: id,
		ReportingMTA: dsn.Typed{Type: "x-" + world, Value: site}, Gateway: dsn.DNS(n.host.Name), Arrival: dsn.Date(arrived), Returned: d.Text,
		Recipients: []dsn.Recipient{{Final: dsn.RFC822(d.Recipient.Address()), Action: dsn.Failed, Status: smtp.EnhancedCode{5, 1, 1},
			Diagnostic: dsn.Typed{Type: "x-" + world, Value: path + ": no such user at " + site}}}}
	env := smtp.Envelope{Reverse: smtp.ReversePath{Null: true}, Recipients: []smtp.Recipient{{Forward: smtp.ForwardPath{Mailbox: d.Reverse.Mailbox}}}}
	text := dsn.Format(report)
	for range foreignTries {
		if n.begin(env, text) == nil {
			return
		}
		n.host.Clock.Sleep(time.Hour)
	}
}

// Foreign is a mail that comes out of the other world.
type Foreign struct {
	From string   // path of who gets reports: "west!bob"; "": nobody
	To   []string // paths from here on: "gw!east.example!alice", "east.example!alice"
	Text string   // with its header section; lines end with LF or CRLF
}

// Arrive takes a mail out of the other world into the queue (RFC 5321 §3.7.4, §3.7.5): addresses with full domains, Date and From
// where they are missing, a Received field in front.
func (n *Node) Arrive(f Foreign) error {
	if n.queue == nil || n.cfg.Gateway == nil {
		return ErrNoMail
	}
	now, id := n.host.Clock.Now(), n.queue.NextID()
	first, _, _ := strings.Cut(f.From, "!")
	env := smtp.Envelope{Reverse: smtp.ReversePath{Null: f.From == "" || strings.HasSuffix(f.From, "!MAILER-DAEMON")}}
	var err error
	if !env.Reverse.Null {
		if env.Reverse.Mailbox, err = smtp.ParseMailbox(n.inside(f.From, first), smtp.StrictUTF8); err != nil {
			return fmt.Errorf("sender %q: %w", f.From, err)
		}
	}
	for _, to := range f.To {
		m, err := smtp.ParseMailbox(n.inside(to, first), smtp.StrictUTF8)
		if err != nil {
			return fmt.Errorf("recipient %q: %w", to, err)
		}
		env.Recipients = append(env.Recipients, smtp.Recipient{Forward: smtp.ForwardPath{Mailbox: m}})
	}
	to, ok := n.expand(env.Recipients)
	if !ok {
		return ErrManyAliases
	}
	env.Recipients = to
	text := rewriteHead(appendLines(nil, f.Text), func(path string) string { return n.inside(path, first) })
	head := field.ReadSection(text)
	if _, found := head.First("Date"); !found { // RFC 5322 §3.6: Date and From are required
		text = append(appendField(nil, "Date", dsn.Date(now)), text...)
	}
	if _, found := head.First("From"); !found {
		text = append(appendField(nil, "From", n.inside(f.From, first)), text...)
	}
	trace := field.Received{Helo: first + "." + n.cfg.Gateway.Domain, By: n.host.Name, Via: n.cfg.Gateway.World, ID: id, Time: now}
	return n.accept(id, env, field.Format(trace, field.StylePlain)+"\r\n", text)
}

// accept queues a mail that has come without SMTP, with the claim that a server makes for others.
func (n *Node) accept(id string, env smtp.Envelope, trace string, text []byte) error {
	if err := n.queue.Accept(id, env, trace, text); err != nil {
		return err
	}
	sum := sha256.New()
	sum.Write([]byte(trace))
	sum.Write(text)
	for _, r := range env.Recipients {
		n.host.Claims.Claim(host.Claim{Time: n.host.Clock.Now(), Host: n.host.Name, Role: host.RoleQueue, Kind: host.ClaimStored,
			Bytes: int64(len(trace) + len(text)), SHA256: hex.EncodeToString(sum.Sum(nil)), MailID: id, Reverse: env.Reverse.Address(),
			Recipient: r.Forward.Address()})
	}
	return nil
}
