package smtpserver

import (
	"bufio"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/fault"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// Config is how one server behaves. The zero value with a Backend is a Postfix without TLS.
type Config struct {
	Name        string                   // the server's own name; "": the host's
	Persona     *persona.Persona         // nil: persona.Postfix()
	Backend     Backend                  // must be set
	With        persona.Extensions       // offered although the persona does not
	Without     persona.Extensions       // not offered although the persona does; wins over With
	LMTP        bool                     // speak RFC 2033
	OldServer   bool                     // know no EHLO: RFC 821 only
	TLS         *tls.Config              // nil: no STARTTLS. Rand, Time and curves are set by the engine where the host has Entropy
	AuthInClear bool                     // offer passwords to be sent outside TLS too, which RFC 4954 §4 warns of
	Terms       Terms                    // what the extensions hold mail to
	Mechanisms  []string                 // of AUTH, in the order listed; nil: PLAIN LOGIN. Unknown ones are listed, and refused
	Refused     []string                 // mechanisms that are listed and answered with 504 all the same
	LegacyAuth  bool                     // list AUTH in the old form too: "AUTH=PLAIN LOGIN"
	RequireAuth bool                     // 530 to mail before AUTH (RFC 4954 §6): not for port 25
	RequireTLS  bool                     // 530 to mail before STARTTLS (RFC 3207 §4): not for port 25
	ImplicitTLS bool                     // TLS begins with the connection (RFC 8314 §3.3): port 465
	Fixed       map[smtp.Verb]smtp.Reply // always said to these verbs: to those of this server's own, and to those it does not allow
	SessionsMax int                      // so many at once, more get 421; 0: no limit
	TextTimeout time.Duration            // between two pieces of mail data; 0: as the persona's CommandTimeout
	Sessions    *Sessions                // memory shared with other servers; nil: none
	IDs         *persona.IDs             // queue ids of the spool, where several servers share one; nil: ids of its own

	Fault func(fault.Moment) (fault.Action, bool) // asked at each stage of a session what goes wrong; nil: nothing
}

// Server is one SMTP or LMTP service of a host. Make it with [New].
type Server struct {
	host       *host.Host
	cfg        Config
	persona    *persona.Persona
	claims     host.Claims // nil where nobody listens
	ids        *persona.IDs
	sizeLine   string
	authOpen   bool                // AUTH may be offered without TLS
	extensions []extension         // that may come to be offered
	unordered  []persona.Extension // offered, but without a place among the persona's keywords
	open       atomic.Int32
	closing    atomic.Bool
}

// readBuffer bounds the group of commands that is read at once. RFC 2920 §3.1 leaves it to the client not to send more
// than the TCP windows take; this engine's client stays below.
const readBuffer = 4096

// New makes a server of h.
func New(h *host.Host, cfg Config) *Server {
	s := &Server{host: h, cfg: cfg, persona: cfg.Persona, claims: h.Claims, ids: cfg.IDs}
	if s.persona == nil {
		s.persona = persona.Postfix()
	}
	if s.cfg.Name == "" {
		s.cfg.Name = h.Name
	}
	if _, none := h.Claims.(host.NoClaims); none {
		s.claims = nil
	}
	if s.ids == nil {
		s.ids = s.persona.NewIDs(h.Rand)
	}
	s.authOpen = s.cfg.authOpen()
	s.sizeLine = sizeLine(s.persona.SizeMax)
	offered := (s.persona.Offers | s.cfg.With) &^ s.cfg.Without
	s.extensions, s.unordered = usable(offered), offered.Beyond(s.persona.Keywords)
	if s.cfg.Sessions == nil {
		s.cfg.Sessions = &Sessions{}
	}
	return s
}

// Sessions lends the memory of ended sessions to new ones, of one server or of many.
type Sessions struct{ pool sync.Pool }

// take is a session for s.
func (p *Sessions) take(s *Server) *session {
	n, ok := p.pool.Get().(*session)
	if !ok {
		n = &session{}
		n.in = bufio.NewReaderSize(n, readBuffer)
	}
	n.srv, n.values = s, persona.Values{Host: s.cfg.Name, LMTP: s.cfg.LMTP}
	return n
}

// give takes n back.
func (p *Sessions) give(n *session) {
	n.srv = nil
	p.pool.Put(n)
}

// Run accepts connections until ln is closed and serves each in a process of its own, started by spawn (host.Host.Go).
// The error is nil where the listener or the world came to its end.
func (s *Server) Run(ln host.Listener, spawn func(name string, f func())) error {
	for {
		conn, err := ln.Accept()
		switch {
		case err == nil:
			spawn("smtp server", func() { _ = s.Serve(conn) })
		case errors.Is(err, net.ErrClosed) || errors.Is(err, host.ErrClosed):
			return nil
		default:
			return err
		}
	}
}

// Shutdown makes every session end with 421 at its next command (RFC 5321 §3.8), and every new one at its greeting.
func (s *Server) Shutdown() { s.closing.Store(true) }

// Serve leads one session over conn and closes it. The error says what cut the session short: nil after QUIT, after 421
// and when the client closed between transactions.
func (s *Server) Serve(conn net.Conn) error {
	n := s.cfg.Sessions.take(s)
	busy := int(s.open.Add(1)) > s.cfg.SessionsMax && s.cfg.SessionsMax > 0
	n.begin(conn)
	err := n.serve(busy)
	n.end()
	s.open.Add(-1)
	s.cfg.Sessions.give(n)
	if closeErr := conn.Close(); err == nil && closeErr != nil && !errors.Is(closeErr, net.ErrClosed) {
		err = closeErr
	}
	return err
}

// offers is what the server offers at this point of a session.
func (s *Server) offers(inTLS bool, backend Session) persona.Extensions {
	e := (s.persona.Offers | s.cfg.With) &^ s.cfg.Without
	if s.cfg.LMTP {
		e |= persona.Pipelining | persona.EnhancedStatusCodes // RFC 2033 §5: MUST
	}
	if s.cfg.TLS == nil || inTLS { // RFC 3207 §4.2: MUST NOT be offered inside TLS
		e &^= persona.StartTLS
	}
	if !inTLS { // RFC 8689 §2
		e &^= persona.RequireTLS
	}
	if _, knows := backend.(Authenticator); !knows || !inTLS && !s.authOpen {
		e &^= persona.Auth
	}
	return e &^ s.bare(e, backend)
}
