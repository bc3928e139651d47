package node

import (
	"bufio"
	"bytes"
	"crypto/md5"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"

	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/host"
)

// ErrPOP is a server's refusal.
var ErrPOP = errors.New("the POP3 server says no")

// ErrNoAPOP is a server that knows passwords in clear only.
var ErrNoAPOP = errors.New("the POP3 server takes passwords in clear only")

// Fetch says what an MUA gets from its message store, and how.
type Fetch struct {
	Server   string         // looked up by address
	Addr     netip.AddrPort // where it is, without a look-up; port 0: 110
	User     string
	Password string
	InClear  bool // the password may be sent for all to read (USER and PASS); else APOP, which sends its digest
	Keep     bool // leave the messages there
}

// fetchMax bounds what one visit brings.
const fetchMax = 64 << 20

// Fetch gets all messages of a mailbox (RFC 1939), oldest first; it is called in a process of the host. What was fetched
// before an error is given with it, and stays on the server.
func (n *Node) Fetch(f Fetch) ([][]byte, error) {
	addr := f.Addr
	if !addr.Addr().IsValid() {
		addrs, answer := n.lookup().LookupAddr(f.Server)
		if answer.Outcome != dns.Found || len(addrs) == 0 {
			return nil, fmt.Errorf("address of the message store %q: %s", f.Server, answer.Outcome)
		}
		addr = netip.AddrPortFrom(addrs[0], PortPOP)
	}
	if addr.Port() == 0 {
		addr = netip.AddrPortFrom(addr.Addr(), PortPOP)
	}
	conn, err := n.host.Dialer.Dial(addr, 0)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	c := &popClient{node: n, conn: conn, in: bufio.NewReader(conn)}
	all, err := c.fetch(f)
	if n.cfg.Receipts != nil {
		for _, text := range all {
			n.receipt(text)
		}
	}
	return all, err
}

// popClient is one session.
type popClient struct {
	node *Node
	conn net.Conn
	in   *bufio.Reader
	got  int // octets of messages
}

func (c *popClient) fetch(f Fetch) ([][]byte, error) {
	banner, err := c.reply()
	if err == nil {
		err = c.login(f, banner)
	}
	if err != nil {
		_, _ = c.say("QUIT") // nothing has come of it
		return nil, err
	}
	stat, err := c.say("STAT")
	if err != nil {
		return nil, err
	}
	count, _, _ := strings.Cut(stat, " ")
	total, err := strconv.ParseUint(count, 10, 31)
	if err != nil {
		return nil, fmt.Errorf("%w: STAT gives %.40q", ErrPOP, stat)
	}
	var all [][]byte
	for i := range int(total) {
		if _, err := c.say("RETR " + strconv.Itoa(i+1)); err != nil {
			return all, err
		}
		text, err := c.text()
		if err != nil {
			return all, err
		}
		all = append(all, text)
		if f.Keep {
			continue
		}
		if _, err := c.say("DELE " + strconv.Itoa(i+1)); err != nil {
			return all, err
		}
	}
	_, err = c.say("QUIT")
	return all, err
}

// login says who it is, with the digest of the banner's timestamp and the password where it can (RFC 1939 §7).
func (c *popClient) login(f Fetch, banner string) error {
	start, end := strings.IndexByte(banner, '<'), strings.LastIndexByte(banner, '>')
	if start >= 0 && end > start && !f.InClear {
		_, err := c.say(fmt.Sprintf("APOP %s %x", f.User, md5.Sum([]byte(banner[start:end+1]+f.Password))))
		return err
	}
	if !f.InClear {
		return ErrNoAPOP
	}
	if _, err := c.say("USER " + f.User); err != nil {
		return err
	}
	_, err := c.say("PASS " + f.Password)
	return err
}

// say sends a command and gives what stands behind +OK.
func (c *popClient) say(line string) (string, error) {
	if strings.ContainsAny(line, "\r\n") {
		return "", fmt.Errorf("%w: a command is one line", ErrPOP)
	}
	if _, err := c.conn.Write([]byte(line + "\r\n")); err != nil {
		return "", err
	}
	return c.reply()
}

func (c *popClient) reply() (string, error) {
	line, err := c.line()
	if err != nil {
		return "", err
	}
	text, ok := bytes.CutPrefix(line, []byte("+OK"))
	if !ok {
		return "", fmt.Errorf("%w: %.200s", ErrPOP, line)
	}
	return strings.TrimSpace(string(text)), nil
}

// line is the next line without its end.
func (c *popClient) line() ([]byte, error) {
	if err := host.Timeout(c.conn, c.node.host.Clock, popIdle); err != nil {
		return nil, err
	}
	var line []byte
	for {
		piece, err := c.in.ReadSlice('\n')
		if line = append(line, piece...); err == nil {
			return bytes.TrimRight(line, "\r\n"), nil
		} else if !errors.Is(err, bufio.ErrBufferFull) || len(line) > fetchMax {
			return nil, err
		}
	}
}

// text reads lines up to the dot and takes the doubled ones off (RFC 1939 §3).
func (c *popClient) text() ([]byte, error) {
	var text []byte
	for c.got <= fetchMax {
		line, err := c.line()
		if err != nil {
			return nil, err
		}
		if len(line) == 1 && line[0] == '.' {
			return text, nil
		}
		text = append(append(text, bytes.TrimPrefix(line, []byte("."))...), '\r', '\n')
		c.got += len(line) + 2
	}
	return nil, fmt.Errorf("%w: more than %d octets", ErrPOP, fetchMax)
}

// openDrops are the maildrops that are in somebody's hands.
type openDrops struct {
	mu    sync.Mutex
	users map[string]bool
}

func (o *openDrops) enter(user string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.users[user] {
		return false
	}
	if o.users == nil {
		o.users = map[string]bool{}
	}
	o.users[user] = true
	return true
}

func (o *openDrops) leave(user string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.users, user)
}
