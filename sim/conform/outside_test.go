package conform_test

import (
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/conform"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/realnet"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// TestOutside plays the server scripts that need no configuration against the server that -server names, and tells which
// hold: go test ./sim/conform -run TestOutside -server=192.0.2.1:25 -domain=there.example -v.
func TestOutside(t *testing.T) {
	if *server == "" {
		t.Skip("-server names no server")
	}
	held, played := outside(t, *server, *domain)
	t.Logf("%d of %d scripts hold at %s", held, played, *server)
}

// TestOutsideOurselves aims the suite at our own server, as if it stood outside: what holds inside must hold there.
func TestOutsideOurselves(t *testing.T) {
	if *server != "" {
		t.Skip("-server plays against an outside server only")
	}
	mx := realnet.New(realnet.Options{Name: "mx.example"})
	ln, err := mx.Listen(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	cfg, _, err := serverConfig(nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = smtpserver.New(mx, cfg).Run(ln, mx.Go) }()
	if held, played := outside(t, ln.Addr().String(), "mx.example"); held < played || played < 20 {
		t.Errorf("%d of %d scripts hold", held, played)
	}
}

// outside plays what can be played at address, where alice and bob have mailboxes in domain.
func outside(t *testing.T, address, domain string) (held, played int) {
	t.Helper()
	h := realnet.New(realnet.Options{Name: "ws.example"})
	for _, s := range scripts(t) {
		if s.Side != "server" {
			continue
		}
		if why := needs(s); why != "" {
			t.Logf("skipped %s: %s", s.Path, why)
			continue
		}
		played++
		f, err := playOutside(h, s, address, domain)
		switch {
		case err != nil:
			t.Errorf("%s: %v", s.Path, err)
		case f != nil:
			t.Logf("does not hold %s (%s): %s", s.Path, strings.Join(f.line.IDs, " "), f)
		default:
			held++
		}
	}
	return held, played
}

// needs says what keeps a script from being played at a server that we cannot set up.
func needs(s *conform.Script) string {
	switch {
	case len(s.Words("config:")) > 0:
		return "it needs " + strings.Join(s.Words("config:"), " ")
	case virtual(s):
		return "it needs virtual time"
	case slices.ContainsFunc(s.Lines, func(l conform.Line) bool { return l.Mark == "!" && l.Text == "shutdown" }):
		return "the server must be shut down"
	}
	return ""
}

func playOutside(h *host.Host, s *conform.Script, address, domain string) (*failure, error) {
	lines := s.All(dialogueMarks...)
	for i := range lines {
		lines[i].Text = strings.ReplaceAll(lines[i].Text, "@mx.example", "@"+domain)
	}
	p := &player{mine: "C", host: h, wall: true}
	p.dial = func() (net.Conn, error) { return net.DialTimeout("tcp", address, 5*time.Second) }
	var err error
	if p.conn, err = p.dial(); err != nil {
		return nil, err
	}
	p.play(lines)
	if p.fail != nil {
		return p.fail, nil
	}
	return lint(s, p.texts), nil
}
