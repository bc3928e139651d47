package conform

import (
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
)

// Mutation breaks one rule of a node as seen at its ports:
//
//	out /regexp/ => "text"     a line that it sends becomes another: $0, $1.. stand for what matched; "" drops it; without
//	                           an LF at its end the text ends as the line did
//	in /regexp/ => "text"      the same of a line before the node reads it
//	dial /addr:port/ => "addr:port"   it connects to somebody else; "" is a refused connection
//	store /name/ => "forget"   what it stores under such a name is not kept, though it is told so
//	store /name/ /re/ => "t"   what it stores is changed
//	first // => "text"         it sends this as soon as it is connected
//	dns /3/ => "2"             it reads an answer with RCODE 3 as one with RCODE 2
//
// Conditions and other effects:
//
//	out /regexp/ after /regexp/ nth 2 => close | delay 11m | "text" | "text" close
//
//	out /regexp/ => hold | push    its piece waits for the next one; it begins a piece of its own
//
// after: the last line of the other direction matched; nth: only that occurrence.
type Mutation struct {
	Host  string // only of this host; "": of the node under test
	Port  string // "out", "in", "dial", "store"
	match *regexp.Regexp
	inner *regexp.Regexp // store: of the content
	after *regexp.Regexp
	nth   int
	with  string
	how   string        // "text", "close", "delay", "hold", "push"
	hang  bool          // close behind the text
	delay time.Duration // of "delay"
	seen  int
}

// ParseMutation reads the text of a deviation behind its id.
func ParseMutation(text string) (*Mutation, error) {
	m := &Mutation{how: "text"}
	words := strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(words, "host "); ok {
		m.Host, words, _ = strings.Cut(rest, " ")
	}
	m.Port, words, _ = strings.Cut(words, " ")
	switch m.Port {
	case "out", "in", "dial", "store", "first", "dns":
	default:
		return nil, fmt.Errorf("expected out, in, dial, store, first or dns, found %q", m.Port)
	}
	var err error
	if m.match, words, err = takeRegexp(words); err != nil {
		return nil, err
	}
	if strings.HasPrefix(words, "/") {
		if m.inner, words, err = takeRegexp(words); err != nil {
			return nil, err
		}
	}
	if rest, ok := strings.CutPrefix(words, "after "); ok {
		if m.after, words, err = takeRegexp(rest); err != nil {
			return nil, err
		}
	}
	if rest, ok := strings.CutPrefix(words, "nth "); ok {
		var n string
		n, words, _ = strings.Cut(rest, " ")
		if m.nth, err = strconv.Atoi(n); err != nil {
			return nil, err
		}
	}
	rest, ok := strings.CutPrefix(words, "=> ")
	if !ok {
		return nil, fmt.Errorf("expected => and an effect, found %q", words)
	}
	return m, m.effect(strings.TrimSpace(rest))
}

func (m *Mutation) effect(text string) (err error) {
	m.how, m.with, _ = strings.Cut(text, " ")
	switch {
	case m.how == "close", m.how == "hold", m.how == "push":
	case m.how == "delay":
		m.delay, err = time.ParseDuration(m.with)
	default:
		m.how = "text"
		text, m.hang = strings.CutSuffix(text, " close")
		m.with, err = strconv.Unquote(text)
	}
	return err
}

// takeRegexp takes /../ off the front; a slash inside is written \/.
func takeRegexp(text string) (*regexp.Regexp, string, error) {
	if !strings.HasPrefix(text, "/") {
		return nil, text, fmt.Errorf("expected /regexp/, found %q", text)
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '/':
			re, err := regexp.Compile(strings.ReplaceAll(text[1:i], `\/`, `/`))
			return re, strings.TrimSpace(text[i+1:]), err
		}
	}
	return nil, text, fmt.Errorf("expected a / at the end of %q", text)
}

// Edit changes a text as edit: lines and "edit" deviations of network scripts say: /regexp/ => "text". The error tells
// that nothing matched.
func Edit(source, edit string) (string, error) {
	re, rest, err := takeRegexp(edit)
	if err != nil {
		return "", err
	}
	with, ok := strings.CutPrefix(rest, "=> ")
	if !ok {
		return "", fmt.Errorf("expected => behind %q", edit)
	}
	if with, err = strconv.Unquote(strings.TrimSpace(with)); err != nil {
		return "", fmt.Errorf("%q: %w", edit, err)
	}
	out := re.ReplaceAllString(source, with)
	if out == source {
		return "", fmt.Errorf("edit %s changes nothing", edit)
	}
	return out, nil
}

// applies counts the occurrences of what matches.
func (m *Mutation) applies(line, other string) bool {
	if !m.match.MatchString(line) || m.after != nil && !m.after.MatchString(other) {
		return false
	}
	m.seen++
	return m.nth == 0 || m.seen == m.nth
}

// Ports changes what a host's ports do. It is called before the node starts.
func (m *Mutation) Ports(h *host.Host) {
	switch m.Port {
	case "store":
		h.Store = &brokenStore{h.Store, m}
	case "dial":
		h.Dialer = brokenDialer{h.Dialer, m}
	case "dns":
		listen := h.ListenUDP
		h.ListenUDP = func(at netip.AddrPort) (host.PacketConn, error) {
			c, err := listen(at)
			return brokenDNS{c, m}, err
		}
	}
}

// brokenDNS misreads answers.
type brokenDNS struct {
	host.PacketConn
	m *Mutation
}

func (c brokenDNS) ReadFrom(p []byte, timeout time.Duration) (int, netip.AddrPort, error) {
	n, from, err := c.PacketConn.ReadFrom(p, timeout)
	const flags, rcode = 3, 0x0f // RFC 1035 §4.1.1
	if n > flags && c.m.applies(strconv.Itoa(int(p[flags]&rcode)), "") {
		code, _ := strconv.Atoi(c.m.with)
		p[flags] = p[flags]&^rcode | byte(code)&rcode
	}
	return n, from, err
}

// brokenStore forgets or changes what it should keep.
type brokenStore struct {
	host.Store
	m *Mutation
}

func (s *brokenStore) Put(name string, data []byte) error {
	if !s.m.applies(name, "") {
		return s.Store.Put(name, data)
	}
	if s.m.inner == nil {
		return nil
	}
	return s.Store.Put(name, s.m.inner.ReplaceAll(data, []byte(s.m.with)))
}

// brokenDialer connects to somebody else.
type brokenDialer struct {
	host.Dialer
	m *Mutation
}

func (d brokenDialer) Dial(to netip.AddrPort, timeout time.Duration) (net.Conn, error) {
	if !d.m.applies(to.String(), "") {
		return d.Dialer.Dial(to, timeout)
	}
	if d.m.with == "" {
		return nil, host.ErrRefused
	}
	other, err := netip.ParseAddrPort(d.m.match.ReplaceAllString(to.String(), d.m.with))
	if err != nil {
		return nil, err
	}
	return d.Dialer.Dial(other, timeout)
}
