package vnet

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/trace"
)

// storm is a busy hour on a bad network: 6 hosts that talk TCP and UDP all to all with loss, jitter, narrow links, faults and
// wrong clocks. It gives the digest of all frames.
func storm(t *testing.T, seed uint64, m Mechanism, quiet ...string) string {
	w := newWorld(t, Options{Seed: seed, Mechanism: m, DefaultLink: Link{Latency: 4 * time.Millisecond, Jitter: 3 * time.Millisecond, LossPPM: 20_000}})
	hosts := []*host.Host{w.a, w.b}
	for i := range 4 {
		c := HostConfig{Name: fmt.Sprintf("h%d.example", i), Addrs: []netip.Addr{addrC}, Offset: time.Duration(i) * time.Hour, DriftPPB: int64(i) * 77}
		for range i {
			c.Addrs[0] = c.Addrs[0].Next()
		}
		hosts = append(hosts, w.AddHost(c).Ports())
	}
	for _, name := range quiet {
		w.AddHost(HostConfig{Name: name})
	}
	w.SetLink("a.example", "h0.example", Link{Latency: time.Millisecond, BitsPerSecond: 3_000_000})
	for i, h := range hosts {
		serve(t, h, echo)
		h.Go("dns", func() {
			s, err := h.ListenUDP(netip.AddrPortFrom(netip.Addr{}, 53))
			if err != nil {
				t.Error(err)
				return
			}
			buf := make([]byte, 512)
			for {
				n, from, err := s.ReadFrom(buf, 0)
				if err != nil {
					return
				}
				s.WriteTo(buf[:n], from)
			}
		})
		for k := range 3 {
			h.Go(fmt.Sprint("client-", k), func() { rove(h, hosts, i) })
		}
	}
	w.RunUntil(defaultStart.Add(3 * time.Second))
	w.SetDown("h1.example", Silent)
	w.RunUntil(defaultStart.Add(9 * time.Second))
	w.SetDown("h1.example", Up)
	w.RunUntil(defaultStart.Add(time.Hour))
	fmt.Fprintln(w.sum, w.EventNo(), w.Frames(), w.Stuck())
	if w.Frames() < 3000 {
		t.Errorf("%d frames only", w.Frames())
	}
	return w.digest()
}

// rove talks to hosts that h draws.
func rove(h *host.Host, hosts []*host.Host, self int) {
	s, err := h.ListenUDP(netip.AddrPort{})
	if err != nil {
		return
	}
	defer s.Close()
	buf := make([]byte, 4096)
	for range 10 {
		to := hosts[h.Rand.IntN(len(hosts))]
		h.Clock.Sleep(time.Duration(h.Rand.IntN(1000)) * time.Millisecond)
		s.WriteTo(buf[:h.Rand.IntN(512)], netip.AddrPortFrom(to.Addrs[0], 53))
		s.ReadFrom(buf, 100*time.Millisecond)
		c, err := h.Dialer.Dial(smtpPort(to.Addrs[0]), 20*time.Second)
		if err != nil {
			continue
		}
		host.Timeout(c, h.Clock, 30*time.Second)
		want := text(self, h.Rand.IntN(40_000))
		h.Go("writer", func() {
			c.Write(want)
			c.(*Conn).CloseWrite()
		})
		for {
			if _, err := c.Read(buf); err != nil {
				break
			}
		}
		c.Close()
	}
}

var update = flag.Bool("update", false, "write the golden files anew")

const stormVariable = "SMTPSIM_TEST_STORM"

