package interop

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/realnet"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// mta is a real mail server on loopback. Mail for alice, bob and jürgen at box.test it keeps in Maildirs; for relay.test and
// ws.test it hands on to full, for secure.test to secure, for old.test to old.
type mta struct {
	name              string
	dir, port         string
	mail              string // Maildirs
	full, secure, old *sink
	roots             *x509.CertPool
	hurry             func(t *testing.T) // tries again what waits; nil: it does so by itself
	quirks            quirks
	offers            persona.Extensions
	uses              persona.Extensions // as a client
}

// starters start the three.
var starters = []struct {
	name         string
	start        func(t *testing.T, m *mta)
	offers, uses persona.Extensions
}{
	{"Postfix", startPostfix,
		persona.Pipelining | persona.StartTLS | persona.Chunking | persona.DSN | persona.SMTPUTF8 | persona.EightBitMIME | persona.Size,
		persona.Pipelining | persona.StartTLS | persona.DSN | persona.SMTPUTF8 | persona.EightBitMIME},
	{"Exim", startExim,
		persona.Pipelining | persona.StartTLS | persona.Chunking | persona.DSN | persona.SMTPUTF8 | persona.EightBitMIME | persona.Size | persona.PRDR,
		persona.Pipelining | persona.StartTLS | persona.Chunking | persona.DSN | persona.SMTPUTF8}, // no BODY=, whatever it sends
	{"OpenSMTPD", startOpenSMTPD,
		persona.StartTLS | persona.DSN | persona.EightBitMIME | persona.Size,
		persona.StartTLS | persona.DSN}, // no BODY= either
}

// quirks are where a server does otherwise than the RFCs say, or than the others do.
type quirks struct {
	unknown          int    // its reply to RCPT for nobody; 0: 550
	keepsXtext       bool   // reports show ENVID and ORCPT encoded, which RFC 3461 §6.3 wants decoded
	forgetsOriginals bool   // reports have neither (RFC 3464 §2.2.1 and §2.3.1: MUST)
	noDiagnostic     bool   // reports do not say what the next server said (RFC 3464 §2.3.6: optional)
	keyless          string // the log that tells that TLS cannot work, because the server does not find its key; "": it can
	oneNotify        bool   // NOTIFY of one recipient is held against the next: NEVER after SUCCESS is refused
}

// TestMTAs starts each server once and lets all tests run against it.
func TestMTAs(t *testing.T) {
	if testing.Short() {
		t.Skip("starts real mail servers")
	}
	for _, s := range starters {
		t.Run(s.name, func(t *testing.T) {
			m := &mta{name: s.name, offers: s.offers, uses: s.uses}
			m.surround(t)
			s.start(t, m)
			m.awaitPort(t)
			t.Run("deliver", m.deliver)
			t.Run("receive", m.receive)
		})
	}
}

// surround makes what a server needs: a directory, keys, and where it hands mail on to.
func (m *mta) surround(t *testing.T) {
	dir, err := os.MkdirTemp("", "mta") // not TempDir: its path is too long for sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			m.logs(t)
		}
		os.RemoveAll(dir)
	})
	cert, parsed := certificate(t)
	m.dir, m.port = dir, freePort(t)
	m.roots = x509.NewCertPool()
	m.roots.AddCert(parsed)
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	m.write(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
	m.write(t, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: parsed.Raw})))
	m.full = startSink(t, smtpserver.Config{Name: "full.test", With: persona.DSN | persona.SMTPUTF8 | persona.PRDR})
	m.secure = startSink(t, smtpserver.Config{Name: "mx.test", TLS: &tls.Config{Certificates: []tls.Certificate{cert}}})
	m.old = startSink(t, smtpserver.Config{Name: "old.test", OldServer: true})
}

// write puts a file under the server's directory.
func (m *mta) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(m.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// logs shows what the server wrote down.
func (m *mta) logs(t *testing.T) {
	for _, pattern := range []string{"maillog", "log/*log", "log"} {
		files, _ := filepath.Glob(filepath.Join(m.dir, pattern))
		for _, f := range files {
			if text, err := os.ReadFile(f); err == nil {
				t.Logf("%s:\n%s", filepath.Base(f), text[max(0, len(text)-6000):])
			}
		}
	}
}

// missing skips a test that lacks something, but fails in CI.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// freePort is a port that was free a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	return port
}

