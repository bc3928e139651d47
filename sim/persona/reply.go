package persona

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Text is what a software says in one [Situation]. A line may hold {placeholders}, filled from [Values]:
// {host} {protocol} {helo} {client} {ip} {arg} {name} {value} {path} {line} {id} {size} {date}.
type Text struct {
	Code     int
	Enhanced smtp.EnhancedCode
	Lines    []string
}

// Values fills the placeholders of a [Text].
type Values struct {
	Host   string // the server's own name
	LMTP   bool
	Helo   string     // what the client called itself
	Client string     // the name the server has for the client: its checked name, else Helo
	IP     netip.Addr // the client's address
	Arg    string     // what the reply is about: a path, a mailbox, a parameter; somebody else's text
	Path   string     // a path as the client wrote it
	Line   string     // the whole command
	ID     string     // queue id
	Size   int64      // octets taken
	Now    time.Time
	lines  []string // of the last Reply
}

// maxEcho bounds what is repeated of the client's words, so that no reply line exceeds smtp.MaxReplyLine.
const maxEcho = 200

// Reply is what p says in situation s. Nobody may change its Lines: they are p's, or v's until the next Reply with v.
func (p *Persona) Reply(s Situation, v *Values) smtp.Reply {
	t := &p.Texts[s]
	r := smtp.Reply{Code: t.Code, Enhanced: t.Enhanced, Lines: t.Lines}
	for i, line := range t.Lines {
		if strings.IndexByte(line, '{') < 0 {
			continue
		}
		v.lines = append(v.lines[:0], t.Lines[:i]...)
		var buf [128]byte
		for _, line := range t.Lines[i:] {
			v.lines = append(v.lines, string(v.fill(buf[:0], line)))
		}
		r.Lines = v.lines
		break
	}
	return r
}

// fill appends line with its placeholders replaced.
func (v *Values) fill(dst []byte, line string) []byte {
	for {
		open := strings.IndexByte(line, '{')
		if open < 0 {
			return append(dst, line...)
		}
		dst = append(dst, line[:open]...)
		line = line[open:]
		end := strings.IndexByte(line, '}')
		if end < 0 {
			return append(dst, line...)
		}
		dst = v.value(dst, line[1:end])
		line = line[end+1:]
	}
}

func (v *Values) value(dst []byte, name string) []byte {
	switch name {
	case "host":
		return append(dst, v.Host...)
	case "protocol":
		if v.LMTP {
			return append(dst, "LMTP"...)
		}
		return append(dst, "ESMTP"...)
	case "helo":
		return appendEcho(dst, v.Helo)
	case "client":
		return appendEcho(dst, v.Client)
	case "ip":
		if !v.IP.IsValid() {
			return append(dst, "unknown"...)
		}
		return v.IP.AppendTo(dst)
	case "arg":
		return appendEcho(dst, v.Arg)
	case "name": // of a parameter
		name, _, _ := strings.Cut(v.Arg, "=")
		return appendEcho(dst, name)
	case "value":
		_, value, _ := strings.Cut(v.Arg, "=")
		return appendEcho(dst, value)
	case "path":
		return appendEcho(dst, v.Path)
	case "line":
		return appendEcho(dst, v.Line)
	case "id":
		return append(dst, v.ID...)
	case "size":
		return strconv.AppendInt(dst, v.Size, 10)
	case "date": // RFC 5322 §3.3
		return v.Now.AppendFormat(dst, "Mon, 02 Jan 2006 15:04:05 -0700")
	}
	return append(dst, '?')
}

// appendEcho repeats somebody else's text: cut to maxEcho octets, control characters and non-ASCII as "?", so that it
// can neither end the line nor break the rule that reply texts are ASCII (RFC 5321 §4.2).
func appendEcho(dst []byte, s string) []byte {
	if len(s) > maxEcho {
		s = s[:maxEcho]
	}
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' {
			c = '?'
		}
		dst = append(dst, c)
	}
	return dst
}
