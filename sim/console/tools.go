package console

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
)

// types are those that a question may ask for, for hints.
const types = "the types here are a, aaaa, mx, ptr, txt, cname, ns, soa"

// dig asks one question past every cache and prints the response in the shape of dig.
func (c *Console) dig(o *Output, args []string) {
	name, kind, server, short := "", dns.Type(0), "", false
	for _, a := range args {
		t, isType := dns.ParseType(a)
		switch {
		case a == "+short":
			short = true
		case strings.HasPrefix(a, "@"):
			server = a[1:]
		case a == "-t" || a == "-x" || strings.HasPrefix(a, "+") || strings.EqualFold(a, "IN"):
		case isType && kind == 0:
			kind = t
		case name == "":
			name = a
		default:
			o.add(Hint, "%q is no type of record; %s", a, types)
			return
		}
	}
	if name == "" {
		o.add(Hint, "dig NAME [TYPE], for example: dig west.example MX")
		return
	}
	if kind == 0 {
		kind = dns.TypeA
	}
	r, ok := c.ask(o, server, name, kind)
	switch {
	case !ok:
	case short && !r.NoAnswer:
		for _, record := range r.Answer {
			o.add(Tool, "%s", record.Data())
		}
	default:
		o.text(Tool, dns.Dig(r))
	}
}

// nslookup is the same question in the shape of nslookup.
func (c *Console) nslookup(o *Output, args []string) {
	name, kind := "", dns.TypeA
	for _, a := range args {
		if t, ok := strings.CutPrefix(strings.ToLower(a), "-type="); ok {
			k, known := dns.ParseType(t)
			if !known {
				o.add(Hint, "nslookup -type=mx NAME; %s", types)
				return
			}
			kind = k
			continue
		}
		name = a
	}
	if name == "" {
		o.add(Hint, "nslookup [-type=TYPE] NAME, for example: nslookup -type=mx west.example")
		return
	}
	if r, ok := c.ask(o, "", name, kind); ok {
		o.text(Tool, dns.NSLookup(r))
	}
}

func (c *Console) ask(o *Output, server, name string, kind dns.Type) (r dns.Response, ok bool) {
	to, ok := c.w.NameServer()
	if server != "" {
		full, found := c.host(o, server)
		if !found {
			return r, false
		}
		to, ok = netip.AddrPortFrom(c.w.Ports(full).Addrs[0], dns.Port), true
	}
	if !ok {
		o.add(Hint, "there is no name server in this world")
		return r, false
	}
	if a, err := netip.ParseAddr(name); err == nil && kind == dns.TypeA {
		name, kind = dns.ReverseName(a), dns.TypePTR // as nslookup and dig -x do
	}
	done := false
	me := c.w.Ports(c.seat)
	c.w.Spawn(c.seat, "dig", func() {
		r = dns.NewResolver(me, dns.Options{Servers: []netip.AddrPort{to}}).Ask(to, name, kind)
		done = true
	})
	return r, c.w.Await(func() bool { return done }, 5*time.Minute)
}

// mailq lists queues in the order of the hosts.
func (c *Console) mailq(o *Output, args []string) {
	hosts := c.w.Hosts()
	if len(args) > 0 {
		full, ok := c.host(o, args[0])
		if !ok {
			return
		}
		hosts = []string{full}
	}
	n := 0
	for _, h := range hosts {
		for _, q := range c.w.Queue(h) {
			o.add(Tool, "%-14s %s  %5d octets  <%s> to <%s>", q.ID, h, q.Size, q.Sender, q.Recipient)
			o.add(Tool, "%-14s %s; next try in %s", "", orNone(q.LastReply), q.Next.Round(time.Second))
			n++
		}
	}
	if n == 0 {
		o.add(Tool, "Mail queue is empty")
	}
}

func orNone(s string) string {
	if s == "" {
		return "no answer yet"
	}
	return s
}

// mailbox lists a user's mail, or shows one.
func (c *Console) mailbox(o *Output, args []string) {
	if len(args) == 0 || len(args) > 2 {
		o.add(Hint, "mailbox USER [N], for example: mailbox bob")
		return
	}
	user, domain, _ := strings.Cut(args[0], "@")
	boxes := c.w.Mailboxes()
	boxes = slices.DeleteFunc(boxes, func(m Mailbox) bool {
		return m.User != user || domain != "" && m.Host != domain && !slices.Contains(m.Domains, domain)
	})
	if len(boxes) == 0 {
		o.add(Hint, "nobody has a mailbox called %q here", args[0])
		return
	}
	if len(args) == 2 {
		c.showMessage(o, boxes, args[1])
		return
	}
	for _, m := range boxes {
		o.add(Tool, "%s on %s: %s", m.User, m.Host, messages(len(m.Messages)))
		for i, msg := range m.Messages {
			o.add(Tool, "%3d  %5d octets  From: %s  Subject: %s", i+1, len(msg), header(msg, "From"), header(msg, "Subject"))
		}
	}
}

func messages(n int) string {
	if n == 1 {
		return "1 message"
	}
	return strconv.Itoa(n) + " messages"
}

