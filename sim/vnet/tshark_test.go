package vnet

import (
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
)

// pcapng is the smallest writer that Wireshark accepts: section header, Ethernet interface with nanoseconds, packets.
type pcapng struct {
	b      []byte
	frames []int // where each begins in b
	last   []int // where each ends
}

func newPcapng() *pcapng {
	p := &pcapng{}
	p.block(0x0a0d0d0a, binary.LittleEndian.AppendUint64([]byte{0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0}, 1<<64-1))
	p.block(1, []byte{1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0})
	return p
}

func (p *pcapng) block(kind uint32, body []byte) {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	n := uint32(len(body) + 12)
	p.b = binary.LittleEndian.AppendUint32(p.b, kind)
	p.b = binary.LittleEndian.AppendUint32(p.b, n)
	p.b = append(p.b, body...)
	p.b = binary.LittleEndian.AppendUint32(p.b, n)
}

func (p *pcapng) packet(i PacketInfo) {
	var body []byte
	for _, v := range []uint32{0, uint32(uint64(i.T) >> 32), uint32(i.T), uint32(len(i.Data)), uint32(len(i.Data))} {
		body = binary.LittleEndian.AppendUint32(body, v)
	}
	p.frames = append(p.frames, len(p.b)+8+len(body))
	p.last = append(p.last, len(p.b)+8+len(body)+len(i.Data)-1)
	p.block(6, append(body, i.Data...))
}

// tshark asks tshark for fields of each frame of file, all checksums on; the test is skipped where there is none.
func tshark(t *testing.T, file string, fields ...string) [][]string {
	t.Helper()
	if _, err := exec.LookPath("tshark"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("tshark is missing")
		}
		t.Skip("tshark is not installed: nobody checks the packets")
	}
	args := []string{"-r", file, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-T", "fields"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	out, err := exec.Command("tshark", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var rows [][]string
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "Running as user") {
			rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		}
	}
	return rows
}

// complaints lists what Wireshark thinks of the frames: severities from Warning (0x600000) up, and malformed packets.
func complaints(t *testing.T, file string) (frames int, bad []string) {
	t.Helper()
	rows := tshark(t, file, "frame.number", "_ws.expert.severity", "_ws.expert.message", "_ws.malformed")
	for _, row := range rows {
		for s := range strings.SplitSeq(row[1], ",") {
			var n int
			fmt.Sscan(s, &n)
			if n >= 0x600000 || row[3] != "" {
				bad = append(bad, strings.Join(row, " "))
				break
			}
		}
	}
	return len(rows), bad
}

// narrow lets a send d much over a slow link and get a short answer.
func narrow(t *testing.T, a, d *host.Host) {
	serve(t, d, func(c net.Conn) {
		got, _ := io.ReadAll(c)
		c.Write(got[:100])
		c.Close()
	})
	a.Go("narrow", func() {
		c, err := a.Dialer.Dial(smtpPort(d.Addrs[0]), 0)
		if err != nil {
			t.Error(err)
			return
		}
		c.Write(text(9, 300_000))
		c.(*Conn).CloseWrite()
		io.ReadAll(c)
		c.Close()
	})
}

