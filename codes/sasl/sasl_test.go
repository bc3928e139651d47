package sasl

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

// counting is a stream of chance that is none.
type counting struct{ n byte }

func (c *counting) Read(p []byte) (int, error) {
	for i := range p {
		c.n++
		p[i] = c.n
	}
	return len(p), nil
}

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func users(identity string) (*Credential, error) {
	switch identity {
	case "alice":
		return &Credential{Password: "secret", Token: "t0k3n", ActAs: []string{"list"}}, nil
	case "jürgen":
		return &Credential{Password: "pÄss,=\"\\word", Token: "t"}, nil
	case "weak":
		return &Credential{Password: "secret", Token: "t0k3n", Weak: Mechanisms()}, nil
	case "later":
		return nil, ErrTemporary
	case "nothing":
		return &Credential{}, nil
	}
	return nil, ErrRefused
}

func binding() Binding { return Binding{Type: "tls-exporter", Data: []byte("the same on both sides")} }

func serverOptions() *ServerOptions {
	return &ServerOptions{Find: users, Rand: &counting{}, Now: now, Host: "mx.example", Binding: binding(), Plus: true,
		External: "alice"}
}

func account(identity string) *Account {
	a := &Account{Identity: identity, Password: "secret", Token: "t0k3n", Host: "mx.example", Port: 587,
		Rand: &counting{n: 100}, Now: now, Binding: binding(), Plus: true}
	if identity == "jürgen" {
		a.Password, a.Token = "pÄss,=\"\\word", "t"
	}
	return a
}

// converse leads an exchange to its end. The initial response goes with the command if early is set.
func converse(t *testing.T, c Client, s Server, early bool) error {
	t.Helper()
	first, err := c.Start()
	if err != nil {
		return err
	}
	response := first
	if !early {
		response = nil
	}
	for range 6 {
		challenge, done, err := s.Next(response)
		if err != nil {
			return err
		}
		if done {
			return c.Verify()
		}
		if challenge == nil {
			t.Fatal("neither a challenge nor an end")
		}
		if response, err = c.Next(challenge); err != nil {
			return err
		}
		if response == nil {
			t.Fatal("a nil response")
		}
	}
	t.Fatal("no end")
	return nil
}

// TestExchanges: each mechanism, client against server of this package, with and without an initial response.
func TestExchanges(t *testing.T) {
	for _, name := range Mechanisms() {
		for _, early := range []bool{true, false} {
			for _, c := range []struct {
				what string
				a    func(*Account)
				s    func(*ServerOptions)
				id   string
				want error
				as   string
			}{
				{"right", nil, nil, "alice", nil, "alice"},
				{"wrong secret", func(a *Account) { a.Password, a.Token = "other", "other" }, nil, "alice", ErrRefused, ""},
				{"no secret", func(a *Account) { a.Password, a.Token = "", "" }, nil, "nothing", ErrRefused, ""},
				{"nobody", nil, nil, "nobody", ErrRefused, ""},
				{"too weak", nil, nil, "weak", ErrWeak, ""},
				{"later", nil, nil, "later", ErrTemporary, ""},
				{"not ASCII", nil, nil, "jürgen", nil, "jürgen"},
				{"not a name", nil, nil, "a\u0007", ErrRefused, ""},
			} {
				a, o := account(c.id), serverOptions()
				if name == "EXTERNAL" {
					o.External = c.id
				}
				if name == "EXTERNAL" && (c.what == "wrong secret" || c.what == "no secret") {
					continue // it has none
				}
				if c.a != nil {
					c.a(a)
				}
				server := NewServer(name, o)
				err := converse(t, NewClient(name, a), server, early)
				if c.what == "no secret" && err != nil || c.what == "not a name" && err != nil {
					continue // some clients already say no
				}
				if !errors.Is(err, c.want) || err == nil && server.Identity() != c.as {
					t.Errorf("%s, %s, early %t: got %v as %q, want %v as %q", name, c.what, early, err, server.Identity(), c.want, c.as)
				}
			}
		}
	}
}

