package sasl

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
	"strconv"
	"strings"
)

// cramServer is CRAM-MD5 (RFC 2195): a challenge nobody has seen before, and the password's digest over it.
type cramServer struct {
	asker
	challenge string
}

func newCramServer(o *ServerOptions) Server {
	return &cramServer{asker: asker{ServerOptions: o, mechanism: "CRAM-MD5"}}
}

func (s *cramServer) Next(response []byte) ([]byte, bool, error) {
	if s.step == 0 {
		if response != nil {
			return nil, false, ErrInitial
		}
		s.step = 1
		return s.ask()
	}
	cut := strings.LastIndexByte(string(response), ' ') // RFC 2195 §2: user name, space, digest
	if cut <= 0 || len(response)-cut-1 != 2*md5.Size || len(response) > MaxMessage {
		return nil, false, malformed("expected a name, a space and %d hexadecimal digits", 2*md5.Size)
	}
	c, user, err := s.find(string(response[:cut]))
	if err != nil {
		return nil, false, err
	}
	if c.Password == "" || !equal(strings.ToLower(string(response[cut+1:])), cramDigest(c.Password, s.challenge)) {
		return nil, false, ErrRefused
	}
	return nil, true, s.admit(c, user, "")
}

// ask makes the challenge in the form of a message identifier (RFC 2195 §2).
func (s *cramServer) ask() ([]byte, bool, error) {
	raw := make([]byte, 8)
	if err := fill(s.Rand, raw); err != nil {
		return nil, false, err
	}
	s.challenge = "<" + hex.EncodeToString(raw) + "." + strconv.FormatInt(s.Now.Unix(), 10) + "@" + s.Host + ">"
	return []byte(s.challenge), false, nil
}

func cramDigest(password, challenge string) string {
	h := hmac.New(md5.New, []byte(password))
	h.Write([]byte(challenge))
	return hex.EncodeToString(h.Sum(nil))
}

type cramClient struct {
	*Account
	said bool
}

func newCramClient(a *Account) Client { return &cramClient{Account: a} }

func (c *cramClient) Start() ([]byte, error) { return nil, nil }

func (c *cramClient) Next(challenge []byte) ([]byte, error) {
	if c.said || len(challenge) > MaxMessage {
		return nil, malformed("expected one challenge of at most %d octets", MaxMessage)
	}
	c.said = true
	return []byte(c.Identity + " " + cramDigest(c.Password, string(challenge))), nil
}

func (c *cramClient) Verify() error { return nil }
