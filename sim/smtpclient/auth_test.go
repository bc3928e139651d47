package smtpclient_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes/sasl"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// keeper is a sink that knows alice.
type keeper struct {
	*sink
	as     []string // as whom mail came, and by which AUTH=
	forged bool     // its SCRAM keys ask for more work than anybody should do
}

func (k *keeper) Session(*smtpserver.Peer) (smtpserver.Session, *smtp.Reply) { return k, nil }

func (k *keeper) Credential(identity string) (*sasl.Credential, error) {
	switch identity {
	case "alice@ws.example", "mx.example": // the latter is in the client's certificate
		c := &sasl.Credential{Password: "secret", Token: "t0k3n"}
		if k.forged {
			c.SCRAM = map[string]sasl.SCRAMKeys{"SCRAM-SHA-256": {Salt: []byte("salt"), Iterations: 1 << 30}}
		}
		return c, nil
	case "weak":
		return &sasl.Credential{Password: "secret", Weak: []string{"CRAM-MD5", "DIGEST-MD5"}}, nil
	case "later":
		return nil, sasl.ErrTemporary
	}
	return nil, sasl.ErrRefused
}

func (k *keeper) Data(t *smtpserver.Transaction, text []byte) *smtp.Reply {
	as := t.User
	for _, p := range t.Envelope.Params {
		as += " " + p.String()
	}
	k.as = append(k.as, as+" "+t.With())
	return k.sink.Data(t, text)
}

// authPair is a server that offers all mechanisms and a client that wants them.
func authPair(k *keeper, tlsMax uint16, mechanisms ...string) pairing {
	server, client := serverTLS(), clientTLS()
	server.MaxVersion, server.ClientAuth, server.ClientCAs = tlsMax, tls.VerifyClientCertIfGiven, client.RootCAs
	client.Certificates = server.Certificates
	p := pairing{server: smtpserver.Config{Backend: k, With: persona.Auth, TLS: server, Mechanisms: sasl.Mechanisms()}}
	p.client = smtpclient.Config{TLS: client, Auth: &smtpclient.Auth{Identity: "alice@ws.example", Password: "secret",
		Token: "t0k3n", Mechanisms: mechanisms}}
	if tlsMax == 0 {
		p.server.TLS, p.client.TLS, p.server.AuthInClear, p.client.Auth.InClear = nil, nil, true, true
	}
	return p
}

// TestAuthMechanisms: each mechanism in clear, in TLS 1.2 and in TLS 1.3, with the right secret, a wrong one, and cancelled.
func TestAuthMechanisms(t *testing.T) {
	vnet := worlds[2]
	for _, version := range []uint16{0, tls.VersionTLS12, tls.VersionTLS13} {
		for _, name := range sasl.Mechanisms() {
			if version == 0 && (strings.HasSuffix(name, "-PLUS") || name == "EXTERNAL") {
				continue
			}
			what := fmt.Sprintf("%s in %s", name, host.TLSVersion(version))
			k := &keeper{sink: &sink{}}
			p := authPair(k, version, name)
			p.work = func(c *smtpclient.Client) error {
				if id, by := c.Identity(); id != "alice@ws.example" || by != name {
					t.Errorf("%s: %q by %q", what, id, by)
				}
				_, err := c.Send(envelope("bob@mx.example"), []byte("x\r\n"))
				return err
			}
			user, with := "alice@ws.example", "ESMTPSA"
			if name == "EXTERNAL" {
				user = "mx.example"
			}
			if version == 0 {
				with = "ESMTPA"
			}
			if err := vnet.play(t, p); err != nil || len(k.as) != 1 || !strings.HasPrefix(k.as[0], user+" ") || !strings.HasSuffix(k.as[0], " "+with) {
				t.Errorf("%s: %v, %q", what, err, k.as)
			}
			if name != "EXTERNAL" {
				p.client.Auth.Password, p.client.Auth.Token = "wrong", "wrong"
				var e *smtpclient.Error
				if err := vnet.play(t, p); !errors.As(err, &e) || e.Stage != smtpclient.StageAuth || e.Reply.Code != 535 {
					t.Errorf("%s, wrong secret: %v, want 535", what, err)
				}
			}
			cancelled(t, p, name, what)
		}
	}
}