// showMessage prints message number of each of the boxes that has so many.
func (c *Console) showMessage(o *Output, boxes []Mailbox, number string) {
	n, err := strconv.Atoi(number)
	most := 0
	for _, m := range boxes {
		if most = max(most, len(m.Messages)); err == nil && n >= 1 && n <= len(m.Messages) {
			o.text(Tool, string(m.Messages[n-1]))
		}
	}
	switch {
	case len(o.Lines) > 0:
	case most == 0:
		o.add(Hint, "%s has no mail yet", boxes[0].User)
	default:
		o.add(Hint, "%s has the messages 1 to %d", boxes[0].User, most)
	}
}

// header finds an unfolded field of a message that the world delivered.
func header(msg []byte, name string) string {
	head, _, _ := strings.Cut(string(msg), "\r\n\r\n")
	for _, l := range strings.Split(head, "\r\n") {
		if k, v, ok := strings.Cut(l, ":"); ok && strings.EqualFold(k, name) {
			return strings.TrimSpace(v)
		}
	}
	return "(none)"
}

func (c *Console) log(o *Output, args []string) {
	hosts := c.w.Hosts()
	if len(args) > 0 {
		full, ok := c.host(o, args[0])
		if !ok {
			return
		}
		hosts = []string{full}
	}
	for _, h := range hosts {
		for _, l := range c.w.Log(h) {
			o.add(Tool, "%s", l)
		}
	}
}

// clock shows the time, and lets it pass.
func (c *Console) clock(o *Output, args []string) {
	if len(args) > 0 {
		d, err := time.ParseDuration(strings.TrimPrefix(args[0], "+"))
		if err != nil || d < 0 || d > 366*24*time.Hour {
			o.add(Hint, "clock +4h lets four hours pass; also +90s, +30m, +120h")
			return
		}
		c.w.Pass(d)
	}
	o.add(Tool, "%s", c.w.Date().Format("Mon, 02 Jan 2006 15:04:05 -0700"))
}

func (c *Console) send(o *Output, args []string) {
	if len(args) < 2 {
		o.add(Hint, "send FROM TO [SUBJECT], for example: send alice@nord.example bob@west.example Hello")
		return
	}
	for _, a := range append(strings.Split(args[1], ","), args[0]) {
		if _, err := smtp.ParseMailbox(a, smtp.Strict); a != "<>" && (err != nil || !strings.Contains(a, "@")) {
			o.add(Hint, "%q is no address; for example: send alice@nord.example bob@west.example Hello", a)
			return
		}
	}
	m := Message{From: strings.Trim(args[0], "<>"), To: strings.Split(args[1], ","), Subject: strings.Join(args[2:], " "), Body: "Hello.\n"}
	if m.Subject == "" {
		m.Subject = "Hello"
	}
	if err := c.w.Send(m); err != nil {
		o.add(Hint, "%v", err)
		return
	}
	o.add(Event, "%s writes to %s; a minute passes", args[0], args[1])
	c.w.Pass(time.Minute)
}

func (c *Console) state(state string) func(*Output, []string) {
	return func(o *Output, args []string) {
		if len(args) == 0 {
			o.add(Hint, "%s HOST, for example: %s mx1", state, state)
			return
		}
		var hosts []string
		for _, a := range args {
			full, ok := c.host(o, a)
			if !ok {
				return
			}
			hosts = append(hosts, full)
		}
		for _, full := range hosts {
			c.w.SetHost(full, state)
			o.add(Event, "%s is %s", full, state)
		}
	}
}

// zone shows or edits records; an edit is seen by whoever has no copy in a cache.
func (c *Console) zone(o *Output, args []string) {
	z := c.w.Zones()
	switch {
	case len(args) > 0 && args[0] == "add":
		r, err := dns.ParseRecord(strings.Join(args[1:], " "))
		if err == nil {
			err = z.Add(r)
		}
		if err != nil {
			o.add(Hint, "%v; for example: zone add west.example MX 10 mx1.west.example", err)
			return
		}
		o.add(Event, "added: %s", r)
	case len(args) > 0 && args[0] == "delete":
		t, ok := dns.Type(0), false
		if len(args) == 3 {
			t, ok = dns.ParseType(args[2])
		}
		if !ok {
			o.add(Hint, "zone delete NAME TYPE, for example: zone delete west.example MX; %s", types)
			return
		}
		o.add(Event, "deleted: %d", z.Delete(args[1], t))
	default:
		c.records(o, args)
	}
}

// records lists all records, or those of a name and below it; of all, not those that nobody edits.
func (c *Console) records(o *Output, names []string) {
	for _, zone := range c.w.Zones().All() {
		for _, r := range zone.Records {
			if len(names) == 0 && (r.Type == dns.TypePTR || r.Type == dns.TypeSOA || r.Type == dns.TypeNS) ||
				len(names) > 0 && !dns.InZone(r.Name, dns.CanonicalName(names[0])) {
				continue
			}
			o.add(Tool, "%s", r)
		}
	}
	if len(o.Lines) == 0 && len(names) > 0 {
		o.add(Hint, "there are no records of %q; zone alone lists all", names[0])
	}
}

func (c *Console) hosts(o *Output, _ []string) {
	for _, h := range c.w.Hosts() {
		var addrs []string
		for _, a := range c.w.Ports(h).Addrs {
			addrs = append(addrs, a.String())
		}
		o.add(Tool, "%-24s %s", h, strings.Join(addrs, " "))
	}
}

func (c *Console) run(o *Output, _ []string) {
	before := c.w.Now()
	c.w.RunIdle()
	o.add(Event, "%s", fmt.Sprintf("nothing is left to happen; %s passed", (c.w.Now()-before).Round(time.Millisecond)))
}
