package tlsrec

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// What crypto/tls does not speak is held against OpenSSL: DHE, CBC with SHA-384, encrypt-then-MAC (which OpenSSL uses with CBC
// unless told not to), anonymous suites, KeyUpdate.
func TestOpenSSL(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("openssl is missing")
		}
		t.Skip("skipped: openssl is not installed")
	}
	dir := t.TempDir()
	pem := filepath.Join(dir, "both.pem")
	if out, err := exec.Command("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", pem, "-out", pem+".crt", "-subj", "/CN=mx.example").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, v := range []struct{ cipher, flags, typed string }{
		{"ECDHE-RSA-AES256-SHA384", "-tls1_2", ""},
		{"ECDHE-RSA-AES256-SHA384", "-tls1_2 -no_etm", ""},
		{"ECDHE-RSA-AES128-SHA", "-tls1_2 -no_etm", ""},
		{"AES128-SHA256", "-tls1_2", ""},
		{"AES256-SHA", "-tls1_2", ""},
		{"DHE-RSA-AES128-SHA256", "-tls1_2", ""},
		{"DHE-RSA-AES256-GCM-SHA384", "-tls1_2", ""},
		{"DHE-RSA-CHACHA20-POLY1305", "-tls1_2", ""},
		{"AECDH-AES256-SHA", "-tls1_2", ""},
		{"TLS_AES_128_GCM_SHA256", "-tls1_3", "K\n"},
		{"TLS_CHACHA20_POLY1305_SHA256", "-tls1_3", "k\n"},
	} {
		t.Run(v.cipher+" "+v.flags, func(t *testing.T) {
			w, log := viaOpenSSL(t, pem, v.cipher, v.flags, v.typed)
			got, facts, ok := open(readLog(t, log), w)
			want := "hello over there\nand again\n"
			if !strings.Contains(got[trace.FromClient], want) || !ok || len(facts.Findings) > 0 || facts.Cipher == "" {
				t.Errorf("%q %+v %+v", got, facts, facts.Certificate)
			}
			c := NewRoom(readLog(t, log)).Open()
			for _, ch := range w {
				c.Open(nil, ch)
			}
			first := c.secret13(trace.FromClient, application, 1)
			if etm := c.suite.kind == cbc && !strings.Contains(v.flags, "-no_etm"); c.hello.etm != etm || (v.typed != "") == bytes.Equal(c.dirs[0].secret, first) {
				t.Errorf("encrypt-then-MAC %t; another key %t", c.hello.etm, !bytes.Equal(c.dirs[0].secret, first))
			}
			if got, _, _ = open(readLog(t, log), cut(w, 3)); !strings.Contains(got[trace.FromClient], want) {
				t.Errorf("in pieces of 3: %q", got)
			}
		})
	}
}

// viaOpenSSL lets s_client say two lines to s_server, typed between them, and gives what went over the wire.
func viaOpenSSL(t *testing.T, pem, cipher, flags, typed string) ([]trace.Chunk, []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	suites := []string{"-cipher", cipher + ":@SECLEVEL=0"}
	if strings.HasPrefix(cipher, "TLS_") {
		suites = []string{"-ciphersuites", cipher}
	}
	args := append(strings.Fields(flags), suites...)
	server := exec.CommandContext(ctx, "openssl", append([]string{"s_server", "-accept", "127.0.0.1:0", "-key", pem, "-cert", pem + ".crt", "-naccept", "1"}, args...)...)
	heard, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	hold, _ := server.StdinPipe() // it ends at the end of its input
	defer hold.Close()
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(heard)
	address := ""
	for address == "" && lines.Scan() {
		_, address, _ = strings.Cut(lines.Text(), "ACCEPT ")
	}
	w, near := relay(t, address)
	log := filepath.Join(t.TempDir(), "keys")
	client := exec.CommandContext(ctx, "openssl", append([]string{"s_client", "-connect", near, "-keylogfile", log}, args...)...)
	keyboard, _ := client.StdinPipe()
	if err := client.Start(); err != nil {
		t.Fatal(err)
	}
	hear := func(line string) {
		for lines.Scan() && !strings.Contains(lines.Text(), line) {
		}
	}
	io.WriteString(keyboard, "hello over there\n")
	hear("hello over there")
	if typed != "" {
		io.WriteString(keyboard, typed)
		time.Sleep(200 * time.Millisecond) // a command letter must be alone in what s_client reads
	}
	io.WriteString(keyboard, "and again\n")
	hear("and again")
	keyboard.Close()
	_ = client.Wait()
	cancel()
	_ = server.Wait()
	keys, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.chunks, keys
}

// relay hands one connection on to address and notes it.
func relay(t *testing.T, address string) (w *wire, near string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w = &wire{}
	go func() {
		defer l.Close()
		a, err := l.Accept()
		if err != nil {
			return
		}
		b, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		go func() {
			_, _ = io.Copy(&tap{a, trace.FromServer, w}, onlyReader{b})
			_ = a.Close()
		}()
		_, _ = io.Copy(&tap{b, trace.FromClient, w}, onlyReader{a})
		_ = b.Close()
	}()
	return w, l.Addr().String()
}

// onlyReader hides the shortcuts around Write.
type onlyReader struct{ io.Reader }
