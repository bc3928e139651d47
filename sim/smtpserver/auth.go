package smtpserver

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/codes/sasl"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// auth is AUTH: an exchange of challenges and responses in base64 (RFC 4954 §4). Responses are not claimed: they hold
// secrets. No mechanism here has a security layer, so that the session goes on as it was.
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
	case bad != nil || c.Arg != "LOGIN" && c.Tolerated(smtp.ExtraArgument):
		n.say(persona.AuthSyntax)
	case !slices.Contains(n.mechanisms(), c.Arg):
		n.sayOf(persona.AuthUnknown, c.Arg)
	default:
		n.authBy(c.Arg, c.Initial, backend)
	}
}

// authBy begins an exchange by a mechanism that is listed. RFC 4954 §4: 504 if it is not supported all the same.
func (n *session) authBy(mechanism, initial string, backend Authenticator) {
	server := sasl.NewServer(mechanism, &sasl.ServerOptions{
		Find: backend.Credential, Rand: n.srv.host.Random("sasl"), Now: n.srv.host.Clock.Now(), Host: n.srv.cfg.Name,
		Binding: sasl.BindingOf(n.tx.TLS), Plus: n.listsPlus(), External: n.external(),
	})
	if server == nil || slices.Contains(n.srv.cfg.Refused, mechanism) {
		n.reject(504, "5.5.4", "Unrecognized authentication type")
		return
	}
	var response []byte // none
	if initial == "=" { // RFC 4954 §4: one of no octets
		response = []byte{}
	} else if initial != "" {
		var ok bool
		if response, ok = n.response(initial); !ok {
			return
		}
	}
	n.exchange(server, response)
}

// exchange leads one to its end.
func (n *session) exchange(server sasl.Server, response []byte) {
	for {
		challenge, done, err := server.Next(response)
		switch {
		case err != nil:
			n.refuseAuth(err)
			return
		case done:
			n.tx.User = server.Identity()
			n.say(persona.AuthOK)
			return
		}
		n.answer(smtp.Reply{Code: 334, Lines: []string{base64.StdEncoding.EncodeToString(challenge)}})
		if n.state == smtp.StateClosed {
			return
		}
		n.verb = smtp.AuthLine
		line, err := n.readLine()
		if err != nil {
			n.cutShort(err)
			return
		}
		n.claimAuth(line)
		var ok bool
		if response, ok = n.response(line); !ok {
			return
		}
	}
}

// refuseAuth says why an exchange failed, by the codes of RFC 4954 §6. 538 is not among them: what needs TLS is not listed
// without.
func (n *session) refuseAuth(err error) {
	switch {
	case errors.Is(err, sasl.ErrTemporary):
		n.reject(454, "4.7.0", "Temporary authentication failure")
	case errors.Is(err, sasl.ErrWeak):
		n.reject(534, "5.7.9", "Authentication mechanism is too weak")
	case errors.Is(err, sasl.ErrInitial): // RFC 4954 §4
		n.reject(501, "5.7.0", "This mechanism begins with the server")
	case errors.Is(err, sasl.ErrMalformed):
		n.say(persona.AuthSyntax)
	default:
		n.say(persona.AuthRefused)
	}
}

// response decodes a line of the client's; if it is none, it has answered.
func (n *session) response(line string) ([]byte, bool) {
	switch {
	case line == "*": // RFC 4954 §4: the client cancels
		n.say(persona.AuthAborted)
		return nil, false
	case len(line)+2 > smtp.MaxAuthLine: // RFC 4954 §4, §6
		return nil, n.reject(500, "5.5.6", "Authentication exchange line is too long")
	}
	text, err := base64.StdEncoding.Strict().DecodeString(line)
	if err != nil || strings.ContainsAny(line, "\r\n") { // which the decoder would pass over
		n.say(persona.AuthSyntax)
		return nil, false
	}
	return text, true
}

// mechanisms are those that are listed at this point of the session.
func (n *session) mechanisms() []string {
	all := n.srv.cfg.Mechanisms
	if all == nil {
		all = []string{"PLAIN", "LOGIN"}
	}
	inTLS, bound := n.tx.TLS != nil, sasl.BindingOf(n.tx.TLS).Type != ""
	return slices.DeleteFunc(slices.Clone(all), func(name string) bool {
		m, _ := sasl.Lookup(name)
		return m.Clear && !inTLS && !n.srv.cfg.AuthInClear || m.Plus && !bound || name == "EXTERNAL" && n.external() == ""
	})
}

// listsPlus says whether a mechanism that binds to TLS is listed.
func (n *session) listsPlus() bool {
	return slices.ContainsFunc(n.mechanisms(), func(name string) bool { return strings.HasSuffix(name, "-PLUS") })
}

// external is who the client is by its certificate, if that was checked: its mailbox (RFC 5280 §4.2.1.6), else its name.
func (n *session) external() string {
	if n.tx.TLS == nil || len(n.tx.TLS.VerifiedChains) == 0 {
		return ""
	}
	leaf := n.tx.TLS.PeerCertificates[0]
	if len(leaf.EmailAddresses) > 0 {
		return leaf.EmailAddresses[0]
	}
	return leaf.Subject.CommonName
}

// authLine is the EHLO line of AUTH (RFC 4954 §3).
func (n *session) authLine() string {
	list := n.mechanisms()
	if len(list) == 0 {
		return ""
	}
	return "AUTH " + strings.Join(list, " ")
}

// appendLegacy adds the line in the form that clients older than RFC 2554 look for, where it is wanted.
func (n *session) appendLegacy(lines []string) []string {
	if list := n.mechanisms(); n.srv.cfg.LegacyAuth && len(list) > 0 {
		lines = append(lines, "AUTH="+strings.Join(list, " "))
	}
	return lines
}

// authOpen says whether there is a mechanism that may be used without TLS.
func (c *Config) authOpen() bool {
	return c.AuthInClear || slices.ContainsFunc(c.Mechanisms, func(name string) bool {
		m, _ := sasl.Lookup(name)
		return !m.Clear && !m.Plus && name != "EXTERNAL"
	})
}

// beforeAuth are the commands that a server which insists on AUTH answers without (RFC 4954 §6, RFC 3207 §4).
func beforeAuth(v smtp.Verb) bool {
	switch v {
	case smtp.AUTH, smtp.EHLO, smtp.HELO, smtp.LHLO, smtp.NOOP, smtp.RSET, smtp.QUIT, smtp.STARTTLS:
		return true
	}
	return false
}

// refuseUnknown is the answer to a client that has not said who it is (RFC 4954 §6).
func (n *session) refuseUnknown(c *smtp.Command, bad *smtp.SyntaxError) {
	if n.skipChunk(c, bad) {
		n.reject(530, "5.7.0", "Authentication required")
	}
}

// inExchange says of a 501 that it is about what an AUTH exchange carries, which software that counts wrong commands does
// not count.
func (n *session) inExchange(r *smtp.Reply) bool {
	return n.verb == smtp.AuthLine || n.verb == smtp.AUTH && r.Code == 501
}
