package sim

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/scenario"
)

var million = flag.Bool("million", false, "BenchmarkHosts: run the size of a million messages too, with -benchtime 1x")

// size is how large a network is: so many hosts, and so many messages that one writes to another at once, which then go in
// one session.
type size struct{ hosts, session int }

func (s size) String() string { return fmt.Sprintf("%dx%d", s.hosts, s.session) }

// BenchmarkHosts sends mail of 1 KB through networks of growing size: composed, queued, routed by DNS, sent over TCP with
// PIPELINING, stored and delivered. The claims of all engines are counted, and so is what trace/dialogue, with the
// grammar, reads on the wire. One operation is one message.
func BenchmarkHosts(b *testing.B) {
	for _, s := range []size{{16, 1}, {16, 10}, {100, 1}, {100, 10}, {1000, 1}, {1000, 10}, {10_000, 1}} {
		b.Run(s.String(), func(b *testing.B) { crowded(b, s, b.N) })
	}
	if *million {
		b.Run("million-messages-1000x10", func(b *testing.B) { crowded(b, size{1000, 10}, 1_000_000) })
	}
}

// crowd is the scenario: like room, for more hosts than an IPv4 network for examples has.
func crowd(hosts int) *scenario.Scenario {
	sc := room(1, 1)
	sc.Hosts, sc.Zones, sc.Mail = sc.Hosts[1:], nil, nil
	sc.Hosts[0].Addrs = append(sc.Hosts[0].Addrs, netip.MustParseAddr("2001:db8:ffff::53"))
	for i := range hosts {
		name, domain := fmt.Sprintf("mx.d%d.example", i), fmt.Sprintf("d%d.example", i)
		addr := [16]byte{0x20, 0x01, 0x0d, 0xb8, 13: byte(i >> 16), 14: byte(i >> 8), 15: byte(i)}
		sc.Hosts = append(sc.Hosts, scenario.Host{Name: name, Addrs: []netip.Addr{netip.AddrFrom16(addr)},
			Roles: []scenario.Role{scenario.MTA, scenario.MDA}, Domains: []string{domain}, Users: []string{"bob"}, Persona: "postfix"})
		sc.Zones = append(sc.Zones, domain+". 86400 IN MX 10 "+name+".")
	}
	sc.Learner = "mx.d0.example"
	return sc
}

// drops is a disk that counts what is put into mailboxes and does not keep it: a million messages are more than a network
// has memory for.
type drops struct {
	host.Store
	delivered *int
}

func (d drops) Put(name string, data []byte) error {
	if strings.HasPrefix(name, "mailbox/") {
		*d.delivered++
		return nil
	}
	return d.Store.Put(name, data)
}

// crowded sends count messages. The hosts write in turn, each once a minute of virtual time.
func crowded(b *testing.B, s size, count int) {
	delivered := 0
	o := Options{TimelineCap: -1, Ports: func(h *host.Host) { h.Store = drops{h.Store, &delivered} }}
	watch := &counting{}
	w, err := Open(crowd(s.hosts), o, Sinks{Recorder: watch, Claims: watch, Lend: true})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	writes(w, s, count)
	resetPeak()
	b.ReportAllocs()
	b.ResetTimer()
	began := cpuTime()
	w.RunIdle()
	used := cpuTime() - began
	b.StopTimer()
	if delivered < count || len(w.Stuck()) > 0 {
		b.Errorf("%d of %d messages are in mailboxes; stuck: %.5q", delivered, count, w.Stuck())
	}
	b.ReportMetric(float64(delivered)/b.Elapsed().Seconds(), "msg/s")
	if used > 0 {
		b.ReportMetric(float64(delivered)/used.Seconds(), "msg/core-s")
	}
	b.ReportMetric(float64(peak())/1e6, "peak-MB")
	b.ReportMetric(float64(delivered)/float64(watch.sessions), "msg/session")
}

// writes starts the process that writes all messages, on each host to the next one's user.
func writes(w *World, s size, count int) {
	body := benchBody()
	mails := make([]scenario.Mail, s.hosts)
	for i := range mails {
		mails[i] = scenario.Mail{Host: fmt.Sprintf("mx.d%d.example", i), From: fmt.Sprintf("bob@d%d.example", i), Subject: "x",
			To: []string{fmt.Sprintf("bob@d%d.example", (i+1)%s.hosts)}, Body: body}
	}
	first := w.net.Host(mails[0].Host)
	w.net.Spawn(first, "writes mail", func() {
		for n := range count {
			w.submit(&mails[n/s.session%s.hosts])
			if (n+1)%s.session == 0 {
				first.Ports().Clock.Sleep(time.Minute / time.Duration(s.hosts))
			}
		}
	})
}

// resetPeak and peak measure the process's resident memory, in octets; 0 where the system does not tell.
func resetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

func peak() int64 {
	status, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kib, _ := strconv.ParseInt(strings.Fields(rest + " 0")[0], 10, 64)
	return kib << 10
}

// BenchmarkFiveDayOutage is the gallery's scenario of that name, with its expectations: a thousand messages for a host that
// is silent for a week, retries, reports of delay and of failure.
func BenchmarkFiveDayOutage(b *testing.B) {
	src, ok := scenario.GallerySource("five-days-1000")
	if !ok {
		b.Fatal("the scenario is not in the gallery")
	}
	b.ReportAllocs()
	for b.Loop() {
		sc, err := scenario.Parse("five-days-1000", src)
		if err != nil {
			b.Fatal(err)
		}
		watch := &counting{}
		w, err := Open(sc, Options{TimelineCap: -1}, Sinks{Recorder: watch, Claims: watch})
		if err != nil {
			b.Fatal(err)
		}
		w.RunIdle()
		for _, v := range w.Verdicts() {
			if !v.Held {
				b.Error(v)
			}
		}
		w.Close()
	}
}
