package smtpclient

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// ErrOtherOffer is a server that does not answer as it did when the client learned to speak early to it: it offers something
// else, or does not like to be spoken to so. What was said counts for nothing; another session begins as usual.
var ErrOtherOffer = errors.New("the server does not answer as it did last time")

// Offers are what servers said to EHLO, kept for the next connection to them (Exim: hosts_pipe_connect). The zero value is
// ready; clients of several processes may share it.
type Offers struct {
	mu    sync.Mutex
	known map[netip.AddrPort]smtp.Reply
}

// maxOffers bounds what is kept.
const maxOffers = 10_000

func (o *Offers) of(server netip.AddrPort) (smtp.Reply, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r, ok := o.known[server]
	return r, ok
}

func (o *Offers) keep(server netip.AddrPort, hello smtp.Reply) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.known == nil || len(o.known) >= maxOffers {
		o.known = map[netip.AddrPort]smtp.Reply{}
	}
	hello.Lines = slices.Clone(hello.Lines)
	o.known[server] = hello
}

func (o *Offers) forget(server netip.AddrPort) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.known, server)
}

// early is what a session that began before its greeting still has to hear.
type early struct {
	pending bool // greeting and reply to EHLO have not been read
	failed  *Error
}

// mayBeEarly says whether this session has nothing to do before the first mail that needs an answer: TLS and AUTH do. What was
// offered last time, perhaps to a session that could do without TLS, does not stand for TLS that is demanded now.
func (c *Client) mayBeEarly() bool {
	return !c.cfg.TLSRequired && c.cfg.Offers != nil && !c.cfg.LMTP && !c.cfg.HeloOnly && c.cfg.Auth == nil && !c.cfg.ImplicitTLS
}

// keepOffer remembers what this server offers, if that lets the next client speak early.
func (c *Client) keepOffer() {
	if c.mayBeEarly() && c.tls == nil && c.uses(persona.PipeConnect|persona.Pipelining) {
		c.cfg.Offers.keep(c.remote, c.hello)
	}
}

// openEarly introduces the client before the greeting has come, as Exim does with PIPECONNECT: EHLO waits in the buffer for
// the commands of the first mail, and all go out together.
func (c *Client) openEarly() bool {
	if !c.mayBeEarly() {
		return false
	}
	hello, known := c.cfg.Offers.of(c.remote)
	if !known {
		return false
	}
	c.line(smtp.EHLO, append(append(c.buf.out, "EHLO "...), c.cfg.Name...))
	c.adopt(smtp.EHLO, hello)
	c.state, c.bounds.early.pending = smtp.StateReady, true
	return true
}

// hearEarly reads what was not waited for: the greeting and the reply to EHLO.
func (c *Client) hearEarly() error {
	e, state := &c.bounds.early, c.state
	e.pending = false
	c.state = smtp.StateConnected
	if e.failed = c.hearBoth(); e.failed != nil {
		c.cfg.Offers.forget(c.remote)
		c.state = smtp.StateClosed
		return e.failed
	}
	c.state = state
	return nil
}

func (c *Client) hearBoth() *Error {
	greeting, err := c.reply(smtp.Connect, c.cfg.Timeouts.Greeting)
	if err != nil {
		return &Error{Stage: StageGreeting, Err: err}
	}
	if c.greeting = greeting; !greeting.Positive() {
		return &Error{Stage: StageGreeting, Err: ErrOtherOffer}
	}
	hello, err := c.reply(smtp.EHLO, c.cfg.Timeouts.Mail)
	if err != nil {
		return &Error{Stage: StageHello, Err: err}
	}
	if !hello.Positive() { // perhaps because the client was early: that is no word about the mail
		return &Error{Stage: StageHello, Err: ErrOtherOffer}
	}
	// the first line may have the time or the client's name in it
	if !slices.EqualFunc(hello.Lines[1:], c.hello.Lines[1:], strings.EqualFold) {
		return &Error{Stage: StageHello, Err: ErrOtherOffer}
	}
	c.hello = hello
	return nil
}
