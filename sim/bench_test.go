package sim

import (
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/sim/vnet"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/capture"
)

// BenchmarkClassRoom is a class-room network: 16 mail hosts, each with a domain and a mailbox, and a name server. One
// operation is one message of 1 KB, written on one host, routed by DNS, sent in a session of its own over TCP, and put into
// a mailbox on another. What changes is who watches.
func BenchmarkClassRoom(b *testing.B) {
	nobody := Options{TimelineCap: -1}
	b.Run("nil-sink", func(b *testing.B) { classRoom(b, nobody, func() Sinks { return Sinks{} }) })
	b.Run("claims", func(b *testing.B) { classRoom(b, nobody, func() Sinks { return Sinks{Claims: &counting{}} }) })
	b.Run("counting-sink", func(b *testing.B) { classRoom(b, nobody, func() Sinks { return Sinks{Recorder: &counting{}} }) })
	b.Run("pcapng", func(b *testing.B) { classRoom(b, nobody, pcapngSink) })
	b.Run("full-timeline", func(b *testing.B) { classRoom(b, Options{TimelineCap: 1 << 30}, func() Sinks { return Sinks{} }) })
}

// counting only counts what it is told.
type counting struct{ events, sessions, claims int }

func (c *counting) Event(*trace.Session, *trace.Event) { c.events++ }
func (c *counting) Session(*trace.Session)             { c.sessions++ }
func (c *counting) Claim(host.Claim)                   { c.claims++ }

func pcapngSink() Sinks {
	w := capture.NewWriter(io.Discard, capture.WriterOptions{Interfaces: []string{"room"}})
	return Sinks{Packet: func(p vnet.PacketInfo) { _ = w.WritePacket(p.T, 0, p.Data) }}
}

// benchBody is text of about 1 KB, with which a message has 1.3.
func benchBody() string {
	return strings.Repeat("0123456789abcdefghijklmnopqrstuvwxyz-0123456789abcdefghijklmno\n", 14)
}

// room is the scenario: each host writes count messages, one every 200 ms, each host's to the next one's user.
func room(hosts, count int) *scenario.Scenario {
	sc := &scenario.Scenario{Name: "class-room", Seed: 1, Start: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
		Default: scenario.Link{Latency: 5 * time.Millisecond}, Learner: "mx.d0.example"}
	for i := range hosts {
		name, domain := fmt.Sprintf("mx.d%d.example", i), fmt.Sprintf("d%d.example", i)
		sc.Hosts = append(sc.Hosts, scenario.Host{Name: name, Addrs: []netip.Addr{netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)})},
			Roles: []scenario.Role{scenario.MTA, scenario.MDA}, Domains: []string{domain}, Users: []string{"bob"}, Persona: "postfix"})
		sc.Zones = append(sc.Zones, domain+". 86400 IN MX 10 "+name+".")
		sc.Mail = append(sc.Mail, scenario.Mail{At: time.Duration(i) * time.Millisecond, Host: name, From: "bob@" + domain,
			To: []string{fmt.Sprintf("bob@d%d.example", (i+1)%hosts)}, Subject: "x", Body: benchBody(), Count: count, Every: 200 * time.Millisecond})
	}
	sc.Hosts = append(sc.Hosts, scenario.Host{Name: "ns.example", Addrs: []netip.Addr{netip.MustParseAddr("203.0.113.53")}, Roles: []scenario.Role{scenario.DNS}})
	return sc
}

func classRoom(b *testing.B, o Options, sinks func() Sinks) {
	const hosts = 16
	w, err := Open(room(hosts, (b.N+hosts-1)/hosts), o, sinks())
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	b.ReportAllocs()
	b.ResetTimer()
	began := cpuTime()
	w.RunIdle()
	used := cpuTime() - began
	b.StopTimer()
	delivered := 0
	for _, m := range w.Mailboxes() {
		delivered += len(m.Messages)
	}
	if delivered < b.N || len(w.Stuck()) > 0 {
		b.Errorf("%d of %d messages are in mailboxes; stuck: %q", delivered, b.N, w.Stuck())
	}
	b.ReportMetric(float64(delivered)/b.Elapsed().Seconds(), "msg/s")
	if used > 0 { // of all cores, the garbage collector's share too: it does not depend on who else is on the machine
		b.ReportMetric(float64(delivered)/used.Seconds(), "msg/core-s")
	}
	b.ReportMetric(float64(w.Frames())/float64(delivered), "frames/msg")
}
