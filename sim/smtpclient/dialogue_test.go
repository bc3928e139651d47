package smtpclient_test

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
)

var update = flag.Bool("update", false, "write the C: and R: lines of testdata/*.txt anew")

// A script is a dialogue file of testdata. The server's lines are given, the client's are what the engine says:
//
//	# what it shows, and by which section
//	config: lmtp helo without=PIPELINING,SIZE to=alice,bob mails=2 from=
//	text: "Subject: x\r\n"      quoted as in Go; the default is one short mail
//	S: a line the server says; neighbouring lines come in one piece
//	S! timeout                  the server is silent; at the end of the script it is gone
//	C: a line the client says before it waits
//	R: what Open, Send and Quit give
type script struct {
	path  string
	lines []line
}

type line struct{ mark, text string }

func readScript(t *testing.T, path string) *script {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := &script{path: path}
	in := bufio.NewScanner(bytes.NewReader(data))
	for in.Scan() {
		l := line{text: in.Text()}
		for _, mark := range []string{"config:", "text:", "S:", "S!", "C:", "R:"} {
			if rest, ok := strings.CutPrefix(l.text, mark); ok {
				l = line{mark, strings.TrimPrefix(rest, " ")}
			}
		}
		s.lines = append(s.lines, l)
	}
	return s
}

// player is the server of a script: it says the next S: lines whenever the client waits.
type player struct {
	turns [][]line
	at    int
	input []byte
	said  bytes.Buffer
	heard [][]string // C: lines, by turn
}

func newPlayer(s *script) *player {
	p := &player{}
	last := ""
	for _, l := range s.lines {
		if l.mark != "S:" && l.mark != "S!" {
			if l.mark == "C:" {
				last = l.mark
			}
			continue
		}
		if last != "S:" || l.mark == "S!" {
			p.turns = append(p.turns, nil)
		}
		p.turns[len(p.turns)-1] = append(p.turns[len(p.turns)-1], l)
		last = "S:"
	}
	return p
}

func (p *player) Read(b []byte) (int, error) {
	if len(p.input) == 0 {
		p.collect()
		if p.at >= len(p.turns) {
			return 0, io.EOF
		}
		turn := p.turns[p.at]
		p.at++
		if turn[0].mark == "S!" {
			return 0, os.ErrDeadlineExceeded
		}
		for _, l := range turn {
			p.input = append(append(p.input, l.text...), '\r', '\n')
		}
	}
	n := copy(b, p.input)
	p.input = p.input[n:]
	return n, nil
}

func (p *player) collect() {
	lines := strings.Split(p.said.String(), "\r\n")
	p.said.Reset()
	p.heard = append(p.heard, lines[:len(lines)-1])
}

func (p *player) Write(b []byte) (int, error)      { return p.said.Write(b) }
func (p *player) Close() error                     { return nil }
func (p *player) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 100), Port: 4711} }
func (p *player) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 10), Port: 25} }
func (p *player) SetDeadline(time.Time) error      { return nil }
func (p *player) SetReadDeadline(time.Time) error  { return nil }
func (p *player) SetWriteDeadline(time.Time) error { panic("a write deadline was set") }

// fixedClock stands still, far enough ahead that a deadline made from it never comes on a socket.
type fixedClock struct{}

func (fixedClock) Now() time.Time      { return time.Date(2126, 11, 21, 18, 32, 9, 0, time.UTC) }
func (fixedClock) Sleep(time.Duration) {}

func fixedHost(claims host.Claims) *host.Host {
	return &host.Host{Name: "ws.example", Clock: fixedClock{}, Rand: rand.New(rand.NewPCG(1, 2)), Claims: claims}
}

// job is what the script wants the client to do.
type job struct {
	cfg   smtpclient.Config
	env   smtp.Envelope
	text  []byte
	mails int
	url   string // with BURL, instead of text
}

