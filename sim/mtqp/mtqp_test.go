package mtqp

import (
	"bufio"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// one knows one message.
type one struct{ content []byte }

func (o one) Track(envid, secret string) ([]byte, error) {
	if envid != "12345-20010101@ws.example" || secret != "YWJjZGVmZ2g=" {
		return nil, errors.New("no information about such a message")
	}
	return o.content, nil
}

// pair is a server in virtual time and a host that can ask it.
func pair(t *testing.T, tracker Tracker) (net *vnet.Network, client *host.Host, at netip.AddrPort) {
	t.Helper()
	net = vnet.New(vnet.Options{Seed: 1, DefaultLink: vnet.Link{Latency: 20 * time.Millisecond}})
	t.Cleanup(net.Close)
	server := net.AddHost(vnet.HostConfig{Name: "mx.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.25")}}).Ports()
	client = net.AddHost(vnet.HostConfig{Name: "ws.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.100")}}).Ports()
	ln, err := server.Listen(netip.AddrPortFrom(netip.Addr{}, Port))
	if err != nil {
		t.Fatal(err)
	}
	server.Go("mtqp", func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			server.Go("session", func() { _ = Serve(conn, server, tracker) })
		}
	})
	return net, client, netip.MustParseAddrPort("192.0.2.25:1038")
}

func known() one {
	r := dsn.Report{EnvelopeID: "12345-20010101@ws.example", ReportingMTA: dsn.DNS("mx.example"), Arrival: "Mon, 01 Jan 2001 15:15:15 -0500",
		Extra: []dsn.Field{{Name: ".Dotted", Value: "as an example"}},
		Recipients: []dsn.Recipient{{Original: dsn.RFC822("user1@one.example"), Final: dsn.RFC822("user1@one.example"), Action: dsn.Delayed,
			Status: smtp.EnhancedCode{4, 4, 1}, RemoteMTA: dsn.DNS("mx.one.example")}}}
	return one{dsn.FormatTracking(r)}
}

// The dialogue of RFC 3887 §3.1 and §4.1, example 8: a message that is delayed, a line with a dot in front, and what is no command.
func TestDialogue(t *testing.T) {
	net, client, at := pair(t, known())
	const script = `S: +OK/MTQP mx.example MTQP server ready
C: COMMENT who is there?
S: +OK
C: EHLO ws.example
S: -BAD Expected TRACK envid secret, COMMENT or QUIT
C: TRACK 12345-20010101@ws.example
S: -BAD Expected TRACK envid secret, COMMENT or QUIT
C: STARTTLS mx.example
S: -ERR/unsupported There is no certificate here
C: TRACK <12345-20010101@ws.example> d3Jvbmc=
S: -ERR/noinfo no information about such a message
C: track   <12345-20010101@ws.example>	YWJjZGVmZ2g=
S: +OK+ Tracking information follows
S: MIME-Version: 1.0
S: Content-Type: multipart/related; boundary="tracking"; type="message/tracking-status"
S: 
S: --tracking
S: Content-Type: message/tracking-status
S: 
S: Original-Envelope-Id: 12345-20010101@ws.example
S: Reporting-MTA: dns; mx.example
S: Arrival-Date: Mon, 01 Jan 2001 15:15:15 -0500
S: ..Dotted: as an example
S: 
S: Original-Recipient: rfc822; user1@one.example
S: Final-Recipient: rfc822; user1@one.example
S: Action: delayed
S: Status: 4.4.1
S: Remote-MTA: dns; mx.one.example
S: 
S: --tracking--
S: .
C: QUIT
S: +OK Goodbye
`
	var got strings.Builder
	client.Go("client", func() {
		conn, err := client.Dialer.Dial(at, 0)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		in := bufio.NewReader(conn)
		for line := range strings.Lines(script) {
			if command, ok := strings.CutPrefix(line, "C: "); ok {
				got.WriteString(line)
				_, _ = conn.Write([]byte(strings.TrimRight(command, "\n") + "\r\n"))
				continue
			}
			said, err := in.ReadString('\n')
			if err != nil {
				t.Errorf("%v instead of %s", err, line)
				return
			}
			got.WriteString("S: " + strings.TrimRight(said, "\r\n") + "\n")
		}
	})
	net.RunIdle()
	if got.String() != script {
		t.Errorf("got\n%s", got.String())
	}
}

// A client reads what the server tells, and what it does not.
func TestAsk(t *testing.T) {
	net, client, at := pair(t, known())
	ask := func(secret string) (reports []dsn.Report, err error) {
		client.Go("client", func() {
			conn, dial := client.Dialer.Dial(at, 0)
			if err = dial; err == nil {
				reports, err = Ask(conn, client, "12345-20010101@ws.example", secret)
			}
		})
		net.RunIdle()
		return reports, err
	}
	reports, err := ask("YWJjZGVmZ2g=")
	if err != nil || len(reports) != 1 || reports[0].Recipients[0].Action != dsn.Delayed || reports[0].Extra[0].Name != ".Dotted" {
		t.Errorf("%+v, %v", reports, err)
	}
	if _, err := ask("d3Jvbmc="); err == nil || !strings.Contains(err.Error(), "-ERR/noinfo") {
		t.Errorf("another secret: %v", err)
	}
}

// Strangers get neither room nor time without end (RFC 3887 §2.2, §2.5).
func TestHostileClients(t *testing.T) {
	net, client, at := pair(t, known())
	for name, send := range map[string]string{"long line": strings.Repeat("x", 2000), "no commands": strings.Repeat("x\r\n", 100), "silence": ""} {
		closed := false
		start := net.Now()
		client.Go("client", func() {
			conn, err := client.Dialer.Dial(at, 0)
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = conn.Write([]byte(send))
			for p := make([]byte, 4096); err == nil; {
				_, err = conn.Read(p)
			}
			closed = true
			_ = conn.Close()
		})
		net.RunIdle()
		if took := net.Now().Sub(start); !closed || took > 11*time.Minute {
			t.Errorf("%s: closed %v after %v", name, closed, took)
		}
	}
}
