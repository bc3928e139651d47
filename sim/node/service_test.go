package node

import (
	"crypto/tls"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

func TestAliases(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) {
		if name == "msa.nord.example" {
			c.Aliases = map[string][]string{"Team": {"alice", bob, "info@nord.example"}, "info@nord.example": {"alice", "carol@west.example"},
				"alice": {"alice", "alice@nord.example"}, "a": {"b"}, "b": {"a"}}
		}
	})
	w.send(alice, "team@nord.example")
	w.net.RunIdle()
	w.check("each address once (RFC 5321 §3.9.1)", strings.Join(sorted(strings.Split(w.fate(), "; ")), "; "),
		"msa delivered alice@nord.example 250; msa relayed bob@west.example 250; msa relayed carol@west.example 250; "+
			"mx1 delivered bob@west.example 250; mx1 delivered carol@west.example 250")
	w.send(alice, "a@nord.example")
	w.net.RunIdle()
	w.check("aliases in a circle", w.fate(), "msa bounced a@nord.example 550; msa delivered alice@nord.example 250")
}

// TestStoreHost: an MTA whose mailboxes are on another host, by LMTP with a reply for each recipient (RFC 2033).
func TestStoreHost(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) {
		if name == "mx1.west.example" {
			c.Roles, c.Users = []Role{MTA}, nil
			c.Store = &queue.Rule{Host: "store.west.example", LMTP: true}
		}
	})
	w.add("store.west.example", Config{Roles: []Role{MDA}, Domains: []string{"west.example"}, Users: []string{"bob", "carol"},
		Replies: reply(AtEnd, "", "452 4.2.2 mailbox full", 1)}, "198.51.100.40")
	w.send(alice, bob, "carol@west.example", "eve@west.example")
	w.passes(2 * time.Hour)
	w.check("fate", strings.Join(sorted(strings.Split(w.fate(), "; ")), "\n"), strings.Join([]string{
		"msa delivered alice@nord.example 250", "msa relayed bob@west.example 250", "msa relayed carol@west.example 250", "msa relayed eve@west.example 250",
		"mx1 bounced eve@west.example 550", "mx1 queued bob@west.example 452", "mx1 relayed alice@nord.example 250", "mx1 relayed bob@west.example 250",
		"mx1 relayed carol@west.example 250", "store delivered bob@west.example 250", "store delivered carol@west.example 250"}, "\n"))
	got := string(w.box("store.west.example", "carol")[0])
	if !strings.Contains(got, "with LMTP id") || strings.Count(got, "Received: ") != 3 {
		t.Errorf("the way of the mail:\n%s", got)
	}
}

func TestClientNames(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) { c.LookupClients = true })
	w.send(alice, bob)
	w.net.RunIdle()
	if got := string(w.box("mx1.west.example", "bob")[0]); !strings.Contains(got, "from alice.nord.example (alice.nord.example [192.0.2.101])") {
		t.Errorf("no checked name in\n%s", got)
	}
	w.check("questions of the MSA", strings.Join(w.dns[:2], ", "), "msa.nord.example: PTR 101.2.0.192.in-addr.arpa, msa.nord.example: A alice.nord.example")
}

// A name that an address claims counts only if the name has that address: anybody can write any name into a PTR record.
func TestClientNameMustLeadBack(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) { c.LookupClients = true })
	w.zones.Delete("101.2.0.192.in-addr.arpa", dns.TypePTR)
	r, err := dns.ParseRecord("101.2.0.192.in-addr.arpa PTR mx1.west.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.zones.Add(r); err != nil {
		t.Fatal(err)
	}
	w.send(alice, bob)
	w.net.RunIdle()
	if got := string(w.box("mx1.west.example", "bob")[0]); !strings.Contains(got, "from alice.nord.example (unknown [192.0.2.101])") {
		t.Errorf("a name that does not lead back was believed:\n%s", got)
	}
}