// TestActAs: RFC 4422 §3.4.1, in the mechanisms that carry an authorization identity.
func TestActAs(t *testing.T) {
	for _, name := range []string{"PLAIN", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256-PLUS", "EXTERNAL"} {
		for as, want := range map[string]error{"list": nil, "alice": nil, "postmaster": ErrRefused} {
			a := account("alice")
			a.ActAs = as
			s := NewServer(name, serverOptions())
			if err := converse(t, NewClient(name, a), s, true); !errors.Is(err, want) || err == nil && s.Identity() != as {
				t.Errorf("%s as %s: got %v as %q, want %v", name, as, err, s.Identity(), want)
			}
		}
	}
}

func TestServerFirst(t *testing.T) {
	for _, name := range Mechanisms() {
		m, _ := Lookup(name)
		_, _, err := NewServer(name, serverOptions()).Next([]byte{})
		if got := errors.Is(err, ErrInitial); got != m.ServerFirst {
			t.Errorf("%s: an initial response is an error: %t, want %t (RFC 4954 §4)", name, got, m.ServerFirst)
		}
	}
	if NewServer("RPA", nil) != nil || NewClient("", nil) != nil {
		t.Error("a mechanism that nobody speaks")
	}
}

// TestMalformed: what each server says to nonsense, as the first response and as a later one.
func TestMalformed(t *testing.T) {
	long := strings.Repeat("x", MaxMessage+1)
	for _, c := range []struct {
		name string
		say  []string
	}{
		{"PLAIN", []string{"alice\x00secret"}}, {"PLAIN", []string{"\x00\x00secret"}}, {"PLAIN", []string{long}},
		{"PLAIN", []string{"a\x00b\x00c\x00d"}}, {"LOGIN", []string{long}}, {"LOGIN", []string{"alice", long}},
		{"CRAM-MD5", []string{"-", "alice"}}, {"CRAM-MD5", []string{"-", " 0123"}}, {"CRAM-MD5", []string{"-", long}},
		{"DIGEST-MD5", []string{"-", "x"}}, {"DIGEST-MD5", []string{"-", `username="alice`}}, {"DIGEST-MD5", []string{"-", ""}},
		{"DIGEST-MD5", []string{"-", "nc=1,nc=1"}}, {"DIGEST-MD5", []string{"-", strings.Repeat("a=b,", 1024)}},
		{"DIGEST-MD5", []string{"-", `username="alice",realm="mx.example",nonce="x",nc=00000001,cnonce="y",response=0`}},
		{"NTLM", []string{"x"}}, {"NTLM", []string{long}}, {"NTLM", []string{string(ntlmNegotiateMessage()), "x"}},
		{"NTLM", []string{string(ntlmNegotiateMessage()), string(ntlmAnswerMessage(nil, []byte("short"), "", "alice"))}},
		{"SCRAM-SHA-1", []string{"x"}}, {"SCRAM-SHA-1", []string{"p=tls-exporter,,n=alice,r=abc"}}, {"SCRAM-SHA-1", []string{long}},
		{"SCRAM-SHA-256", []string{"n,,n=alice,r=abc", "x"}}, {"SCRAM-SHA-256", []string{"n,,n=a=lice,r=abc"}},
		{"EXTERNAL", []string{"a\x00b"}}, {"EXTERNAL", []string{long}},
		{"XOAUTH2", []string{"user=alice"}}, {"XOAUTH2", []string{long}}, {"XOAUTH2", []string{"user=alice\x01auth=Basic x\x01\x01"}},
		{"OAUTHBEARER", []string{"n,,\x01auth=Bearer x\x01\x01"}}, {"OAUTHBEARER", []string{"p,a=x,\x01auth=Bearer x\x01\x01"}},
		{"OAUTHBEARER", []string{"n,a=x,\x01\x01"}}, {"OAUTHBEARER", []string{""}},
	} {
		s := NewServer(c.name, serverOptions())
		var err error
		for i, text := range c.say {
			response := []byte(text)
			if text == "-" {
				response = nil
			}
			if _, _, err = s.Next(response); err != nil && i < len(c.say)-1 {
				t.Errorf("%s: %v too early", c.name, err)
			}
		}
		if !errors.Is(err, ErrMalformed) {
			t.Errorf("%s %.60q: got %v, want ErrMalformed", c.name, c.say, err)
		}
	}
}

