package smtpclient

import (
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/codes/sasl"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// Auth is as whom a client authenticates itself, and how (RFC 4954).
type Auth struct {
	Identity   string   // as whom
	ActAs      string   // for whom; "": the same (RFC 4422 §3.4.1)
	Password   string   // "": none
	Token      string   // for XOAUTH2 and OAUTHBEARER; "": none
	Mechanisms []string // wanted, in this order; nil: those for which there is a secret, strongest first
	InClear    bool     // a password or token may be sent outside TLS, and to a server that has not proved its name
	Relay      bool     // what is sent is others' mail: who submitted it is unknown where the envelope does not tell
}

// Why a client could not even try.
var (
	ErrNoAuth      = errors.New("the server does not offer AUTH")
	ErrNoMechanism = errors.New("the server offers no mechanism that may be used here")
)

// errCancelled is an exchange that the client broke off.
var errCancelled = errors.New("AUTH was cancelled")

// Identity is as whom and by which mechanism the client has authenticated itself; "" if it has not.
func (c *Client) Identity() (identity, mechanism string) { return c.identity, c.mechanism }

// authenticate tries the wanted mechanisms in order. RFC 4954 §6: after 504, 534 and 538 another one is tried, after 432 too,
// where the password must be shown once; 535 is about the password, and 454 about the server: both are final for now.
func (c *Client) authenticate() error {
	if c.cfg.Auth == nil {
		return nil
	}
	listed, ok := c.mechanisms()
	if !ok {
		return &Error{Stage: StageAuth, Err: ErrNoAuth}
	}
	last := &Error{Stage: StageAuth, Err: ErrNoMechanism}
	for _, name := range c.wanted() {
		if !slices.Contains(listed, name) || !c.usable(name) {
			continue
		}
		reply, err := c.authBy(name, slices.ContainsFunc(listed, isPlus))
		if err == nil && reply.Code == 235 {
			c.mechanism, c.identity = name, c.cfg.Auth.Identity
			return nil
		}
		if err != nil { // the server's last word is not about the mail: what went wrong may go right another time
			reply = smtp.Reply{}
		}
		last = &Error{Stage: StageAuth, Reply: reply, Err: err}
		if err != nil || c.state == smtp.StateClosed || !tryAnother(reply.Code) {
			return last
		}
	}
	return last
}

func isPlus(name string) bool { return strings.HasSuffix(name, "-PLUS") }

func tryAnother(code int) bool {
	return code == 504 || code == 534 || code == 538 || code == 432
}

// mechanisms are those of the AUTH line, and of the old "AUTH=" where there is no other.
func (c *Client) mechanisms() (listed []string, ok bool) {
	if arg, ok := c.Argument(persona.Auth); ok {
		return strings.Fields(strings.ToUpper(arg)), true
	}
	for _, line := range c.hello.Lines[min(1, len(c.hello.Lines)):] {
		if line = strings.ToUpper(line); strings.HasPrefix(line, "AUTH=") {
			return strings.Fields(line[len("AUTH="):]), true
		}
	}
	return nil, false
}

// wanted are the mechanisms in the order in which they are tried.
func (c *Client) wanted() []string {
	if c.cfg.Auth.Mechanisms != nil {
		return c.cfg.Auth.Mechanisms
	}
	return slices.DeleteFunc(sasl.Mechanisms(), func(name string) bool {
		switch name {
		case "EXTERNAL":
			return c.cfg.TLS == nil || len(c.cfg.TLS.Certificates) == 0
		case "OAUTHBEARER", "XOAUTH2":
			return c.cfg.Auth.Token == ""
		}
		return c.cfg.Auth.Password == ""
	})
}

// usable says whether a mechanism may be used on this connection. RFC 4954 §4, §14: no password in clear.
func (c *Client) usable(name string) bool {
	m, known := sasl.Lookup(name)
	switch {
	case !known:
		return false
	case m.Clear:
		return c.cfg.Auth.InClear || c.serverProved()
	case m.Plus:
		return sasl.BindingOf(c.tls).Type != ""
	}
	return true
}

// serverProved says whether the server's certificate is good for the name that was dialled, also where the session goes on
// without (RFC 4954 §14: else "the client MUST NOT attempt to authenticate using the SASL PLAIN mechanism").
func (c *Client) serverProved() bool {
	if c.tls == nil || len(c.tls.PeerCertificates) == 0 {
		return false
	}
	opts := x509.VerifyOptions{Roots: c.cfg.TLS.RootCAs, DNSName: c.cfg.TLS.ServerName, CurrentTime: c.cfg.Host.Clock.Now(),
		Intermediates: x509.NewCertPool()}
	for _, cert := range c.tls.PeerCertificates[1:] {
		opts.Intermediates.AddCert(cert)
	}
	_, err := c.tls.PeerCertificates[0].Verify(opts)
	return err == nil
}

// authBy leads one exchange. The error is of the connection, or says what made the client cancel.
func (c *Client) authBy(name string, plus bool) (smtp.Reply, error) {
	a, h := c.cfg.Auth, c.cfg.Host
	client := sasl.NewClient(name, &sasl.Account{
		Identity: a.Identity, ActAs: a.ActAs, Password: a.Password, Token: a.Token, Host: c.serverName(), Port: c.remote.Port(),
		Rand: h.Random("sasl"), Now: h.Clock.Now(), Binding: sasl.BindingOf(c.tls), Plus: plus,
	})
	first, err := client.Start()
	if err != nil {
		return smtp.Reply{}, err
	}
	words := []string{"AUTH", name}
	if first != nil {
		if arg := initial(first); len("AUTH  ")+len(name)+len(arg)+2 <= smtp.MaxCommandLine { // RFC 4954 §4
			words = append(words, arg)
		}
	}
	reply, err := c.command(smtp.AUTH, words...)
	for err == nil && reply.Code == 334 {
		reply, err = c.answerChallenge(client, name, reply)
	}
	if err == nil && reply.Code == 235 {
		err = client.Verify()
	}
	return reply, err
}

// initial is an initial response as it is sent: "=" if it is empty (RFC 4954 §4).
func initial(first []byte) string {
	if len(first) == 0 {
		return "="
	}
	return base64.StdEncoding.EncodeToString(first)
}

// answerChallenge sends the response to a 334, or cancels with "*" (RFC 4954 §4).
func (c *Client) answerChallenge(client sasl.Client, name string, reply smtp.Reply) (smtp.Reply, error) {
	challenge, err := base64.StdEncoding.Strict().DecodeString(strings.Join(reply.Lines, ""))
	if err != nil && name == "NTLM" { // MS-SMTPNTLM §2.2.1.2: "334 NTLM supported"
		challenge, err = []byte{}, nil
	}
	var response []byte
	if err == nil {
		response, err = client.Next(challenge)
	}
	if line := base64.StdEncoding.EncodeToString(response); err == nil && len(line)+2 <= smtp.MaxAuthLine {
		return c.command(smtp.AuthLine, line)
	}
	reply, broken := c.command(smtp.AuthLine, "*")
	if broken != nil {
		return reply, broken
	}
	return reply, fmt.Errorf("%w: %w", errCancelled, errors.Join(err))
}

// serverName is what the client calls the server in an exchange: the name it dialled, else the name in the greeting.
func (c *Client) serverName() string {
	if c.cfg.TLS != nil && c.cfg.TLS.ServerName != "" {
		return c.cfg.TLS.ServerName
	}
	name, _, _ := strings.Cut(strings.Join(c.greeting.Lines, " "), " ")
	return name
}

// appendAuth adds AUTH= to MAIL where AUTH was offered (RFC 4954 §5): who submitted the mail, if the envelope tells; "<>"
// if nobody who is trusted has told, and this client has authenticated itself as one that hands on others' mail.
func (c *Client) appendAuth(dst []byte, params []smtp.Param) []byte {
	if !c.uses(persona.Auth) {
		return dst
	}
	for i := range params {
		if p := &params[i]; p.Name == "AUTH" && (p.Value != "<>" || c.mechanism != "") {
			return p.Append(append(dst, ' '))
		}
	}
	if c.mechanism != "" && c.cfg.Auth.Relay {
		return append(dst, " AUTH=<>"...)
	}
	return dst
}
