package sasl

import (
	"crypto/sha256"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xdg-go/scram"
)

// The bounds of SCRAM's iteration count: RFC 5802 §5.1 and RFC 7677 §4 want 4096 at least; more than maxIterations would let
// a server keep a client busy for ever.
const (
	scramIterations = 4096
	maxIterations   = 1_000_000
	nonceOctets     = 18
)

// SCRAMKeys are what a server may keep in place of a password (RFC 5802 §3).
type SCRAMKeys struct {
	Salt                 []byte
	Iterations           int
	StoredKey, ServerKey []byte
}

// MakeSCRAMKeys makes the keys of a password for "SCRAM-SHA-1" or "SCRAM-SHA-256".
func MakeSCRAMKeys(mechanism, password string, salt []byte, iterations int) (SCRAMKeys, error) {
	c, err := scramHash(mechanism).NewClient("", password, "")
	if err != nil {
		return SCRAMKeys{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	kept, err := c.GetStoredCredentialsWithError(scram.KeyFactors{Salt: string(salt), Iters: iterations})
	return SCRAMKeys{Salt: salt, Iterations: iterations, StoredKey: kept.StoredKey, ServerKey: kept.ServerKey}, err
}

func scramHash(mechanism string) scram.HashGeneratorFcn {
	if strings.HasPrefix(mechanism, "SCRAM-SHA-1") {
		return scram.SHA1
	}
	return scram.SHA256
}

// scramServer is SCRAM (RFC 5802, RFC 7677), with or without -PLUS.
type scramServer struct {
	asker
	plus bool
	talk *scram.ServerConversation
	cred *Credential
	user string
	err  error // of Find
}

func newSCRAM1Server(o *ServerOptions) Server       { return newSCRAMServer(o, "SCRAM-SHA-1", false) }
func newSCRAM256Server(o *ServerOptions) Server     { return newSCRAMServer(o, "SCRAM-SHA-256", false) }
func newSCRAM1PlusServer(o *ServerOptions) Server   { return newSCRAMServer(o, "SCRAM-SHA-1", true) }
func newSCRAM256PlusServer(o *ServerOptions) Server { return newSCRAMServer(o, "SCRAM-SHA-256", true) }

func newSCRAMServer(o *ServerOptions, name string, plus bool) Server {
	s := &scramServer{asker: asker{ServerOptions: o, mechanism: name}, plus: plus}
	if plus {
		s.mechanism += "-PLUS"
	}
	return s
}

func (s *scramServer) Next(response []byte) ([]byte, bool, error) {
	switch {
	case len(response) > MaxMessage:
		return nil, false, malformed("longer than %d octets", MaxMessage)
	case response == nil && s.step == 0:
		return []byte{}, false, nil
	}
	s.step++
	switch s.step {
	case 1:
		return s.first(string(response))
	case 2:
		return s.final(string(response))
	}
	// RFC 5802 §5: the client has nothing to say to the server's proof; SMTP cannot put that into its 235 (RFC 4954 §4)
	if len(response) != 0 {
		return nil, false, malformed("expected an empty response")
	}
	return nil, true, s.admit(s.cred, s.user, s.talk.AuthzID())
}

func (s *scramServer) first(message string) ([]byte, bool, error) {
	chance, err := nonce(s.Rand, nonceOctets)
	if err != nil {
		return nil, false, err
	}
	return s.begin(message, chance)
}

// begin takes the client's first message; chance is the server's part of the nonce.
func (s *scramServer) begin(message, chance string) ([]byte, bool, error) {
	if !s.plus && strings.HasPrefix(message, "p=") { // RFC 5802 §6: p goes with -PLUS only
		return nil, false, malformed("channel binding without -PLUS")
	}
	if s.plus && s.Binding.Type == "" {
		return nil, false, ErrRefused
	}
	server, err := scramHash(s.mechanism).NewServer(s.keys)
	if err != nil {
		return nil, false, fmt.Errorf("%w: %w", ErrTemporary, err)
	}
	server = server.WithNonceGenerator(func() string { return chance })
	binding := scram.ChannelBinding{Type: scram.ChannelBindingType(s.Binding.Type), Data: s.Binding.Data}
	switch {
	case s.plus:
		s.talk = server.NewConversationWithChannelBindingRequired(binding)
	case s.Plus: // a client that says "y" was kept from seeing -PLUS (RFC 5802 §6)
		s.talk = server.NewConversationWithChannelBinding(binding)
	default:
		s.talk = server.NewConversation()
	}
	return s.talked(s.talk.Step(message))
}

func (s *scramServer) final(message string) ([]byte, bool, error) {
	return s.talked(s.talk.Step(message))
}

// talked turns the library's failures into this package's. A message that is none gets no "e=" from it.
func (s *scramServer) talked(answer string, err error) ([]byte, bool, error) {
	switch {
	case err == nil:
		return []byte(answer), false, nil
	case s.err != nil:
		return nil, false, s.err
	case answer == "" || answer == scram.ErrInvalidEncoding || answer == scram.ErrInvalidUsernameEncoding:
		return nil, false, malformed("%w", err)
	}
	return nil, false, fmt.Errorf("%w: %w", ErrRefused, err)
}

// keys are what is kept of a user, or made of his password with a salt that is always the same.
func (s *scramServer) keys(name string) (scram.StoredCredentials, error) {
	s.cred, s.user, s.err = s.find(name)
	if s.err != nil {
		return scram.StoredCredentials{}, s.err
	}
	base := strings.TrimSuffix(s.mechanism, "-PLUS")
	k, ok := s.cred.SCRAM[base]
	switch {
	case !ok && s.cred.Password == "":
		s.err = ErrRefused
	case !ok:
		salt := sha256.Sum256([]byte(base + "\x00" + s.Host + "\x00" + s.user))
		k, s.err = MakeSCRAMKeys(base, s.cred.Password, salt[:16], scramIterations)
	}
	return scram.StoredCredentials{KeyFactors: scram.KeyFactors{Salt: string(k.Salt), Iters: k.Iterations},
		StoredKey: k.StoredKey, ServerKey: k.ServerKey}, s.err
}

// scramClient is the client side.
type scramClient struct {
	*Account
	mechanism string
	plus      bool
	talk      *scram.ClientConversation
	first     []byte
	step      int
}

func newSCRAM1Client(a *Account) Client { return &scramClient{Account: a, mechanism: "SCRAM-SHA-1"} }
func newSCRAM256Client(a *Account) Client {
	return &scramClient{Account: a, mechanism: "SCRAM-SHA-256"}
}
func newSCRAM1PlusClient(a *Account) Client {
	return &scramClient{Account: a, mechanism: "SCRAM-SHA-1", plus: true}
}
func newSCRAM256PlusClient(a *Account) Client {
	return &scramClient{Account: a, mechanism: "SCRAM-SHA-256", plus: true}
}

func (c *scramClient) Start() ([]byte, error) {
	chance, err := nonce(c.Rand, nonceOctets)
	if err == nil {
		err = c.begin(chance)
	}
	return c.first, err
}

// begin makes the first message; chance is the client's part of the nonce.
func (c *scramClient) begin(chance string) error {
	client, err := scramHash(c.mechanism).NewClient(c.Identity, c.Password, c.ActAs)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	client = client.WithNonceGenerator(func() string { return chance })
	switch {
	case c.plus && c.Binding.Type == "":
		return fmt.Errorf("%w: no TLS to bind to", ErrServer)
	case c.plus:
		c.talk = client.NewConversationWithChannelBinding(scram.ChannelBinding{Type: scram.ChannelBindingType(c.Binding.Type),
			Data: c.Binding.Data})
	case c.Binding.Type != "" && !c.Plus: // RFC 5802 §6: "y", the client could bind but has not seen that the server can
		c.talk = client.NewConversationAdvertisingChannelBinding()
	default:
		c.talk = client.NewConversation()
	}
	first, err := c.talk.Step("")
	c.first = []byte(first)
	return err
}

func (c *scramClient) Next(challenge []byte) ([]byte, error) {
	if len(challenge) > MaxMessage || c.talk == nil {
		return nil, malformed("expected a challenge of at most %d octets", MaxMessage)
	}
	if len(challenge) == 0 && c.step == 0 {
		return c.first, nil
	}
	c.step++
	if c.step == 1 && iterations(string(challenge)) > maxIterations {
		return nil, malformed("more than %d iterations", maxIterations)
	}
	answer, err := c.talk.Step(string(challenge))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrServer, err)
	}
	return []byte(answer), nil
}

// iterations reads "i=" of a server's first message.
func iterations(message string) int {
	for part := range strings.SplitSeq(message, ",") {
		if digits, ok := strings.CutPrefix(part, "i="); ok {
			n, err := strconv.Atoi(digits)
			if err != nil {
				return maxIterations + 1
			}
			return n
		}
	}
	return 0
}

func (c *scramClient) Verify() error {
	if c.talk == nil || !c.talk.Valid() {
		return fmt.Errorf("%w: its signature is missing", ErrServer)
	}
	return nil
}

// fill reads as many octets of chance as p holds.
func fill(r io.Reader, p []byte) error {
	if _, err := io.ReadFull(r, p); err != nil {
		return fmt.Errorf("%w: %w", ErrTemporary, err)
	}
	return nil
}
