package node

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// BenchmarkClassRoom sends mail of 1 KB between 16 MTAs, each with its own domain: spool, DNS, TCP, mailbox. One
// operation is one message from the sender's queue into the recipient's mailbox.
func BenchmarkClassRoom(b *testing.B) {
	for _, burst := range []int{1, 10} {
		b.Run(fmt.Sprintf("burst=%d", burst), func(b *testing.B) { classRoom(b, 16, burst) })
	}
}

func classRoom(b *testing.B, hosts, burst int) {
	net := vnet.New(vnet.Options{Seed: 1, DefaultLink: vnet.Link{Latency: 5 * time.Millisecond}})
	defer net.Close()
	var records []string
	for i := range hosts {
		records = append(records, fmt.Sprintf("d%d.example 86400 MX 10 mx.d%d.example", i, i),
			fmt.Sprintf("mx.d%d.example 86400 A 192.0.2.%d", i, i+1))
	}
	zone, err := dns.ParseZone(".", records...)
	if err != nil {
		b.Fatal(err)
	}
	ns := net.AddHost(vnet.HostConfig{Name: "ns.example", Addrs: []netip.Addr{nameServer}}).Ports()
	if _, err := Start(Config{Host: ns, Roles: []Role{DNS}, Zones: dns.NewZones(zone)}); err != nil {
		b.Fatal(err)
	}
	var nodes []*Node
	for i := range hosts {
		h := net.AddHost(vnet.HostConfig{Name: fmt.Sprintf("mx.d%d.example", i), Addrs: []netip.Addr{netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)})}}).Ports()
		h.Claims = host.NoClaims{}
		n, err := Start(Config{Host: h, Roles: []Role{MTA, MDA}, Domains: []string{fmt.Sprintf("d%d.example", i)}, Users: []string{"bob"},
			Resolver: []netip.AddrPort{netip.AddrPortFrom(nameServer, dns.Port)}})
		if err != nil {
			b.Fatal(err)
		}
		nodes = append(nodes, n)
	}
	body := strings.Repeat("0123456789abcdefghijklmnopqrstuvwxyz-0123456789abcdefghijklmno\n", 16)
	left := b.N
	for i, n := range nodes {
		env, text, err := n.Compose(Message{From: fmt.Sprintf("bob@d%d.example", i), To: []string{fmt.Sprintf("bob@d%d.example", (i+1)%hosts)}, Subject: "x", Body: body})
		if err != nil {
			b.Fatal(err)
		}
		n.host.Go("user", func() {
			for k := i; left > 0; k++ {
				to := fmt.Sprintf("d%d.example", (k+1)%hosts)
				for range min(burst, left) {
					env := env
					env.Recipients = append(env.Recipients[:0:0], env.Recipients...)
					env.Recipients[0].Forward.Domain = to
					left--
					if _, err := n.Submit(env, text); err != nil {
						b.Error(err)
					}
				}
				n.host.Clock.Sleep(200 * time.Millisecond)
			}
		})
	}
	b.ReportAllocs()
	b.ResetTimer()
	net.RunIdle()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
	delivered := 0
	for _, n := range nodes {
		delivered += len(n.host.Store.List(mailPrefix))
	}
	if delivered != b.N {
		b.Errorf("%d of %d messages are in mailboxes", delivered, b.N)
	}
}
