package conform_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim/conform"
	"github.com/smtpsim/smtpsim/sim/host"
)

// failure is an expectation that did not hold.
type failure struct {
	line conform.Line
	what string
}

func (f *failure) String() string {
	return fmt.Sprintf("line %d (%s %.60s): %s", f.line.No, f.line.Mark, f.line.Text, f.what)
}

// player is one side of a dialogue: it says its own lines and judges the other's.
type player struct {
	mine   string // "C" or "S"
	host   *host.Host
	conn   net.Conn
	tls    *tls.Config
	dial   func() (net.Conn, error) // for ! connect
	limit  time.Duration            // of patience; 0: long
	wall   bool                     // time is real: waits are short
	on     func(action string) bool // other actions
	in     *bufio.Reader
	send   []byte
	fail   *failure
	texts  [][]string // replies or lines of the other side
	pieces []string   // what the other side sent in one piece, by codes
	raw    string     // of ! text and ! octets
}

// patience is how long the other side may take.
func (p *player) patience() time.Duration {
	if p.limit > 0 {
		return p.limit
	}
	if p.wall {
		return 5 * time.Second
	}
	return time.Hour
}

// play goes through the lines; it stops at the first that does not hold.
func (p *player) play(lines []conform.Line) {
	p.in = bufio.NewReader(p.conn)
	for _, l := range lines {
		own := l.Mark == p.mine+":" || l.Mark == p.mine+"="
		if !own {
			p.flush()
		}
		what := ""
		switch {
		case own:
			what = p.say(l)
		case l.Mark == "!" || l.Mark == "C!" || l.Mark == "S!":
			what = p.act(l.Text)
		case p.mine == "C" && l.Mark == "S:":
			what = p.hearReply(l.Text)
		case p.mine == "S" && (l.Mark == "C:" || l.Mark == "C~"):
			what = p.hearLine(l)
		case l.Mark == "T:":
			what = matches(p.raw, l.Text)
		}
		if what != "" {
			p.fail = &failure{l, what}
			break
		}
	}
	p.flush()
	_ = p.conn.Close() // it may be closed already
}

func (p *player) say(l conform.Line) string {
	if strings.HasSuffix(l.Mark, "=") {
		raw, err := unquote(l.Text)
		if err != nil {
			return err.Error()
		}
		p.send = append(p.send, raw...)
		return ""
	}
	p.send = append(append(p.send, l.Text...), '\r', '\n')
	return ""
}

// unquote reads "text" or "text" * 1000, and sums of them: "a" * 3 + "b".
func unquote(text string) (string, error) {
	var b strings.Builder
	for text != "" {
		quoted, err := strconv.QuotedPrefix(text)
		if err != nil {
			return "", fmt.Errorf("expected \"text\" at %.40q", text)
		}
		piece, _ := strconv.Unquote(quoted) // QuotedPrefix has seen to it
		text = strings.TrimSpace(text[len(quoted):])
		n := 1
		if rest, ok := strings.CutPrefix(text, "*"); ok {
			word, more, _ := strings.Cut(strings.TrimSpace(rest), " ")
			if n, err = strconv.Atoi(word); err != nil {
				return "", err
			}
			text = strings.TrimSpace(more)
		}
		b.WriteString(strings.Repeat(piece, n))
		text = strings.TrimSpace(strings.TrimPrefix(text, "+"))
	}
	return b.String(), nil
}

func (p *player) flush() {
	if len(p.send) > 0 {
		_, _ = p.conn.Write(p.send) // a closed connection shows at the next expectation
		p.send = p.send[:0]
	}
}

func (p *player) readLine() (string, error) {
	if err := host.Timeout(p.conn, p.host.Clock, p.patience()); err != nil {
		return "", err
	}
	line, err := p.in.ReadString('\n')
	return strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"), err
}

func (p *player) hearReply(text string) string {
	want, err := conform.ParseReplyWant(text)
	if err != nil {
		return err.Error()
	}
	var lines []string
	for {
		line, err := p.readLine()
		if err != nil {
			return fmt.Sprintf("no reply: %v after %q", err, append(lines, line))
		}
		lines = append(lines, line)
		if len(line) < 4 || line[3] != '-' {
			break
		}
	}
	p.texts = append(p.texts, lines)
	return want.Check(lines)
}

