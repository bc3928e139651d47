package dialogue

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace"
)

// secret stands for octets of an AUTH exchange that are never kept.
const secret = "•••"

// authExchange is an AUTH exchange in progress (RFC 4954 §4).
type authExchange struct {
	index int // in Session.Auth, -1 if there was no room
	steps int // client's responses so far
}

// maxAuths bounds Session.Auth; guessing passwords goes on for thousands.
const maxAuths = 1000

// maskAuth is an AUTH command without its initial response.
func maskAuth(cmd *smtp.Command) string {
	verb, rest, _ := strings.Cut(strings.TrimLeft(cmd.Line, " \t"), " ")
	mechanism, initial, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	line := verb
	if mechanism != "" {
		line += " " + mechanism
	}
	if initial = strings.TrimSpace(initial); initial == "=" { // RFC 4954 §4: empty, no secret
		return line + " ="
	} else if initial != "" {
		return line + " " + secret
	}
	return line
}

// beginAuth takes an AUTH command.
func (d *Dialogue) beginAuth(cmd *smtp.Command) {
	s := d.session
	d.auth = &authExchange{index: -1}
	if len(s.Auth) < maxAuths {
		d.auth.index = len(s.Auth)
		s.Auth = append(s.Auth, trace.Auth{Mechanism: cmd.Arg, Outcome: "unknown"})
	}
	if cmd.Initial != "" {
		d.response(cmd.Initial)
	}
	if !d.now.tls && (cmd.Arg == "PLAIN" || cmd.Arg == "LOGIN") && d.noted[codes.FindingAuthInClear] == 0 {
		d.find(codes.FindingAuthInClear, "AUTH "+cmd.Arg+" without TLS: anybody on the way can read the password", "")
	}
}

// authLine takes a client's line where one of an AUTH exchange belongs; it is never kept.
func (d *Dialogue) authLine(l line) {
	c := &d.client
	e := trace.Event{From: trace.FromClient, Kind: trace.KindAuth, Line: secret, Early: l.mark.seq < c.released}
	if string(l.text) == "*" { // RFC 4954 §4: the client cancels
		e.Line = "*"
	}
	n := d.emit(e, l.mark)
	if d.auth != nil {
		if e.Line == "*" {
			d.setOutcome("aborted")
		} else {
			d.response(string(l.text))
		}
	}
	d.expect(expected{what: wantAuth, event: n, secret: string(l.text), sent: l.mark.end, seq: l.mark.last})
	c.await(smtp.AUTH)
}

// authReply takes a reply to AUTH or to a line of the exchange.
func (d *Dialogue) authReply(r *reply) {
	c := &d.client
	waiting := c.mode == awaitReply && c.verb == smtp.AUTH
	next := readCommands
	switch {
	case r == nil:
		if waiting {
			c.guessNext()
		}
		return
	case r.code == 334:
		next = readAuth
	case r.code/100 == 2:
		d.setOutcome("accepted")
	default:
		d.setOutcome("refused")
		c.secret = true
	}
	if next == readCommands {
		d.auth = nil
	}
	if waiting {
		c.proceed(next, r.mark.last)
	}
}

// hide takes a credential out of a reply: "500 Command unrecognized: \"c2VjcmV0\"".
func (r *reply) hide(credential string) {
	if len(credential) < 4 {
		return
	}
	for i, l := range r.lines {
		if strings.Contains(l, credential) {
			if r.said != nil { // others have them too
				r.lines, r.said = slices.Clone(r.lines), nil
			}
			r.lines[i] = strings.ReplaceAll(l, credential, secret)
		}
	}
}

func (d *Dialogue) setOutcome(outcome string) {
	if a := d.auth; a != nil && a.index >= 0 && d.session.Auth[a.index].Outcome != "aborted" {
		d.session.Auth[a.index].Outcome = outcome
	}
}

// response takes one response for the identity in it.
func (d *Dialogue) response(encoded string) {
	a := d.auth
	a.steps++
	if a.index < 0 {
		return
	}
	auth := &d.session.Auth[a.index]
	if auth.Identity != "" {
		return
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return
	}
	if id := identity(auth.Mechanism, a.steps, string(raw)); len(id) <= smtp.MaxPath {
		auth.Identity = id
	}
}

// identity is who a response says the client is; "" if it does not tell.
func identity(mechanism string, step int, raw string) string {
	switch {
	case mechanism == "PLAIN": // RFC 4616 §2: [authzid] NUL authcid NUL passwd
		if parts := strings.Split(raw, "\x00"); len(parts) == 3 {
			return parts[1]
		}
	case mechanism == "LOGIN": // draft-murchison-sasl-login: user name, then password
		if step == 1 {
			return raw
		}
	case mechanism == "CRAM-MD5": // RFC 2195 §2: user name SP digest
		if i := strings.LastIndexByte(raw, ' '); i > 0 {
			return raw[:i]
		}
	case mechanism == "DIGEST-MD5": // RFC 2831 §2.1.2
		_, rest, _ := strings.Cut(raw, `username="`)
		name, _, _ := strings.Cut(rest, `"`)
		return name
	case mechanism == "XOAUTH2": // user=NAME ^A auth=Bearer TOKEN ^A ^A
		_, rest, ok := strings.Cut(raw, "user=")
		name, _, _ := strings.Cut(rest, "\x01")
		if ok {
			return name
		}
	case mechanism == "OAUTHBEARER" || strings.HasPrefix(mechanism, "SCRAM-"): // RFC 7628 §3.1, RFC 5802 §7
		return gs2Name(mechanism, raw)
	case mechanism == "EXTERNAL": // RFC 4422 Appendix A: the authorization identity
		return raw
	case mechanism == "NTLM":
		return ntlmUser(raw)
	}
	return ""
}

// gs2Name reads "n,a=NAME," or, for SCRAM, "n,,n=NAME,r=…" (RFC 5801 §4).
func gs2Name(mechanism, raw string) string {
	parts := strings.SplitN(raw, ",", 4)
	if len(parts) < 3 {
		return ""
	}
	name, ok := strings.CutPrefix(parts[1], "a=")
	if strings.HasPrefix(mechanism, "SCRAM-") {
		name, ok = strings.CutPrefix(parts[2], "n=")
	}
	if !ok {
		return ""
	}
	return strings.NewReplacer("=2C", ",", "=3D", "=").Replace(name) // RFC 5802 §5.1
}

// ntlmUser is the user name of an NTLM type 3 message (MS-NLMP §2.2.1.3), its UTF-16 made plain.
func ntlmUser(raw string) string {
	if len(raw) < 44 || !strings.HasPrefix(raw, "NTLMSSP\x00\x03") {
		return ""
	}
	n := int(raw[36]) | int(raw[37])<<8
	at := int(raw[40]) | int(raw[41])<<8 | int(raw[42])<<16
	if at+n > len(raw) {
		return ""
	}
	return strings.ReplaceAll(raw[at:at+n], "\x00", "")
}

// looksSecret says whether a line may be a credential that was sent although AUTH had been refused.
func looksSecret(text []byte) bool {
	if len(text) < 4 {
		return false
	}
	for _, c := range text {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '+', c == '/', c == '=':
		default:
			return false
		}
	}
	return true
}