// awaitPort returns once the server greets.
func (m *mta) awaitPort(t *testing.T) {
	t.Helper()
	var last error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		c := m.client(t, smtpclient.Config{})
		if c == nil {
			continue
		}
		if last = c.Open(); last == nil {
			_ = c.Quit()
			return
		}
	}
	t.Fatalf("%s does not greet: %v", m.name, last)
}

// client connects the engine to the server; nil if nobody listens.
func (m *mta) client(t *testing.T, cfg smtpclient.Config) *smtpclient.Client {
	t.Helper()
	h := realnet.New(realnet.Options{Name: "ws.test"})
	conn, err := h.Dialer.Dial(netip.MustParseAddrPort("127.0.0.1:"+m.port), time.Second)
	if err != nil {
		return nil
	}
	cfg.Host = h
	return smtpclient.New(conn, cfg)
}

// send gives one mail to the server in a session of its own.
func (m *mta) send(t *testing.T, cfg smtpclient.Config, env smtp.Envelope, text []byte) smtpclient.Result {
	t.Helper()
	c := m.client(t, cfg)
	if c == nil {
		t.Fatal("nobody listens")
	}
	if err := c.Open(); err != nil {
		t.Fatal(err)
	}
	r, err := c.Send(env, text)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Quit(); err != nil {
		t.Fatal(err)
	}
	return r
}

// sendEach gives one mail to the server for all recipients, or where that cannot be, for each in turn.
func (m *mta) sendEach(t *testing.T, from string, text []byte, to ...string) {
	t.Helper()
	all := [][]string{to}
	if m.quirks.oneNotify {
		all = nil
		for _, one := range to {
			all = append(all, []string{one})
		}
	}
	for _, some := range all {
		if r := m.send(t, smtpclient.Config{}, envelope(t, from, some...), text); r.Accepted() != len(some) {
			t.Errorf("%s: %+v", m.name, r.Recipients)
		}
	}
}

// envelope is one from carol; "bob@box.test NOTIFY=NEVER" is a recipient with a parameter.
func envelope(t *testing.T, from string, to ...string) smtp.Envelope {
	t.Helper()
	from, params := words(from)
	reverse, err := smtp.ParseReversePath("<"+from+">", smtp.Tolerant)
	if err != nil {
		t.Fatal(err)
	}
	env := smtp.Envelope{Reverse: reverse, Params: params}
	for _, word := range to {
		address, params := words(word)
		forward, err := smtp.ParseForwardPath("<"+address+">", smtp.Tolerant)
		if err != nil {
			t.Fatal(err)
		}
		env.Recipients = append(env.Recipients, smtp.Recipient{Forward: forward, Params: params})
	}
	return env
}

func words(s string) (string, []smtp.Param) {
	f := strings.Fields(s)
	var params []smtp.Param
	for _, word := range f[1:] {
		name, value, _ := strings.Cut(word, "=")
		params = append(params, smtp.Param{Name: name, Value: value})
	}
	return f[0], params
}

// text is a mail that can be told from all others by its name.
func text(name, body string) []byte {
	return fmt.Appendf(nil, "Date: Sat, 21 Nov 2026 18:32:09 +0000\r\nFrom: <carol@ws.test>\r\nTo: <list@box.test>\r\n"+
		"Message-ID: <%s@ws.test>\r\nSubject: %s\r\n\r\n%s", strings.ReplaceAll(name, " ", "."), name, body)
}

// traceFields are what a server may put before a mail: RFC 5321 §4.4, and the fields that say for whom it was.
var traceFields = regexp.MustCompile(`(?i)^(?:(?:Return-Path|Received|Delivered-To|X-Original-To|Envelope-To|Delivery-Date):[^\n]*\n(?:[ \t][^\n]*\n)*)*$`)

// stored says whether user's Maildir has the mail within patience: octet by octet, with nothing before it but trace fields.
func (m *mta) stored(t *testing.T, user string, text []byte) {
	t.Helper()
	want := bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	id, _, _ := bytes.Cut(want[bytes.Index(want, []byte("Message-ID:")):], []byte("\n"))
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		files, _ := filepath.Glob(filepath.Join(m.mail, user, "new", "*"))
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil || !bytes.Contains(data, id) {
				continue
			}
			before, exact := bytes.CutSuffix(data, want)
			if !exact || !traceFields.Match(before) {
				t.Errorf("%s stored for %s\n%.3000q\nwant the end to be\n%.3000q", m.name, user, data, want)
			}
			return
		}
	}
	t.Errorf("%s has nothing with %s for %s", m.name, id, user)
}