func (p *player) hearLine(l conform.Line) string {
	line, err := p.readLine()
	if err != nil {
		return fmt.Sprintf("no line: %v", err)
	}
	p.texts = append(p.texts, []string{line})
	if l.Mark == "C~" {
		return matches(line, l.Text)
	}
	if line != l.Text {
		return fmt.Sprintf("got %q", line)
	}
	return ""
}

// matches judges "~ regexp" and "!~ regexp".
func matches(s, want string) string {
	expr, not := strings.CutPrefix(want, "!~ ")
	expr = strings.TrimPrefix(expr, "~ ")
	re, err := regexp.Compile(expr)
	if err != nil {
		return err.Error()
	}
	if re.MatchString(s) == not {
		return fmt.Sprintf("got %.400q", s)
	}
	return ""
}

// act does what stands behind "!".
func (p *player) act(text string) string {
	word, arg, _ := strings.Cut(text, " ")
	d, _ := time.ParseDuration(arg)
	switch word {
	case "close":
		_ = p.conn.Close()
	case "patience":
		p.limit = d
	case "wait":
		p.host.Clock.Sleep(d)
	case "silence":
		return p.silence(d)
	case "closed":
		return p.closed(d)
	case "connect":
		_ = p.conn.Close()
		var err error
		if p.conn, err = p.dial(); err != nil {
			return err.Error()
		}
		p.in = bufio.NewReader(p.conn)
	case "tls":
		what := p.handshake()
		if arg != "fails" {
			return what
		}
		if what == "" {
			return "the handshake succeeds"
		}
	case "text":
		return p.readText()
	case "octets":
		n, _ := strconv.Atoi(arg)
		buf := make([]byte, n)
		_ = host.Timeout(p.conn, p.host.Clock, p.patience())
		_, err := io.ReadFull(p.in, buf)
		if p.raw = string(buf); err != nil {
			return err.Error()
		}
	default:
		if p.on == nil || !p.on(text) {
			return "no such action"
		}
	}
	return ""
}

// silence expects that nothing comes for d.
func (p *player) silence(d time.Duration) string {
	if p.wall {
		d = min(d, 30*time.Millisecond)
	}
	if err := host.Timeout(p.conn, p.host.Clock, d); err != nil {
		return err.Error()
	}
	if _, err := p.in.Peek(1); err == nil {
		octets, _ := p.in.Peek(p.in.Buffered())
		return fmt.Sprintf("got %.100q before its time", octets)
	} else if timeout, ok := err.(net.Error); !ok || !timeout.Timeout() {
		return fmt.Sprintf("the connection has ended: %v", err)
	}
	return ""
}

// closed expects the end of the connection within d; 0: in patience.
func (p *player) closed(d time.Duration) string {
	if d == 0 || p.wall {
		d = p.patience()
	}
	if err := host.Timeout(p.conn, p.host.Clock, d); err != nil {
		return err.Error()
	}
	_, err := p.in.Peek(1)
	switch timeout, ok := err.(net.Error); {
	case err == nil:
		octets, _ := p.in.Peek(p.in.Buffered())
		return fmt.Sprintf("got %.100q, want the end of the connection", octets)
	case ok && timeout.Timeout():
		return "the connection is still open"
	}
	return ""
}

func (p *player) handshake() string {
	cfg := host.TLSConfig(p.host, "script", p.tls)
	_ = host.Timeout(p.conn, p.host.Clock, p.patience())
	inner := tls.Client(p.conn, cfg)
	if p.mine == "S" {
		inner = tls.Server(p.conn, cfg)
	}
	if err := inner.Handshake(); err != nil {
		return fmt.Sprintf("TLS: %v", err)
	}
	p.conn = &overTLS{inner, p.conn}
	p.in = bufio.NewReader(p.conn)
	return ""
}

// overTLS is a TLS connection whose read timeouts are set below.
type overTLS struct {
	*tls.Conn
	raw net.Conn
}

func (c *overTLS) SetReadDeadline(t time.Time) error { return c.raw.SetReadDeadline(t) }

// readText reads mail data up to CRLF.CRLF.
func (p *player) readText() string {
	var b bytes.Buffer
	for !bytes.HasSuffix(b.Bytes(), []byte("\r\n.\r\n")) && b.String() != ".\r\n" {
		_ = host.Timeout(p.conn, p.host.Clock, p.patience())
		line, err := p.in.ReadString('\n')
		b.WriteString(line)
		if err != nil {
			p.raw = b.String()
			return fmt.Sprintf("no end of data: %v", err)
		}
	}
	p.raw = b.String()
	return ""
}
