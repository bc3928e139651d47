package sasl

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/xdg-go/stringprep"
)

// Server is the side that asks. It is for one exchange.
type Server interface {
	// Next takes the client's response and gives the next challenge; done says that there is none, and that the client is
	// who it says. A nil response means that none came with the command (RFC 4954 §4), which differs from an empty one.
	// The error is or wraps one of this package's.
	Next(response []byte) (challenge []byte, done bool, err error)
	// Identity is the authorization identity: as whom the client acts, once Next was done.
	Identity() string
}

// Client is the side that answers. It is for one exchange.
type Client interface {
	// Start is the initial response; nil where the server begins.
	Start() ([]byte, error)
	// Next is the response to a challenge, never nil without an error. The error wraps ErrMalformed or ErrServer: the
	// exchange is to be cancelled.
	Next(challenge []byte) ([]byte, error)
	// Verify says after the server's consent whether it has proved to know the password too, where the mechanism has it
	// do so; the error wraps ErrServer.
	Verify() error
}

// Why an exchange ended without success.
var (
	ErrMalformed = errors.New("no message of this mechanism")
	ErrRefused   = errors.New("wrong identity or secret")
	ErrWeak      = errors.New("the mechanism is too weak for this user")
	ErrTemporary = errors.New("cannot be decided now")
	ErrInitial   = errors.New("this mechanism begins with the server")
	ErrServer    = errors.New("the server has not proved itself")
)

// MaxMessage bounds the octets of one challenge or response: what a line of 12288 octets can carry in base64 (RFC 4954 §4).
const MaxMessage = 12288 / 4 * 3

// Credential is what a server knows of one user. What is zero is not there.
type Credential struct {
	Password string
	SCRAM    map[string]SCRAMKeys // by mechanism, without -PLUS; used before Password
	Token    string               // the bearer token that is good now (RFC 6750)
	ActAs    []string             // others as whom the user may act (RFC 4422 §3.4.1)
	Weak     []string             // mechanisms that are too weak for this user
}

// ServerOptions is what a server side needs from outside.
type ServerOptions struct {
	// Find is the credential of an identity. The error is ErrRefused for nobody's name, ErrTemporary where it cannot be
	// looked up now.
	Find     func(identity string) (*Credential, error)
	Rand     io.Reader
	Now      time.Time
	Host     string  // the server's name: in CRAM-MD5's challenge, as DIGEST-MD5's realm, as NTLM's target
	Binding  Binding // SCRAM: of this connection
	Plus     bool    // SCRAM: -PLUS was listed, so that a client which knows it must use it (RFC 5802 §6)
	External string  // EXTERNAL: who the client is by other means, its certificate for one; "": unknown
}

// Account is what a client side needs from outside.
type Account struct {
	Identity string // as whom to authenticate
	ActAs    string // as whom to act; "": the same (RFC 4422 §3.4.1)
	Password string
	Token    string // for XOAUTH2 and OAUTHBEARER
	Host     string // the server's name (RFC 2831 §2.1.2, RFC 7628 §3.1)
	Port     uint16
	Rand     io.Reader
	Now      time.Time
	Binding  Binding // SCRAM: of this connection
	Plus     bool    // SCRAM: the server lists -PLUS
}

// Binding ties an exchange to the TLS connection around it (RFC 5056).
type Binding struct {
	Type string // "tls-unique" (RFC 5929 §3) or "tls-exporter" (RFC 9266); "": none
	Data []byte
}

// Mechanism describes one mechanism to the protocol around it.
type Mechanism struct {
	Name        string
	Clear       bool // the secret can be read on the way: needs TLS (RFC 4954 §4, RFC 6750 §5.3)
	ServerFirst bool // an initial response is an error (RFC 4954 §4)
	Plus        bool // binds to TLS
	server      func(*ServerOptions) Server
	client      func(*Account) Client
}

