package interop

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
)

// odd is a text with all that transparency and long lines are about (RFC 5321 §4.5.2, §4.5.3.1.6).
func odd() string {
	return ".\r\n..\r\n.x\r\n\r\n" + strings.Repeat("y", 998) + "\r\n." + strings.Repeat("z", 997) + "\r\n\r\nFrom here\r\nQUIT\r\n.\r\n"
}

func (m *mta) deliver(t *testing.T) {
	t.Run("offers", m.deliverOffers)
	t.Run("ways", m.deliverWays)
	t.Run("partial", m.deliverPartial)
	t.Run("eight bits", func(t *testing.T) {
		mail := text(t.Name(), "Gr\xfc\xdfe, Gr\xc3\xbc\xc3\x9fe\r\n")
		m.send(t, smtpclient.Config{}, envelope(t, "carol@ws.test", "alice@box.test"), mail)
		m.stored(t, "alice", mail)
	})
	t.Run("SMTPUTF8", m.deliverUTF8)
	t.Run("DSN", m.deliverDSN)
}

// deliverOffers: what the tests below use is really there.
func (m *mta) deliverOffers(t *testing.T) {
	c := m.client(t, smtpclient.Config{})
	if err := c.Open(); err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	seen := c.Offers() & (persona.Pipelining | persona.StartTLS | persona.Chunking | persona.DSN | persona.SMTPUTF8 | persona.EightBitMIME | persona.Size | persona.PRDR)
	if seen != m.offers {
		t.Errorf("%s offers %v, want %v", m.name, seen, m.offers)
	}
}

// deliverWays sends one text by each way there is.
func (m *mta) deliverWays(t *testing.T) {
	secret := &tls.Config{RootCAs: m.roots, ServerName: "mx.test"}
	for how, cfg := range map[string]smtpclient.Config{
		"pipelining": {}, "stepwise": {Without: persona.Pipelining}, "HELO": {HeloOnly: true},
		"STARTTLS": {TLS: secret, TLSRequired: true}, "chunking": {Chunking: true},
		"small chunks": {Chunking: true, ChunkSize: 700}, "chunks in TLS": {Chunking: true, ChunkSize: 700, TLS: secret, TLSRequired: true},
		"chunks stepwise": {Chunking: true, ChunkSize: 700, Without: persona.Pipelining}, "PRDR": {PRDR: true},
	} {
		t.Run(how, func(t *testing.T) {
			m.needsKeys(t, cfg)
			mail := text(t.Name(), odd())
			r := m.send(t, cfg, envelope(t, "carol@ws.test", "alice@box.test", "bob@box.test"), mail)
			if r.Accepted() != 2 {
				t.Errorf("%+v", r)
			}
			m.stored(t, "alice", mail)
			m.stored(t, "bob", mail)
		})
	}
}

// needsKeys skips a test with TLS where the server cannot use its own key: Debian 12 built OpenSMTPD 6.8 for OpenSSL 3, whose
// keys do not reach the process that needs them. What the client makes of it is a temporary failure.
func (m *mta) needsKeys(t *testing.T, cfg smtpclient.Config) {
	t.Helper()
	if cfg.TLS == nil || m.quirks.keyless == "" {
		return
	}
	c := m.client(t, cfg)
	defer c.Close()
	err := c.Open()
	if err == nil {
		return
	}
	if e, ok := err.(*smtpclient.Error); !ok || e.Stage != smtpclient.StageTLS || !e.Temporary() {
		t.Errorf("%v", err)
	}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if log, _ := os.ReadFile(filepath.Join(m.dir, m.quirks.keyless)); bytes.Contains(log, []byte("missing private key")) {
			t.Skip(m.name + " says STARTTLS and cannot use its key (OpenSSL 3)")
		}
	}
	t.Fatalf("no TLS: %v", err)
}

// deliverPartial: one of three recipients is refused; the others get the mail.
func (m *mta) deliverPartial(t *testing.T) {
	for how, cfg := range map[string]smtpclient.Config{"group": {}, "stepwise": {Without: persona.Pipelining}, "chunking": {Chunking: true}} {
		t.Run(how, func(t *testing.T) {
			mail := text(t.Name(), "to two of three\r\n")
			r := m.send(t, cfg, envelope(t, "carol@ws.test", "alice@box.test", "nosuch@box.test", "bob@box.test"), mail)
			if r.Accepted() != 2 || r.Recipients[1].Stage != smtpclient.StageRcpt || r.Recipients[1].Reply.Code != cmp.Or(m.quirks.unknown, 550) {
				t.Errorf("%+v", r)
			}
			m.stored(t, "alice", mail)
			m.stored(t, "bob", mail)
		})
	}
}

// deliverUTF8: addresses and header section in UTF-8 (RFC 6531), or the refusal without asking where it is not offered.
func (m *mta) deliverUTF8(t *testing.T) {
	mail := []byte(strings.Replace(string(text(t.Name(), "x\r\n")), "Subject:", "Subject: Grüße", 1))
	env := envelope(t, "grün@ws.test", "jürgen@box.test")
	if m.offers.Has(persona.SMTPUTF8) {
		m.send(t, smtpclient.Config{}, env, mail)
		m.stored(t, "jürgen", mail)
		return
	}
	c := m.client(t, smtpclient.Config{})
	if err := c.Open(); err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r, err := c.Send(env, mail)
	if e, ok := err.(*smtpclient.Error); !ok || !e.Local || e.Reply.Enhanced != (smtp.EnhancedCode{5, 6, 7}) {
		t.Errorf("%+v, %v", r, err)
	}
}

// deliverDSN asks for reports of success: they come back with what was asked (RFC 3461 §6).
func (m *mta) deliverDSN(t *testing.T) {
	mail := text(t.Name(), "report, please\r\n")
	m.sendEach(t, "dsn@ws.test RET=HDRS ENVID=id+2B1", mail, "alice@box.test NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;first+2Balice@box.test", "bob@box.test NOTIFY=NEVER")
	m.stored(t, "alice", mail)
	m.stored(t, "bob", mail)
	got := m.full.await(t, "the report of success", func(x taken) bool { return x.from.Null && to("dsn@ws.test")(x) })
	r, err := dsn.Parse(got.text)
	if err != nil {
		t.Fatalf("%v\n%s", err, got.text)
	}
	id, original := "id+1", "first+alice@box.test"
	switch {
	case m.quirks.keepsXtext:
		id, original = "id+2B1", "first+2Balice@box.test"
	case m.quirks.forgetsOriginals:
		id, original = "", ""
	}
	if r.EnvelopeID != id || len(r.Recipients) != 1 || !r.HeadersOnly {
		t.Errorf("report for %q, headers only: %t, of %+v", r.EnvelopeID, r.HeadersOnly, r.Recipients)
	}
	if to := r.Recipients[0]; to.Original.Value != original || to.Action != dsn.Delivered || to.Status[0] != 2 {
		t.Errorf("recipient %+v", to)
	}
}
