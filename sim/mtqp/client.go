package mtqp

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/sim/host"
)

// maxAnswer bounds the lines of an answer.
const maxAnswer = 10_000

// Refusal is a server's negative answer, as it said it: "-ERR/noinfo ...".
type Refusal struct{ Line string }

// Error is the server's line.
func (r *Refusal) Error() string { return "the tracking server said " + r.Line }

// Ask asks over conn where the message with that envelope id is, and closes conn. secret is base64 (RFC 3887 §4). The error is a
// *Refusal where the server has said no.
func Ask(conn net.Conn, h *host.Host, envid, secret string) ([]dsn.Report, error) {
	defer conn.Close()
	c := client{conn: conn, host: h, in: bufio.NewReaderSize(conn, maxLine+2)}
	status, more, err := c.answer("")
	if err == nil && !strings.Contains(strings.ToUpper(status), "/MTQP") {
		err = fmt.Errorf("expected a greeting with /MTQP, found %q", status) // RFC 3887 §3: MUST
	}
	if err == nil {
		_, more, err = c.answer("TRACK " + envid + " " + secret + "\r\n")
	}
	var reports []dsn.Report
	if err == nil {
		reports, err = dsn.ParseTracking([]byte(more))
	}
	_, _ = conn.Write([]byte("QUIT\r\n")) // RFC 3887 §7: the client may close at once
	return reports, err
}

type client struct {
	conn net.Conn
	host *host.Host
	in   *bufio.Reader
}

// answer says a command and reads the status line, and the lines behind a "+OK+".
func (c *client) answer(command string) (status, more string, err error) {
	if _, err := c.conn.Write([]byte(command)); err != nil {
		return "", "", err
	}
	status, err = c.line()
	if err != nil || !strings.HasPrefix(status, "+OK") {
		if err == nil {
			err = &Refusal{status}
		}
		return status, "", err
	}
	if !strings.HasPrefix(status, "+OK+") {
		return status, "", nil
	}
	var b strings.Builder
	for range maxAnswer {
		line, err := c.line()
		switch {
		case err != nil:
			return status, "", err
		case line == ".":
			return status, b.String(), nil
		}
		b.WriteString(strings.TrimPrefix(line, ".") + "\r\n")
	}
	return status, "", errors.New("the answer has no end")
}

func (c *client) line() (string, error) {
	if err := host.Timeout(c.conn, c.host.Clock, patience); err != nil {
		return "", err
	}
	line, err := c.in.ReadSlice('\n')
	return strings.TrimRight(string(line), "\r\n"), err
}
