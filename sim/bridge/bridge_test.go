package bridge

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/sim/scenario"
)

// open opens an example without the mail that it sends by itself.
func open(t *testing.T, name string) (*sim.World, *scenario.Scenario) {
	t.Helper()
	sc, err := scenario.Load(filepath.Join("..", "..", "docs", "scenarios", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	sc.Mail = nil
	w, err := sim.Open(sc, sim.Options{}, sim.Sinks{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w, sc
}

// running is a bridge that runs until stop is called.
type running struct {
	world *sim.World
	addr  string
	stop  func()
	mu    sync.Mutex
	came  []Coming
}

// run opens mx1 to real clients.
func run(t *testing.T, w *sim.World) *running {
	t.Helper()
	b, err := Listen(w, []string{"mx1=127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	r := &running{world: w, addr: b.Addrs()[0].String()}
	b.Told = func(c Coming) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.came = append(r.came, c)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(r.stop)
	return r
}

// peer is a real client that speaks line by line.
type peer struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func dial(t *testing.T, addr string) *peer {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &peer{t, conn, bufio.NewReader(conn)}
}

// ask sends a line, or nothing, and wants a reply with this code.
func (c *peer) ask(line, code string) string {
	c.t.Helper()
	if line != "" {
		if _, err := io.WriteString(c.conn, line+"\r\n"); err != nil {
			c.t.Fatal(err)
		}
	}
	var all strings.Builder
	for {
		s, err := c.in.ReadString('\n')
		if err != nil {
			c.t.Fatalf("%q: %v, heard %q", line, err, all.String())
		}
		all.WriteString(s)
		if !strings.HasPrefix(s, code) {
			c.t.Fatalf("%q: want %s, got %q", line, code, s)
		}
		if len(s) > 3 && s[3] == ' ' {
			return all.String()
		}
	}
}

func (c *peer) mail() {
	c.t.Helper()
	c.ask("MAIL FROM:<real@nord.example>", "250")
	c.ask("RCPT TO:<nobody@west.example>", "550")
	c.ask("RCPT TO:<bob@west.example>", "250")
	c.ask("DATA", "354")
	c.ask("Subject: from outside\r\n\r\nHello\r\n..\r\n.", "250")
}

// bobs is what lies in Bob's mailbox.
func bobs(w *sim.World) [][]byte {
	for _, m := range w.Mailboxes() {
		if m.User == "bob" {
			return m.Messages
		}
	}
	return nil
}

// again replays what the world's journal says, from its written form, and wants the same digest and mail.
func again(t *testing.T, w *sim.World, sc *scenario.Scenario) {
	t.Helper()
	j, err := sim.ReadJournal(bytes.NewReader(w.Journal().Append(nil)))
	if err != nil {
		t.Fatal(err)
	}
	second, err := sim.Replay(sc, j, sim.Options{}, sim.Sinks{})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if a, b := bobs(w), bobs(second); len(a) != 1 || len(b) != 1 || !bytes.Equal(a[0], b[0]) {
		t.Errorf("first %q, replayed %q", a, b)
	}
	if second.Frames() != w.Frames() || second.Now() != w.Now() {
		t.Errorf("%d frames and %v, replayed %d and %v", w.Frames(), w.Now(), second.Frames(), second.Now())
	}
}

// A real client talks to a simulated host; what it sent lies in a simulated mailbox, and the session can be replayed.
func TestRealClient(t *testing.T) {
	w, sc := open(t, "one-mail")
	r := run(t, w)
	c := dial(t, r.addr)
	if g := c.ask("", "220"); g != "220 mx1.west.example ESMTP Exim 4.96 Mon, 02 Mar 2026 09:00:00 +0000\r\n" {
		t.Errorf("%q", g)
	}
	if hello := c.ask("EHLO real.example", "250"); !strings.Contains(hello, "Hello real.example [203.0.113.254]") {
		t.Errorf("%q", hello)
	}
	c.mail()
	c.ask("QUIT", "221")
	if _, err := c.in.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("after QUIT: %v", err)
	}
	r.stop()
	if m := bobs(w); len(m) != 1 || !bytes.Contains(m[0], []byte("from [203.0.113.254]")) || !bytes.HasSuffix(m[0], []byte("Hello\r\n.\r\n")) {
		t.Errorf("%q", m)
	}
	if r.mu.Lock(); len(r.came) != 2 || r.came[0].Gone || r.came[0].Endpoint != "mx1" || !r.came[1].Gone || r.came[1].Client != r.came[0].Client {
		t.Errorf("%v", r.came)
	}
	r.mu.Unlock()
	again(t, w, sc)
}

// STARTTLS through the bridge: the world's certificate is the world's own, its TLS Go's.
func TestRealClientStartsTLS(t *testing.T) {
	w, sc := open(t, "starttls")
	r := run(t, w)
	c := dial(t, r.addr)
	c.ask("", "220")
	c.ask("EHLO real.example", "250")
	c.ask("STARTTLS", "220")
	secure := tls.Client(c.conn, &tls.Config{InsecureSkipVerify: true}) // the world's authority is in no one's store
	if err := secure.Handshake(); err != nil {
		t.Fatal(err)
	}
	if names := secure.ConnectionState().PeerCertificates[0].DNSNames; len(names) != 1 || names[0] != "mx1.west.example" {
		t.Errorf("certificate of %q", names)
	}
	c.conn, c.in = secure, bufio.NewReader(secure)
	if hello := c.ask("EHLO real.example", "250"); strings.Contains(hello, "STARTTLS") {
		t.Errorf("%q", hello)
	}
	c.mail()
	c.ask("QUIT", "221")
	r.stop()
	if m := bobs(w); len(m) != 1 || !bytes.Contains(m[0], []byte("with esmtps")) {
		t.Errorf("%q", m)
	}
	again(t, w, sc)
}

// A client that says all at once and closes its side still hears everything, as with printf … | nc -N.
func TestHalfClosedClientHearsAll(t *testing.T) {
	w, _ := open(t, "one-mail")
	r := run(t, w)
	c := dial(t, r.addr)
	c.ask("", "220")
	c.ask("HELO real.example", "250")
	if _, err := io.WriteString(c.conn, "NOOP\r\nRSET\r\nQUIT\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := c.conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(c.in)
	if err != nil || strings.Count(string(rest), "250 ") != 2 || !strings.HasSuffix(string(rest), "221 mx1.west.example closing connection\r\n") {
		t.Errorf("%q, %v", rest, err)
	}
}

// A refused port and a client beyond the limit are closed at the door; the others are not disturbed.
func TestDoorsCloseAgain(t *testing.T) {
	w, _ := open(t, "mx-failover")
	b, err := Listen(w, []string{"www=127.0.0.1:0", "mx2:25=127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	defer func() {
		cancel()
		<-ended
	}()
	if s, err := io.ReadAll(dial(t, b.Addrs()[0].String()).in); len(s) > 0 {
		t.Errorf("a host without SMTP says %q, %v", s, err)
	}
	var all []*peer
	for range MaxClients {
		all = append(all, dial(t, b.Addrs()[1].String()))
	}
	all[MaxClients-1].ask("", "220")
	if s, err := io.ReadAll(dial(t, b.Addrs()[1].String()).in); len(s) > 0 {
		t.Errorf("one too many hears %q, %v", s, err)
	}
	all[0].ask("", "220")
	all[0].ask("QUIT", "221")
}

func TestListenRefuses(t *testing.T) {
	w, _ := open(t, "one-mail")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for spec, want := range map[string]string{
		"mx1":                             "expected HOST=ADDRESS:PORT such as mx1=127.0.0.1:2525, found \"mx1\"",
		"mars=127.0.0.1:0":                "expected a host of the scenario and a port such as mx1:25, found \"mars\"",
		"mx1:0=127.0.0.1:0":               "found \"mx1:0\"",
		"mx1=nowhere":                     "nowhere",
		"mx1=" + taken.Addr().String():    "in use",
		"mx1:port=127.0.0.1:0":            "found \"mx1:port\"",
		"mx1=127.0.0.1:0=127.0.0.1:12345": "too many colons",
	} {
		if _, err := Listen(w, []string{"mx1=127.0.0.1:0", spec}); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", spec, err, want)
		}
	}
}

// No goroutine is left after Run, whatever was going on.
func TestRunLeavesNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	w, _ := open(t, "one-mail")
	r := run(t, w)
	for range 5 {
		dial(t, r.addr).ask("", "220")
	}
	r.stop()
	w.Close()
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines before, %d after\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
}

// swaks, the tool that mail admins use, sends through the bridge as to any server.
func TestSwaks(t *testing.T) {
	if _, err := exec.LookPath("swaks"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("swaks is missing")
		}
		t.Skip("swaks is not installed: no real mail program tries the bridge")
	}
	w, sc := open(t, "starttls")
	r := run(t, w)
	host, port, _ := net.SplitHostPort(r.addr)
	cmd := exec.Command("swaks", "--server", host, "--port", port, "--helo", "real.example", "--from", "real@nord.example", "--to", "bob@west.example",
		"--header", "Subject: swaks", "--body", "Hello from swaks", "--pipeline", "--timeout", "20")
	out, err := cmd.CombinedOutput()
	r.stop()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if m := bobs(w); len(m) != 1 || !bytes.Contains(m[0], []byte("Subject: swaks\r\n")) {
		t.Errorf("%q\n%s", m, out)
	}
	again(t, w, sc)
	if n := len(w.Journal().Acts); n < 5 || n > 200 {
		t.Errorf("%d acts", n)
	}
}
