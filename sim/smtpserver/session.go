package smtpserver

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"hash"
	"io"
	"net"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/fault"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// session is one connection. It is used again for later ones.
type session struct {
	srv     *Server
	raw     net.Conn  // as accepted: deadlines are set here
	conn    net.Conn  // raw, or the TLS connection over it
	tls     *tls.Conn // nil before STARTTLS
	in      *bufio.Reader
	out     []byte // replies that have not gone out
	err     error  // the first error of conn; ends the session
	backend Session

	state  smtp.State
	verb   smtp.Verb          // what is being answered, in the session table's words
	offers persona.Extensions // in this phase
	errors int                // refused commands
	last   bool               // the session ends with the reply just given
	tx     Transaction
	open   bool // the backend has been told of tx
	values persona.Values
	lines  []string // of the last reply to EHLO

	cmd    smtp.Command // the present one
	said   host.Said    // lines of commands
	texts  host.Room    // for claims
	digest [32]byte
	wait   time.Duration // for the client, at present
	long   []byte        // a line that did not fit the buffer of in
	text   []byte        // mail data
	dots   smtp.Unstuffer
	sum    hash.Hash // of the mail data, where claims are wanted
	chunks int64     // octets of BDAT chunks so far
	broken bool      // a chunk failed: those that follow fail too
	each   bool      // the client wants a reply for each recipient (PRDR)
	counts counts
	check  checkpoint
	proxy  Peer // who holds the connection, where XCLIENT has named another

	plan fault.Action  // for the reply to come
	slow time.Duration // before each sip of the text
}

// begin readies n for a new connection.
func (n *session) begin(conn net.Conn) {
	n.raw, n.conn, n.tls = conn, conn, nil
	n.in.Reset(n)
	n.out, n.err, n.backend = n.out[:0], nil, nil
	n.state, n.errors, n.last, n.open = smtp.StateConnected, 0, false, false
	n.offers = n.srv.offers(false, nil)
	n.wait = n.srv.persona.CommandTimeout
	_ = host.WriteTimeout(conn, n.wait) // of a closed connection: the greeting tells
	n.tx = Transaction{Server: n.srv.cfg.Name, Envelope: smtp.Envelope{Recipients: n.tx.Envelope.Recipients[:0]}}
	n.tx.Local, n.tx.Remote = host.Ends(conn)
	n.proxy, n.check.kept = Peer{}, ""
	n.counts.mails = 0
	n.values.IP, n.values.Arg, n.values.Size = n.tx.Remote.Addr(), "", 0
	n.plan, n.slow = fault.Action{}, 0
}

// keepText is the largest buffer for mail data that is kept for the next session.
const keepText = 256 * 1024

// end lets go of the connection.
func (n *session) end() {
	n.abort()
	if n.backend != nil {
		n.backend.Close()
	}
	if n.tls != nil {
		_ = n.tls.Close() // close_notify; the connection itself is closed by Serve
	}
	n.raw, n.conn, n.tls, n.backend = nil, nil, nil, nil
	if cap(n.text) > keepText {
		n.text = nil
	}
}

// serve is the life of a session (RFC 5321 §3).
func (n *session) serve(busy bool) error {
	if n.srv.cfg.ImplicitTLS {
		if n.handshake(); n.tls == nil {
			return n.err
		}
		n.state = smtp.StateConnected
	}
	if n.srv.cfg.Fault == nil || !n.strikes(fault.AtConnect, "") {
		n.greet(busy)
	}
	for n.state != smtp.StateClosed && n.err == nil {
		if n.enough() {
			break
		}
		line, err := n.readLine()
		if err != nil {
			return n.lost(err)
		}
		n.command(line)
	}
	n.flush()
	return n.err
}

