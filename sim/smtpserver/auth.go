package smtpserver

import (
	"encoding/base64"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// auth is AUTH with the mechanisms PLAIN (RFC 4616) and LOGIN (never standardised, understood by all): the exchange of
// challenges and responses in base64 (RFC 4954 §4). Responses are not claimed: they hold secrets.
func (n *session) auth(c *smtp.Command, bad *smtp.SyntaxError) {
	backend, knows := n.backend.(Authenticator)
	switch {
	case !knows || !n.offers.Has(persona.Auth):
		n.say(persona.AuthOff)
	case n.tx.User != "":
		n.say(persona.AuthTwice)
	case n.state.InTransaction():
		n.say(persona.AuthInMail)
	case !n.allowed(smtp.AUTH):
		n.say(persona.HelloFirst)
	case bad != nil || c.Arg == "PLAIN" && c.Tolerated(smtp.ExtraArgument):
		n.say(persona.AuthSyntax)
	case c.Arg == "PLAIN":
		n.authPlain(c.Initial, backend)
	case c.Arg == "LOGIN":
		n.authLogin(c.Initial, backend)
	default:
		n.sayOf(persona.AuthUnknown, c.Arg)
	}
}

// authLine is the keyword with the mechanisms (RFC 4954 §3).
func (n *session) authLine() string { return "AUTH PLAIN LOGIN" }

func (n *session) authPlain(initial string, backend Authenticator) {
	message, ok := n.response(initial, "")
	if !ok {
		return
	}
	parts := strings.Split(message, "\x00") // RFC 4616 §2: [authzid] NUL authcid NUL passwd
	if len(parts) != 3 || parts[1] == "" {
		n.say(persona.AuthSyntax)
		return
	}
	n.authenticate(backend, parts[1], parts[2])
}

func (n *session) authLogin(initial string, backend Authenticator) {
	identity, ok := n.response(initial, "Username:")
	if !ok {
		return
	}
	if password, ok := n.response("", "Password:"); ok {
		n.authenticate(backend, identity, password)
	}
}

func (n *session) authenticate(backend Authenticator, identity, password string) {
	if identity == "" || !backend.Authenticate(identity, password) {
		n.say(persona.AuthRefused)
		return
	}
	n.tx.User = identity
	n.say(persona.AuthOK)
}

// response is the client's next response, decoded: the initial one, or the answer to a challenge. If there is none, it
// has answered or ended the session.
func (n *session) response(initial, challenge string) (string, bool) {
	line := initial
	if line == "" {
		n.answer(smtp.Reply{Code: 334, Lines: []string{base64.StdEncoding.EncodeToString([]byte(challenge))}})
		n.verb = smtp.AuthLine
		var err error
		if line, err = n.readLine(); err != nil {
			n.cutShort(err)
			return "", false
		}
	}
	switch {
	case line == "*": // RFC 4954 §4: the client cancels
		n.say(persona.AuthAborted)
		return "", false
	case line == "=": // an initial response of nothing
		return "", true
	case len(line)+2 > smtp.MaxAuthLine:
		n.say(persona.LineTooLong)
		return "", false
	}
	text, err := base64.StdEncoding.Strict().DecodeString(line)
	if err != nil {
		n.say(persona.AuthSyntax)
		return "", false
	}
	return string(text), true
}