// Same seed, same bytes: again, with the other mechanism, and in processes with another runtime.
func TestSameSeedSameBytes(t *testing.T) {
	want := storm(t, 1, Coroutines)
	if os.Getenv(stormVariable) != "" {
		fmt.Println("digest", want)
		return
	}
	golden := filepath.Join("testdata", "storm.sha256")
	if *update {
		if err := os.WriteFile(golden, []byte(want+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := os.ReadFile(golden); err != nil || string(kept) != want+"\n" {
		t.Errorf("frames are not those of other machines and days (%v); if TCP was changed on purpose: go test ./sim/vnet -update", err)
	}
	if got := storm(t, 1, Coroutines); got != want {
		t.Error("the second run differs")
	}
	if got := storm(t, 1, Goroutines); got != want {
		t.Error("goroutines instead of coroutines make a difference")
	}
	if storm(t, 2, Coroutines) == want {
		t.Error("the seed makes no difference")
	}
	if runtime.GOOS == "js" {
		return // no processes there
	}
	for _, env := range [][]string{
		{"GOMAXPROCS=1", "GOGC=5", "TZ=Asia/Tokyo", "LANG=de_DE.UTF-8", "HOME=/nowhere"},
		{"GOMAXPROCS=4", "GOGC=off", "GODEBUG=asyncpreemptoff=1"},
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestSameSeedSameBytes$")
		cmd.Env = append(append(os.Environ(), stormVariable+"=1"), env...)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "digest "+want) {
			t.Errorf("%v: %v\n%s", env, err, out)
		}
	}
}

// sights is what a host sees and draws of its own: its random numbers, and the times of its packets on its own links.
func sights(t *testing.T, more bool) []string {
	var seen []string
	tap := func(p PacketInfo) {
		if p.Host != "c.example" && !bytes.Contains(p.Data, []byte{198, 51, 100, 3}) {
			seen = append(seen, fmt.Sprintf("%v %s %x", p.T, p.Host, p.Data[etherLen+ip4Len:etherLen+ip4Len+tcpLen]))
		}
	}
	n := New(Options{Seed: 4, Packet: tap, DefaultLink: Link{Latency: time.Millisecond, Jitter: 9 * time.Millisecond, LossPPM: 50_000}})
	defer n.Close()
	var c *host.Host
	if more {
		c = n.AddHost(HostConfig{Name: "c.example", Addrs: []netip.Addr{addrC}}).Ports()
	}
	a := n.AddHost(HostConfig{Name: "a.example", Addrs: []netip.Addr{addrA}}).Ports()
	b := n.AddHost(HostConfig{Name: "b.example", Addrs: []netip.Addr{addrB}}).Ports()
	serve(t, b, echo)
	if more {
		serve(t, c, echo)
		c.Go("client", func() { rove(c, []*host.Host{c}, 3) })
	}
	a.Go("client", func() { rove(a, []*host.Host{b}, 1) })
	n.RunIdle()
	entropy := make([]byte, 8)
	io.ReadFull(a.Entropy("tls"), entropy)
	return append(seen, fmt.Sprint(a.Rand.Uint64(), b.Rand.Uint64(), entropy))
}

// A host more changes nothing for the others: neither what they draw nor what their links do.
func TestAnotherHostDisturbsNobody(t *testing.T) {
	without, with := sights(t, false), sights(t, true)
	if !slices.Equal(without, with) {
		t.Errorf("%d and %d packets", len(without), len(with))
	}
	if len(without) < 300 {
		t.Errorf("%d packets only", len(without))
	}
}

func TestEntropy(t *testing.T) {
	n := New(Options{Seed: 1})
	defer n.Close()
	h := n.AddHost(HostConfig{Name: "a.example"}).Ports()
	read := func(r io.Reader, n int) string {
		b := make([]byte, n)
		if _, err := io.ReadFull(r, b); err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	one, two, other := h.Entropy("tls"), h.Entropy("tls"), h.Entropy("dkim")
	first := read(one, 32)
	if first == read(two, 32) || first == read(other, 32) || first == read(one, 32) {
		t.Error("streams repeat each other")
	}
	again := New(Options{Seed: 1})
	defer again.Close()
	r := again.AddHost(HostConfig{Name: "a.example"}).Ports().Entropy("tls")
	read(r, 1)
	read(r, 1)
	if read(r, 32) != first {
		t.Error("reads of one octet move the stream on")
	}
}

// What the flow tap tells is the same whether frames are built or not, and its packet numbers are those of the frames.
func TestTapsAgree(t *testing.T) {
	var told [2][]trace.Chunk
	for i := range told {
		payloads := map[int64][]byte{}
		flows := &streams{t: t}
		o := Options{Seed: 9, Flows: flows, DefaultLink: Link{Latency: time.Millisecond, LossPPM: 50_000}}
		if i == 1 {
			o.Packet = func(p PacketInfo) { payloads[p.Index] = bytes.Clone(p.Data) }
		}
		n := New(o)
		a := n.AddHost(HostConfig{Name: "a.example", Addrs: []netip.Addr{addrA}}).Ports()
		b := n.AddHost(HostConfig{Name: "b.example", Addrs: []netip.Addr{addrB}}).Ports()
		serve(t, b, func(c net.Conn) { echo(c) })
		a.Go("client", func() { ask(t, a, smtpPort(addrB), string(text(1, 30_000))) })
		n.RunIdle()
		n.Close()
		f := flows.flows[0]
		told[i] = f.chunks
		for _, c := range f.chunks {
			if frame, ok := payloads[c.Packet]; i == 1 && (!ok || !bytes.HasPrefix(f.data[c.From][c.Offset:], frame[etherLen+ip4Len+tcpLen:])) {
				t.Errorf("chunk at %d of %v is not in frame %d", c.Offset, c.From, c.Packet)
			}
		}
	}
	if !slices.EqualFunc(told[0], told[1], func(a, b trace.Chunk) bool {
		return a.From == b.From && a.Time == b.Time && a.Packet == b.Packet && a.Offset == b.Offset
	}) {
		t.Error("building frames changes what the flows tell")
	}
}
