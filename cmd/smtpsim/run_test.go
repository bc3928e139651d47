package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// opened is a run that real clients can talk to: smtpsim run … --listen, in a process of its own.
type opened struct {
	t        *testing.T
	cmd      *exec.Cmd
	address  string // of the first door
	log      *bytes.Buffer
	stdout   bytes.Buffer
	logEnded chan struct{}
}

// scenarioFile is the absolute name of an example, or of the network without mail that is here for tests.
func scenarioFile(t *testing.T, name string) string {
	t.Helper()
	dir := "../../docs/scenarios"
	if name == quiet {
		dir = "testdata"
	}
	file, err := filepath.Abs(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

const quiet = "run-quiet.yaml"

// openScenario starts a run in dir and waits until it listens.
func openScenario(t *testing.T, dir, scenario string, args ...string) *opened {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped: starts processes and takes as long as the clock says (-short)")
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := scenarioFile(t, scenario)
	r := &opened{t: t, log: &bytes.Buffer{}, logEnded: make(chan struct{})}
	r.cmd = &exec.Cmd{Path: program, Args: append([]string{"smtpsim", "run", file}, args...), Dir: dir, Stdout: &r.stdout,
		Env: append(os.Environ(), "LC_ALL=C.UTF-8", "SMTPSIM_LANG=en")}
	errs, err := r.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.cmd.Process.Kill() })
	in := bufio.NewReader(errs)
	for r.address == "" {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatalf("it does not listen: %s%s", r.log, line)
		}
		r.log.WriteString(line)
		if _, at, ok := strings.Cut(line, " listens on "); ok {
			r.address = strings.TrimSpace(at)
		}
	}
	go func() {
		defer close(r.logEnded)
		io.Copy(r.log, in)
	}()
	return r
}

// interrupt is Ctrl-C; it gives what the run printed.
func (r *opened) interrupt() string {
	r.t.Helper()
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		r.t.Fatal(err)
	}
	<-r.logEnded
	if err := r.cmd.Wait(); err != nil {
		r.t.Fatalf("%v\n%s", err, r.log)
	}
	return r.stdout.String()
}

