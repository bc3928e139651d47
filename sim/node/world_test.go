package node

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// world is a network of nodes in virtual time.
type world struct {
	t       testing.TB
	net     *vnet.Network
	zones   *dns.Zones
	nodes   map[string]*Node
	cfgs    map[string]Config
	claims  []host.Claim
	dns     []string // "host: MX west.example", the questions in order
	start   time.Time
	refused []string // what users were told by their mail programs
}

var nameServer = netip.MustParseAddr("203.0.113.53")

// newWorld makes a network with a name server that knows the records and the addresses of all hosts.
func newWorld(t testing.TB, records string, link vnet.Link) *world {
	w := &world{t: t, nodes: map[string]*Node{}, cfgs: map[string]Config{}}
	w.net = vnet.New(vnet.Options{Seed: 7, Claims: w, DefaultLink: link, Datagram: func(d vnet.DatagramInfo) {
		if q, ok := dns.Describe(d.Payload); ok && !q.IsResponse {
			w.dns = append(w.dns, d.From+": "+q.Type+" "+q.Name)
		}
	}})
	w.start = w.net.Now()
	zone, err := dns.ParseZone(".", strings.Split(strings.TrimSpace(records), "\n")...)
	if err != nil {
		t.Fatal(err)
	}
	w.zones = dns.NewZones(zone)
	w.add("ns.example", Config{Roles: []Role{DNS}, Zones: w.zones}, nameServer.String())
	t.Cleanup(w.net.Close)
	return w
}

// add puts a node on a host of its own and its addresses into the DNS.
func (w *world) add(name string, cfg Config, addrs ...string) {
	w.t.Helper()
	var list []netip.Addr
	for _, a := range addrs {
		addr := netip.MustParseAddr(a)
		list = append(list, addr)
		kind := "A"
		if !addr.Is4() {
			kind = "AAAA"
		}
		for _, line := range []string{name + " " + kind + " " + a, dns.ReverseName(addr) + " PTR " + name} {
			r, err := dns.ParseRecord(line)
			if err != nil {
				w.t.Fatal(err)
			}
			if err := w.zones.Add(r); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	cfg.Host = w.net.AddHost(vnet.HostConfig{Name: name, Addrs: list}).Ports()
	if name != "ns.example" && cfg.Resolver == nil {
		cfg.Resolver = []netip.AddrPort{netip.AddrPortFrom(nameServer, dns.Port)}
	}
	w.cfgs[name] = cfg
	w.begin(name)
}

func (w *world) begin(name string) {
	w.t.Helper()
	n, err := Start(w.cfgs[name])
	if err != nil {
		w.t.Fatal(err)
	}
	w.nodes[name] = n
}

// Claim keeps what the engines say they did.
func (w *world) Claim(c host.Claim) { w.claims = append(w.claims, c) }

// fate is what became of mail, in order: "msa queued bob@west.example 450".
func (w *world) fate() string {
	var out []string
	for _, c := range w.claims {
		switch c.Kind {
		case host.ClaimQueued, host.ClaimDelivered, host.ClaimBounced, host.ClaimDropped, host.ClaimRelayed:
			short, _, _ := strings.Cut(c.Host, ".")
			out = append(out, fmt.Sprintf("%s %s %s %d", short, c.Kind, c.Recipient, c.Code))
		}
	}
	w.claims = nil
	return strings.Join(out, "; ")
}

// send has somebody write a mail; it returns at once.
func (w *world) send(from string, to ...string) {
	w.t.Helper()
	w.sendFrom("alice.nord.example", Message{From: from, To: to, Subject: "Hello", Body: "Hello,\n.\nlast line\n"})
}

func (w *world) sendFrom(name string, m Message) {
	w.t.Helper()
	n := w.nodes[name]
	n.host.Go("user", func() {
		env, text, err := n.Compose(m)
		if err == nil {
			_, err = n.Submit(env, text)
		}
		if err != nil {
			w.claims = append(w.claims, host.Claim{Host: name, Kind: host.ClaimBounced, Recipient: err.Error()})
		}
	})
}

func (w *world) passes(d time.Duration) { w.net.RunUntil(w.net.Now().Add(d)) }

// box is a user's mail on a host.
func (w *world) box(name, user string) [][]byte {
	for _, b := range w.nodes[name].Mailboxes() {
		if b.User == user {
			return b.Messages
		}
	}
	return nil
}

func (w *world) check(what, got, want string) {
	w.t.Helper()
	if got != want {
		w.t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

// north and west is the network of the lessons: Alice's provider, and a domain with two exchangers and a web server.
func northAndWest(t testing.TB, change func(name string, c *Config)) *world {
	w := newWorld(t, `
nord.example MX 10 msa.nord.example
west.example MX 10 mx1.west.example
west.example MX 20 mx2.west.example
west.example A 198.51.100.80
null.example MX 0 .
only-a.example A 198.51.100.26
empty.example TXT "nothing else"
alias.example CNAME west.example
odd.example MX 10 alias-of-mx1.example
alias-of-mx1.example CNAME mx1.west.example
self.example MX 10 msa.nord.example`, vnet.Link{Latency: 20 * time.Millisecond})
	for _, h := range []struct {
		name, addr string
		cfg        Config
	}{
		{"alice.nord.example", "192.0.2.101", Config{Roles: []Role{MUA}, SubmitTo: "msa.nord.example", SubmitAddr: netip.MustParseAddrPort("192.0.2.10:587")}},
		{"msa.nord.example", "192.0.2.10", Config{Roles: []Role{MSA, MTA, MDA}, Domains: []string{"nord.example"}, Users: []string{"alice"},
			RelayFrom: []netip.Prefix{netip.MustParsePrefix("192.0.2.96/28")}}},
		{"mx1.west.example", "198.51.100.25", Config{Roles: []Role{MTA, MDA}, Domains: []string{"west.example", "alias.example", "odd.example"}, Users: []string{"bob", "carol"},
			Persona: persona.Exim()}},
		{"mx2.west.example", "198.51.100.26", Config{Roles: []Role{MTA, MDA}, Domains: []string{"west.example", "only-a.example"}, Users: []string{"bob", "carol"}}},
		{"www.west.example", "198.51.100.80", Config{Roles: []Role{Web}}},
	} {
		if change != nil {
			change(h.name, &h.cfg)
		}
		w.add(h.name, h.cfg, h.addr)
	}
	return w
}

// reply makes a scripted reply from its text.
func reply(at Stage, recipient, text string, times int) []Reply {
	code, _, rest, _ := smtp.SplitReplyLine(text)
	enhanced, n := smtp.CutEnhanced(rest)
	return []Reply{{At: at, Recipient: recipient, Times: times, Reply: smtp.NewReply(code, enhanced.String(), strings.TrimSpace(rest[n:]))}}
}

func lines(p []byte) []string { return strings.Split(strings.TrimSuffix(string(p), "\r\n"), "\r\n") }

func sorted(words []string) []string {
	slices.Sort(words)
	return words
}
