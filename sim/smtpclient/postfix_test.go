package smtpclient_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// postfix is a real Postfix, and what it hands on: relay gets its SMTP, lmtp its LMTP, both by this project's server.
type postfix struct {
	dir, port   string
	relay, lmtp *sink
}

// missing skips a test that lacks something, but fails in CI.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

func startPostfix(t *testing.T) *postfix {
	t.Helper()
	path := os.Getenv("PATH") + ":/usr/sbin"
	if _, err := exec.LookPath("/usr/sbin/postfix"); err != nil {
		missing(t, "Postfix is not installed")
	}
	if os.Getuid() != 0 {
		missing(t, "Postfix can only be started by root")
	}
	dir, err := os.MkdirTemp("", "postfix") // not TempDir: its path is too long for Postfix's sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	writeKeys(t, dir)
	p := &postfix{dir: dir, relay: &sink{got: make(chan struct{}, 1000)}, lmtp: &sink{got: make(chan struct{}, 1000)}}
	relayPort := serve(t, smtpserver.Config{Name: "sink.test", Backend: p.relay, Persona: persona.Exim()})
	lmtpPort := serve(t, smtpserver.Config{Name: "lmtp.test", Backend: p.lmtp, LMTP: true})
	p.port = freePort(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	up := exec.CommandContext(ctx, "testdata/postfix-up.sh", dir, p.port, relayPort, lmtpPort)
	up.Env = append(os.Environ(), "PATH="+path)
	if out, err := up.CombinedOutput(); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "maillog"))
		t.Fatalf("%v\n%s\n%s", err, out, log)
	}
	t.Cleanup(func() { exec.Command("/usr/sbin/postfix", "-c", filepath.Join(dir, "etc"), "stop").Run() })
	return p
}

func writeKeys(t *testing.T, dir string) {
	t.Helper()
	cert := serverTLS().Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"key.pem":  {Type: "PRIVATE KEY", Bytes: key},
		"cert.pem": {Type: "CERTIFICATE", Bytes: cert.Certificate[0]},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
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

type socketListener struct{ net.Listener }

func (l socketListener) Addr() netip.AddrPort { return l.Listener.Addr().(*net.TCPAddr).AddrPort() }

// serve runs this project's server on loopback until the test ends, and gives its port.
func serve(t *testing.T, cfg smtpserver.Config) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	srv := smtpserver.New(fixedHost(host.NoClaims{}), cfg)
	go srv.Run(socketListener{ln}, func(_ string, f func()) { go f() })
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	return port
}

// session opens a session with Postfix and gives it to work.
func (p *postfix) session(t *testing.T, cfg smtpclient.Config, work func(c *smtpclient.Client)) {
	t.Helper()
	conn, err := net.Dial("tcp", "127.0.0.1:"+p.port)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	cfg.Host = fixedHost(host.NoClaims{})
	c := smtpclient.New(conn, cfg)
	if err := c.Open(); err != nil {
		t.Fatal(err)
	}
	work(c)
	if err := c.Quit(); err != nil {
		t.Fatal(err)
	}
}

// await waits for the next mail and gives its text and envelope.
func (s *sink) await(t *testing.T) ([]byte, string) {
	t.Helper()
	select {
	case <-s.got:
	case <-time.After(30 * time.Second):
		t.Fatal("Postfix has not handed the mail on within 30 s")
	}
	texts, envs := s.mails()
	s.read++
	return texts[s.read-1], envs[s.read-1]
}

