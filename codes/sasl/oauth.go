package sasl

import (
	"encoding/json"
	"strconv"
	"strings"
)

// bearerFailed is why a token was refused, told to the client before the exchange fails (RFC 7628 §3.2.2).
const bearerFailed = `{"status":"invalid_token","schemes":"bearer","scope":"mail"}`

// xoauth2Failed is the same in XOAUTH2.
const xoauth2Failed = `{"status":"401","schemes":"bearer","scope":"mail"}`

// tokenServer is the server side of the two mechanisms that carry a bearer token. After a wrong one the client gets JSON
// and answers with a dummy; only then it is refused.
type tokenServer struct {
	asker
	read   func(message string) (user, token string, ok bool)
	excuse string
	end    error // what the dummy is answered with
}

// newBearerServer is OAUTHBEARER (RFC 7628).
func newBearerServer(o *ServerOptions) Server {
	return &tokenServer{asker: asker{ServerOptions: o, mechanism: "OAUTHBEARER"}, read: readBearer, excuse: bearerFailed}
}

// newXOAuth2Server is XOAUTH2, which Google made before the RFC.
func newXOAuth2Server(o *ServerOptions) Server {
	return &tokenServer{asker: asker{ServerOptions: o, mechanism: "XOAUTH2"}, read: readXOAuth2, excuse: xoauth2Failed}
}

func (s *tokenServer) Next(response []byte) ([]byte, bool, error) {
	switch {
	case s.end != nil:
		return nil, false, s.end
	case response == nil:
		return []byte{}, false, nil
	case len(response) > MaxMessage:
		return nil, false, malformed("longer than %d octets", MaxMessage)
	}
	name, token, ok := s.read(string(response))
	if !ok {
		return nil, false, malformed("expected user=, auth=Bearer and a token")
	}
	c, user, err := s.find(name)
	if err == nil && (c.Token == "" || !equal(token, c.Token)) {
		err = ErrRefused
	}
	if err != nil {
		s.end = err
		return []byte(s.excuse), false, nil
	}
	return nil, true, s.admit(c, user, "")
}

// readXOAuth2 reads "user=" name ^A "auth=Bearer " token ^A ^A.
func readXOAuth2(message string) (user, token string, ok bool) {
	fields, ok := strings.CutSuffix(message, "\x01\x01")
	return readPairs(strings.Split(fields, "\x01"), ok, "")
}

// readBearer reads "n,a=" name "," ^A key "=" value ^A .. ^A (RFC 7628 §3.1, RFC 5801 §4).
func readBearer(message string) (user, token string, ok bool) {
	header, fields, _ := strings.Cut(message, "\x01")
	parts := strings.Split(header, ",")
	fields, ok = strings.CutSuffix(fields, "\x01\x01")
	if len(parts) != 3 || parts[2] != "" || parts[0] != "n" && parts[0] != "y" { // RFC 7628 §3.1: no channel binding
		return "", "", false
	}
	name, named := strings.CutPrefix(parts[1], "a=")
	return readPairs(strings.Split(fields, "\x01"), ok && named, saslName(name))
}

// saslName undoes the escapes of RFC 5801 §4.
func saslName(s string) string { return strings.NewReplacer("=2C", ",", "=3D", "=").Replace(s) }

func readPairs(pairs []string, fine bool, user string) (string, string, bool) {
	token := ""
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		fine = fine && ok
		switch key {
		case "user":
			user = value
		case "auth": // RFC 6750 §2.1; the scheme in any case (RFC 7235 §2.1)
			scheme, rest, _ := strings.Cut(value, " ")
			fine = fine && strings.EqualFold(scheme, "Bearer") && token == ""
			token = rest
		}
	}
	return user, token, fine && user != "" && token != ""
}

// tokenClient answers once; to the server's excuse it gives the dummy that ends the exchange.
type tokenClient struct {
	oneAnswer
	dummy string
	asked bool
}

func newBearerClient(a *Account) Client {
	name := strings.NewReplacer("=", "=3D", ",", "=2C").Replace(a.Identity)
	m := "n,a=" + name + ","
	if a.Host != "" {
		m += "\x01host=" + a.Host
	}
	if a.Port != 0 {
		m += "\x01port=" + strconv.Itoa(int(a.Port))
	}
	m += "\x01auth=Bearer " + a.Token + "\x01\x01"
	return &tokenClient{oneAnswer: oneAnswer{first: []byte(m)}, dummy: "\x01"} // RFC 7628 §3.2.3
}

func newXOAuth2Client(a *Account) Client {
	m := "user=" + a.Identity + "\x01auth=Bearer " + a.Token + "\x01\x01"
	return &tokenClient{oneAnswer: oneAnswer{first: []byte(m)}}
}

func (c *tokenClient) Next(challenge []byte) ([]byte, error) {
	if len(challenge) == 0 && !c.asked {
		c.asked = true
		return c.first, nil
	}
	if len(challenge) > MaxMessage || !json.Valid(challenge) {
		return nil, malformed("expected JSON that says why")
	}
	return []byte(c.dummy), nil
}
