package interop

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/realnet"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// taken is one mail that a sink took.
type taken struct {
	from       smtp.ReversePath
	params     string // of MAIL
	recipients []string
	with, body string
	text       []byte
	remote     netip.AddrPort // of the session that brought it
}

// sink is a server of this project that takes mail for everybody but nosuch, and for later at the second try.
type sink struct {
	port  string
	mu    sync.Mutex
	mails []taken
	tried map[string]int
	wires map[netip.AddrPort]*wire
}

// wire is what one session was, by the server's own claims; groups are the pieces that held several commands.
type wire struct{ steps, lines, groups []string }

// tap looks at what comes in clear.
type tap struct {
	net.Conn
	s *sink
}

// Read notes a piece that begins with MAIL and does not end there.
func (c tap) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if lines := bytes.SplitAfter(p[:n], []byte("\r\n")); len(lines) > 2 && bytes.HasPrefix(lines[0], []byte("MAIL ")) {
		var verbs []string
		for _, l := range lines[:len(lines)-1] {
			verb, _, _ := strings.Cut(strings.TrimSpace(string(l)), " ")
			if verbs = append(verbs, verb); verb == "BDAT" || verb == "DATA" {
				break
			}
		}
		_, remote := host.Ends(c.Conn)
		c.s.mu.Lock()
		defer c.s.mu.Unlock()
		w := c.s.wire(remote)
		w.groups = append(w.groups, strings.Join(verbs, " "))
	}
	return n, err
}

// tapped is a listener whose connections have a tap.
type tapped struct {
	host.Listener
	s *sink
}

func (l tapped) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return tap{c, l.s}, nil
}

// wire finds a session by its client's end; the caller has locked.
func (s *sink) wire(remote netip.AddrPort) *wire {
	w := s.wires[remote]
	if w == nil {
		w = &wire{}
		s.wires[remote] = w
	}
	return w
}

// Claim notes verbs and replies.
func (s *sink) Claim(c host.Claim) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.wire(c.Remote)
	switch c.Kind {
	case host.ClaimCommand:
		w.steps, w.lines = append(w.steps, c.Verb), append(w.lines, c.Line)
	case host.ClaimGreeting, host.ClaimReply:
		step := fmt.Sprint(c.Code)
		if c.Kind == host.ClaimReply && len(c.Texts) > 0 {
			if e, n := smtp.CutEnhanced(c.Texts[0]); n > 0 {
				step += " " + e.String()
			}
		}
		w.steps = append(w.steps, step)
	case host.ClaimTLS:
		w.steps = append(w.steps, "TLS")
	}
}

// session is what was said in the session that brought m.
func (s *sink) session(m taken) wire {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.wires[m.remote]
	return wire{slices.Clone(w.steps), slices.Clone(w.lines), slices.Clone(w.groups)}
}

type sinkSession struct{ s *sink }

func (s *sink) Session(*smtpserver.Peer) (smtpserver.Session, *smtp.Reply) {
	return &sinkSession{s}, nil
}
func (n *sinkSession) Start(*smtpserver.Transaction) *smtp.Reply { return nil }
func (n *sinkSession) Abort(*smtpserver.Transaction)             {}
func (n *sinkSession) Close()                                    {}

func (n *sinkSession) Rcpt(_ *smtpserver.Transaction, r *smtp.Recipient) *smtp.Reply {
	n.s.mu.Lock()
	defer n.s.mu.Unlock()
	local := r.Forward.Local
	switch {
	case local == "nosuch":
		reply := smtp.NewReply(550, "5.1.1", "no such user")
		return &reply
	case strings.HasPrefix(local, "later"):
		if n.s.tried[local]++; n.s.tried[local] == 1 {
			reply := smtp.NewReply(450, "4.2.0", "not now")
			return &reply
		}
	}
	return nil
}

func (n *sinkSession) Data(t *smtpserver.Transaction, text []byte) *smtp.Reply {
	m := taken{from: t.Envelope.Reverse, with: t.With(), body: t.Body, text: bytes.Clone(text), remote: t.Remote}
	for _, p := range t.Envelope.Params {
		m.params += " " + p.String()
	}
	for _, r := range t.Envelope.Recipients {
		to := r.Forward.Address()
		for _, p := range r.Params {
			to += " " + p.String()
		}
		m.recipients = append(m.recipients, to)
	}
	n.s.mu.Lock()
	defer n.s.mu.Unlock()
	n.s.mails = append(n.s.mails, m)
	return nil
}

// await gives the mail that is wanted, once it is there.
func (s *sink) await(t *testing.T, what string, wanted func(taken) bool) taken {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		s.mu.Lock()
		i := slices.IndexFunc(s.mails, wanted)
		var m taken
		if i >= 0 {
			m = s.mails[i]
		}
		s.mu.Unlock()
		if i >= 0 {
			return m
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.mails {
		t.Logf("there is: %v%s to %q, %.300q", m.from, m.params, m.recipients, m.text)
	}
	t.Fatalf("%s has not come within %v", what, patience)
	return taken{}
}

// patience is how long a real server may take, on a machine that has much else to do.
const patience = 60 * time.Second

// startSink runs a server of this project on loopback until the test ends.
func startSink(t *testing.T, cfg smtpserver.Config) *sink {
	t.Helper()
	s := &sink{tried: map[string]int{}, wires: map[netip.AddrPort]*wire{}}
	h := realnet.New(realnet.Options{Name: cfg.Name, Claims: s})
	ln, err := h.Listen(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	cfg.Backend = s
	served := make(chan struct{})
	go func() { defer close(served); _ = smtpserver.New(h, cfg).Run(tapped{ln, s}, h.Go) }()
	t.Cleanup(func() { ln.Close(); <-served })
	_, s.port, _ = net.SplitHostPort(ln.Addr().String())
	return s
}

// certificate is a self-signed one for mx.test.
func certificate(t *testing.T) (tls.Certificate, *x509.Certificate) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048) // OpenSMTPD 6.8 takes no other
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mx.test"},
		DNSNames: []string{"mx.test"}, NotBefore: time.Unix(0, 0), NotAfter: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, parsed
}

// tries counts what has been refused or taken after a refusal for local.
func (s *sink) tries(local string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tried[local]
}
