package mtqp

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/sim/host"
)

// Port is the protocol's (RFC 3887 §10).
const Port = 1038

const (
	maxLine   = 998              // characters before CRLF (RFC 3887 §2.2, §2.3)
	patience  = 10 * time.Minute // RFC 3887 §2.5: the least for a server; more than the 2 minutes of a client
	maxErrors = 20
)

// Tracker knows where messages are. The content is that of one message/tracking-status part; an error means that nothing is
// told.
type Tracker interface {
	Track(envid, secret string) (content []byte, err error)
}

// Serve leads one session over conn and closes it. The error says what cut it short; nil after QUIT and when the client went
// away.
func Serve(conn net.Conn, h *host.Host, t Tracker) error {
	defer conn.Close()
	s := session{conn: conn, host: h, tracker: t, in: bufio.NewReaderSize(conn, maxLine+2)}
	s.say("+OK/MTQP " + h.Name + " MTQP server ready") // RFC 3887 §3
	for wrong := 0; s.err == nil && wrong < maxErrors; {
		line, err := s.line()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if s.command(line) {
			return s.err
		}
		if s.bad {
			wrong++
		}
	}
	return s.err
}

type session struct {
	conn    net.Conn
	host    *host.Host
	tracker Tracker
	in      *bufio.Reader
	bad     bool // the last command was none
	err     error
}

// line reads a command without its end.
func (s *session) line() (string, error) {
	if err := host.Timeout(s.conn, s.host.Clock, patience); err != nil {
		return "", err
	}
	line, err := s.in.ReadSlice('\n')
	if err != nil {
		return "", err // also bufio.ErrBufferFull: the line is too long
	}
	return strings.TrimRight(string(line), "\r\n"), nil
}

func (s *session) say(lines string) {
	if s.err == nil {
		_, s.err = s.conn.Write([]byte(lines + "\r\n"))
	}
}

// command answers one line; true ends the session. RFC 3887 §2.3: -BAD for what is no command.
func (s *session) command(line string) (end bool) {
	words := strings.Fields(line)
	verb := ""
	if len(words) > 0 {
		verb = strings.ToUpper(words[0])
	}
	s.bad = false
	switch {
	case verb == "TRACK" && len(words) == 3:
		s.track(words[1], words[2])
	case verb == "COMMENT":
		s.say("+OK") // RFC 3887 §5
	case verb == "QUIT" && len(words) == 1:
		s.say("+OK Goodbye")
		return true
	case verb == "STARTTLS" && len(words) == 2:
		s.say("-ERR/unsupported There is no certificate here") // RFC 3887 §6
	default:
		s.bad = true
		s.say("-BAD Expected TRACK envid secret, COMMENT or QUIT")
	}
	return false
}

// track is TRACK (RFC 3887 §4). The identifier may stand in angle brackets, as in the examples there.
func (s *session) track(envid, secret string) {
	envid = strings.TrimSuffix(strings.TrimPrefix(envid, "<"), ">")
	content, err := s.tracker.Track(envid, secret)
	if err != nil {
		s.say("-ERR/noinfo " + err.Error())
		return
	}
	out := []byte("+OK+ Tracking information follows\r\n")
	for line := range strings.Lines(string(dsn.FormatTrackingAnswer("tracking", content))) {
		if line[0] == '.' {
			out = append(out, '.') // RFC 3887 §2.3
		}
		out = append(out, line...)
	}
	s.say(string(append(out, '.')))
}
