package smtpserver_test

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/smtpsim/smtpsim/codes/sasl"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// box is a backend with two users, alice and bob, of one domain. It writes down what it gets.
type box struct {
	domain  string
	persona *persona.Persona
	refuse  string // a stage at which it says 451
	knows   bool   // VRFY and EXPN
	anyUser bool
	fixed   bool // chance is the same octet for ever
	mu      sync.Mutex
	log     []string
	texts   [][]byte
}

func newBox(p *persona.Persona) *box { return &box{domain: "mx.example", persona: p} }

func (b *box) Session(p *smtpserver.Peer) (smtpserver.Session, *smtp.Reply) {
	s := &boxSession{b}
	switch b.refuse {
	case "connect":
		r := b.persona.Reply(persona.GreetingRefused, &persona.Values{Host: "mx.example"})
		return s, &r
	case "each":
		return &boxEach{s}, nil
	}
	if b.knows {
		return &boxKnows{s}, nil
	}
	return s, nil
}

func (b *box) say(stage string) *smtp.Reply {
	if b.refuse != stage {
		return nil
	}
	r := b.persona.Reply(persona.LocalError, &persona.Values{})
	return &r
}

func (b *box) note(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.log = append(b.log, fmt.Sprintf(format, args...))
}

func (b *box) notes() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.log...)
}

type boxSession struct{ b *box }

func (s *boxSession) Start(t *smtpserver.Transaction) *smtp.Reply { return s.b.say("mail") }

func (s *boxSession) Rcpt(t *smtpserver.Transaction, r *smtp.Recipient) *smtp.Reply {
	m := r.Forward.Mailbox
	v := persona.Values{Arg: m.String()}
	user := strings.ToLower(m.Local)
	if user == "moved" {
		r := smtp.NewReply(551, "5.1.6", "User not local; please try <jürgen@elsewhere.example>")
		return &r
	}
	switch {
	case t.User != "": // who has a password may relay
		return nil
	case m.IsPostmaster() && (m.Domain == "" || strings.EqualFold(m.Domain, s.b.domain)):
		return s.b.say("rcpt")
	case m.Domain != "" && !strings.EqualFold(m.Domain, s.b.domain), strings.Contains(m.Local, "%") && s.b.persona.Name == "postfix":
		r := s.b.persona.Reply(persona.RelayDenied, &v)
		return &r
	case s.b.anyUser:
	case user != "alice" && user != "bob" && user != "jürgen" && !strings.HasPrefix(user, "user"):
		r := s.b.persona.Reply(persona.UserUnknown, &v)
		return &r
	}
	return s.b.say("rcpt")
}

func (s *boxSession) Data(t *smtpserver.Transaction, text []byte) *smtp.Reply {
	if r := s.b.say("data"); r != nil {
		return r
	}
	var to []string
	for _, r := range t.Envelope.Recipients {
		to = append(to, r.Forward.String())
	}
	if len(to) > 4 {
		to = append(to[:3], fmt.Sprintf("and %d more", len(to)-3))
	}
	shown := fmt.Sprintf("%q", text)
	if len(text) > 160 {
		shown = fmt.Sprintf("%d octets", len(text))
	}
	s.b.note("%s %s to %s, %s", t.With(), t.Envelope.Reverse, strings.Join(to, " "), shown)
	s.b.mu.Lock()
	s.b.texts = append(s.b.texts, append([]byte(nil), text...))
	s.b.mu.Unlock()
	return nil
}

func (s *boxSession) Abort(t *smtpserver.Transaction) { s.b.note("%s aborted", t.Envelope.Reverse) }
func (s *boxSession) Close()                          {}

// boxEach answers each recipient for itself: bob's box is full.
type boxEach struct{ *boxSession }

func (s *boxEach) DataEach(t *smtpserver.Transaction, text []byte) []*smtp.Reply {
	s.Data(t, text)
	all := make([]*smtp.Reply, len(t.Envelope.Recipients))
	for i, r := range t.Envelope.Recipients {
		if r.Forward.Local == "bob" {
			full := smtp.NewReply(452, "4.2.2", "<"+r.Forward.Address()+"> mailbox full")
			all[i] = &full
		}
	}
	return all
}

// boxKnows answers VRFY and EXPN.
type boxKnows struct{ *boxSession }

func (s *boxKnows) Verify(arg string) *smtp.Reply {
	switch arg {
	case "jürgen":
		r := smtp.NewReply(250, "2.1.5", "Jürgen <jürgen@"+s.b.domain+">")
		return &r
	case "geschke", "alice":
		r := smtp.NewReply(250, "2.1.5", "A. User <"+arg+"@"+s.b.domain+">")
		return &r
	case "liste":
		r := smtp.NewReply(250, "2.1.5", "<liste@"+s.b.domain+">")
		return &r
	}
	return nil
}

func (s *boxKnows) Credential(identity string) (*sasl.Credential, error) {
	switch identity {
	case "alice":
		return &sasl.Credential{Password: "secret", Token: "t0k3n"}, nil
	case "haha@phpgangsta.de":
		return &sasl.Credential{Password: "meinpasswort"}, nil
	case "email@domain.de":
		return &sasl.Credential{Password: "GeheimPasswortHier"}, nil
	case "weak":
		return &sasl.Credential{Password: "secret", Weak: []string{"PLAIN", "LOGIN"}}, nil
	case "later":
		return nil, sasl.ErrTemporary
	}
	return nil, sasl.ErrRefused
}

// Trusts believes alice.
func (s *boxKnows) Trusts(t *smtpserver.Transaction, _ smtp.Mailbox) bool { return t.User == "alice" }

// Fetch is a store with two texts, one of them a draft without its end, and one that is down.
func (s *boxKnows) Fetch(_ *smtpserver.Transaction, url string) ([]byte, *smtp.Reply) {
	switch {
	case strings.Contains(url, "uid=25"):
		return []byte("Subject: stored\r\n\r\nhello from the store\r\n"), nil
	case strings.Contains(url, "uid=26"):
		return []byte("stored part\r\n"), nil
	case strings.Contains(url, "down"):
		r := smtp.NewReply(451, "4.4.1", "IMAP server unavailable")
		return nil, &r
	}
	return nil, nil
}

func (s *boxKnows) Expand(arg string) *smtp.Reply {
	if arg == "büro" {
		r := smtp.NewReply(250, "2.1.5", "<jürgen@"+s.b.domain+">", "<bob@"+s.b.domain+">")
		return &r
	}
	if arg != "liste" {
		return nil
	}
	r := smtp.NewReply(250, "2.1.5", "A. User <alice@"+s.b.domain+">", "B. User <bob@"+s.b.domain+">")
	return &r
}

// fixedClock stands still, far enough ahead that a deadline made from it never comes on a socket.
type fixedClock struct{}

func (fixedClock) Now() time.Time      { return time.Date(2126, 11, 21, 18, 32, 9, 123456789, time.UTC) }
func (fixedClock) Sleep(time.Duration) {}

// fixedHost is a host in no world: a clock that stands still and a random stream with a fixed seed.
func fixedHost(claims host.Claims) *host.Host {
	return &host.Host{Name: "mx.example", Clock: fixedClock{}, Rand: rand.New(rand.NewPCG(1, 2)), Claims: claims}
}

// testTLS is a certificate for mx.example with fixed key and dates.
func testTLS() *tls.Config {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mx.example"},
		DNSNames: []string{"mx.example"}, NotBefore: time.Unix(0, 0), NotAfter: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
}

func testState() *tls.ConnectionState { return &tls.ConnectionState{Version: tls.VersionTLS13} }