// greet says who serves here, or that nobody does (RFC 5321 §3.1, §4.3.1).
func (n *session) greet(busy bool) {
	n.verb = smtp.Connect
	switch {
	case n.srv.closing.Load():
		n.say(persona.ShuttingDown)
		return
	case busy:
		n.say(persona.GreetingBusy)
		return
	}
	backend, refusal := n.srv.cfg.Backend.Session(&n.tx.Peer)
	n.backend = backend
	n.offers = n.srv.offers(n.tls != nil, backend)
	if refusal != nil {
		n.answer(*refusal)
		return
	}
	if n.srv.cfg.Fault == nil || !n.strikes(fault.AtGreeting, "") {
		if n.srv.persona.GreetingPause > 0 {
			n.tease()
			return
		}
		n.say(persona.Greeting)
	}
}

// tease greets in two parts (postscreen(8)): all lines but the last at once, the last after a pause. RFC 5321 §3.1, §4.3.1: a
// client MUST wait for the greeting; one that does not is no mail software.
func (n *session) tease() {
	whole := n.words(persona.Greeting)
	wire := whole.Append(nil)
	last := bytes.LastIndex(wire[:len(wire)-2], []byte("\r\n")) + 2
	n.out = append(n.out, wire[:last]...)
	n.wait = n.srv.persona.GreetingPause
	_, err := n.in.Peek(1)
	n.wait = n.srv.persona.CommandTimeout
	switch {
	case err == nil: // PREGREET: what follows is an answer to what it never heard
		n.last = true
		n.say(persona.Unsynchronized)
	case isTimeout(err):
		n.in.Reset(n)
		n.out = append(n.out, wire[last:]...)
		n.claimReply(&whole)
		n.state = n.state.After(n.verb, whole.Code)
		n.flush()
	default:
		n.err, n.state = err, smtp.StateClosed
	}
}

// enough ends a session that the server has had enough of, before it reads on.
func (n *session) enough() bool {
	max := n.srv.persona.ErrorsMax
	switch {
	case n.srv.closing.Load():
		n.verb = ""
		n.say(persona.ShuttingDown)
	case max > 0 && n.errors >= max && n.srv.persona.Texts[persona.TooManyErrors].Code != 0:
		n.verb = ""
		n.say(persona.TooManyErrors)
	default:
		return false
	}
	return true
}

// lost ends a session whose client was silent or went away (RFC 5321 §4.1.1.10: an open transaction is cancelled, what was
// completed stays).
func (n *session) lost(err error) error {
	if isTimeout(err) {
		n.verb = ""
		n.say(persona.TimedOut)
		n.flush()
		return nil
	}
	if errors.Is(err, errNoLine) {
		n.last = true
		n.say(persona.LineTooLong)
		n.flush()
		return err
	}
	if errors.Is(err, io.EOF) && !n.open {
		return nil // §4.1.1.5, §4.1.1.10: as if QUIT had come
	}
	return err
}

// cutShort ends a session in the middle of what a command brought.
func (n *session) cutShort(err error) {
	n.err = n.lost(err)
	n.state = smtp.StateClosed
}

func isTimeout(err error) bool {
	var t net.Error
	return errors.Is(err, host.ErrTimeout) || errors.As(err, &t) && t.Timeout()
}

// Read is where the engine waits for the client, and nowhere else. RFC 2920 §3.2: pending replies go out before.
func (n *session) Read(p []byte) (int, error) {
	n.flush()
	if n.err != nil {
		return 0, n.err
	}
	if err := host.Timeout(n.raw, n.srv.host.Clock, n.wait); err != nil {
		return 0, err
	}
	if n.slow > 0 {
		n.srv.host.Clock.Sleep(n.slow)
		p = p[:min(len(p), sip)]
	}
	if n.srv.persona.Customs.StripsHighBit {
		return n.readStripped(p)
	}
	return n.conn.Read(p)
}

// flush sends the replies collected so far.
func (n *session) flush() {
	if len(n.out) == 0 || n.err != nil {
		return
	}
	_, n.err = n.conn.Write(n.out)
	n.out = n.out[:0]
}
