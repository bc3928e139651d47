package smtpclient

import (
	"errors"
	"fmt"
	"strconv"
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
	line, err := c.readLine()
	if err != nil {
		return smtp.Reply{}, err
	}
	var r smtp.Reply
	texts := []string(nil)
	if code, sep, text, ok := smtp.SplitReplyLine(line); ok && sep == ' ' {
		r = oneLine(code, text)
		if c.claims != nil {
			texts = []string{text}
		}
	} else if r, texts, err = c.readLines(line); err != nil {
		return r, err
	}
	c.claimReply(v, r.Code, texts)
	return r, nil
}

// oneLine is the reply of one line, by far the most frequent.
func oneLine(code int, text string) smtp.Reply {
	r := smtp.Reply{Code: code}
	if e, n := smtp.CutEnhanced(text); n > 0 && e[0] == code/100 && (n == len(text) || text[n] == ' ') {
		r.Enhanced = e
		text = text[min(n+1, len(text)):]
	}
	r.Lines = []string{text}
	return r
}

// readLines reads the rest of a reply of several lines.
func (c *Client) readLines(line string) (smtp.Reply, []string, error) {
	p := smtp.ReplyParser{Mode: smtp.Tolerant}
	var texts []string
	for n := 0; n < smtp.MaxReplyLines; n++ {
		done, err := p.Line(line)
		if err != nil {
			return smtp.Reply{}, nil, fmt.Errorf("%w: %w", ErrProtocol, err)
		}
		if c.claims != nil {
			texts = append(texts, line[min(4, len(line)):])
		}
		if done {
			return p.Reply(), texts, nil
		}
		if line, err = c.readLine(); err != nil {
			return smtp.Reply{}, nil, err
		}
	}
	return smtp.Reply{}, nil, errors.New("a reply of more than " + strconv.Itoa(smtp.MaxReplyLines) + " lines")
}

// readLine reads a line of at most readBuffer octets; RFC 5321 §4.5.3.1.5 allows 512.
func (c *Client) readLine() (string, error) {
	if c.buf == nil {
		return "", errClosed
	}
	line, err := c.buf.in.ReadSlice('\n')
	if err != nil {
		return "", err
	}
	end := len(line) - 1
	if end > 0 && line[end-1] == '\r' {
		end--
	}
	return string(line[:end]), nil
}

// command sends one line and reads the reply.
func (c *Client) command(v smtp.Verb, line string) (smtp.Reply, error) {
	if c.state == smtp.StateClosed || c.buf == nil {
		return smtp.Reply{}, errClosed
	}
	c.buf.out = append(append(c.buf.out[:0], line...), '\r', '\n')
	c.claimCommand(v, line)
	if err := c.write(); err != nil {
		return smtp.Reply{}, err
	}
	return c.reply(v, c.cfg.Timeouts.Mail)
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
