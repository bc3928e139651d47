package smtpclient_test

import (
	"bytes"
	"io"
	"iter"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// tube is a pair of connections in one goroutine: the client runs as a coroutine and yields when it has nothing to read;
// the server's Read resumes it. It costs next to nothing, so that the engines are measured.
type tube struct {
	toServer, toClient bytes.Buffer
	resume             func() (struct{}, bool)
	yield              func(struct{}) bool
}

type serverEnd struct{ *tube }
type clientEnd struct{ *tube }

func (e serverEnd) Read(p []byte) (int, error) {
	if e.toServer.Len() == 0 {
		e.resume()
		if e.toServer.Len() == 0 {
			return 0, io.EOF
		}
	}
	return e.toServer.Read(p)
}
func (e serverEnd) Write(p []byte) (int, error) { return e.toClient.Write(p) }

func (e clientEnd) Read(p []byte) (int, error) {
	for e.toClient.Len() == 0 {
		if !e.yield(struct{}{}) {
			return 0, io.EOF
		}
	}
	return e.toClient.Read(p)
}
func (e clientEnd) Write(p []byte) (int, error) { return e.toServer.Write(p) }

func (*tube) Close() error                     { return nil }
func (*tube) LocalAddr() net.Addr              { return benchAddr }
func (*tube) RemoteAddr() net.Addr             { return benchAddr }
func (*tube) SetDeadline(time.Time) error      { return nil }
func (*tube) SetReadDeadline(time.Time) error  { return nil }
func (*tube) SetWriteDeadline(time.Time) error { return nil }

var benchAddr = &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 25}

type discard struct{}

func (d discard) Session(*smtpserver.Peer) (smtpserver.Session, *smtp.Reply) { return d, nil }
func (discard) Start(*smtpserver.Transaction) *smtp.Reply                    { return nil }
func (discard) Rcpt(*smtpserver.Transaction, *smtp.Recipient) *smtp.Reply    { return nil }
func (discard) Data(*smtpserver.Transaction, []byte) *smtp.Reply             { return nil }
func (discard) Abort(*smtpserver.Transaction)                                {}
func (discard) Close()                                                       {}

var benchText = bytes.Repeat([]byte("0123456789 0123456789 0123456789 0123456789 0123456789 012345\r\n"), 16)

// BenchmarkSession is one session with one mail of 1 KB, both engines together, without a network.
func BenchmarkSession(b *testing.B) {
	for _, name := range []string{"exim", "postfix"} {
		b.Run(name, func(b *testing.B) {
			benchSessions(b, smtpserver.Config{Persona: persona.ByName(name), Backend: discard{}}, host.NoClaims{})
		})
	}
	b.Run("claims", func(b *testing.B) { benchSessions(b, smtpserver.Config{Backend: discard{}}, &countClaims{}) })
}

// smallPersona takes as few recipients as RFC 5321 §4.5.3.1.8 allows.
func smallPersona() *persona.Persona {
	p := persona.Postfix()
	p.RecipientsMax, p.ErrorsMax = 1, 0
	return p
}

type countClaims struct{ n int }

func (c *countClaims) Claim(host.Claim) { c.n++ }

func benchSessions(b *testing.B, cfg smtpserver.Config, claims host.Claims) {
	run := oneSession(b, cfg, claims)
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sessions/s")
}

// oneSession makes a function that plays one session with one mail.
func oneSession(b testing.TB, cfg smtpserver.Config, claims host.Claims) func() {
	h := fixedHost(claims)
	srv := smtpserver.New(h, cfg)
	var pool smtpclient.Buffers
	env := envelope("alice@mx.example")
	t := &tube{}
	return func() {
		t.toServer.Reset()
		t.toClient.Reset()
		next, stop := iter.Pull(func(yield func(struct{}) bool) {
			t.yield = yield
			c := smtpclient.New(clientEnd{t}, smtpclient.Config{Host: h, Buffers: &pool})
			if err := c.Open(); err != nil {
				b.Error(err)
			}
			if _, err := c.Send(env, benchText); err != nil {
				b.Error(err)
			}
			if err := c.Quit(); err != nil {
				b.Error(err)
			}
		})
		t.resume = next
		if err := srv.Serve(serverEnd{t}); err != nil {
			b.Error(err)
		}
		next()
		stop()
	}
}

// BenchmarkVnet is the same in the virtual network, packets and all: two hosts, one session after the other.
func BenchmarkVnet(b *testing.B) {
	n := vnet.New(vnet.Options{Seed: 1})
	defer n.Close()
	mx := n.AddHost(vnet.HostConfig{Name: "mx.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.10")}}).Ports()
	ws := n.AddHost(vnet.HostConfig{Name: "ws.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.100")}}).Ports()
	ln, err := mx.Listen(netip.AddrPortFrom(netip.IPv4Unspecified(), 25))
	if err != nil {
		b.Fatal(err)
	}
	srv := smtpserver.New(mx, smtpserver.Config{Backend: discard{}})
	mx.Go("smtp", func() { _ = srv.Run(ln, mx.Go) })
	var pool smtpclient.Buffers
	env := envelope("alice@mx.example")
	b.ReportAllocs()
	b.ResetTimer()
	ws.Go("client", func() {
		for range b.N {
			conn, err := ws.Dialer.Dial(netip.MustParseAddrPort("192.0.2.10:25"), 0)
			if err != nil {
				b.Error(err)
				return
			}
			c := smtpclient.New(conn, smtpclient.Config{Host: ws, Buffers: &pool})
			if err := c.Open(); err != nil {
				b.Error(err)
			}
			if _, err := c.Send(env, benchText); err != nil {
				b.Error(err)
			}
			if err := c.Quit(); err != nil {
				b.Error(err)
			}
		}
	})
	n.RunIdle()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sessions/s")
}