func TestIPv6(t *testing.T) {
	w := newWorld(t, "six.example MX 10 mx.six.example", vnet.Link{Latency: time.Millisecond})
	w.add("alice.nord.example", Config{Roles: []Role{MSA, MTA, MDA}, Domains: []string{"nord.example"}, Users: []string{"alice"}}, "192.0.2.10", "2001:db8::10")
	w.add("mx.six.example", Config{Roles: []Role{MTA, MDA}, Domains: []string{"six.example"}, Users: []string{"bob"}}, "198.51.100.6", "2001:db8::6")
	w.send(alice, "bob@six.example")
	w.net.RunIdle()
	if got := string(w.box("mx.six.example", "bob")[0]); !strings.Contains(got, "[IPv6:2001:db8::10]") {
		t.Errorf("not over IPv6:\n%s", got)
	}
	// RFC 5321 §5.1: a host's addresses in order, until one works; nobody has the first
	for _, line := range []string{"half.example MX 10 mx.half.example", "mx.half.example AAAA 2001:db8::dead", "mx.half.example A 198.51.100.6"} {
		r, err := dns.ParseRecord(line)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.zones.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	w.nodes["mx.six.example"].domains["half.example"] = true
	w.send(alice, "bob@half.example")
	w.net.RunIdle()
	if box := w.box("mx.six.example", "bob"); len(box) != 2 || !strings.Contains(string(box[1]), "[192.0.2.10]") {
		t.Errorf("%d messages came; the second not over IPv4", len(box))
	}
}

// TestBrokenTLS: a server that offers STARTTLS but has no certificate. Who may use TLS goes on without (RFC 7435 §3), who
// must keeps the mail.
func TestBrokenTLS(t *testing.T) {
	for use, want := range map[queue.TLSUse]string{
		queue.TLSMay:   "mx1 delivered bob@west.example 250; msa relayed bob@west.example 250",
		queue.TLSNever: "mx1 delivered bob@west.example 250; msa relayed bob@west.example 250",
		queue.TLSMust:  "msa queued bob@west.example 451",
	} {
		w := northAndWest(t, func(name string, c *Config) {
			switch name {
			case "msa.nord.example":
				c.TLS.Client = use
			case "mx1.west.example", "mx2.west.example":
				c.TLS.Server = &tls.Config{}
			}
		})
		w.send(alice, bob)
		w.passes(time.Minute)
		w.check(fmt.Sprint("use ", use), w.fate(), want)
	}
}

func TestLimits(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) {
		if name == "mx1.west.example" {
			c.Limits.MessageSize = 2000
		}
	})
	w.sendFrom("alice.nord.example", Message{From: alice, To: []string{bob}, Body: strings.Repeat("0123456789\n", 200)})
	w.net.RunIdle()
	w.check("RFC 1870 §6.2", w.fate(), "msa bounced bob@west.example 552; msa delivered alice@nord.example 250")
	w.net.SetStoreLimit("msa.nord.example", 100)
	w.send(alice, bob)
	w.net.RunIdle()
	w.check("RFC 5321 §4.5.3.1.9: no 250 without room", w.fate(), "alice bounced end of data: 452 4.3.1 Insufficient system storage 0")
}

func TestShutdownAndErrors(t *testing.T) {
	w := northAndWest(t, nil)
	w.net.Inject(w.nodes["mx1.west.example"].Shutdown)
	w.send(alice, bob)
	w.net.RunIdle()
	w.check("421 and the next one", w.fate(), "mx2 delivered bob@west.example 250; msa relayed bob@west.example 250")
	if _, err := Start(w.cfgs["mx2.west.example"]); err == nil || !strings.Contains(err.Error(), "mx2.west.example: ") {
		t.Errorf("started twice: %v", err)
	}
	w.sendFrom("www.west.example", Message{From: bob, To: []string{alice}})
	w.sendFrom("alice.nord.example", Message{From: "not an address", To: []string{bob}})
	w.net.RunIdle()
	if got := w.fate(); !strings.Contains(got, ErrNoMail.Error()) || !strings.Contains(got, `sender "not an address"`) {
		t.Errorf("got %s", got)
	}
}

// TestDNSOverTCP: an answer that does not fit into a datagram (RFC 7766).
func TestDNSOverTCP(t *testing.T) {
	var records []string
	for i := range 60 {
		records = append(records, fmt.Sprintf("big.example MX %d mx%d.some-long-name.big.example", i, i))
	}
	w := newWorld(t, strings.Join(records, "\n"), vnet.Link{Latency: time.Millisecond})
	w.add("alice.nord.example", Config{Roles: []Role{MTA}}, "192.0.2.10")
	var list []dns.MX
	n := w.nodes["alice.nord.example"]
	n.host.Go("ask", func() { list, _ = n.Resolver().LookupMX("big.example") })
	w.net.RunIdle()
	if len(list) != 60 {
		t.Errorf("%d records, want 60", len(list))
	}
}
