package sasl

import (
	"crypto/subtle"
	"strings"
)

// plainServer is PLAIN (RFC 4616).
type plainServer struct{ asker }

func newPlainServer(o *ServerOptions) Server {
	return &plainServer{asker{ServerOptions: o, mechanism: "PLAIN"}}
}

func (s *plainServer) Next(response []byte) ([]byte, bool, error) {
	if response == nil {
		return []byte{}, false, nil
	}
	parts := strings.Split(string(response), "\x00") // RFC 4616 §2: [authzid] NUL authcid NUL passwd
	if len(parts) != 3 || parts[1] == "" || len(response) > MaxMessage {
		return nil, false, malformed("expected [authzid] NUL authcid NUL password")
	}
	c, user, err := s.find(parts[1])
	if err != nil {
		return nil, false, err
	}
	if !c.samePassword(parts[2]) {
		return nil, false, ErrRefused
	}
	if err := s.admit(c, user, parts[0]); err != nil {
		return nil, false, err
	}
	return nil, true, nil
}

// samePassword compares a password that was sent; a user without one has none that is right.
func (c *Credential) samePassword(sent string) bool {
	prepared, err := prepare(sent)
	if err != nil {
		prepared = sent
	}
	return c.Password != "" && (equal(sent, c.Password) || equal(prepared, c.Password))
}

// equal takes the same time wherever a and b differ.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func newPlainClient(a *Account) Client {
	return &oneAnswer{first: []byte(a.ActAs + "\x00" + a.Identity + "\x00" + a.Password)}
}
