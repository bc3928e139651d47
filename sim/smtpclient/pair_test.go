package smtpclient_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// sink takes all mail but that to "nosuch".
type sink struct {
	mu    sync.Mutex
	texts [][]byte
	envs  []string
	with  []string
	got   chan struct{} // not nil: told of each mail
	read  int           // mails that await has given
}

func (s *sink) Session(*smtpserver.Peer) (smtpserver.Session, *smtp.Reply) { return s, nil }
func (s *sink) Start(*smtpserver.Transaction) *smtp.Reply                  { return nil }
func (s *sink) Abort(*smtpserver.Transaction)                              {}
func (s *sink) Close()                                                     {}

func (s *sink) Rcpt(_ *smtpserver.Transaction, r *smtp.Recipient) *smtp.Reply {
	if r.Forward.Local == "nosuch" {
		reply := smtp.NewReply(550, "5.1.1", "no such user")
		return &reply
	}
	return nil
}

func (s *sink) Data(t *smtpserver.Transaction, text []byte) *smtp.Reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts = append(s.texts, bytes.Clone(text))
	env := t.Envelope.Reverse.String()
	for _, r := range t.Envelope.Recipients {
		env += " " + r.Forward.String()
	}
	s.envs = append(s.envs, env)
	s.with = append(s.with, t.With())
	if s.got != nil {
		s.got <- struct{}{}
	}
	return nil
}

func (s *sink) mails() ([][]byte, []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.texts, s.envs
}

// pairing is one client-server conversation in some world.
type pairing struct {
	server smtpserver.Config
	client smtpclient.Config
	work   func(c *smtpclient.Client) error // after Open
	claims host.Claims
}

// worlds play a pairing. The error is Open's or that of work.
var worlds = []struct {
	name string
	play func(t *testing.T, p pairing) error
}{
	{"pipe", func(t *testing.T, p pairing) error {
		client, server := net.Pipe()
		return playSockets(p, buffered(client), buffered(server))
	}},
	{"loopback", func(t *testing.T, p pairing) error {
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
		return playSockets(p, client, server)
	}},
	{"vnet", playVnet},
}

// bufferedPipe is an end of net.Pipe whose Write does not wait for the other's Read, as sockets have it: two TLS engines
// that say goodbye to each other at once would wait for ever otherwise.
type bufferedPipe struct {
	net.Conn
	out  chan []byte
	once sync.Once
}

func buffered(c net.Conn) *bufferedPipe {
	b := &bufferedPipe{Conn: c, out: make(chan []byte, 4096)}
	go func() {
		for p := range b.out {
			if _, err := c.Write(p); err != nil {
				break
			}
		}
		c.Close()
	}()
	return b
}

func (b *bufferedPipe) Write(p []byte) (int, error) {
	b.out <- bytes.Clone(p)
	return len(p), nil
}

func (b *bufferedPipe) SetDeadline(t time.Time) error    { return b.SetReadDeadline(t) }
func (b *bufferedPipe) SetWriteDeadline(time.Time) error { return nil }

func (b *bufferedPipe) Close() error {
	b.once.Do(func() { close(b.out) })
	return nil
}

func (p *pairing) run(conn net.Conn) error {
	c := smtpclient.New(conn, p.client)
	err := c.Open()
	if err == nil {
		err = p.work(c)
	}
	if quit := c.Quit(); err == nil {
		err = quit
	}
	return err
}

func playSockets(p pairing, client, server net.Conn) error {
	if p.claims == nil {
		p.claims = host.NoClaims{}
	}
	p.client.Host = fixedHost(p.claims)
	mx := fixedHost(p.claims)
	mx.Name = "mx.example"
	done := make(chan struct{})
	go func() { _ = smtpserver.New(mx, p.server).Serve(server); close(done) }()
	client.SetDeadline(time.Now().Add(30 * time.Second))
	err := p.run(client)
	client.Close()
	<-done
	return err
}

