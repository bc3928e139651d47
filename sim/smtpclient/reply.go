package smtpclient

import (
	"errors"
	"fmt"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
)

// ErrProtocol is a server that says what is no reply.
var ErrProtocol = errors.New("the server's line is no reply")

// errClosed is a command to a session that has ended.
var errClosed = errors.New("the session has ended")

// Read waits for the server, at most as long as this moment of the session allows.
func (c *Client) Read(p []byte) (int, error) {
	if err := host.Timeout(c.raw, c.cfg.Host.Clock, c.wait); err != nil {
		return 0, err
	}
	return c.conn.Read(p)
}

// reply reads one reply to v and moves the state as the session table says. RFC 5321 §4.2: what the client does next
// follows from the code alone, an unknown one counting by its first digit.
func (c *Client) reply(v smtp.Verb, wait time.Duration) (smtp.Reply, error) {
	if c.bounds.early.pending {
		if err := c.hearEarly(); err != nil {
			return smtp.Reply{}, err
		}
	}
	c.wait = wait
	r, err := c.readReply(v)
	if err != nil {
		c.state = smtp.StateClosed
		return r, err
	}
	if r.Code < 200 || r.Code > 599 { // §4.2: the first digit is 2 to 5
		c.state = smtp.StateClosed
		return r, ErrProtocol
	}
	c.state = c.state.After(v, r.Code)
	return r, nil
}

func (c *Client) readReply(v smtp.Verb) (smtp.Reply, error) {
	raw, err := c.readLine()
	if err != nil {
		return smtp.Reply{}, err
	}
	if continues(raw) {
		return c.readLines(v, raw)
	}
	code, sep, text, ok := smtp.SplitReplyLine(c.buf.said.Of(raw))
	if !ok || sep != ' ' && sep != 0 {
		return smtp.Reply{}, fmt.Errorf("%w: %.60q", ErrProtocol, raw)
	}
	r := c.oneLine(code, text)
	if c.claims != nil {
		texts := c.lines.Take(1)
		texts[0] = text
		c.claimReply(v, code, texts)
	}
	return r, nil
}

// continues says that a line is a reply's and not its last (RFC 5321 §4.2.1).
func continues(raw []byte) bool {
	return len(raw) > 3 && raw[3] == '-' && '0' <= raw[0] && raw[0] <= '9'
}

// oneLine is the reply of one line, by far the most frequent.
func (c *Client) oneLine(code int, text string) smtp.Reply {
	r := smtp.Reply{Code: code}
	if e, n := smtp.CutEnhanced(text); n > 0 && e[0] == code/100 && (n == len(text) || text[n] == ' ') {
		r.Enhanced = e
		text = text[min(n+1, len(text)):]
	}
	r.Lines = c.lines.Take(1)
	r.Lines[0] = text
	return r
}

// readLines reads the rest of a reply of several lines; raw is the first.
func (c *Client) readLines(v smtp.Verb, raw []byte) (smtp.Reply, error) {
	all := append(c.buf.reply[:0], raw...)
	ends := c.buf.ends[:0]
	for more := true; more; {
		ends = append(ends, len(all))
		if len(ends) >= smtp.MaxReplyLines {
			return smtp.Reply{}, fmt.Errorf("%w: more than %d lines", ErrProtocol, smtp.MaxReplyLines)
		}
		var err error
		if raw, err = c.readLine(); err != nil {
			return smtp.Reply{}, err
		}
		more = continues(raw)
		all = append(all, raw...)
	}
	c.buf.reply, c.buf.ends = all, append(ends, len(all))
	return c.parseLines(v, c.buf.said.Of(all), c.buf.ends)
}

// parseLines takes a reply apart; its lines stand in all, one behind the other, up to ends.
func (c *Client) parseLines(v smtp.Verb, all string, ends []int) (smtp.Reply, error) {
	p := smtp.ReplyParser{Mode: smtp.Tolerant}
	var texts []string
	if c.claims != nil {
		texts = make([]string, 0, len(ends))
	}
	start := 0
	for _, end := range ends {
		line := all[start:end]
		start = end
		if _, err := p.Line(line); err != nil {
			return smtp.Reply{}, fmt.Errorf("%w: %w", ErrProtocol, err)
		}
		if c.claims != nil {
			texts = append(texts, line[min(4, len(line)):])
		}
	}
	r := p.Reply()
	c.claimReply(v, r.Code, texts)
	return r, nil
}

// readLine reads a line of at most readBuffer octets, valid until the next; RFC 5321 §4.5.3.1.5 allows 512.
func (c *Client) readLine() ([]byte, error) {
	if c.buf == nil {
		return nil, errClosed
	}
	line, err := c.buf.in.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	end := len(line) - 1
	if end > 0 && line[end-1] == '\r' {
		end--
	}
	return line[:end], nil
}

// command sends one line, words with a space between them, and reads the reply.
func (c *Client) command(v smtp.Verb, words ...string) (smtp.Reply, error) {
	if c.state == smtp.StateClosed || c.buf == nil {
		return smtp.Reply{}, errClosed
	}
	start := len(c.buf.out) // EHLO may wait there (PIPECONNECT)
	line := append(c.buf.out, words[0]...)
	for _, word := range words[1:] {
		line = append(append(line, ' '), word...)
	}
	if c.cfg.LowerCase {
		lowerVerb(line[start:])
	}
	if c.claims != nil {
		c.claimCommand(v, c.saidOf(v, line[start:]))
	}
	c.buf.out = append(line, '\r', '\n')
	if err := c.write(); err != nil {
		return smtp.Reply{}, err
	}
	return c.reply(v, c.cfg.Timeouts.Mail)
}

// saidOf is a line as a string. A secret is not kept longer than it is needed.
func (c *Client) saidOf(v smtp.Verb, line []byte) string {
	if v == smtp.AUTH || v == smtp.AuthLine {
		return string(line)
	}
	return c.buf.said.Of(line)
}

// write sends what is in the buffer.
func (c *Client) write() error {
	_, err := c.conn.Write(c.buf.out)
	c.buf.out = c.buf.out[:0]
	if err != nil {
		c.state = smtp.StateClosed
	}
	return err
}

// lowerVerb writes the first word of a line in lower case.
func lowerVerb(line []byte) {
	for i, b := range line {
		if b == ' ' {
			break
		}
		if b >= 'A' && b <= 'Z' {
			line[i] = b | 0x20
		}
	}
}
