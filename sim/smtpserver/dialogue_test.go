package smtpserver_test

import (
	"bytes"
	"flag"
	"io"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

var update = flag.Bool("update", false, "write the S: and D: lines of testdata/*.txt anew")

// inline is a connection whose other end is a list of steps: when the server waits, the next step is what it reads. No
// second process is needed, and what the server says before it waits is known exactly.
type inline struct {
	steps []step
	at    int
	input []byte
	out   bytes.Buffer
	seen  [][]string // lines said, by step
	sends []string   // what went out in one piece
}

func (c *inline) Read(p []byte) (int, error) {
	for len(c.input) == 0 {
		c.collect()
		c.at++
		if c.at >= len(c.steps) {
			return 0, io.EOF
		}
		s := &c.steps[c.at]
		c.input = s.send
		switch s.event {
		case "timeout":
			return 0, os.ErrDeadlineExceeded
		case "close":
			return 0, io.EOF
		}
	}
	n := copy(p, c.input)
	c.input = c.input[n:]
	return n, nil
}

func (c *inline) collect() {
	var lines []string
	for line := range strings.SplitSeq(c.out.String(), "\r\n") {
		lines = append(lines, line)
	}
	c.out.Reset()
	c.seen = append(c.seen, lines[:len(lines)-1])
}

// zeros is chance that is none.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func (c *inline) Write(p []byte) (int, error) {
	c.sends = append(c.sends, string(p))
	return c.out.Write(p)
}

func (c *inline) Close() error                     { return nil }
func (c *inline) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 10), Port: 25} }
func (c *inline) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 100), Port: 4711} }
func (c *inline) SetDeadline(time.Time) error      { return nil }
func (c *inline) SetReadDeadline(time.Time) error  { return nil }
func (c *inline) SetWriteDeadline(time.Time) error { panic("a write deadline was set") }

// run plays all steps and gives what was said after each.
func (c *inline) run(s *smtpserver.Server) [][]string {
	_ = s.Serve(c)
	c.collect()
	return c.seen
}

func scripts(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob("testdata/*/*.txt")
	if err != nil || len(all) == 0 {
		t.Fatalf("no dialogues in testdata: %v", err)
	}
	return all
}

// TestDialogues plays every script of testdata word for word.
func TestDialogues(t *testing.T) {
	for _, path := range scripts(t) {
		t.Run(strings.TrimPrefix(path, "testdata/"), func(t *testing.T) {
			s := readScript(t, path)
			cfg, b := s.config(t)
			steps := s.steps(t)
			conn := &inline{steps: steps}
			h := fixedHost(host.NoClaims{})
			if b.fixed {
				h.Entropy = func(string) io.Reader { return zeros{} }
			}
			seen := conn.run(smtpserver.New(h, cfg))
			if *update {
				s.write(t, seen, b.notes())
				return
			}
			for i := range steps {
				var got []string
				if i < len(seen) {
					got = seen[i]
				}
				if !reflect.DeepEqual(got, steps[i].want) && len(got)+len(steps[i].want) > 0 {
					t.Errorf("after %q%s\n got %q\nwant %q", steps[i].send, steps[i].event, got, steps[i].want)
				}
			}
			if got := b.notes(); !reflect.DeepEqual(got, s.delivered()) {
				t.Errorf("the backend has\n got %q\nwant %q", got, s.delivered())
			}
		})
	}
}
