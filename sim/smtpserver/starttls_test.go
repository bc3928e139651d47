package smtpserver_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// talk is a client by hand over a socket.
type talk struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func dial(t *testing.T, port string) *talk {
	t.Helper()
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	return &talk{t: t, conn: conn, in: bufio.NewReader(conn)}
}

// say sends octets and checks the codes of the replies that come, in order: "250 354".
func (c *talk) say(octets, codes string) {
	c.t.Helper()
	if _, err := c.conn.Write([]byte(octets)); err != nil {
		c.t.Fatalf("%q: %v", octets, err)
	}
	for _, want := range strings.Fields(codes) {
		line := ""
		for len(line) < 4 || line[3] == '-' {
			var err error
			if line, err = c.in.ReadString('\n'); err != nil {
				c.t.Fatalf("%q: want %s, got %v", octets, want, err)
			}
		}
		if line[:3] != want {
			c.t.Errorf("%q: got %q, want %s", octets, line, want)
		}
	}
}

func (c *talk) startTLS() {
	c.t.Helper()
	conn := tls.Client(c.conn, &tls.Config{InsecureSkipVerify: true})
	if err := conn.Handshake(); err != nil {
		c.t.Fatal(err)
	}
	c.conn, c.in = conn, bufio.NewReader(conn)
}

// TestStartTLSForgets: after the handshake the server knows nothing of what was said before, least of all what somebody
// else put behind STARTTLS (RFC 3207 §4.2, §6).
func TestStartTLSForgets(t *testing.T) {
	for _, name := range []string{"postfix", "exim"} { // the others differ in what they take before and after
		b := newBox(persona.ByName(name))
		port := listen(t, smtpserver.Config{Persona: b.persona, Backend: b, TLS: testTLS()})
		c := dial(t, port)
		c.say("", "220")
		c.say("EHLO ws.example\r\n", "250")
		if name == "postfix" { // Exim ends the session there: testdata/dialogues/starttls-injected-exim.txt
			c.say("STARTTLS\r\nMAIL FROM:<injected@ws.example>\r\nRCPT TO:<alice@mx.example>\r\n", "220")
		} else {
			c.say("STARTTLS\r\n", "220")
		}
		c.startTLS()
		c.say("RCPT TO:<alice@mx.example>\r\n", "503")
		if name == "exim" {
			c.say("MAIL FROM:<carol@ws.example>\r\n", "503")
		}
		if c.say("EHLO ws.example\r\n", ""); strings.Contains(c.lines(), "STARTTLS") {
			t.Errorf("%s: STARTTLS is offered inside TLS", name)
		}
		c.say("STARTTLS\r\n", map[string]string{"postfix": "554", "exim": "503"}[name])
		c.say("MAIL FROM:<carol@ws.example>\r\n", "250")
		c.say("RCPT TO:<alice@mx.example>\r\nDATA\r\n", "250 354")
		c.say("x\r\n.\r\nQUIT\r\n", "250 221")
		if notes := b.notes(); len(notes) != 1 || !strings.HasPrefix(notes[0], "ESMTPS <carol@") {
			t.Errorf("%s: the backend has %q", name, notes)
		}
	}
}

// lines reads one reply and gives it whole.
func (c *talk) lines() string {
	c.t.Helper()
	all := ""
	for line := "250-"; line[3] == '-'; {
		var err error
		if line, err = c.in.ReadString('\n'); err != nil {
			c.t.Fatal(err)
		}
		all += line
	}
	return all
}

// TestStartTLSFails: what is no handshake ends the session, and is claimed.
func TestStartTLSFails(t *testing.T) {
	var told []string
	w := claimFunc(func(c host.Claim) {
		if c.Kind == host.ClaimTLS || c.Kind == host.ClaimTLSFailed {
			told = append(told, fmt.Sprint(c.Kind))
		}
	})
	cfg := smtpserver.Config{TLS: testTLS(), Backend: newBox(persona.Postfix())}
	conn := &inline{steps: []step{{}, {send: []byte("EHLO ws.example\r\n")}, {send: []byte("STARTTLS\r\n")}, {send: []byte("MAIL FROM:<x@y.example>\r\n")},
		{send: []byte("QUIT\r\n")}}}
	if err := smtpserver.New(fixedHost(w), cfg).Serve(conn); err == nil {
		t.Error("no error")
	}
	if len(told) != 1 || told[0] != string(host.ClaimTLSFailed) {
		t.Errorf("claims: %q", told)
	}
}