// cancelled says "*" to the first challenge (RFC 4954 §4: 501).
func cancelled(t *testing.T, p pairing, name, what string) {
	t.Helper()
	p.client.Auth = nil
	p.work = func(c *smtpclient.Client) error {
		if !slices.Contains(strings.Fields(mustArgument(c)), name) {
			t.Errorf("%s is not listed: %q", what, mustArgument(c))
		}
		if r, err := c.Do("AUTH " + name); err != nil || r.Code != 334 {
			t.Errorf("%s: %v, %v, want 334", what, r, err)
		}
		r, err := c.Do("*")
		if err != nil || r.Code != 501 || c.State() != smtp.StateReady {
			t.Errorf("%s cancelled: %v, %v, %s", what, r, err, c.State())
		}
		return err
	}
	if err := worlds[2].play(t, p); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

func mustArgument(c *smtpclient.Client) string {
	arg, _ := c.Argument(persona.Auth)
	return arg
}

// TestAuthChoice: which mechanism is taken, and what the client does with each refusal (RFC 4954 §6).
func TestAuthChoice(t *testing.T) {
	for _, c := range []struct {
		what   string
		tls    uint16
		change func(*pairing, *keeper)
		want   string // mechanism, or the error
	}{
		{"the strongest", tls.VersionTLS13, func(p *pairing, _ *keeper) { p.client.TLS.Certificates = nil }, "SCRAM-SHA-256-PLUS"},
		{"in clear", 0, nil, "SCRAM-SHA-256"},
		{"listed but refused with 504: the next", 0, func(p *pairing, _ *keeper) {
			p.server.Refused = []string{"SCRAM-SHA-256", "SCRAM-SHA-1"}
			p.client.Auth.Token = ""
		}, "DIGEST-MD5"},
		{"too weak, 534: the next", 0, func(p *pairing, _ *keeper) {
			p.client.Auth.Identity, p.client.Auth.Mechanisms = "weak", []string{"CRAM-MD5", "DIGEST-MD5", "PLAIN"}
		}, "PLAIN"},
		{"454: not now", 0, func(p *pairing, _ *keeper) { p.client.Auth.Identity = "later" }, "AUTH: 454 4.7.0 Temporary authentication failure"},
		{"no password in clear", 0, func(p *pairing, _ *keeper) {
			p.client.Auth.Mechanisms, p.client.Auth.InClear = []string{"PLAIN", "LOGIN", "XOAUTH2"}, false
		}, "AUTH: the server offers no mechanism that may be used here"},
		{"no password for a stranger", tls.VersionTLS13, func(p *pairing, _ *keeper) {
			p.client.TLS.InsecureSkipVerify, p.client.TLS.ServerName = true, "other.example"
			p.client.Auth.Mechanisms = []string{"PLAIN", "LOGIN", "OAUTHBEARER"}
		}, "AUTH: the server offers no mechanism that may be used here"},
		{"nobody looks, but the name is good", tls.VersionTLS13, func(p *pairing, _ *keeper) {
			p.client.TLS.InsecureSkipVerify = true
			p.client.Auth.Mechanisms = []string{"PLAIN"}
		}, "PLAIN"},
		{"none is common", 0, func(p *pairing, _ *keeper) { p.server.Mechanisms = []string{"RPA", "GSSAPI"} },
			"AUTH: the server offers no mechanism that may be used here"},
		{"no AUTH", 0, func(p *pairing, _ *keeper) { p.server.Without = persona.Auth }, "AUTH: the server does not offer AUTH"},
		{"only as the old line", 0, func(p *pairing, _ *keeper) { p.server.LegacyAuth, p.client.Auth.Mechanisms = true, []string{"NTLM"} }, "NTLM"},
		{"a server that asks for too much", 0, func(p *pairing, k *keeper) {
			k.forged, p.client.Auth.Mechanisms = true, []string{"SCRAM-SHA-256"}
		}, "AUTH: AUTH was cancelled: no message of this mechanism: more than 1000000 iterations"},
	} {
		k := &keeper{sink: &sink{}}
		p := authPair(k, c.tls)
		if c.change != nil {
			c.change(&p, k)
		}
		got := ""
		p.work = func(c *smtpclient.Client) error { _, got = c.Identity(); return nil }
		if err := worlds[2].play(t, p); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
	}
}

// TestMailAuth: what the client writes behind AUTH= (RFC 4954 §5), and what an untrusting server keeps of it.
func TestMailAuth(t *testing.T) {
	for _, c := range []struct {
		what         string
		relay, login bool
		given, want  string
	}{
		{"an original submission says nothing", false, true, "", "alice@ws.example ESMTPA"},
		{"handed on, though not believed", false, false, "AUTH=e+3Dmc2@ws.example", " AUTH=<> ESMTP"},
		{"not known, to a server that knows us", true, true, "", "alice@ws.example AUTH=<> ESMTPA"},
		{"<> is handed on where we are known", false, true, "AUTH=<>", "alice@ws.example AUTH=<> ESMTPA"},
		{"and nowhere else", true, false, "AUTH=<>", " ESMTP"},
	} {
		k := &keeper{sink: &sink{}}
		p := authPair(k, 0, "CRAM-MD5")
		p.server.Without = persona.Size
		p.client.Auth.Relay = c.relay
		if !c.login {
			p.client.Auth = nil
		}
		p.work = func(client *smtpclient.Client) error {
			env := envelope("bob@mx.example")
			if name, value, ok := strings.Cut(c.given, "="); ok {
				env.Params = []smtp.Param{{Name: name, Value: value}}
			}
			_, err := client.Send(env, []byte("x\r\n"))
			return err
		}
		if err := worlds[2].play(t, p); err != nil || len(k.as) != 1 || k.as[0] != c.want {
			t.Errorf("%s: %v, got %q, want %q", c.what, err, k.as, c.want)
		}
	}
}

// secretClaims keeps lines.
type secretClaims struct{ lines []string }

func (s *secretClaims) Claim(c host.Claim) {
	s.lines = append(s.lines, fmt.Sprint(c.Role, " ", c.Kind, " ", c.Verb, " ", c.Line))
}

// TestClaimsHoldNoSecrets: neither side writes a response down.
func TestClaimsHoldNoSecrets(t *testing.T) {
	for _, name := range sasl.Mechanisms() {
		claims := &secretClaims{}
		p := authPair(&keeper{sink: &sink{}}, tls.VersionTLS13, name)
		p.claims, p.work = claims, func(*smtpclient.Client) error { return nil }
		if err := worlds[2].play(t, p); err != nil {
			t.Fatal(err)
		}
		commands := 0
		for _, line := range claims.lines {
			if strings.Contains(line, " command ") {
				commands++
			}
			if strings.Contains(line, " auth ") && !strings.HasSuffix(line, " •••") {
				t.Errorf("%s: a claim says %q", name, line)
			}
			if _, rest, ok := strings.Cut(line, "AUTH "+name+" "); ok && rest != "•••" && rest != "=" {
				t.Errorf("%s: a claim says %q", name, line)
			}
		}
		if commands != 2*len([]string{"EHLO", "STARTTLS", "EHLO", "AUTH", "QUIT"}) {
			t.Errorf("%s: claims\n%s", name, strings.Join(claims.lines, "\n"))
		}
	}
}

// TestAuthListed: what a server lists before TLS, inside it, and to whom (RFC 4954 §4, §6: nothing that may not be used).
func TestAuthListed(t *testing.T) {
	for _, c := range []struct {
		what   string
		change func(*pairing)
		want   string
	}{
		{"before TLS", func(p *pairing) { p.client.TLS = nil }, "SCRAM-SHA-256 SCRAM-SHA-1 DIGEST-MD5 CRAM-MD5 NTLM"},
		{"before TLS, with passwords", func(p *pairing) { p.client.TLS, p.server.AuthInClear = nil, true },
			"SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2 DIGEST-MD5 CRAM-MD5 NTLM PLAIN LOGIN"},
		{"before TLS, none is fit", func(p *pairing) { p.client.TLS, p.server.Mechanisms = nil, []string{"PLAIN", "SCRAM-SHA-1-PLUS"} }, "-"},
		{"inside TLS", func(p *pairing) { p.client.TLS.Certificates = nil },
			"SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2 DIGEST-MD5 CRAM-MD5 NTLM PLAIN LOGIN"},
		{"with a certificate", nil, strings.Join(sasl.Mechanisms(), " ")},
	} {
		p := authPair(&keeper{sink: &sink{}}, tls.VersionTLS13)
		p.client.Auth = nil
		if c.change != nil {
			c.change(&p)
		}
		got := "-"
		p.work = func(client *smtpclient.Client) error {
			if arg, ok := client.Argument(persona.Auth); ok {
				got = arg
			}
			return nil
		}
		if err := worlds[2].play(t, p); err != nil || got != c.want {
			t.Errorf("%s: %v\n got %s\nwant %s", c.what, err, got, c.want)
		}
	}
}
