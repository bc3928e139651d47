package conform_test

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/smtpsim/smtpsim/codes/sasl"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// box is a backend with a few users of one domain, which keeps what it takes.
type box struct {
	domain  string
	users   []string
	moved   string // where alice is now: 551
	refuse  string // "connect", "mail", "rcpt", "data": what is refused with 451, 554 at the connection
	flaw    string // "lose", "twice", "early", "trace", "aborted": how it breaks its word
	persona *persona.Persona
	mu      sync.Mutex
	mails   []mail
}

// mail is what was delivered: "<a@b.example> > <c@d.example>", and the text with its trace field.
type mail struct{ envelope, text string }

func newBox() *box { return &box{domain: "mx.example", users: []string{"alice", "bob"}} }

func (b *box) all() []mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.mails)
}

func (b *box) Session(*smtpserver.Peer) (smtpserver.Session, *smtp.Reply) {
	if b.refuse == "connect" {
		r := b.persona.Reply(persona.GreetingRefused, &persona.Values{Host: "mx.example"})
		return &boxSession{b}, &r
	}
	return &boxSession{b}, nil
}

type boxSession struct{ *box }

func (b *box) no(stage string) *smtp.Reply {
	if b.refuse != stage {
		return nil
	}
	r := b.persona.Reply(persona.LocalError, &persona.Values{})
	return &r
}

func (s *boxSession) Credential(identity string) (*sasl.Credential, error) {
	if identity != "alice" {
		return nil, sasl.ErrRefused
	}
	return &sasl.Credential{Password: "secret"}, nil
}

func (s *boxSession) Start(*smtpserver.Transaction) *smtp.Reply { return s.no("mail") }

func (s *boxSession) Rcpt(t *smtpserver.Transaction, r *smtp.Recipient) *smtp.Reply {
	m := r.Forward.Mailbox
	user := strings.ToLower(m.Local)
	situation := persona.UserUnknown
	switch {
	case m.IsPostmaster() && (m.Domain == "" || strings.EqualFold(m.Domain, s.domain)):
		return s.no("rcpt")
	case m.Domain != "" && !strings.EqualFold(m.Domain, s.domain):
		if t.User != "" {
			return nil
		}
		situation = persona.RelayDenied
	case s.moved != "" && user == "alice":
		return &smtp.Reply{Code: 551, Enhanced: smtp.EnhancedCode{5, 1, 6}, Lines: []string{"please try <" + s.moved + ">"}}
	case slices.Contains(s.users, user) || slices.Contains(s.users, "*"):
		return s.no("rcpt")
	}
	reply := s.persona.Reply(situation, &persona.Values{Arg: m.String()})
	return &reply
}

func (s *boxSession) Data(t *smtpserver.Transaction, text []byte) *smtp.Reply {
	no := s.no("data")
	if no != nil && s.flaw != "early" || s.flaw == "lose" {
		return no
	}
	to := make([]string, len(t.Envelope.Recipients))
	for i, r := range t.Envelope.Recipients {
		to[i] = "<" + r.Forward.Mailbox.String() + ">"
	}
	if s.flaw == "trace" {
		t.User = ""
	}
	if s.flaw == "trace-ascii" {
		t.UTF8 = false
	}
	m := mail{fmt.Sprintf("%s > %s", t.Envelope.Reverse, strings.Join(to, " ")),
		t.Received(s.persona, time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)) + string(text)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, m)
	if s.flaw == "twice" {
		s.mails = append(s.mails, m)
	}
	return no
}

func (s *boxSession) Abort(t *smtpserver.Transaction) {
	if s.flaw != "aborted" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, mail{t.Envelope.Reverse.String() + " > nobody", ""})
}

func (s *boxSession) Close() {}

// serverTLS is a certificate for mx.example with fixed key and dates; roots trust it.
func serverTLS() (server *tls.Config, roots *x509.CertPool) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mx.example"},
		DNSNames: []string{"mx.example"}, NotBefore: time.Unix(0, 0), NotAfter: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	roots = x509.NewCertPool()
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	roots.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, roots
}
