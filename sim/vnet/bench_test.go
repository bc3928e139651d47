package vnet

import (
	"bufio"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
)

// BenchmarkSwitch is one process switched to and back.
func BenchmarkSwitch(b *testing.B) {
	for _, m := range []Mechanism{Coroutines, Goroutines} {
		b.Run([]string{"coroutines", "goroutines"}[m], func(b *testing.B) {
			n := New(Options{Mechanism: m})
			defer n.Close()
			h := n.AddHost(HostConfig{Name: "a.example"}).Ports()
			for range 16 {
				h.Go("sleeper", func() {
					for {
						h.Clock.Sleep(time.Second)
					}
				})
			}
			for b.Loop() {
				n.Step()
			}
		})
	}
}

// BenchmarkBulk is one connection that carries much; an operation is a packet.
func BenchmarkBulk(b *testing.B) {
	n := New(Options{})
	defer n.Close()
	h1 := n.AddHost(HostConfig{Name: "a.example", Addrs: []netip.Addr{addrA}}).Ports()
	h2 := n.AddHost(HostConfig{Name: "b.example", Addrs: []netip.Addr{addrB}}).Ports()
	serve(b, h2, func(c net.Conn) {
		buf := make([]byte, 32<<10)
		for {
			if _, err := c.Read(buf); err != nil {
				return
			}
		}
	})
	h1.Go("client", func() {
		c, _ := h1.Dialer.Dial(smtpPort(addrB), 0)
		text := make([]byte, 16<<10)
		for {
			if _, err := c.Write(text); err != nil {
				return
			}
		}
	})
	b.SetBytes(mss4 * 2 / 3)
	for b.Loop() {
		for at := n.Frames(); n.Frames() == at; {
			n.Step()
		}
	}
}

// BenchmarkSessions is what one plain SMTP session with one message of 1 KB costs here: 16 hosts, all talk to all.
func BenchmarkSessions(b *testing.B) {
	for _, hosts := range []int{2, 16, 100} {
		b.Run(fmt.Sprintf("hosts=%d", hosts), func(b *testing.B) { benchSessions(b, hosts, Options{}) })
	}
	b.Run("hosts=16,frames", func(b *testing.B) { benchSessions(b, 16, Options{Packet: func(PacketInfo) {}}) })
}

func benchSessions(b *testing.B, hosts int, o Options) {
	n := New(o)
	defer n.Close()
	var all []*host.Host
	for i := range hosts {
		all = append(all, n.AddHost(HostConfig{Name: fmt.Sprintf("h%d.example", i), Addrs: []netip.Addr{netip.AddrFrom4([4]byte{198, 51, 100, byte(i)})}}).Ports())
	}
	text := []byte(strings.Repeat("0123456789012345678901234567890123456789012345678901234567890\r\n", 16) + ".\r\n")
	left := b.N
	for i, h := range all {
		serve(b, h, talk)
		h.Go("client", func() {
			for k := 0; left > 0; k++ {
				left--
				to := all[(i+1+k%(hosts-1))%hosts]
				if err := speak(h, smtpPort(to.Addrs[0]), text); err != nil {
					b.Error(err)
				}
			}
		})
	}
	b.ReportAllocs()
	b.ResetTimer()
	n.RunIdle()
	b.ReportMetric(float64(n.Frames())/float64(b.N), "packets/op")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sessions/s")
}

// talk is a server that answers each line, as SMTP would; DATA takes lines up to a dot.
func talk(c net.Conn) {
	defer c.Close()
	r := bufio.NewReaderSize(c, 2048)
	reply := []byte("250 2.0.0 this is a reply of some length\r\n")
	c.Write(reply)
	data := false
	for {
		line, err := r.ReadSlice('\n')
		switch {
		case err != nil:
			return
		case data && string(line) != ".\r\n":
			continue
		}
		data = string(line) == "DATA\r\n"
		c.Write(reply)
		if string(line) == "QUIT\r\n" {
			return
		}
	}
}

var dialogue = [][]byte{[]byte("EHLO client.example\r\n"), []byte("MAIL FROM:<somebody@client.example>\r\n"),
	[]byte("RCPT TO:<somebody@server.example>\r\n"), []byte("DATA\r\n"), nil, []byte("QUIT\r\n")}

func speak(h *host.Host, to netip.AddrPort, text []byte) error {
	c, err := h.Dialer.Dial(to, 0)
	if err != nil {
		return err
	}
	defer c.Close()
	var buf [512]byte
	for _, line := range dialogue {
		if line == nil {
			line = text
		}
		host.Timeout(c, h.Clock, 300*time.Second)
		if _, err := c.Read(buf[:]); err != nil {
			return err
		}
		c.Write(line)
	}
	_, err = c.Read(buf[:])
	return err
}