// TestNoChance: without randomness nobody is let in.
func TestNoChance(t *testing.T) {
	for _, name := range []string{"CRAM-MD5", "DIGEST-MD5", "NTLM", "SCRAM-SHA-256"} {
		o := serverOptions()
		o.Rand = strings.NewReader("")
		err := converse(t, NewClient(name, account("alice")), NewServer(name, o), true)
		if !errors.Is(err, ErrTemporary) || !errors.Is(err, io.EOF) {
			t.Errorf("%s: got %v, want ErrTemporary", name, err)
		}
	}
}

// TestFalseServer: a server that does not know the password is found out, and one that asks for too much too.
func TestFalseServer(t *testing.T) {
	for _, name := range []string{"DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256-PLUS"} {
		c := NewClient(name, account("alice"))
		if _, err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if err := c.Verify(); !errors.Is(err, ErrServer) {
			t.Errorf("%s: consent without any proof: %v, want ErrServer", name, err)
		}
	}
	c := NewClient("SCRAM-SHA-256", account("alice"))
	first, _ := c.Start()
	_, nonce, _ := strings.Cut(string(first), "r=")
	if _, err := c.Next([]byte("r=" + nonce + "x,s=QSXCR+Q6sek8bf92,i=2000000000")); !errors.Is(err, ErrMalformed) {
		t.Errorf("two thousand million iterations: %v", err)
	}
	if _, err := NewClient("XOAUTH2", account("alice")).Next([]byte("no JSON")); !errors.Is(err, ErrMalformed) {
		t.Errorf("XOAUTH2: %v", err)
	}
}

// TestBinding: RFC 5802 §6.
func TestBinding(t *testing.T) {
	for _, c := range []struct {
		what, name string
		a          func(*Account)
		s          func(*ServerOptions)
		want       error
	}{
		{"another connection: somebody stands between", "SCRAM-SHA-256-PLUS", func(a *Account) { a.Binding.Data = []byte("mine") }, nil, ErrRefused},
		{"another kind", "SCRAM-SHA-1-PLUS", func(a *Account) { a.Binding.Type = "tls-unique" }, nil, ErrRefused},
		{"no TLS at the server", "SCRAM-SHA-1-PLUS", nil, func(o *ServerOptions) { o.Binding = Binding{} }, ErrRefused},
		{"no TLS at the client", "SCRAM-SHA-1-PLUS", func(a *Account) { a.Binding = Binding{} }, nil, ErrServer},
		{"client that cannot bind", "SCRAM-SHA-256", func(a *Account) { a.Binding = Binding{} }, nil, nil},
		{"the server lists no -PLUS", "SCRAM-SHA-256", func(a *Account) { a.Plus = false }, func(o *ServerOptions) { o.Plus = false }, nil},
	} {
		a, o := account("alice"), serverOptions()
		if c.a != nil {
			c.a(a)
		}
		if c.s != nil {
			c.s(o)
		}
		if err := converse(t, NewClient(c.name, a), NewServer(c.name, o), true); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.what, err, c.want)
		}
	}
	// -PLUS was listed, and yet the client saw it not: a downgrade
	a := account("alice")
	a.Plus = false
	if err := converse(t, NewClient("SCRAM-SHA-256", a), NewServer("SCRAM-SHA-256", serverOptions()), true); !errors.Is(err, ErrRefused) {
		t.Errorf("downgrade: got %v, want ErrRefused", err)
	}
}
