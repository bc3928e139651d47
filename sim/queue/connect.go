package queue

import (
	"crypto/tls"
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
)

// Target is one address of one exchanger.
type Target struct {
	Name    string // of the exchanger
	Addr    netip.AddrPort
	LMTP    bool
	Timeout time.Duration // for the connection; 0: the network's own
	Demand  *Demand       // what TLS must be there; nil: the host's own stand
	lax     bool          // rather without TLS than not at all (RFC 8689 §3)
}

// String is "mx1.west.example[192.0.2.25]:25".
func (t Target) String() string {
	if strings.HasPrefix(t.Name, "[") {
		return t.Addr.String()
	}
	var few [128]byte
	b := append(append(few[:0], t.Name...), '[')
	b = append(t.Addr.Addr().AppendTo(b), "]:"...)
	return string(strconv.AppendUint(b, uint64(t.Addr.Port()), 10))
}

// Connector opens a session: connection, greeting, EHLO. The error is or wraps a *smtpclient.Error where the server said
// something.
type Connector func(Target) (Session, error)

// Session is a dialogue with a server that has been greeted. *smtpclient.Client is one.
type Session interface {
	Send(env smtp.Envelope, text []byte) (smtpclient.Result, error)
	Usable() bool
	Quit() error
}

// TLSUse is a client's stand to STARTTLS.
type TLSUse uint8

const (
	TLSMay   TLSUse = iota // where it is offered, without looking at the certificate; in plain text if it fails (RFC 7435)
	TLSNever               // never
	TLSMust                // no mail without it, and the certificate must be good for the name (RFC 3207 §6)
)

// ConnectSMTP is the Connector over the host's network. cfg is what all sessions share; its TLS may be nil for TLSMay.
func ConnectSMTP(h *host.Host, cfg smtpclient.Config, use TLSUse) Connector {
	cfg.Host = h
	if cfg.Buffers == nil {
		cfg.Buffers = &smtpclient.Buffers{}
	}
	configs := tlsConfigs{base: cfg.TLS, verify: use == TLSMust, byName: map[string]*tls.Config{}}
	return func(t Target) (Session, error) {
		cfg := cfg
		use := use
		if t.lax && use == TLSMust {
			use = TLSMay
		}
		cfg.LMTP, cfg.TLS, cfg.TLSRequired = t.LMTP, nil, use == TLSMust
		switch {
		case t.Demand != nil:
			use = TLSMust
			cfg.TLS, cfg.TLSRequired = configs.demanded(t.Name, t.Demand), !t.Demand.Soft
			if t.Demand.Soft {
				use = TLSMay
			}
		case use != TLSNever:
			cfg.TLS = configs.of(t.Name)
		}
		cfg.ImplicitTLS = t.Addr.Port() == portSubmissions
		c, err := open(h, t, cfg)
		if t.Demand != nil && t.Demand.Told != nil {
			t.Demand.Told(err == nil && c.TLS() != nil, err)
		}
		if e, ok := errors.AsType[*smtpclient.Error](err); ok && e.Stage == smtpclient.StageTLS && use == TLSMay {
			cfg.TLS = nil // RFC 7435 §3: rather in plain text than not at all
			c, err = open(h, t, cfg)
		}
		if err != nil {
			return nil, err // not c: a nil *Client would be a Session that is not nil
		}
		return c, nil
	}
}

// tlsConfigs makes the configuration for each server name once.
type tlsConfigs struct {
	base   *tls.Config
	verify bool
	mu     sync.Mutex
	byName map[string]*tls.Config
}

const maxTLSConfigs = 1000

func (c *tlsConfigs) of(name string) *tls.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.byName[name]; known != nil {
		return known
	}
	made := c.base.Clone()
	if made == nil {
		made = &tls.Config{}
	}
	made.ServerName, made.InsecureSkipVerify = name, !c.verify
	if len(c.byName) >= maxTLSConfigs {
		clear(c.byName)
	}
	c.byName[name] = made
	return made
}

// portSubmissions is where TLS begins with the connection (RFC 8314 §7.3).
const portSubmissions = 465

func open(h *host.Host, t Target, cfg smtpclient.Config) (*smtpclient.Client, error) {
	conn, err := h.Dialer.Dial(t.Addr, t.Timeout)
	if err != nil {
		return nil, err
	}
	c := smtpclient.New(conn, cfg)
	err = c.Open()
	if err == nil {
		return c, nil
	}
	// RFC 5321 §3.1: a server that says 554 still waits for QUIT; after a broken connection Quit only closes
	if e, ok := errors.AsType[*smtpclient.Error](err); ok && e.Reply.Code != 0 && e.Err == nil {
		_ = c.Quit()
	} else {
		_ = c.Close()
	}
	return nil, err
}

// describeError is what a connection error is called in a report.
func describeError(err error) string {
	for _, known := range []error{host.ErrRefused, host.ErrUnanswered, host.ErrUnreachable, host.ErrTimeout, host.ErrClosed} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return err.Error()
}