func playVnet(t *testing.T, p pairing) error {
	n := vnet.New(vnet.Options{Seed: 1, Claims: p.claims})
	defer n.Close()
	mx := n.AddHost(vnet.HostConfig{Name: "mx.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.10")}}).Ports()
	ws := n.AddHost(vnet.HostConfig{Name: "ws.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.100")}}).Ports()
	ln, err := mx.Listen(netip.AddrPortFrom(netip.IPv4Unspecified(), 25))
	if err != nil {
		t.Fatal(err)
	}
	srv := smtpserver.New(mx, p.server)
	mx.Go("smtp", func() { _ = srv.Run(ln, mx.Go) })
	p.client.Host = ws
	ended := false
	ws.Go("client", func() {
		var conn net.Conn
		if conn, err = ws.Dialer.Dial(netip.MustParseAddrPort("192.0.2.10:25"), 0); err == nil {
			err = p.run(conn)
		}
		ended = true
	})
	n.RunIdle()
	if !ended {
		t.Fatalf("the client never came back: %v", n.Stuck())
	}
	return err
}

func envelope(to ...string) smtp.Envelope {
	env := smtp.Envelope{Reverse: reverse("carol@ws.example")}
	for _, address := range to {
		env.Recipients = append(env.Recipients, smtp.Recipient{Forward: forward(address)})
	}
	return env
}

// TestTexts sends texts of all kinds and compares what arrives octet by octet.
func TestTexts(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	random := make([]byte, 300_000)
	for i := range random {
		random[i] = ".\r\nab \t\xe4"[rng.IntN(8)]
	}
	long := bytes.Repeat([]byte(".0123456789.\r\n"), 40_000)
	texts := [][]byte{nil, []byte("x"), []byte(".\r\n"), []byte("..\r\n.\r\n.x\r\n"), []byte("a\r\n\r\n"), random, long}
	for _, w := range worlds {
		for _, name := range []string{"exchange", "exim", "gmail", "opensmtpd", "postfix", "sendmail"} {
			for _, secure := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s %s tls and chunking=%v", w.name, name, secure), func(t *testing.T) {
					s := &sink{}
					p := pairing{server: smtpserver.Config{Persona: persona.ByName(name), Backend: s}}
					if secure {
						p.client.Chunking = true
						p.server.TLS = serverTLS()
						p.client.TLS, p.client.TLSRequired = clientTLS(), true
					}
					p.work = func(c *smtpclient.Client) error {
						for _, text := range texts {
							if r, err := c.Send(envelope("alice@mx.example", "bob@mx.example"), text); err != nil || r.Accepted() != 2 {
								return fmt.Errorf("%d octets: %w", len(text), err)
							}
						}
						return nil
					}
					if err := w.play(t, p); err != nil {
						t.Fatal(err)
					}
					got, envs := s.mails()
					for i, text := range texts {
						if want := arrives(text); !bytes.Equal(got[i], want) {
							t.Errorf("text %d: %d octets arrived, %d were sent", i, len(got[i]), len(want))
						}
						if envs[i] != "<carol@ws.example> <alice@mx.example> <bob@mx.example>" {
							t.Errorf("envelope %d: %s", i, envs[i])
						}
						if want := map[bool]string{false: "ESMTP", true: "ESMTPS"}[secure]; s.with[i] != want {
							t.Errorf("with %s, want %s", s.with[i], want)
						}
					}
				})
			}
		}
	}
}

// arrives is a text with its line ends made CRLF, by a way of its own: what the receiver must have.
func arrives(text []byte) []byte {
	s := strings.ReplaceAll(string(text), "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	if s != "" && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	return []byte(strings.ReplaceAll(s, "\n", "\r\n"))
}

// journal keeps claims.
type journal struct {
	mu  sync.Mutex
	all []host.Claim
}

func (j *journal) Claim(c host.Claim) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.all = append(j.all, c)
}