// busyButHonest is a loss-free run with all that should look right: both IP versions, bulk, half-close, simultaneous close,
// delayed ACKs, jitter, a narrow link, TLS, DNS-like datagrams, many sessions.
func busyButHonest(t *testing.T) *pcapng {
	file := newPcapng()
	w := newWorld(t, Options{Seed: 11, Packet: file.packet, DefaultLink: Link{Latency: 3 * time.Millisecond, Jitter: 20 * time.Millisecond}})
	c := w.AddHost(HostConfig{Name: "c.example", Addrs: []netip.Addr{addrC}}).Ports()
	w.SetLink("a.example", "c.example", Link{Latency: 2 * time.Millisecond, BitsPerSecond: 128_000})
	d := w.AddHost(HostConfig{Name: "d.example", Addrs: []netip.Addr{netip.MustParseAddr("203.0.113.4")}}).Ports()
	w.SetLink("a.example", "d.example", Link{Latency: 20 * time.Millisecond, BitsPerSecond: 128_000})
	narrow(t, w.a, d)
	cert, pool := certificate(t, defaultStart)
	serve(t, w.b, func(c net.Conn) {
		w.b.Clock.Sleep(100 * time.Millisecond)
		echo(c)
	})
	serve(t, c, func(raw net.Conn) {
		s := tls.Server(raw, host.TLSConfig(c, "smtp", &tls.Config{Certificates: []tls.Certificate{cert}}))
		io.WriteString(s, "220 ready\r\n")
		s.Close()
	})
	w.a.Go("client", func() {
		for i, to := range []string{"192.0.2.2:25", "[2001:db8::2]:25", "192.0.2.2:25"} {
			ask(t, w.a, netip.MustParseAddrPort(to), string(text(i, 100_000)))
		}
		for range 10 {
			raw, err := w.a.Dialer.Dial(smtpPort(addrC), 0)
			if err != nil {
				t.Error(err)
				return
			}
			s := tls.Client(raw, host.TLSConfig(w.a, "smtp", &tls.Config{RootCAs: pool, ServerName: "b.example"}))
			s.Read(make([]byte, 100))
			s.Close()
		}
		s, _ := w.a.ListenUDP(netip.AddrPort{})
		for _, to := range []string{"192.0.2.2:9999", "[2001:db8::2]:9999"} {
			for n := range 60 {
				s.WriteTo(text(n, n), netip.MustParseAddrPort(to))
			}
		}
	})
	for range 4 {
		w.a.Go("short", func() {
			for range 20 {
				ask(t, w.a, smtpPort(addrB), "QUIT\r\n")
			}
		})
	}
	w.RunIdle()
	if s := w.Stuck(); len(s) > 0 {
		t.Errorf("stuck: %q", s)
	}
	return file
}

func TestWiresharkAcceptsALossFreeRun(t *testing.T) {
	run := busyButHonest(t)
	file := filepath.Join(t.TempDir(), "run.pcapng")
	if err := os.WriteFile(file, run.b, 0o600); err != nil {
		t.Fatal(err)
	}
	frames, bad := complaints(t, file)
	if frames < 1000 || len(bad) > 0 {
		t.Errorf("%d frames, complaints:\n%s", frames, strings.Join(bad[:min(len(bad), 20)], "\n"))
	}
	spurious := 0
	for _, row := range tshark(t, file, "tcp.analysis.retransmission", "tcp.analysis.duplicate_ack", "tcp.analysis.lost_segment") {
		if strings.Join(row, "") != "" {
			spurious++
		}
	}
	if spurious > 0 {
		t.Errorf("%d frames are retransmissions or duplicates although nothing was lost", spurious)
	}
	// The same check must see a single wrong octet: of the IP header, of the TCP header, of the text.
	for k, at := range []int{run.frames[0] + etherLen + 8, run.frames[400] + etherLen + ip4Len + 5, run.last[len(run.last)-1]} {
		flipped := append([]byte(nil), run.b...)
		flipped[at] ^= 0x10
		if err := os.WriteFile(file, flipped, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, bad := complaints(t, file); len(bad) == 0 {
			t.Errorf("nobody complains of wrong octet %d", k)
		}
	}
}

// With losses Wireshark says what is true, and nothing worse: no error, nothing malformed, no acknowledgement of what was
// never sent.
func TestWiresharkUnderstandsALossyRun(t *testing.T) {
	file := newPcapng()
	w := newWorld(t, Options{Seed: 12, Packet: file.packet, DefaultLink: Link{Latency: 10 * time.Millisecond, LossPPM: 50_000}})
	exchange(t, w, 5, 60_000)
	path := filepath.Join(t.TempDir(), "run.pcapng")
	if err := os.WriteFile(path, file.b, 0o600); err != nil {
		t.Fatal(err)
	}
	lost := 0
	for _, row := range tshark(t, path, "frame.number", "_ws.expert.severity", "_ws.malformed", "tcp.analysis.ack_lost_segment", "tcp.analysis.lost_segment", "tcp.analysis.retransmission") {
		if strings.Contains(row[1], "8388608") || row[2] != "" || row[3] != "" || row[4] != "" {
			t.Errorf("%q", row)
		}
		if row[5] != "" {
			lost++
		}
	}
	if lost == 0 {
		t.Error("tshark saw no retransmission")
	}
}