func (s *script) job(t *testing.T) job {
	t.Helper()
	j := job{cfg: smtpclient.Config{Host: fixedHost(host.NoClaims{})}, text: []byte("Subject: x\r\n\r\nhi\r\n"), mails: 1}
	j.env.Reverse = reverse("carol@ws.example")
	to := "alice@mx.example"
	var each []smtp.Param // of RCPT, for every recipient
	for _, l := range s.lines {
		if l.mark == "text:" {
			text, err := strconv.Unquote(l.text)
			if err != nil {
				t.Fatalf("%s: text: %v", s.path, err)
			}
			j.text = []byte(text)
		}
		if l.mark != "config:" {
			continue
		}
		for word := range strings.FieldsSeq(l.text) {
			key, value, _ := strings.Cut(word, "=")
			switch key {
			case "lmtp":
				j.cfg.LMTP = true
			case "chunking":
				j.cfg.Chunking = true
			case "chunk":
				j.cfg.ChunkSize, _ = strconv.Atoi(value)
			case "prdr":
				j.cfg.PRDR = true
			case "convert":
				j.cfg.Convert, _ = persona.ConversionByName(value)
			case "url":
				_, j.url, _ = strings.Cut(word, "=")
			case "auth":
				j.cfg.Auth = &smtpclient.Auth{Identity: "alice", Password: "secret", Token: "t0k3n", InClear: true,
					Mechanisms: strings.Split(value, ",")}
			case "relay":
				j.cfg.Auth.Relay = true
			case "helo":
				j.cfg.HeloOnly = true
			case "without":
				for k := range strings.SplitSeq(value, ",") {
					j.cfg.Without |= persona.ByKeyword(k)
				}
			case "to":
				to = value
			case "from":
				j.env.Reverse = reverse(value)
			case "mails":
				j.mails, _ = strconv.Atoi(value)
			case "tls":
				j.cfg.TLS, j.cfg.TLSRequired = clientTLS(), value == "required"
			case "param":
				name, v, _ := strings.Cut(value, "=")
				j.env.Params = append(j.env.Params, smtp.Param{Name: name, Value: v})
			case "rcptparam":
				name, v, _ := strings.Cut(value, "=")
				each = append(each, smtp.Param{Name: name, Value: v})
			default:
				t.Fatalf("%s: config %q", s.path, word)
			}
		}
	}
	for address := range strings.SplitSeq(to, ",") {
		j.env.Recipients = append(j.env.Recipients, smtp.Recipient{Forward: forward(address), Params: each})
	}
	return j
}

func reverse(address string) smtp.ReversePath {
	p, err := smtp.ParseReversePath("<"+address+">", smtp.Tolerant)
	if err != nil {
		panic(err)
	}
	return p
}

func forward(address string) smtp.ForwardPath {
	p, err := smtp.ParseForwardPath("<"+address+">", smtp.Tolerant)
	if err != nil {
		panic(err)
	}
	return p
}

// do opens a session, sends the mails and quits, and tells what came of it.
func (j job) do(conn net.Conn) (told []string) {
	c := smtpclient.New(conn, j.cfg)
	if err := c.Open(); err != nil {
		told = append(told, "Open: "+describe(err))
	} else {
		for range j.mails {
			r, err := j.send(c)
			told = append(told, fmt.Sprintf("Send: %d of %d accepted: %s", r.Accepted(), len(r.Recipients), describe(err)))
			for i, to := range r.Recipients {
				told = append(told, fmt.Sprintf("  %s %s: %s temporary=%v", j.env.Recipients[i].Forward, to.Stage,
					to.Reply, !to.Accepted && to.Temporary()))
			}
		}
	}
	if err := c.Quit(); err != nil {
		told = append(told, "Quit: "+describe(err))
	}
	return told
}

func (j job) send(c *smtpclient.Client) (smtpclient.Result, error) {
	if j.url != "" {
		return c.SendURL(j.env, j.url)
	}
	return c.Send(j.env, j.text)
}

func describe(err error) string {
	if err == nil {
		return "ok"
	}
	var e *smtpclient.Error
	if !errors.As(err, &e) {
		return "not an *Error: " + err.Error()
	}
	return fmt.Sprintf("%v temporary=%v local=%v", err, e.Temporary(), e.Local)
}

// TestDialogues holds what the client says to what the scripts' servers say.
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/dialogues/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dialogues: %v", err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			s := readScript(t, path)
			p := newPlayer(s)
			told := s.job(t).do(p)
			p.collect()
			got := s.renew(p.heard, told)
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, _ := os.ReadFile(path)
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// renew writes the script with the C: and R: lines that were seen.
func (s *script) renew(heard [][]string, told []string) string {
	var b strings.Builder
	turn, last := 0, ""
	flush := func() {
		if turn < len(heard) {
			for _, l := range heard[turn] {
				fmt.Fprintf(&b, "C: %s\n", l)
			}
		}
		turn++
	}
	for _, l := range s.lines {
		switch l.mark {
		case "C:":
			last = "C:"
		case "R:":
		case "S:", "S!":
			if last != "S:" || l.mark == "S!" {
				flush()
			}
			last = "S:"
			fmt.Fprintf(&b, "%s %s\n", l.mark, l.text)
		case "":
			b.WriteString(l.text + "\n")
		default:
			fmt.Fprintf(&b, "%s %s\n", l.mark, l.text)
		}
	}
	for turn < len(heard) {
		flush()
	}
	for _, l := range told {
		fmt.Fprintf(&b, "R: %s\n", l)
	}
	return b.String()
}
