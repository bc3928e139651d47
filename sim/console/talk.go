package console

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
)

// Limits of a session by hand.
const (
	replyLimit   = 5 * time.Minute // RFC 5321 §4.5.3.2: how long a client waits for most replies
	connectLimit = 5 * time.Minute
	closeLimit   = 5 * time.Second
	maxTalkLine  = 4096
)

// talk is an open session: a process of the learner's host reads, each typed line is written by another.
type talk struct {
	label  string // "mx1:25"
	conn   net.Conn
	text   bool   // between 354 and the lonely dot
	heard  []byte // not yet shown
	closed bool
	dialed bool
	err    error
}

// telnet opens a session.
func (c *Console) telnet(o *Output, args []string) {
	if len(args) == 0 || len(args) > 2 {
		o.add(Hint, "telnet HOST [PORT], for example: telnet mx1 25")
		return
	}
	to, label, ok := c.endpoint(o, args)
	if !ok {
		return
	}
	t := &talk{label: label}
	o.add(Tool, "Trying %s...", to.Addr())
	me := c.w.Ports(c.seat)
	c.w.Spawn(c.seat, "telnet", func() {
		conn, err := me.Dialer.Dial(to, connectLimit)
		t.conn, t.err, t.dialed = conn, err, true
		if err != nil {
			return
		}
		buf := make([]byte, 4096)
		for {
			n, err := conn.Read(buf)
			t.heard = append(t.heard, buf[:n]...)
			if err != nil {
				t.closed = true
				return
			}
		}
	})
	c.w.Await(func() bool { return t.dialed }, connectLimit+time.Minute)
	if t.err != nil || !t.dialed {
		o.add(Tool, "telnet: Unable to connect to remote host: %s", complaint(t.err))
		return
	}
	o.add(Tool, "Connected to %s.", to.Addr())
	c.talk = t
	c.await(o)
}

// complaint is what telnet prints of a failed connection.
func complaint(err error) string {
	switch {
	case errors.Is(err, host.ErrRefused):
		return "Connection refused"
	case errors.Is(err, host.ErrUnreachable):
		return "No route to host"
	case err == nil || errors.Is(err, host.ErrUnanswered):
		return "Connection timed out"
	}
	return err.Error()
}

// endpoint resolves what was typed after telnet: a host of this world, or an address.
func (c *Console) endpoint(o *Output, args []string) (to netip.AddrPort, label string, ok bool) {
	port := uint64(25)
	if len(args) == 2 {
		var err error
		if port, err = strconv.ParseUint(args[1], 10, 16); err != nil || port == 0 {
			o.add(Hint, "a port is a number such as 25 or 587, not %q", args[1])
			return to, "", false
		}
	}
	if a, err := netip.ParseAddr(strings.Trim(args[0], "[]")); err == nil {
		return netip.AddrPortFrom(a, uint16(port)), a.String() + ":" + strconv.FormatUint(port, 10), true
	}
	full, found := c.host(o, args[0])
	if !found {
		return to, "", false
	}
	short, _, _ := strings.Cut(full, ".")
	a := c.w.Ports(full).Addrs[0]
	return netip.AddrPortFrom(a, uint16(port)), short + ":" + strconv.FormatUint(port, 10), true
}

// say sends a typed line and shows what the server answers.
func (c *Console) say(line string) Output {
	var o Output
	if len(line) > maxTalkLine {
		o.add(Hint, "a line by hand is at most %d octets", maxTalkLine)
		return o
	}
	line = strings.TrimPrefix(line, ":") // "::x" and, from a lesson, ":x" that was meant literally
	c.w.Pass(time.Second)
	t := c.talk
	if t.closed {
		c.show(&o)
		return o
	}
	done := false
	c.w.Spawn(c.seat, "telnet types", func() {
		_, err := t.conn.Write([]byte(line + "\r\n")) // RFC 5321 §2.3.8
		done, t.err = true, err
	})
	c.w.Await(func() bool { return done }, time.Minute)
	if t.text && line != "." {
		return o
	}
	t.text = false
	c.await(&o)
	return o
}

// await lets the world run until a whole reply is there, and shows it. After 221 and 421 the server closes the connection
// (RFC 5321 §4.1.1.10, §3.8), which is shown too.
func (c *Console) await(o *Output) {
	t := c.talk
	c.w.Await(func() bool { return t.closed || lastCode(t.heard) != 0 }, replyLimit)
	if len(t.heard) == 0 && !t.closed {
		o.add(Hint, "the server has said nothing for %s", replyLimit)
	}
	if code := lastCode(t.heard); code == 221 || code == 421 {
		c.w.Await(func() bool { return t.closed }, closeLimit)
	}
	c.show(o)
}

// lastCode is the code of the last line if that is the last of a reply (RFC 5321 §4.2.1: the code, then a space), else 0.
func lastCode(b []byte) int {
	s, ok := strings.CutSuffix(string(b), "\n")
	if !ok {
		return 0
	}
	s = s[strings.LastIndexByte(s, '\n')+1:]
	code, sep, _, ok := smtp.SplitReplyLine(strings.TrimRight(s, "\r"))
	if !ok || sep == '-' {
		return 0
	}
	return code
}

// show prints what was heard and notices 354 and the end.
func (c *Console) show(o *Output) {
	t := c.talk
	heard := string(t.heard)
	t.heard = t.heard[:0]
	for _, l := range strings.Split(strings.TrimSuffix(heard, "\n"), "\n") {
		l = strings.TrimRight(l, "\r")
		if heard != "" {
			o.Lines = append(o.Lines, Line{Server, l})
		}
		if code, sep, _, ok := smtp.SplitReplyLine(l); ok && sep != '-' {
			t.text = code == 354 // RFC 5321 §4.1.1.4
		}
	}
	if t.closed {
		o.add(Tool, "Connection closed by foreign host.")
		c.hangUp(o)
	}
}

// hangUp ends the session from this side.
func (c *Console) hangUp(o *Output) {
	t := c.talk
	c.talk = nil
	done, closed := false, t.closed
	c.w.Spawn(c.seat, "telnet ends", func() {
		t.conn.Close()
		done = true
	})
	c.w.Await(func() bool { return done }, time.Minute)
	if !closed {
		o.add(Tool, "Connection closed.")
	}
}
