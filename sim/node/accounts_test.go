package node

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/smtpclient"
)

// accountsWorld is the net of the other tests with users who have passwords. alice's mail program knows hers.
func accountsWorld(t *testing.T, change func(a *Accounts, msa *Config, login *smtpclient.Auth)) *world {
	return northAndWest(t, func(name string, c *Config) {
		a := &Accounts{Passwords: map[string]string{"alice": "secret", "relay": "shared"}, Tokens: map[string]string{"alice": "t0k3n"},
			Mechanisms: []string{"CRAM-MD5", "SCRAM-SHA-256"}}
		login := &smtpclient.Auth{Identity: "alice", Password: "secret"}
		if change != nil {
			change(a, c, login)
		}
		switch name {
		case "msa.nord.example":
			c.RelayFrom, c.Accounts = nil, a
		case "alice.nord.example":
			c.Logins = map[string]*smtpclient.Auth{"msa.nord.example": login}
		}
	})
}

// TestSubmissionAuth: who may submit, as whom, and what is said to the others (RFC 6409 §4.3, §6.1).
func TestSubmissionAuth(t *testing.T) {
	const sent = "mx1 delivered bob@west.example 250; msa relayed bob@west.example 250"
	for _, c := range []struct {
		what   string
		change func(a *Accounts, c *Config, login *smtpclient.Auth)
		from   string
		want   string
	}{
		{"known", nil, alice, sent},
		{"known by the whole address", func(_ *Accounts, _ *Config, l *smtpclient.Auth) { l.Identity = alice }, alice, sent},
		{"not of this host", func(_ *Accounts, _ *Config, l *smtpclient.Auth) { l.Identity = "alice@west.example" }, alice, "AUTH: 535"},
		{"wrong password", func(_ *Accounts, _ *Config, l *smtpclient.Auth) { l.Password = "x" }, alice, "AUTH: 535"},
		{"no login, required", func(a *Accounts, c *Config, l *smtpclient.Auth) { a.Required, l.Mechanisms = true, []string{} }, alice,
			"AUTH: the server offers no mechanism"},
		{"another's name, free", nil, "carol@nord.example", sent},
		{"another's name, held", func(a *Accounts, _ *Config, _ *smtpclient.Auth) { a.OwnSender = true }, "carol@nord.example", "MAIL: 550 5.7.1"},
		{"own name, held", func(a *Accounts, _ *Config, _ *smtpclient.Auth) { a.OwnSender = true }, "Alice@NORD.example", sent},
		{"another domain, held", func(a *Accounts, _ *Config, _ *smtpclient.Auth) { a.OwnSender = true }, "alice@west.example", "MAIL: 550 5.7.1"},
		{"own alias, held", func(a *Accounts, c *Config, _ *smtpclient.Auth) {
			a.OwnSender, c.Aliases = true, map[string][]string{"info": {"alice"}}
		}, "info@nord.example", sent},
		{"a list's alias, held", func(a *Accounts, c *Config, _ *smtpclient.Auth) {
			a.OwnSender, c.Aliases = true, map[string][]string{"all": {"alice", "carol"}}
		}, "all@nord.example", "MAIL: 550 5.7.1"},
		{"the null path, held", func(a *Accounts, _ *Config, _ *smtpclient.Auth) { a.OwnSender = true }, "", sent},
	} {
		w := accountsWorld(t, c.change)
		said := ""
		w.net.Spawn(w.net.Host("alice.nord.example"), "user", func() {
			n := w.nodes["alice.nord.example"]
			env, text, err := n.Compose(Message{From: c.from, To: []string{bob}})
			if err == nil {
				_, err = n.Submit(env, text)
			}
			if err != nil {
				said = err.Error()
			}
		})
		w.passes(time.Minute)
		if got := w.fate() + said; got != c.want && (c.want == sent || !strings.HasPrefix(got, c.want)) {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
	}
}

// TestStrangersAtTheMSA: 530 to those who have not said who they are, and relaying stays closed on port 25.
func TestStrangersAtTheMSA(t *testing.T) {
	w := accountsWorld(t, nil)
	for _, line := range []string{
		"587 EHLO x.example|MAIL FROM:<eve@x.example>", "25 EHLO x.example|MAIL FROM:<eve@x.example>|RCPT TO:<bob@west.example>",
		"25 EHLO x.example|MAIL FROM:<eve@x.example>|RCPT TO:<alice@nord.example>",
	} {
		var port uint16
		var rest string
		_, _ = fmt.Sscanf(line, "%d", &port)
		_, rest, _ = strings.Cut(line, " ")
		want := map[string]string{"587": "530 5.7.0", "25": "554 5.7.1"}[line[:strings.IndexByte(line, ' ')]]
		if strings.Contains(line, "alice@") {
			want = "250 2.1.5"
		}
		if got := w.talks("www.west.example", netip.AddrPortFrom(netip.MustParseAddr("192.0.2.10"), port), strings.Split(rest, "|")); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

// talks has a host say lines to a server and gives the last reply.
func (w *world) talks(host string, to netip.AddrPort, lines []string) string {
	h, last := w.net.Host(host), ""
	w.net.Spawn(h, "stranger", func() {
		conn, err := h.Ports().Dialer.Dial(to, 0)
		if err != nil {
			last = err.Error()
			return
		}
		c := smtpclient.New(conn, smtpclient.Config{Host: h.Ports()})
		if err = c.Open(); err != nil {
			last = err.Error()
			return
		}
		for _, line := range lines[1:] {
			r, err := c.Do(line)
			last = fmt.Sprint(strings.TrimSpace(string(r.Append(nil))), " ", err)
		}
		_ = c.Quit() // all has been said
	})
	w.passes(time.Minute)
	return last
}

// TestPOP: what a mailbox's owner gets, and what stays (RFC 1939).
func TestPOP(t *testing.T) {
	w := accountsWorld(t, func(a *Accounts, _ *Config, _ *smtpclient.Auth) { a.POP = true })
	w.send(alice, alice)
	w.send(alice, alice)
	w.passes(time.Minute)
	w.fate()
	fetch := func(f Fetch) (got [][]byte, err error) {
		f.Addr = netip.MustParseAddrPort("192.0.2.10:110")
		w.net.Spawn(w.net.Host("alice.nord.example"), "fetch", func() { got, err = w.nodes["alice.nord.example"].Fetch(f) })
		w.passes(time.Minute)
		return got, err
	}
	stored := w.box("msa.nord.example", "alice")
	if _, err := fetch(Fetch{User: "alice", Password: "wrong"}); !errors.Is(err, ErrPOP) {
		t.Errorf("wrong password: %v", err)
	}
	if _, err := fetch(Fetch{User: "carol", Password: ""}); !errors.Is(err, ErrPOP) {
		t.Errorf("no password at all: %v", err)
	}
	for _, keep := range []bool{true, false} {
		got, err := fetch(Fetch{User: "alice@nord.example", Password: "secret", InClear: keep, Keep: keep})
		if err != nil || len(got) != 2 || !slices.EqualFunc(got, stored, func(a, b []byte) bool { return string(a) == string(b) }) {
			t.Errorf("keep %t: %d messages, %v", keep, len(got), err)
		}
	}
	if got, err := fetch(Fetch{User: "alice", Password: "secret"}); err != nil || len(got) != 0 {
		t.Errorf("after they were fetched: %d messages, %v", len(got), err)
	}
	if n := len(w.box("msa.nord.example", "alice")); n != 0 {
		t.Errorf("%d messages are still there", n)
	}
}

// TestPOPDialogue plays a session by hand: numbers, octets, TOP, UIDL, RSET; without QUIT nothing is removed.
func TestPOPDialogue(t *testing.T) {
	w := accountsWorld(t, func(a *Accounts, _ *Config, _ *smtpclient.Auth) { a.POP = true })
	w.send(alice, alice)
	w.passes(time.Minute)
	size := len(w.box("msa.nord.example", "alice")[0])
	uid := (&letter{name: "mailbox/alice/1", text: w.box("msa.nord.example", "alice")[0]}).uid()
	script := []struct{ say, want string }{
		{"", "+OK POP3 server ready <"}, {"STAT", "-ERR"}, {"user alice", "+OK"}, {"PASS secret", fmt.Sprintf("+OK 1 messages (%d octets)", size)},
		{"STAT", fmt.Sprintf("+OK 1 %d", size)}, {"LIST 1", fmt.Sprintf("+OK 1 %d", size)}, {"LIST", fmt.Sprintf("+OK 1 messages (%d octets)\n1 %d\n.", size, size)},
		{"UIDL 1", "+OK 1 " + uid}, {"TOP 1 1", "+OK\nReturn-Path: <alice@nord.example>"}, {"TOP 1 -1", "-ERR"}, {"LIST 2", "-ERR no such message"},
		{"RETR 0", "-ERR"}, {"DELE 1", "+OK"}, {"RETR 1", "-ERR"}, {"STAT", "+OK 0 0"}, {"RSET", "+OK"}, {"STAT", fmt.Sprintf("+OK 1 %d", size)},
		{"NOOP", "+OK"}, {"XTND", "-ERR"}, {"CAPA", "+OK Capability list follows\nUSER\n"}, {"DELE 1", "+OK"},
	}
	h := w.net.Host("alice.nord.example")
	w.net.Spawn(h, "by hand", func() {
		conn, err := h.Ports().Dialer.Dial(netip.MustParseAddrPort("192.0.2.10:110"), 0)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close() // without QUIT
		for _, s := range script {
			if s.say != "" {
				_, _ = conn.Write([]byte(s.say + "\r\n"))
			}
			buf := make([]byte, 4096)
			n, err := conn.Read(buf)
			if got := strings.ReplaceAll(string(buf[:n]), "\r\n", "\n"); err != nil || !strings.HasPrefix(got, s.want) {
				t.Errorf("%s: got %q, %v, want %q", s.say, got, err, s.want)
			}
		}
		other, err := h.Ports().Dialer.Dial(netip.MustParseAddrPort("192.0.2.10:110"), 0)
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = other.Write([]byte("USER alice\r\nPASS secret\r\n"))
		h.Ports().Clock.Sleep(time.Second)
		buf := make([]byte, 4096)
		if n, _ := other.Read(buf); !strings.Contains(string(buf[:n]), "[IN-USE]") {
			t.Errorf("a second session: %q", buf[:n])
		}
		other.Close()
	})
	w.passes(time.Minute)
	if n := len(w.box("msa.nord.example", "alice")); n != 1 {
		t.Errorf("%d messages; without QUIT none is removed (RFC 1939 §3)", n)
	}
}

// TestAfterPOP: the window opens with a login and closes by itself, for that address alone.
func TestAfterPOP(t *testing.T) {
	w := accountsWorld(t, func(a *Accounts, c *Config, _ *smtpclient.Auth) { a.POP, a.AfterPOP = true, 15*time.Minute })
	try := func(host string) string {
		got := w.talks(host, netip.MustParseAddrPort("192.0.2.10:25"), []string{"", "MAIL FROM:<alice@nord.example>", "RCPT TO:<bob@west.example>"})
		return got[:min(3, len(got))]
	}
	w.check("before", try("alice.nord.example"), "554")
	w.net.Spawn(w.net.Host("alice.nord.example"), "fetch", func() {
		if _, err := w.nodes["alice.nord.example"].Fetch(Fetch{Addr: netip.MustParseAddrPort("192.0.2.10:110"), User: "alice", Password: "secret"}); err != nil {
			t.Error(err)
		}
	})
	w.passes(time.Minute)
	w.check("in the window", try("alice.nord.example"), "250")
	w.check("from elsewhere", try("www.west.example"), "554")
	w.passes(14 * time.Minute)
	w.check("after it", try("alice.nord.example"), "554")
}