//house:table the mechanisms, strongest first
var mechanisms = []Mechanism{
	{Name: "SCRAM-SHA-256-PLUS", Plus: true, server: newSCRAM256PlusServer, client: newSCRAM256PlusClient},
	{Name: "SCRAM-SHA-1-PLUS", Plus: true, server: newSCRAM1PlusServer, client: newSCRAM1PlusClient},
	{Name: "SCRAM-SHA-256", server: newSCRAM256Server, client: newSCRAM256Client},
	{Name: "SCRAM-SHA-1", server: newSCRAM1Server, client: newSCRAM1Client},
	{Name: "EXTERNAL", server: newExternalServer, client: newExternalClient},
	{Name: "OAUTHBEARER", Clear: true, server: newBearerServer, client: newBearerClient},
	{Name: "XOAUTH2", Clear: true, server: newXOAuth2Server, client: newXOAuth2Client},
	{Name: "DIGEST-MD5", ServerFirst: true, server: newDigestServer, client: newDigestClient},
	{Name: "CRAM-MD5", ServerFirst: true, server: newCramServer, client: newCramClient},
	{Name: "NTLM", server: newNTLMServer, client: newNTLMClient},
	{Name: "PLAIN", Clear: true, server: newPlainServer, client: newPlainClient},
	{Name: "LOGIN", Clear: true, server: newLoginServer, client: newLoginClient},
}

// Mechanisms lists what this package speaks, strongest first.
func Mechanisms() []string {
	names := make([]string, len(mechanisms))
	for i := range mechanisms {
		names[i] = mechanisms[i].Name
	}
	return names
}

// Lookup describes the mechanism of a name in upper case; ok is false if it is not spoken here.
func Lookup(name string) (m Mechanism, ok bool) {
	for i := range mechanisms {
		if mechanisms[i].Name == name {
			return mechanisms[i], true
		}
	}
	return Mechanism{}, false
}

// NewServer begins the server side of a mechanism; nil if it is not spoken here.
func NewServer(name string, o *ServerOptions) Server {
	if m, ok := Lookup(name); ok {
		return m.server(o)
	}
	return nil
}

// NewClient begins the client side of a mechanism; nil if it is not spoken here.
func NewClient(name string, a *Account) Client {
	if m, ok := Lookup(name); ok {
		return m.client(a)
	}
	return nil
}

// asker is what the server sides have in common.
type asker struct {
	*ServerOptions
	mechanism string
	identity  string
	step      int
}

// Identity is as whom the client acts.
func (a *asker) Identity() string { return a.identity }

// find looks up the credential of a name in the form that RFC 4954 §4 wants names compared in (RFC 4013).
func (a *asker) find(name string) (*Credential, string, error) {
	prepared, err := prepare(name)
	if err != nil || prepared == "" { // RFC 4954 §4: "the server MUST fail the authentication"
		return nil, "", fmt.Errorf("%w: no name can be made of %.40q", ErrRefused, name)
	}
	c, err := a.Find(prepared)
	if err != nil {
		return nil, "", err
	}
	for _, weak := range c.Weak {
		if weak == a.mechanism {
			return nil, "", ErrWeak
		}
	}
	return c, prepared, nil
}

// admit ends an exchange well if user may act as wanted; "" means as himself.
func (a *asker) admit(c *Credential, user, wanted string) error {
	a.identity = user
	if wanted == "" || wanted == user {
		return nil
	}
	for _, name := range c.ActAs {
		if name == wanted {
			a.identity = wanted
			return nil
		}
	}
	return fmt.Errorf("%w: %.40q may not act as %.40q", ErrRefused, user, wanted)
}

func prepare(s string) (string, error) { return stringprep.SASLprep.Prepare(s) }

// nonce is n octets of chance, in base64.
func nonce(r io.Reader, n int) (string, error) {
	raw := make([]byte, n)
	if _, err := io.ReadFull(r, raw); err != nil {
		return "", fmt.Errorf("%w: %w", ErrTemporary, err)
	}
	return base64.StdEncoding.EncodeToString(raw), nil
}

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrMalformed}, args...)...)
}

// oneAnswer is the client side of a mechanism with one message.
type oneAnswer struct {
	first []byte
	said  bool
}

func (c *oneAnswer) Start() ([]byte, error) {
	c.said = true
	return c.first, nil
}

// Next repeats what Start gave where the protocol had no place for it and the server asked with an empty challenge
// (RFC 4422 §3.3).
func (c *oneAnswer) Next(challenge []byte) ([]byte, error) {
	if len(challenge) == 0 {
		return c.first, nil
	}
	return nil, malformed("a challenge where none was expected")
}

func (c *oneAnswer) Verify() error { return nil }