type claimFunc func(host.Claim)

func (f claimFunc) Claim(c host.Claim) { f(c) }

// TestAuthInsideTLS: AUTH is offered inside TLS only (RFC 4954 §4), and the mail then comes with ESMTPSA (RFC 3848).
func TestAuthInsideTLS(t *testing.T) {
	b := newBox(persona.Postfix())
	b.knows = true
	port := listen(t, smtpserver.Config{Backend: b, TLS: testTLS(), With: persona.Auth})
	c := dial(t, port)
	c.say("", "220")
	if c.say("EHLO ws.example\r\n", ""); strings.Contains(c.lines(), "AUTH") {
		t.Error("AUTH is offered in plain text")
	}
	c.say("STARTTLS\r\n", "220")
	c.startTLS()
	if c.say("EHLO ws.example\r\n", ""); !strings.Contains(c.lines(), "AUTH PLAIN LOGIN") {
		t.Error("AUTH is not offered inside TLS")
	}
	c.say("AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n", "235")
	c.say("MAIL FROM:<carol@ws.example>\r\nRCPT TO:<x@elsewhere.example>\r\nDATA\r\n", "250 250 354")
	c.say(".\r\nQUIT\r\n", "250 221")
	if notes := b.notes(); len(notes) != 1 || !strings.HasPrefix(notes[0], "ESMTPSA ") {
		t.Errorf("the backend has %q", notes)
	}
}

// TestStartTLSForgetsUser: who has authenticated himself in plain text is nobody inside TLS (RFC 3207 §4.2), and has not
// introduced himself either.
func TestStartTLSForgetsUser(t *testing.T) {
	b := newBox(persona.Postfix())
	b.knows = true
	port := listen(t, smtpserver.Config{Backend: b, TLS: testTLS(), With: persona.Auth, AuthInClear: true})
	c := dial(t, port)
	c.say("", "220")
	c.say("EHLO ws.example\r\n", "250")
	c.say("AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n", "235")
	c.say("STARTTLS\r\n", "220")
	c.startTLS()
	c.say("MAIL FROM:<carol@ws.example>\r\n", "250") // Postfix needs no EHLO
	c.say("RCPT TO:<x@elsewhere.example>\r\n", "554")
	c.say("RCPT TO:<alice@mx.example>\r\nDATA\r\n", "250 354")
	c.say(".\r\nQUIT\r\n", "250 221")
	if notes := b.notes(); len(notes) != 1 || !strings.HasPrefix(notes[0], "SMTP <") {
		t.Errorf("the backend has %q", notes)
	}
}

// TestClaimsKeepNoSecret: the journal names the mechanism, not the password that came with it.
func TestClaimsKeepNoSecret(t *testing.T) {
	var lines []string
	w := claimFunc(func(c host.Claim) {
		if c.Kind == host.ClaimCommand {
			lines = append(lines, c.Line)
		}
	})
	b := newBox(persona.Postfix())
	b.knows = true
	conn := &inline{steps: []step{{}, {send: []byte("EHLO ws.example\r\n")}, {send: []byte("AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n")}, {send: []byte("QUIT\r\n")}}}
	if err := smtpserver.New(fixedHost(w), smtpserver.Config{Backend: b, With: persona.Auth, AuthInClear: true}).Serve(conn); err != nil {
		t.Fatal(err)
	}
	if want := []string{"EHLO ws.example", "AUTH PLAIN •••", "QUIT"}; !slices.Equal(lines, want) {
		t.Errorf("claimed %q, want %q", lines, want)
	}
}