// inMaildir waits for a mail in user's Maildir that ends with text, and says whether it came.
func (p *postfix) inMaildir(user string, text []byte) bool {
	stored := bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	for range 300 {
		files, _ := filepath.Glob(filepath.Join(p.dir, "mail", user, "new", "*"))
		for _, f := range files {
			if data, _ := os.ReadFile(f); bytes.HasSuffix(data, stored) {
				return true
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	return false
}

const header = "Date: Sat, 21 Nov 2026 18:32:09 +0000\r\nFrom: <carol@ws.test>\r\nMessage-ID: <%s@ws.test>\r\nSubject: x\r\n\r\n"

// TestPostfix delivers to a real Postfix and looks what it has got.
func TestPostfix(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a Postfix")
	}
	p := startPostfix(t)
	rng := rand.New(rand.NewPCG(3, 4))
	var long bytes.Buffer
	for range 20_000 {
		fmt.Fprintf(&long, "%.*s%x\r\n", rng.IntN(3), "...", rng.Uint64())
	}
	configs := map[string]smtpclient.Config{
		"pipelining": {}, "stepwise": {Without: persona.Pipelining}, "HELO": {HeloOnly: true},
		"chunking": {Chunking: true}, "chunking stepwise": {Chunking: true, Without: persona.Pipelining},
		"TLS": {TLS: clientTLS(), TLSRequired: true},
	}
	texts := map[string]string{"dots": ".\r\n..\r\n.x\r\n", "empty": "", "long": long.String()}
	for how, cfg := range configs {
		for what, body := range texts {
			t.Run(how+" "+what, func(t *testing.T) {
				text := fmt.Appendf(nil, header+"%s", how+what, body)
				p.session(t, cfg, func(c *smtpclient.Client) {
					for _, to := range []string{"u@relay.test", "u@lmtp.test"} {
						if _, err := c.Send(envelope(to), text); err != nil {
							t.Fatal(err)
						}
					}
				})
				for _, s := range []*sink{p.relay, p.lmtp} {
					if got, env := s.await(t); !bytes.HasSuffix(got, text) || !bytes.HasPrefix(got, []byte("Received: from ws.example")) {
						t.Errorf("Postfix handed on for %s:\n%.2000q\nwant the end to be\n%.2000q", env, got, text)
					}
				}
			})
		}
	}
	t.Run("8bit", func(t *testing.T) {
		text := fmt.Appendf(nil, header+"gr\xfc\xdfe, Gr\xc3\xbc\xc3\x9fe\r\n", "8bit")
		p.session(t, smtpclient.Config{}, func(c *smtpclient.Client) {
			if _, err := c.Send(envelope("u@relay.test"), text); err != nil {
				t.Fatal(err)
			}
		})
		if got, _ := p.relay.await(t); !bytes.HasSuffix(got, text) {
			t.Errorf("got %q", got)
		}
	})
	t.Run("partial", func(t *testing.T) { testPartial(t, p) })
	t.Run("refused", func(t *testing.T) { testRefused(t, p) })
}

// testPartial: one recipient of three is unknown, and 150 recipients go in several groups.
func testPartial(t *testing.T, p *postfix) {
	text := fmt.Appendf(nil, header+"partial\r\n", "partial")
	p.session(t, smtpclient.Config{}, func(c *smtpclient.Client) {
		r, err := c.Send(envelope("alice@box.test", "nosuch@box.test", "bob@box.test"), text)
		if err != nil || r.Accepted() != 2 || r.Recipients[1].Reply.Code != 550 || r.Recipients[1].Stage != smtpclient.StageRcpt {
			t.Errorf("result %+v, %v", r, err)
		}
		many := make([]string, 150)
		for i := range many {
			many[i] = fmt.Sprintf("user%d@relay.test", i)
		}
		many[77] = "nosuch@box.test"
		r, err = c.Send(envelope(many...), text)
		if err != nil || r.Accepted() != 149 || r.Recipients[77].Reply.Enhanced != (smtp.EnhancedCode{5, 1, 1}) {
			t.Errorf("%d of 150 accepted, %v", r.Accepted(), err)
		}
	})
	if !p.inMaildir("alice", text) || !p.inMaildir("bob", text) {
		t.Error("the mail is not in both Maildirs")
	}
	got := 0
	for got < 149 {
		_, env := p.relay.await(t)
		got += strings.Count(env, "@relay.test>")
	}
}

// testRefused: what Postfix refuses, by stage.
func testRefused(t *testing.T, p *postfix) {
	big := append(fmt.Appendf(nil, header, "big"), bytes.Repeat([]byte("0123456789abcdef0123456789abcdef\r\n"), 310_000)...)
	loop := append(bytes.Repeat([]byte("Received: from a by b; Sat, 21 Nov 2026 18:32:09 +0000\r\n"), 60), fmt.Appendf(nil, header, "loop")...)
	cases := []struct {
		name  string
		cfg   smtpclient.Config
		to    string
		text  []byte
		stage smtpclient.Stage
		code  int
		local bool
	}{
		{"too big, SIZE known", smtpclient.Config{}, "u@relay.test", big, smtpclient.StageMail, 552, true},
		{"too big, without SIZE", smtpclient.Config{Without: persona.Size}, "u@relay.test", big, smtpclient.StageEnd, 552, false},
		{"unknown user", smtpclient.Config{}, "nosuch@box.test", nil, smtpclient.StageRcpt, 550, false},
		{"loop", smtpclient.Config{}, "u@relay.test", loop, smtpclient.StageEnd, 554, false},
	}
	for _, tc := range cases {
		p.session(t, tc.cfg, func(c *smtpclient.Client) {
			r, err := c.Send(envelope(tc.to), tc.text)
			var e *smtpclient.Error
			if !errors.As(err, &e) || e.Stage != tc.stage || e.Reply.Code != tc.code || e.Local != tc.local || r.Accepted() != 0 || e.Temporary() {
				t.Errorf("%s: %+v", tc.name, err)
			}
			if _, err := c.Send(envelope("alice@box.test"), fmt.Appendf(nil, header+"after\r\n", "after "+tc.name)); err != nil {
				t.Errorf("%s: the next mail: %v", tc.name, err)
			}
		})
	}
}
