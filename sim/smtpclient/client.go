package smtpclient

import (
	"bufio"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// Config is how a client behaves. Host must be set.
type Config struct {
	Host         *host.Host
	Name         string             // how it introduces itself; "": the host's name (RFC 5321 §4.1.1.1: fully qualified)
	LMTP         bool               // speak RFC 2033
	HeloOnly     bool               // a client of 1982: HELO, no extensions
	LowerCase    bool               // verbs in lower case, whose case does not matter (RFC 5321 §2.4)
	ResetFirst   bool               // RSET before each mail but the first (RFC 5321 §4.1.1.5)
	ResetLast    bool               // RSET before a QUIT that leaves a mail in the middle, as Postfix says it
	Without      persona.Extensions // not used although offered
	Chunking     bool               // send the text with BDAT where CHUNKING is offered
	TLS          *tls.Config        // nil: no STARTTLS. ServerName is the caller's to set
	ChunkSize    int                // octets of one BDAT; 0: the whole text is one
	Convert      persona.Conversion // of texts that the server does not take as they are
	PRDR         bool               // ask for a reply to each recipient where PRDR is offered
	Offers       *Offers            // what servers are known to offer: they are spoken to before their greeting (PIPECONNECT); nil: never
	SourceRoutes bool               // hand source routes on, as in 1982
	ImplicitTLS  bool               // TLS begins with the connection (RFC 8314 §3.3): port 465
	TLSRequired  bool               // no mail without TLS (RFC 3207 §6)
	Auth         *Auth              // nil: no AUTH
	Timeouts     Timeouts
	Buffers      *Buffers // shared by clients, saves memory; nil: none
}

// Timeouts are how long to wait for the reply to each command; zero values are those of RFC 5321 §4.5.3.2.
type Timeouts struct {
	Greeting time.Duration // §4.5.3.2.1: 5 minutes
	Mail     time.Duration // §4.5.3.2.2: 5 minutes; for EHLO, RSET, QUIT and the like too
	Rcpt     time.Duration // §4.5.3.2.3: 5 minutes
	Data     time.Duration // §4.5.3.2.4: 2 minutes
	Block    time.Duration // §4.5.3.2.5: 3 minutes, for a piece of anything that is sent
	End      time.Duration // §4.5.3.2.6: 10 minutes after the final dot: who gives up earlier doubles the mail (RFC 1047)
}

func (t *Timeouts) fill() {
	for _, d := range [...]struct {
		field *time.Duration
		rfc   time.Duration
	}{{&t.Greeting, 5 * time.Minute}, {&t.Mail, 5 * time.Minute}, {&t.Rcpt, 5 * time.Minute},
		{&t.Data, 2 * time.Minute}, {&t.Block, 3 * time.Minute}, {&t.End, 10 * time.Minute}} {
		if *d.field == 0 {
			*d.field = d.rfc
		}
	}
}

// Buffers lends its buffers to one client after the other.
type Buffers struct{ pool sync.Pool }

// buffers is what a client needs while its connection lasts.
type buffers struct {
	in    *bufio.Reader
	out   []byte
	reply []byte // lines of a reply, without their ends
	said  host.Said
	ends  []int
}

const (
	readBuffer = 4096
	keepOut    = 64 * 1024 // a larger buffer is not kept
)

func (b *Buffers) take() *buffers {
	if b != nil {
		if kept, ok := b.pool.Get().(*buffers); ok {
			return kept
		}
	}
	return &buffers{in: bufio.NewReaderSize(nil, readBuffer)}
}

func (b *Buffers) give(used *buffers) {
	if b == nil {
		return
	}
	used.in.Reset(nil)
	if cap(used.out) > keepOut {
		used.out = nil
	}
	b.pool.Put(used)
}

// Client is one connection to a server. It is for one process.
type Client struct {
	cfg    Config
	claims host.Claims // nil where nobody listens
	raw    net.Conn    // as given: deadlines are set here
	conn   net.Conn    // raw, or the TLS connection over it
	tls    *tls.ConnectionState
	buf    *buffers
	local  netip.AddrPort
	remote netip.AddrPort

	state    smtp.State
	again    bool          // a mail has been sent here
	unclear  bool          // a chunk was refused: RSET must come before anything else (RFC 3030 §2)
	wait     time.Duration // for the server, at present
	greeting smtp.Reply
	hello    smtp.Reply    // to the last EHLO, HELO or LHLO
	lines    host.Room     // for the next replies of one line
	env      smtp.Envelope // of the present mail
	result   Result
	offers   persona.Extensions
	sizeMax  int64 // announced; 0: none
	bounds   bounds

	identity, mechanism string // after AUTH
}

// New makes a client of a connection. Nothing is said or heard before Open.
func New(conn net.Conn, cfg Config) *Client {
	c := &Client{cfg: cfg, raw: conn, conn: conn, claims: cfg.Host.Claims, buf: cfg.Buffers.take()}
	c.local, c.remote = host.Ends(conn)
	c.cfg.Timeouts.fill()
	if c.cfg.Name == "" {
		c.cfg.Name = cfg.Host.Name
	}
	if _, none := c.claims.(host.NoClaims); none {
		c.claims = nil
	}
	c.buf.in.Reset(c)
	_ = host.WriteTimeout(conn, c.cfg.Timeouts.Block) // of a closed connection: the next word tells
	return c
}

// Open hears the greeting, introduces the client and, where it is wanted, starts TLS. After an error the client can only
// Quit or be closed.
func (c *Client) Open() error {
	if c.cfg.ImplicitTLS {
		if err := c.implicitTLS(); err != nil {
			return err
		}
	}
	if c.openEarly() {
		return nil
	}
	reply, err := c.reply(smtp.Connect, c.cfg.Timeouts.Greeting)
	if err != nil {
		return &Error{Stage: StageGreeting, Err: err}
	}
	c.greeting = reply
	if !reply.Positive() { // RFC 5321 §3.1: 554 (§4.2.1: and the others by their first digit)
		return &Error{Stage: StageGreeting, Reply: reply}
	}
	if err := c.introduce(); err != nil {
		return err
	}
	if err := c.starttls(); err != nil {
		return err
	}
	if err := c.authenticate(); err != nil {
		return err
	}
	c.keepOffer()
	return nil
}

// Quit says QUIT, waits for 221 and closes the connection (RFC 5321 §4.1.1.10).
func (c *Client) Quit() error {
	if c.state == smtp.StateClosed {
		return c.Close()
	}
	if c.cfg.ResetLast && c.state.InTransaction() {
		_ = c.Reset() // whatever is said to it, QUIT follows
	}
	if c.state == smtp.StateClosed {
		return c.Close()
	}
	_, err := c.command(smtp.QUIT, "QUIT")
	_ = c.Close() // all has been said
	if err != nil {
		return &Error{Stage: StageQuit, Err: err}
	}
	return nil
}

// Close ends the connection without a word. It may be called twice.
func (c *Client) Close() error {
	c.state = smtp.StateClosed
	if c.buf == nil {
		return nil
	}
	c.cfg.Buffers.give(c.buf)
	c.buf = nil
	if err := c.conn.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// Reset ends an open transaction (RSET).
func (c *Client) Reset() error {
	reply, err := c.command(smtp.RSET, "RSET")
	if err == nil && reply.Positive() {
		c.unclear = false
		return nil
	}
	return &Error{Stage: StageReset, Reply: reply, Err: err}
}

// Do sends one line as it is and gives the reply, for a person who types. DATA and STARTTLS are not for it.
func (c *Client) Do(line string) (smtp.Reply, error) {
	if c.state == smtp.StateAuth {
		return c.command(smtp.AuthLine, line)
	}
	parsed, _ := smtp.ParseCommand(line, smtp.Tolerant)
	return c.command(parsed.Step(), line)
}

// Greeting is the server's first reply.
func (c *Client) Greeting() smtp.Reply { return c.greeting }

// Hello is the server's reply to the last EHLO, HELO or LHLO, keywords included.
func (c *Client) Hello() smtp.Reply { return c.hello }

// Offers are the extensions of that reply which the engine knows.
func (c *Client) Offers() persona.Extensions { return c.offers }

// SizeMax is the limit that the server announced; 0 if none (RFC 1870 §4).
func (c *Client) SizeMax() int64 { return c.sizeMax }

// TLS tells of the handshake; nil outside TLS.
func (c *Client) TLS() *tls.ConnectionState { return c.tls }

// State is how far the session is.
func (c *Client) State() smtp.State { return c.state }

// Usable says whether another mail may be sent.
func (c *Client) Usable() bool {
	return (c.state == smtp.StateReady || c.state.InTransaction()) && !c.Spent()
}

// uses says whether e was offered and is wanted.
func (c *Client) uses(e persona.Extension) bool { return c.offers.Has(e) && c.cfg.Without&e == 0 }
