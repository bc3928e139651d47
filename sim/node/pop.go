package node

import (
	"bufio"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
)

// PortPOP is the port of POP3 (RFC 1939 §3).
const PortPOP = 110

const (
	popIdle     = 10 * time.Minute // RFC 1939 §3: the autologout timer, at least this long
	popLineMax  = 255              // octets of a command (RFC 2449 §4)
	popErrorMax = 10               // wrong passwords and commands, then the session ends
)

// listenPOP serves the mailboxes.
func (n *Node) listenPOP() error {
	ln, err := n.host.Listen(netip.AddrPortFrom(netip.Addr{}, PortPOP))
	if err != nil {
		return err
	}
	n.host.Go("listen pop3", func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return // the end of the world
			}
			n.host.Go("pop3", func() { n.servePOP(conn) })
		}
	})
	return nil
}

// popSession is one connection (RFC 1939 §3): authorization, transaction, update.
type popSession struct {
	node   *Node
	conn   net.Conn
	in     *bufio.Reader
	out    []byte
	banner string // APOP's timestamp
	name   string // from USER
	user   string // after PASS or APOP; "": authorization state
	drop   []letter
	errors int
	over   bool
}

// letter is one message of a maildrop.
type letter struct {
	name    string // in the store
	text    []byte
	deleted bool
}

// uid is what UIDL says: it stays with a message and is another one's never (RFC 1939 §7).
func (l *letter) uid() string {
	sum := sha256.Sum256(append([]byte(l.name+"\x00"), l.text...))
	return hex.EncodeToString(sum[:10])
}

func (n *Node) servePOP(conn net.Conn) {
	defer conn.Close()
	chance := make([]byte, 8)
	if _, err := io.ReadFull(n.host.Random("pop3"), chance); err != nil {
		return
	}
	s := &popSession{node: n, conn: conn, in: bufio.NewReaderSize(conn, 1024),
		banner: fmt.Sprintf("<%x.%d@%s>", chance, n.host.Clock.Now().Unix(), n.host.Name)}
	s.ok("POP3 server ready " + s.banner)
	for !s.over && s.errors < popErrorMax {
		line, err := s.read()
		if err != nil {
			break // RFC 1939 §3, §6: without QUIT nothing is removed
		}
		s.command(line)
	}
	s.flush()
	if s.user != "" {
		n.popped.leave(s.user)
	}
}

// read flushes the replies and reads a command.
func (s *popSession) read() (string, error) {
	if err := s.flush(); err != nil {
		return "", err
	}
	if err := host.Timeout(s.conn, s.node.host.Clock, popIdle); err != nil {
		return "", err
	}
	line, err := s.in.ReadSlice('\n')
	if err == nil && len(line) > popLineMax {
		err = errors.New("a line longer than 255 octets")
	}
	return strings.TrimRight(string(line), "\r\n"), err
}

func (s *popSession) flush() error {
	_, err := s.conn.Write(s.out)
	s.out = s.out[:0]
	return err
}

func (s *popSession) ok(text string) {
	s.out = append(s.out, strings.TrimRight("+OK "+text, " ")+"\r\n"...)
}

func (s *popSession) err(text string) {
	s.errors++
	s.out = append(s.out, "-ERR "+text+"\r\n"...)
}

// lines is a reply of several lines, which ends with a dot (RFC 1939 §3).
func (s *popSession) lines(first string, text []byte) {
	s.ok(first)
	var dots smtp.Stuffer
	s.out = dots.End(dots.Append(s.out, text))
}

// command answers one line: keyword and arguments, in any case (RFC 1939 §3).
func (s *popSession) command(line string) {
	verb, arg, _ := strings.Cut(line, " ")
	switch verb = strings.ToUpper(verb); {
	case verb == "QUIT":
		s.quit()
	case verb == "CAPA": // RFC 2449 §5
		s.lines("Capability list follows", []byte("USER\r\nTOP\r\nUIDL\r\nRESP-CODES\r\n"))
	case s.user == "":
		s.authorize(verb, arg)
	default:
		s.transact(verb, arg)
	}
}