// TestListen: a real client delivers a mail into the simulation; Ctrl-C prints what happened, writes packets and journal whole,
// and the journal does it again.
func TestListen(t *testing.T) {
	unixOnly(t)
	dir := t.TempDir()
	r := openScenario(t, dir, quiet, "--listen", "mx1=127.0.0.1:0", "--pcap", "p.pcapng", "--journal", "j.log")
	err := smtp.SendMail(r.address, nil, "eve@out.example", []string{"bob@west.example"}, []byte("Subject: From outside\r\n\r\nHello\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	open, err := net.Dial("tcp", r.address) // and one who is still there in the end
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	if line, err := bufio.NewReader(open).ReadString('\n'); err != nil || !strings.HasPrefix(line, "220 ") {
		t.Fatalf("%q %v", line, err)
	}
	out := r.interrupt()
	for _, want := range []string{`Mailbox: bob at mx1.west.example has "From outside"`, "outside", "<eve@out", "p.pcapng: ", "j.log: the journal, digest ", "cut off"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	for _, want := range []string{"mx1 listens on 127.0.0.1:", "Ctrl-C", " is connected to mx1", " is gone"} {
		if !strings.Contains(r.log.String(), want) {
			t.Errorf("no %q in\n%s", want, r.log)
		}
	}
	if rest, _ := filepath.Glob(filepath.Join(dir, ".*part*")); len(rest) > 0 {
		t.Errorf("left behind: %q", rest)
	}
	file := scenarioFile(t, quiet)
	again := filepath.Join(dir, "again.pcapng")
	stdout, stderr, status := process(t, nil, "", "run", file, "--replay", filepath.Join(dir, "j.log"), "--pcap", again)
	digest := regexp.MustCompile("digest ([0-9a-f]{32})").FindStringSubmatch(out)
	if status != 0 || digest == nil || !strings.Contains(stdout, "the same digest "+digest[1]) {
		t.Errorf("status %d, replay of %q: %s%s", status, digest, stdout, stderr)
	}
	a, _ := os.ReadFile(filepath.Join(dir, "p.pcapng"))
	b, _ := os.ReadFile(again)
	if len(a) < 2000 || !bytes.Equal(a, b) {
		t.Errorf("the replay has other packets: %d and %d octets", len(a), len(b))
	}
}

func unixOnly(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("skipped: no process can be interrupted alone here")
	}
}

// TestListenManyClients: twenty at once are served within the network's latency, and an idle world costs nothing.
func TestListenManyClients(t *testing.T) {
	unixOnly(t)
	r := openScenario(t, t.TempDir(), quiet, "--listen", "mx1=127.0.0.1:0")
	start := time.Now()
	var wg sync.WaitGroup
	errs := make(chan error, 20)
	for i := range 20 {
		wg.Go(func() {
			body := fmt.Appendf(nil, "Subject: %d\r\n\r\n%s\r\n", i, strings.Repeat("x", 900))
			if err := smtp.SendMail(r.address, nil, "eve@out.example", []string{"bob@west.example"}, body); err != nil {
				errs <- err
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	// Connecting, the greeting with its look-ups, and six commands: eight round trips of 40 ms, give or take.
	t.Logf("20 clients in %v", time.Since(start))
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("20 clients took %v", took)
	}
	before := cpuTime(t, r.cmd.Process.Pid)
	time.Sleep(1500 * time.Millisecond)
	if used := cpuTime(t, r.cmd.Process.Pid) - before; used > 150*time.Millisecond {
		t.Errorf("an idle world used %v of 1.5 s", used)
	}
	if out := r.interrupt(); !strings.Contains(out, ", and 15 more") {
		t.Errorf("not all mails are there:\n%s", out)
	}
}

// cpuTime is what a process has used, from proc_pid_stat(5) where there is one; clock ticks are a hundredth of a second.
func cpuTime(t *testing.T, pid int) time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Logf("processor time not measured: %v", err)
		return 0
	}
	_, rest, _ := bytes.Cut(b, []byte(") "))
	var user, system int64
	fmt.Sscan(strings.Join(strings.Fields(string(rest))[11:13], " "), &user, &system)
	return time.Duration(user+system) * 10 * time.Millisecond
}

// TestListenLatency: a command is answered after the round trip of the simulated network, not much later.
func TestListenLatency(t *testing.T) {
	unixOnly(t)
	r := openScenario(t, t.TempDir(), quiet, "--listen", "mx1=127.0.0.1:0")
	conn, err := net.Dial("tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	if _, err := in.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	const n = 10
	for range n {
		fmt.Fprint(conn, "NOOP\r\n")
		if line, err := in.ReadString('\n'); err != nil || !strings.HasPrefix(line, "250") {
			t.Fatalf("%q %v", line, err)
		}
	}
	mean := time.Since(start) / n
	t.Logf("%v a command", mean)
	if mean < 39*time.Millisecond || mean > 120*time.Millisecond { // 20 ms there, 20 ms back
		t.Errorf("%v a command over a network with 40 ms of round trip", mean)
	}
	r.interrupt()
}

// TestListenTLS: a real TLS stack greets a simulated server (RFC 3207).
func TestListenTLS(t *testing.T) {
	unixOnly(t)
	dir := t.TempDir()
	r := openScenario(t, dir, "starttls.yaml", "--listen", "mx1=127.0.0.1:0", "--pcap", "p.pcapng", "--journal", "j.log")
	c, err := smtp.Dial(r.address)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.StartTLS(&tls.Config{InsecureSkipVerify: true}); err != nil { // its authority exists in the simulation only
		t.Fatal(err)
	}
	state, _ := c.TLSConnectionState()
	if names := state.PeerCertificates[0].DNSNames; len(names) != 1 || names[0] != "mx1.west.example" {
		t.Errorf("the certificate is for %q", names)
	}
	if err := c.Quit(); err != nil {
		t.Error(err)
	}
	if openssl, err := exec.LookPath("openssl"); err != nil {
		t.Log("skipped in part: openssl is not installed")
	} else {
		cmd := exec.Command(openssl, "s_client", "-starttls", "smtp", "-crlf", "-quiet", "-connect", r.address)
		cmd.Stdin = strings.NewReader("QUIT\n") // alone: Exim ends a session whose client does not wait for replies
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "221") {
			t.Errorf("openssl: %v\n%s", err, out)
		}
	}
	r.interrupt()
	file := scenarioFile(t, "starttls.yaml")
	if _, stderr, status := process(t, nil, "", "run", file, "--replay", filepath.Join(dir, "j.log")); status != 0 {
		t.Errorf("replay: %s", stderr)
	}
}

// TestListenSwaks: the tool that administrators test with.
func TestListenSwaks(t *testing.T) {
	unixOnly(t)
	swaks, err := exec.LookPath("swaks")
	if err != nil {
		t.Skip("skipped: swaks is not installed")
	}
	r := openScenario(t, t.TempDir(), quiet, "--listen", "mx1:25=127.0.0.1:0")
	host, port, _ := net.SplitHostPort(r.address)
	out, err := exec.Command(swaks, "--server", host, "--port", port, "--helo", "me.example", "--from", "eve@out.example",
		"--to", "bob@west.example", "--header", "Subject: From swaks").CombinedOutput()
	if err != nil {
		t.Errorf("swaks: %v\n%s", err, out)
	}
	out, err = exec.Command(swaks, "--server", host, "--port", port, "--helo", "me.example", "--from", "eve@out.example",
		"--to", "nobody@west.example").CombinedOutput()
	var failed *exec.ExitError
	if !errors.As(err, &failed) || failed.ExitCode() != 24 { // swaks(1): no recipient was taken
		t.Errorf("swaks to nobody: %v\n%s", err, out)
	}
	if out := r.interrupt(); !strings.Contains(out, `bob at mx1.west.example has "From swaks"`) || !strings.Contains(out, "<nobody@") {
		t.Errorf("the end:\n%s", out)
	}
}

// TestListenBusy: a port that somebody has is named in one line; nothing is left.
func TestListenBusy(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	dir := t.TempDir()
	journal := filepath.Join(dir, "j.log")
	_, stderr, status := process(t, nil, "", "run", "../../docs/scenarios/one-mail.yaml", "--listen", "mx1="+ln.Addr().String(), "--journal", journal)
	if status != 1 || strings.Count(stderr, "\n") != 1 || runtime.GOOS != "windows" && !strings.Contains(stderr, "somebody else listens there") {
		t.Errorf("status %d: %s", status, stderr)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestListenUntil: --until ends a run with real clients by itself.
func TestListenUntil(t *testing.T) {
	r := openScenario(t, t.TempDir(), "one-mail.yaml", "--listen", "mx1=127.0.0.1:0", "--until", "2s")
	<-r.logEnded
	if err := r.cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if out := r.stdout.String(); !strings.Contains(out, "Mailbox: bob at mx1.west.example has \"Hello\"") || !strings.Contains(out, "\n2.0 s of virtual time") {
		t.Errorf("the end:\n%s", out)
	}
}

// TestInterruptedRun: Ctrl-C in a long run leaves no half of a file.
func TestInterruptedRun(t *testing.T) {
	unixOnly(t)
	if testing.Short() {
		t.Skip("skipped: starts processes (-short)")
	}
	dir := t.TempDir()
	var mail strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&mail, "  - {at: %ds, from: alice@nord.example, to: [bob@west.example], subject: x, body: y}\n", i)
	}
	src, err := os.ReadFile("../../docs/scenarios/one-mail.yaml")
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(src), "\nmail:")
	file := filepath.Join(dir, "long.yaml")
	if err := os.WriteFile(file, []byte(head+"\nmail:\n"+mail.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := &exec.Cmd{Path: program, Args: []string{"smtpsim", "run", file, "--pcap", "p.pcapng", "--journal", "j.log"}, Dir: dir}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); time.Since(begun) < 20*time.Second; time.Sleep(time.Millisecond) {
		if parts, _ := filepath.Glob(filepath.Join(dir, "p.pcapng.part*")); len(parts) > 0 {
			break
		}
	}
	cmd.Process.Signal(syscall.SIGINT)
	err = cmd.Wait()
	var failed *exec.ExitError
	if !errors.As(err, &failed) || failed.ExitCode() != 130 {
		t.Errorf("%v, want status 130", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}
