package sasl

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"strings"
)

// digestServer is DIGEST-MD5 (RFC 2831; historic by RFC 6331) with qop "auth": no security layer.
type digestServer struct {
	asker
	nonce string
	cred  *Credential
	user  string
	authz string
}

func newDigestServer(o *ServerOptions) Server {
	return &digestServer{asker: asker{ServerOptions: o, mechanism: "DIGEST-MD5"}}
}

func (s *digestServer) Next(response []byte) ([]byte, bool, error) {
	s.step++
	switch s.step {
	case 1:
		if response != nil { // RFC 2831 §2.2: only for a second time with the same nonce, which is not kept here
			return nil, false, ErrInitial
		}
		return s.ask()
	case 2:
		return s.check(response)
	}
	if len(response) != 0 {
		return nil, false, malformed("expected an empty response")
	}
	return nil, true, s.admit(s.cred, s.user, s.authz)
}

// ask is the digest-challenge (RFC 2831 §2.1.1).
func (s *digestServer) ask() ([]byte, bool, error) {
	var err error
	if s.nonce, err = nonce(s.Rand, nonceOctets); err != nil {
		return nil, false, err
	}
	return fmt.Appendf(nil, `nonce="%s",realm="%s",qop="auth",charset=utf-8,algorithm=md5-sess`, s.nonce, s.Host), false, nil
}

// check is the digest-response (RFC 2831 §2.1.2); its answer is the server's own proof (§2.1.3).
func (s *digestServer) check(response []byte) ([]byte, bool, error) {
	d, err := readDirectives(string(response))
	if err != nil {
		return nil, false, err
	}
	switch {
	case d["nonce"] != s.nonce, d["nc"] != "00000001", d["cnonce"] == "", d["username"] == "":
		return nil, false, malformed("expected username, the nonce that was given, nc=00000001 and cnonce")
	case d["qop"] != "" && d["qop"] != "auth":
		return nil, false, malformed("expected qop=auth")
	case !strings.HasPrefix(d["digest-uri"], "smtp/"): // RFC 4954 §4: the service name; hosts have many names
		return nil, false, malformed(`expected digest-uri="smtp/..."`)
	case d["realm"] != s.Host:
		return nil, false, ErrRefused
	}
	if s.cred, s.user, err = s.find(d["username"]); err != nil {
		return nil, false, err
	}
	if s.cred.Password == "" || !equal(d["response"], d.proof(s.cred.Password, "AUTHENTICATE:")) {
		return nil, false, ErrRefused
	}
	s.authz = d["authzid"]
	return []byte("rspauth=" + d.proof(s.cred.Password, ":")), false, nil
}

// directives are the pairs of a challenge or response.
type directives map[string]string

const (
	maxDirectives  = 32
	maxDigestOctet = 4096 // RFC 2831 §2.1.2: a digest-response has fewer than 4096 octets
)

// readDirectives reads key=value pairs with commas between them; values may be quoted (RFC 2831 §2.1.1, RFC 2616 §2.1).
func readDirectives(s string) (directives, error) {
	if len(s) >= maxDigestOctet {
		return nil, malformed("expected fewer than %d octets", maxDigestOctet)
	}
	d := directives{}
	for rest := strings.TrimLeft(s, " \t\r\n,"); rest != ""; rest = strings.TrimLeft(rest, " \t\r\n,") {
		key, after, ok := strings.Cut(rest, "=")
		key = strings.ToLower(strings.TrimSpace(key))
		if !ok || key == "" || strings.ContainsAny(key, "\", \t") {
			return nil, malformed("expected key=value at octet %d", len(s)-len(rest)+1)
		}
		value, left, ok := readValue(strings.TrimLeft(after, " \t\r\n"))
		if !ok {
			return nil, malformed("no end of the quoted value at octet %d", len(s)-len(after)+1)
		}
		if _, twice := d[key]; twice && key != "realm" { // a challenge may name several realms: the first is taken
			return nil, malformed("%q comes twice", key)
		} else if !twice {
			d[key] = value
		}
		if rest = left; len(d) > maxDirectives {
			return nil, malformed("more than %d directives", maxDirectives)
		}
	}
	return d, nil
}