// authorize is the AUTHORIZATION state (RFC 1939 §4). That a name is nobody's is told only with the password.
func (s *popSession) authorize(verb, arg string) {
	switch verb {
	case "USER":
		s.name = arg
		s.ok("")
	case "PASS":
		c, err := s.node.credential(s.name)
		s.enter(s.name, err == nil && c.Password != "" && c.Password == arg)
	case "APOP": // RFC 1939 §7: the digest of timestamp and secret
		name, digest, _ := strings.Cut(arg, " ")
		c, err := s.node.credential(name)
		want := ""
		if err == nil && c.Password != "" {
			want = fmt.Sprintf("%x", md5.Sum([]byte(s.banner+c.Password)))
		}
		s.enter(name, want != "" && digest == want)
	default:
		s.err("USER, PASS, APOP or QUIT first")
	}
}

// enter opens the maildrop, which is one session's at a time (RFC 1939 §4), and the window for SMTP after POP.
func (s *popSession) enter(name string, good bool) {
	n, user := s.node, s.node.user(name)
	if !good || !n.users[user] {
		s.name = ""
		s.err("[AUTH] Wrong name or password") // RFC 3206 §4
		return
	}
	if !n.popped.enter(user) {
		s.err("[IN-USE] The mailbox is open elsewhere") // RFC 2449 §8.1.1
		return
	}
	if a := n.cfg.Accounts; a.AfterPOP > 0 {
		_, remote := host.Ends(s.conn)
		n.visits.add(remote.Addr(), n.host.Clock.Now().Add(a.AfterPOP))
	}
	s.user, s.drop = user, n.boxes.letters(user)
	count, size := s.stat()
	s.ok(fmt.Sprintf("%d messages (%d octets)", count, size))
}

// transact is the TRANSACTION state (RFC 1939 §5, §7).
func (s *popSession) transact(verb, arg string) {
	switch verb {
	case "STAT":
		count, size := s.stat()
		s.ok(fmt.Sprintf("%d %d", count, size))
	case "LIST":
		s.list(arg, func(l *letter) string { return strconv.Itoa(len(l.text)) })
	case "UIDL":
		s.list(arg, (*letter).uid)
	case "RETR":
		if l := s.letter(arg); l != nil {
			s.lines(fmt.Sprintf("%d octets", len(l.text)), l.text)
		}
	case "TOP":
		number, lines, _ := strings.Cut(arg, " ")
		k, err := strconv.ParseUint(lines, 10, 31)
		if err != nil {
			s.err("Expected a message and a number of lines")
		} else if l := s.letter(number); l != nil {
			s.lines("", top(l.text, int(k)))
		}
	case "DELE":
		if l := s.letter(arg); l != nil {
			l.deleted = true
			s.ok("message " + arg + " deleted")
		}
	case "RSET":
		for i := range s.drop {
			s.drop[i].deleted = false
		}
		s.ok("")
	case "NOOP":
		s.ok("")
	default:
		s.err("Unknown command")
	}
}

// letter is the message of a number; if there is none, it has answered. Numbers of deleted ones are not used again.
func (s *popSession) letter(number string) *letter {
	k, err := strconv.ParseUint(number, 10, 31)
	if err != nil || k == 0 || int(k) > len(s.drop) || s.drop[k-1].deleted {
		s.err("no such message")
		return nil
	}
	return &s.drop[k-1]
}

func (s *popSession) stat() (count, size int) {
	for i := range s.drop {
		if l := &s.drop[i]; !l.deleted {
			count++
			size += len(l.text)
		}
	}
	return count, size
}

// list answers LIST and UIDL: about one message, or about all.
func (s *popSession) list(number string, say func(*letter) string) {
	if number != "" {
		if l := s.letter(number); l != nil {
			s.ok(number + " " + say(l))
		}
		return
	}
	var all []byte
	for i := range s.drop {
		if l := &s.drop[i]; !l.deleted {
			all = append(all, fmt.Sprintf("%d %s\r\n", i+1, say(l))...)
		}
	}
	count, size := s.stat()
	s.lines(fmt.Sprintf("%d messages (%d octets)", count, size), all)
}

// top is the header section, the empty line and so many lines of the body (RFC 1939 §7).
func top(text []byte, lines int) []byte {
	head, body, found := strings.Cut(string(text), "\r\n\r\n")
	if !found {
		return text
	}
	kept := strings.SplitAfterN(body, "\n", lines+1)
	return []byte(head + "\r\n\r\n" + strings.Join(kept[:min(lines, len(kept))], ""))
}

// quit is QUIT; after a login it removes what was deleted (RFC 1939 §6).
func (s *popSession) quit() {
	s.over = true
	if s.user != "" && !s.node.boxes.remove(s.user, s.drop) {
		s.err("some deleted messages not removed")
		return
	}
	s.ok(s.node.host.Name + " signing off")
}
