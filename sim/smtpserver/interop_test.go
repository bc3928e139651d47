package smtpserver_test

import (
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// socketListener is a host.Listener over the operating system's, without a world around it.
type socketListener struct{ net.Listener }

func (l socketListener) Addr() netip.AddrPort {
	return l.Listener.Addr().(*net.TCPAddr).AddrPort()
}

// listen runs a server on a free port of loopback until the test ends and gives its port.
func listen(t *testing.T, cfg smtpserver.Config) string {
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

// TestOtherClients lets programs that others wrote deliver to the server.
func TestOtherClients(t *testing.T) {
	text := "Subject: from outside\r\nFrom: <carol@ws.example>\r\n\r\n.\r\n..two dots\r\nend\r\n"
	file := filepath.Join(t.TempDir(), "mail")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	programs := []struct {
		name string
		with string
		lmtp bool
		args []string // PORT and FILE are replaced
	}{
		{"swaks", "ESMTP", false, []string{"--pipeline"}},
		{"swaks", "ESMTP", false, []string{"--helo", "ws.example"}},
		{"swaks", "SMTP", false, []string{"--protocol", "SMTP"}},
		{"swaks", "LMTP", true, []string{"--protocol", "LMTP"}},
		{"curl", "ESMTP", false, []string{"smtp://127.0.0.1:PORT/ws.example"}},
		{"curl", "ESMTPS", false, []string{"smtp://127.0.0.1:PORT/ws.example", "--ssl-reqd", "-k"}},
	}
	common := map[string][]string{
		"swaks": {"--server", "127.0.0.1", "--port", "PORT", "--from", "carol@ws.example", "--to", "alice@mx.example,bob@mx.example",
			"--data", "@FILE", "--timeout", "10"},
		"curl": {"-sS", "--max-time", "10", "--mail-from", "carol@ws.example", "--mail-rcpt", "alice@mx.example",
			"--mail-rcpt", "bob@mx.example", "--upload-file", "FILE"},
	}
	for _, p := range programs {
		for _, name := range append(recorded(), "domino", "exchange", "gmail") {
			if p.with == "ESMTPS" && !persona.ByName(name).Offers.Has(persona.StartTLS) {
				continue
			}
			t.Run(strings.Join([]string{p.name, p.with, name}, " "), func(t *testing.T) {
				path, err := exec.LookPath(p.name)
				if err != nil {
					missing(t, p.name+" is not installed")
				}
				b := newBox(persona.ByName(name))
				port := listen(t, smtpserver.Config{Persona: b.persona, Backend: b, TLS: testTLS(), LMTP: p.lmtp})
				var args []string
				for _, a := range append(append([]string(nil), common[p.name]...), p.args...) {
					args = append(args, strings.NewReplacer("PORT", port, "FILE", file).Replace(a))
				}
				out, err := exec.Command(path, args...).CombinedOutput()
				if err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				for wait := 0; len(b.notes()) == 0 && wait < 100; wait++ {
					time.Sleep(20 * time.Millisecond)
				}
				notes := b.notes()
				if len(notes) != 1 || !strings.HasPrefix(notes[0], p.with+" <carol@ws.example> to <alice@mx.example> <bob@mx.example>,") {
					t.Fatalf("the backend has %q\n%s", notes, out)
				}
				if got := string(b.texts[0]); strings.TrimRight(got, "\r\n") != strings.TrimRight(text, "\r\n") {
					t.Errorf("the text is %q\nwant %q", got, text)
				}
			})
		}
	}
}
