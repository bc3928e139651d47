package queue

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Where the spool lies on the host's disk. A message is written once, whole; its recipients' states are a second small
// file, written when something has to wait.
const (
	spoolPrefix = "spool/"
	statePrefix = "state/"
)

// appendSpool writes m as batch SMTP: a line with the time of arrival, MAIL, the RCPTs, DATA; the text follows as it is.
func appendSpool(dst []byte, m *mail) []byte {
	dst = append(dst, "ARRIVED "...)
	dst = strconv.AppendInt(dst, m.arrived.UnixNano(), 10)
	dst = append(dst, '\n')
	dst = smtp.Command{Verb: smtp.MAIL, Reverse: m.envelope.Reverse, Params: m.envelope.Params}.Append(dst)
	for _, r := range m.envelope.Recipients {
		dst = append(dst, '\n')
		dst = smtp.Command{Verb: smtp.RCPT, Forward: r.Forward, Params: r.Params}.Append(dst)
	}
	return append(dst, "\nDATA\n"...)
}

// parseSpool reads what appendSpool wrote.
func parseSpool(id string, data []byte) (*mail, error) {
	m := &mail{id: id, file: spoolPrefix + id, slot: -1}
	for n := 1; ; n++ {
		line, rest, found := bytes.Cut(data, []byte{'\n'})
		if !found {
			return nil, fmt.Errorf("%s%s, line %d: expected a line DATA before the text", spoolPrefix, id, n)
		}
		data = rest
		if string(line) == "DATA" {
			m.text, m.size = data, int64(len(data))
			m.address(m.envelope.Recipients)
			return m, nil
		}
		if err := m.parseLine(string(line)); err != nil {
			return nil, fmt.Errorf("%s%s, line %d: %w", spoolPrefix, id, n, err)
		}
	}
}

func (m *mail) parseLine(line string) error {
	if stamp, ok := strings.CutPrefix(line, "ARRIVED "); ok {
		ns, err := strconv.ParseInt(stamp, 10, 64)
		m.arrived = time.Unix(0, ns)
		return err
	}
	c, err := smtp.ParseCommand(line, smtp.Tolerant)
	if err != nil {
		return err
	}
	switch c.Verb {
	case smtp.MAIL:
		m.envelope.Reverse, m.envelope.Params = c.Reverse, c.Params
	case smtp.RCPT:
		m.envelope.Recipients = append(m.envelope.Recipients, smtp.Recipient{Forward: c.Forward, Params: c.Params})
	default:
		return fmt.Errorf("%q: expected MAIL, RCPT or DATA", line)
	}
	return nil
}

// appendState writes a line for each recipient: status, tries, wait, next try, then the last outcome.
func appendState(dst []byte, m *mail) []byte {
	dst = fmt.Appendf(dst, "TOLD %t %t\n", m.told, m.asks != nil && m.asks.late)
	for i := range m.rcpts {
		r := &m.rcpts[i]
		s := r.status
		if s == active {
			s = waiting // a crash now loses the try, not the mail
		}
		dst = fmt.Appendf(dst, "%d %d %d %d %t %t %d %t %q %q\n", s, r.tries, r.wait, r.next.UnixNano(), r.last.Said, r.last.Later,
			r.last.offers, r.last.lmtp, r.last.Remote, r.last.Reply.String())
	}
	return dst
}

// parseState reads what appendState wrote into m.
func (m *mail) parseState(data []byte) error {
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if len(lines) != len(m.rcpts)+1 {
		return fmt.Errorf("%s%s: %d lines, expected one and %d for the recipients", statePrefix, m.id, len(lines), len(m.rcpts))
	}
	late := false
	if _, err := fmt.Sscanf(lines[0], "TOLD %t %t", &m.told, &late); err != nil {
		return fmt.Errorf("%s%s, line 1: %w", statePrefix, m.id, err)
	}
	if m.asks != nil {
		m.asks.late = late
	}
	for i := range m.rcpts {
		r := &m.rcpts[i]
		var next int64
		var reply string
		_, err := fmt.Sscanf(lines[i+1], "%d %d %d %d %t %t %d %t %q %q", &r.status, &r.tries, &r.wait, &next, &r.last.Said, &r.last.Later,
			&r.last.offers, &r.last.lmtp, &r.last.Remote, &reply)
		if err == nil && r.status > expanded {
			err = fmt.Errorf("status %d: expected at most %d", r.status, expanded)
		}
		if err != nil {
			return fmt.Errorf("%s%s, line %d: %w", statePrefix, m.id, i+2, err)
		}
		r.next = time.Unix(0, next)
		r.last.Reply = parseReply(reply)
	}
	return nil
}

// parseReply reads a reply in wire form; one that was never given is the zero Reply.
func parseReply(s string) smtp.Reply {
	p := smtp.ReplyParser{Mode: smtp.Tolerant}
	for line := range strings.SplitSeq(s, "\r\n") {
		if finished, err := p.Line(line); finished || err != nil {
			break
		}
	}
	return p.Reply()
}
