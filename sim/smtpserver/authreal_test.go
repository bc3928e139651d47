package smtpserver_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/sasl"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// keyed is a box in which the user alice has a password and a token.
type keyed struct {
	*box
	password string
}

type keyedSession struct {
	*boxSession
	password string
}

func (k *keyed) Session(p *smtpserver.Peer) (smtpserver.Session, *smtp.Reply) {
	s, r := k.box.Session(p)
	return &keyedSession{s.(*boxSession), k.password}, r
}

func (s *keyedSession) Credential(identity string) (*sasl.Credential, error) {
	if identity != "alice" {
		return nil, sasl.ErrRefused
	}
	return &sasl.Credential{Password: s.password, Token: "t0k3n"}, nil
}

// TestRecordedAuth plays the clients of the recordings against the server: code and enhanced code of each reply are those
// of the real servers. What answers a challenge is computed anew, with a wrong password where the real server refused it.
func TestRecordedAuth(t *testing.T) {
	for _, name := range []string{"21a-auth-plain-587", "21c-auth-cram-md5-587", "21d-auth-digest-md5-587", "21e-auth-odd"} {
		data, err := os.ReadFile(shared(t, "captures/real/"+name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var recording struct {
			Dialogues []struct {
				Host  string
				Lines [][3]any
			} `json:"server_dialogues"`
		}
		if err := json.Unmarshal(data, &recording); err != nil {
			t.Fatal(err)
		}
		played := 0
		for _, d := range recording.Dialogues {
			p := map[string]*persona.Persona{"mx.alpha.example": persona.ByName("postfix"), "mx.beta.example": persona.ByName("exim")}[d.Host]
			if p == nil {
				continue
			}
			mechanisms := []string{"PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5"}
			if p.Name == "exim" {
				mechanisms = mechanisms[:3]
			}
			played++
			replay(t, name+" "+d.Host, p, mechanisms, d.Lines)
		}
		if played == 0 {
			t.Errorf("%s: no dialogue was played", name)
		}
	}
}

func replay(t *testing.T, name string, p *persona.Persona, mechanisms []string, lines [][3]any) {
	t.Helper()
	client, server := net.Pipe()
	defer client.Close()
	b := newBox(p)
	go func() {
		_ = smtpserver.New(fixedHost(host.NoClaims{}), smtpserver.Config{Name: "alpha.example", Persona: p, Backend: &keyed{b, "secret-alice"},
			With: persona.Auth, AuthInClear: true, Mechanisms: mechanisms}).Serve(server)
	}()
	_ = client.SetDeadline(time.Now().Add(10 * time.Second))
	in := bufio.NewReader(client)
	var exchange sasl.Client
	said, heard := "", ""
	for i, l := range lines {
		text := l[2].(string)
		if l[1] == "C" {
			if text == "DATA" {
				return // that a mail goes through is shown elsewhere
			}
			said = text
			exchange = recordedClient(exchange, text, lines[i+1:])
			if exchange != nil && strings.HasPrefix(heard, "334 ") && text != "*" {
				said = respond(t, exchange, heard)
			}
			if _, err := client.Write([]byte(said + "\r\n")); err != nil {
				t.Fatalf("%s: %q: %v", name, said, err)
			}
			continue
		}
		if len(text) > 3 && text[3] == '-' || strings.HasPrefix(text, "(") { // a note of the recording
			continue
		}
		var err error
		if heard, err = lastLine(in); err != nil {
			t.Fatalf("%s: after %q: %v", name, said, err)
		}
		got, want := parseReply(t, heard), parseReply(t, text)
		if got.Code != want.Code || got.Enhanced != want.Enhanced && want.Code != 250 { // the greeting to EHLO has none
			t.Errorf("%s: after %q got %q, the real server said %q", name, said, heard, text)
		}
	}
}

// recordedClient is the client side of the exchange that a recorded line begins or goes on with; nil outside one, and where
// the recorded line will do.
func recordedClient(open sasl.Client, line string, rest [][3]any) sasl.Client {
	words := strings.Fields(line)
	if len(words) == 0 || strings.ToUpper(words[0]) != "AUTH" {
		return open
	}
	if len(words) != 2 || words[1] != "CRAM-MD5" && words[1] != "DIGEST-MD5" {
		return nil
	}
	a := &sasl.Account{Identity: "alice", Password: "secret-alice", Host: "192.0.2.10", Rand: strings.NewReader(strings.Repeat("chance", 9))}
	for _, l := range rest {
		if text := l[2].(string); l[1] == "S" && !strings.HasPrefix(text, "334") {
			if strings.HasPrefix(text, "535") {
				a.Password = "wrong"
			}
			break
		}
	}
	return sasl.NewClient(words[1], a)
}

func respond(t *testing.T, c sasl.Client, challenge string) string {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(challenge[4:])
	if err != nil {
		t.Fatal(err)
	}
	response, err := c.Next(raw)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(response)
}

func lastLine(in *bufio.Reader) (string, error) {
	for {
		line, err := in.ReadString('\n')
		if err != nil || len(line) < 4 || line[3] != '-' {
			return strings.TrimRight(line, "\r\n"), err
		}
	}
}

// TestOtherClientsAuth lets programs that others wrote authenticate themselves, with the right password and a wrong one.
func TestOtherClientsAuth(t *testing.T) {
	for _, c := range []struct{ program, mechanism string }{
		{"swaks", "PLAIN"}, {"swaks", "LOGIN"}, {"swaks", "CRAM-MD5"},
		{"curl", "PLAIN"}, {"curl", "LOGIN"}, {"curl", "CRAM-MD5"}, {"curl", "DIGEST-MD5"}, {"curl", "NTLM"},
		{"curl", "XOAUTH2"}, {"curl", "OAUTHBEARER"},
	} {
		t.Run(c.program+" "+c.mechanism, func(t *testing.T) {
			path, err := exec.LookPath(c.program)
			if err != nil {
				missing(t, c.program+" is not installed")
			}
			for _, password := range []string{"secret", "wrong"} {
				b := newBox(persona.ByName("postfix"))
				port := listen(t, smtpserver.Config{Persona: b.persona, Backend: &keyed{b, "secret"}, With: persona.Auth, AuthInClear: true,
					Mechanisms: []string{c.mechanism}, RequireAuth: true})
				out, err := exec.Command(path, authArgs(c.program, c.mechanism, port, password)...).CombinedOutput()
				if (err == nil) != (password == "secret") {
					t.Fatalf("password %q: %v\n%s", password, err, out)
				}
				if password == "wrong" {
					if notes := b.notes(); len(notes) > 0 {
						t.Errorf("with a wrong password: %q", notes)
					}
					continue
				}
				for wait := 0; len(b.notes()) == 0 && wait < 100; wait++ {
					time.Sleep(20 * time.Millisecond)
				}
				if notes := b.notes(); len(notes) != 1 || !strings.HasPrefix(notes[0], "ESMTPA ") {
					t.Errorf("the backend has %q\n%s", notes, out)
				}
			}
		})
	}
}

func authArgs(program, mechanism, port, password string) []string {
	if program == "swaks" {
		return []string{"--server", "127.0.0.1", "--port", port, "--from", "alice@mx.example", "--to", "bob@mx.example", "--timeout", "10",
			"--auth", mechanism, "--auth-user", "alice", "--auth-password", password}
	}
	args := []string{"-sS", "--max-time", "10", "--mail-from", "alice@mx.example", "--mail-rcpt", "bob@mx.example", "--upload-file",
		"script_test.go", "smtp://127.0.0.1:" + port + "/ws.example", "--login-options", "AUTH=" + mechanism}
	if strings.Contains(mechanism, "OAUTH") {
		return append(args, "--user", "alice:", "--oauth2-bearer", strings.Replace(password, "secret", "t0k3n", 1))
	}
	return append(args, "--user", "alice:"+password)
}
