package smtpserver_test

import (
	"bufio"
	"fmt"
	"net"
	"net/netip"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// outside aims the suite at a server of somebody else: SMTPSIM_OUTSIDE=127.0.0.1:25, and the domain in which it knows alice
// and bob in SMTPSIM_OUTSIDE_DOMAIN. Only codes are compared, only scripts with nothing but "persona=postfix" are played.
var (
	outside       = os.Getenv("SMTPSIM_OUTSIDE")
	outsideDomain = os.Getenv("SMTPSIM_OUTSIDE_DOMAIN")
)

// transports are the ways in which a script is played besides the inline one: each gives what was said, by step.
var transports = []struct {
	name string
	play func(t *testing.T, s *script, cfg smtpserver.Config) [][]string
}{
	{"pipe", playPipe},
	{"loopback", playLoopback},
	{"vnet", playVnet},
}

// changing is what differs between worlds: the clock, and the queue ids that are made from it.
var changing = regexp.MustCompile(`(queued as |OK id=|250 2.0.0 OK )\S+|\d{10} qp \d+|250 2.0.0 \S+ Message accepted|\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}`)

func mask(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = changing.ReplaceAllString(l, "${1}*")
	}
	return out
}

// TestTransports plays every script over net.Pipe, loopback TCP and the virtual network.
func TestTransports(t *testing.T) {
	for _, tr := range transports {
		t.Run(tr.name, func(t *testing.T) {
			for _, path := range scripts(t) {
				s := readScript(t, path)
				if s.has("timeout") && tr.name != "vnet" {
					continue // five minutes of wall time
				}
				cfg, b := s.config(t)
				if b.fixed {
					continue // these worlds have chance and clocks of their own
				}
				compare(t, path, s, tr.play(t, s, cfg), mask)
				if got := b.notes(); !reflect.DeepEqual(got, s.delivered()) {
					t.Errorf("%s: the backend has\n got %q\nwant %q", path, got, s.delivered())
				}
			}
		})
	}
}

func compare(t *testing.T, path string, s *script, seen [][]string, view func([]string) []string) {
	t.Helper()
	for i, st := range s.steps(t) {
		var got []string
		if i < len(seen) {
			got = seen[i]
		}
		if g, w := view(got), view(st.want); strings.Join(g, "\n") != strings.Join(w, "\n") {
			t.Errorf("%s: after %.60q%s\n got %q\nwant %q", path, st.send, st.event, g, w)
		}
	}
}

// playClient is the client of a script over any connection.
func playClient(steps []step, conn net.Conn, send func([]byte)) [][]string {
	in := bufio.NewReader(conn)
	var seen [][]string
	for _, st := range steps {
		if len(st.send) > 0 {
			send(st.send)
		}
		if st.event == "close" {
			break
		}
		var lines []string
		for range st.want {
			line, err := in.ReadString('\n')
			if err != nil {
				return append(seen, append(lines, err.Error()))
			}
			lines = append(lines, strings.TrimRight(line, "\r\n"))
		}
		seen = append(seen, lines)
	}
	return seen
}

func playPipe(t *testing.T, s *script, cfg smtpserver.Config) [][]string {
	client, server := net.Pipe()
	return playGoroutine(s.steps(t), cfg, client, server)
}

func playLoopback(t *testing.T, s *script, cfg smtpserver.Config) [][]string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	client, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return playGoroutine(s.steps(t), cfg, client, server)
}

// named gives a connection the addresses that the scripts were written with.
type named struct{ net.Conn }

func (named) LocalAddr() net.Addr  { return (*inline)(nil).LocalAddr() }
func (named) RemoteAddr() net.Addr { return (*inline)(nil).RemoteAddr() }

func playGoroutine(steps []step, cfg smtpserver.Config, client, server net.Conn) [][]string {
	done := make(chan error, 1)
	go func() { done <- smtpserver.New(fixedHost(host.NoClaims{}), cfg).Serve(named{server}) }()
	client.SetDeadline(time.Now().Add(20 * time.Second))
	seen := playClient(steps, client, func(p []byte) { go client.Write(p) })
	client.Close()
	<-done
	return seen
}

func playVnet(t *testing.T, s *script, cfg smtpserver.Config) [][]string {
	n := vnet.New(vnet.Options{Seed: 1})
	defer n.Close()
	mx := n.AddHost(vnet.HostConfig{Name: "mx.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.10")}})
	ws := n.AddHost(vnet.HostConfig{Name: "ws.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.100")}})
	ln, err := mx.Ports().Listen(netip.AddrPortFrom(netip.IPv4Unspecified(), 25))
	if err != nil {
		t.Fatal(err)
	}
	srv := smtpserver.New(mx.Ports(), cfg)
	mx.Ports().Go("smtp", func() { _ = srv.Run(ln, mx.Ports().Go) })
	var seen [][]string
	steps := s.steps(t)
	ws.Ports().Go("client", func() {
		conn, err := ws.Ports().Dialer.Dial(netip.MustParseAddrPort("192.0.2.10:25"), 0)
		if err != nil {
			t.Error(err)
			return
		}
		seen = playClient(steps, conn, func(p []byte) { conn.Write(p) })
		conn.Close()
	})
	n.RunIdle()
	return seen
}

// TestOutside plays the scripts against the server that SMTPSIM_OUTSIDE names.
func TestOutside(t *testing.T) {
	if outside == "" {
		t.Skip("SMTPSIM_OUTSIDE names no server")
	}
	codes := func(lines []string) []string {
		out := []string{} // of EHLO only that it was answered
		for _, l := range lines {
			if len(l) > 3 && l[3] == ' ' {
				out = append(out, l[:3])
			}
		}
		return out
	}
	for _, path := range scripts(t) {
		s := readScript(t, path)
		plain := true
		for i, l := range s.lines {
			plain = plain && (l.mark != "config:" || l.text == "persona=postfix") && l.mark != "C!" && !strings.Contains(l.text, "STARTTLS")
			s.lines[i].text = strings.ReplaceAll(l.text, "mx.example>", outsideDomain+">")
		}
		if !plain {
			continue
		}
		conn, err := net.Dial("tcp", outside)
		if err != nil {
			t.Fatal(err)
		}
		conn.SetDeadline(time.Now().Add(20 * time.Second))
		compare(t, path, s, playReplies(s.steps(t), conn), codes)
		conn.Close()
	}
}

// playReplies reads as many replies as the script has, however many lines each has.
func playReplies(steps []step, conn net.Conn) [][]string {
	in := bufio.NewReader(conn)
	var seen [][]string
	for _, st := range steps {
		fmt.Fprintf(conn, "%s", st.send)
		var lines []string
		for _, want := range st.want {
			for last := len(want) < 4 || want[3] != ' '; !last; {
				line, err := in.ReadString('\n')
				if err != nil {
					return append(seen, append(lines, err.Error()))
				}
				lines = append(lines, strings.TrimRight(line, "\r\n"))
				last = len(line) > 3 && line[3] == ' '
			}
		}
		seen = append(seen, lines)
	}
	return seen
}
