package smtpclient_test

import (
	"bufio"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// TestTimeouts lets the server fall silent at each stage and measures, in virtual time, how long the client waits:
// RFC 5321 §4.5.3.2.
func TestTimeouts(t *testing.T) {
	cases := []struct {
		stage  smtpclient.Stage
		silent string // the client's line after which the server says nothing more; "" before the greeting
		ehlo   string
		want   time.Duration
	}{
		{smtpclient.StageGreeting, "", "", 5 * time.Minute},
		{smtpclient.StageHello, "EHLO", "", 5 * time.Minute},
		{smtpclient.StageMail, "MAIL", "250 mx.example", 5 * time.Minute},
		{smtpclient.StageRcpt, "RCPT", "250 mx.example", 5 * time.Minute},
		{smtpclient.StageData, "DATA", "250 mx.example", 2 * time.Minute},
		{smtpclient.StageData, "DATA", "250-mx.example\r\n250 PIPELINING", 2 * time.Minute},
		{smtpclient.StageEnd, ".", "250 mx.example", 10 * time.Minute},
		{smtpclient.StageQuit, "QUIT", "250 mx.example", 5 * time.Minute},
	}
	for _, tc := range cases {
		n := vnet.New(vnet.Options{Seed: 1})
		mx := n.AddHost(vnet.HostConfig{Name: "mx.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.10")}}).Ports()
		ws := n.AddHost(vnet.HostConfig{Name: "ws.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.100")}}).Ports()
		ln, err := mx.Listen(netip.AddrPortFrom(netip.IPv4Unspecified(), 25))
		if err != nil {
			t.Fatal(err)
		}
		mx.Go("silent", func() { silentServer(ln, tc.silent, tc.ehlo) })
		var got error
		var waited time.Duration
		ws.Go("client", func() {
			conn, err := ws.Dialer.Dial(netip.MustParseAddrPort("192.0.2.10:25"), 0)
			if err != nil {
				t.Error(err)
				return
			}
			c := smtpclient.New(conn, smtpclient.Config{Host: ws})
			began := ws.Clock.Now()
			got = c.Open()
			if got == nil {
				_, got = c.Send(envelope("alice@mx.example"), []byte("x\r\n"))
			}
			if got == nil {
				got = c.Quit()
			}
			waited = ws.Clock.Now().Sub(began)
			c.Close()
		})
		n.RunIdle()
		n.Close()
		var e *smtpclient.Error
		if !errors.As(got, &e) || e.Stage != tc.stage || !e.Temporary() {
			t.Errorf("silent after %q: %v", tc.silent, got)
		}
		if waited.Truncate(time.Second) != tc.want {
			t.Errorf("silent after %q: waited %v, want %v", tc.silent, waited, tc.want)
		}
	}
}

// silentServer answers everything with the code that is wanted, up to a line.
func silentServer(ln host.Listener, silent, ehlo string) {
	conn, err := ln.Accept()
	if err != nil {
		return
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	if silent != "" {
		conn.Write([]byte("220 mx.example\r\n"))
	}
	text := false
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb := strings.TrimRight(line, "\r\n")
		if len(verb) > 4 {
			verb = verb[:4]
		}
		switch {
		case verb == silent:
			in.ReadString('\n') // until the client gives up
			return
		case verb == "EHLO":
			conn.Write([]byte(ehlo + "\r\n"))
		case verb == "DATA":
			text = true
			conn.Write([]byte("354 go on\r\n"))
		case text && verb != ".":
		default:
			text = false
			conn.Write([]byte("250 Ok\r\n"))
		}
	}
}