// readValue reads a token, or a quoted string without its quotes and backslashes.
func readValue(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexByte(s, ',')
		if end < 0 {
			end = len(s)
		}
		return strings.TrimRight(s[:end], " \t\r\n"), s[end:], true
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return "", "", false
}

// proof is the hash over everything (RFC 2831 §2.1.2.1); a2 begins with "AUTHENTICATE:", the server's own with ":".
func (d directives) proof(password, a2 string) string {
	secret := md5.Sum([]byte(d.octets(d["username"]) + ":" + d.octets(d["realm"]) + ":" + d.octets(password)))
	a1 := string(secret[:]) + ":" + d["nonce"] + ":" + d["cnonce"]
	if d["authzid"] != "" {
		a1 += ":" + d["authzid"]
	}
	return hexMD5(hexMD5(a1) + ":" + d["nonce"] + ":" + d["nc"] + ":" + d["cnonce"] + ":auth:" + hexMD5(a2+d["digest-uri"]))
}

// octets are the octets that are hashed: those of ISO 8859-1 where the text fits into it (RFC 2831 §2.1.2.1).
func (d directives) octets(s string) string {
	if d["charset"] != "utf-8" {
		return s
	}
	var latin []byte
	for _, r := range s {
		if r > 0xff {
			return s
		}
		latin = append(latin, byte(r))
	}
	return string(latin)
}

func hexMD5(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

// digestClient is the client side.
type digestClient struct {
	*Account
	mine directives
	done bool
}

func newDigestClient(a *Account) Client { return &digestClient{Account: a} }

func (c *digestClient) Start() ([]byte, error) { return nil, nil }

func (c *digestClient) Next(challenge []byte) ([]byte, error) {
	d, err := readDirectives(string(challenge))
	switch {
	case err != nil:
		return nil, err
	case c.mine != nil && (c.done || !equal(d["rspauth"], c.mine.proof(c.Password, ":"))):
		return nil, fmt.Errorf("%w: rspauth is wrong", ErrServer)
	case c.mine != nil:
		c.done = true
		return []byte{}, nil
	case d["nonce"] == "" || d["algorithm"] != "md5-sess" || d["qop"] != "" && !hasWord(d["qop"], "auth"):
		return nil, malformed("expected a nonce, algorithm=md5-sess and qop auth")
	}
	chance, err := nonce(c.Rand, nonceOctets)
	if err != nil {
		return nil, err
	}
	c.mine = directives{"username": c.Identity, "realm": d["realm"], "nonce": d["nonce"], "cnonce": chance, "nc": "00000001",
		"digest-uri": "smtp/" + c.Host, "authzid": c.ActAs, "charset": d["charset"]}
	return c.mine.response(c.Password), nil
}

func hasWord(list, word string) bool {
	for w := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(w) == word {
			return true
		}
	}
	return false
}

// response writes the digest-response.
func (d directives) response(password string) []byte {
	var b strings.Builder
	if d["charset"] != "" {
		b.WriteString("charset=" + d["charset"] + ",")
	}
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	for _, key := range []string{"username", "realm", "nonce", "cnonce", "digest-uri", "authzid"} {
		if d[key] != "" || key == "username" {
			b.WriteString(key + `="` + quote.Replace(d[key]) + `",`)
		}
	}
	b.WriteString("nc=" + d["nc"] + ",qop=auth,response=" + d.proof(password, "AUTHENTICATE:"))
	return []byte(b.String())
}

func (c *digestClient) Verify() error {
	if !c.done {
		return fmt.Errorf("%w: rspauth is missing", ErrServer)
	}
	return nil
}