// said are the claims of one role in words, without those only the server can make.
func (j *journal) said(role host.Role) (all []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, c := range j.all {
		if c.Role == role && c.Kind != host.ClaimStored {
			all = append(all, fmt.Sprintf("%s %s %q %d %q %d %s %s", c.Kind, c.Verb, c.Line, c.Code, c.Texts, c.Bytes, c.SHA256, c.Text))
		}
	}
	return all
}

// TestClaims holds the two engines' journals against each other: what one says it sent, the other says it got, in the
// order of each direction; and the server's sums against the text.
func TestClaims(t *testing.T) {
	text := []byte("Subject: x\r\n\r\n.\r\nhi")
	for _, w := range worlds {
		for _, without := range []persona.Extension{0, persona.Pipelining} {
			for _, secure := range []bool{false, true} {
				j := &journal{}
				p := pairing{server: smtpserver.Config{Backend: &sink{}, TLS: serverTLS()}, claims: j}
				p.client.Without = without
				p.client.Chunking = without != 0 && secure
				if secure {
					p.client.TLS = clientTLS()
				}
				p.work = func(c *smtpclient.Client) error {
					for range 2 {
						if _, err := c.Send(envelope("alice@mx.example", "nosuch@mx.example"), text); err != nil {
							return err
						}
					}
					_, err := c.Send(envelope("nosuch@mx.example"), text)
					if err == nil {
						return errors.New("nobody was refused")
					}
					return c.Reset()
				}
				if err := w.play(t, p); err != nil {
					t.Fatal(w.name, err)
				}
				client, server := j.said(host.RoleClient), j.said(host.RoleServer)
				for _, kind := range []string{"command", "greeting", "reply", "data", "tls"} {
					if c, s := only(client, kind), only(server, kind); c != s || c == "" && kind != "tls" {
						t.Errorf("%s without %v tls %v: %s claims differ:\nclient\n%s\nserver\n%s", w.name, without, secure, kind, c, s)
					}
				}
				sum := sha256.Sum256(append(text, '\r', '\n'))
				stored := 0
				for _, c := range j.all {
					if c.Kind == host.ClaimStored {
						stored++
						if c.SHA256 != hex.EncodeToString(sum[:]) || c.Recipient != "alice@mx.example" ||
							c.Reverse != "carol@ws.example" || c.MailID == "" || c.Bytes != int64(len(text)+2) {
							t.Errorf("stored: %+v", c)
						}
					}
				}
				if stored != 2 {
					t.Errorf("%s: %d stored claims, want 2", w.name, stored)
				}
			}
		}
	}
}

func only(claims []string, kind string) string {
	var out []string
	for _, c := range claims {
		if strings.HasPrefix(c, kind+" ") {
			out = append(out, c)
		}
	}
	return strings.Join(out, "\n")
}

// TestForgetsOffers: what was offered before TLS counts no more (RFC 3207 §4.2).
func TestForgetsOffers(t *testing.T) {
	for _, w := range worlds {
		p := pairing{server: smtpserver.Config{Backend: &sink{}, TLS: serverTLS()}}
		p.client.TLS = clientTLS()
		p.work = func(c *smtpclient.Client) error {
			if c.TLS() == nil || c.Offers().Has(persona.StartTLS) || !c.Offers().Has(persona.Pipelining|persona.Size) || c.SizeMax() != 10240000 {
				t.Errorf("%s: inside TLS: %s, SIZE %d", w.name, c.Offers(), c.SizeMax())
			}
			if r := c.Hello(); r.Code != 250 || r.Lines[0] != "mx.example" {
				t.Errorf("%s: EHLO: %s", w.name, r)
			}
			r, err := c.Do("NOOP")
			if r.Code != 250 {
				t.Errorf("%s: NOOP: %s", w.name, r)
			}
			return err
		}
		if err := w.play(t, p); err != nil {
			t.Error(w.name, err)
		}
	}
}
