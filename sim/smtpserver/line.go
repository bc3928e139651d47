package smtpserver

import (
	"bufio"
	"errors"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// errNoLine is a line so long that nobody can mean it as a command; the session ends.
var errNoLine = errors.New("no line end within 65536 octets")

// readLine reads a command line and takes its line end off. LF alone ends a command line too, as it does everywhere in
// spite of RFC 5321 §2.3.8; mail data is another matter (data.go).
func (n *session) readLine() (string, error) {
	line, err := n.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		n.long = append(n.long[:0], line...)
		for errors.Is(err, bufio.ErrBufferFull) && len(n.long) <= smtp.MaxTolerantLine {
			line, err = n.in.ReadSlice('\n')
			n.long = append(n.long, line...)
		}
		if len(n.long) > smtp.MaxTolerantLine {
			return "", errNoLine
		}
		line = n.long
	}
	if err != nil {
		return "", err
	}
	end := len(line) - 1
	if end > 0 && line[end-1] == '\r' {
		end--
	}
	if n.verb == smtp.AuthLine || end > 0 && line[0]|0x20 == 'a' { // a secret is not kept longer than it is needed
		return string(line[:end]), nil
	}
	return n.said.Of(line[:end]), nil
}

// command answers one line. The session table decides what may come now; the verbs' methods do the rest.
func (n *session) command(line string) {
	if max := n.srv.persona.CommandLineMax; len(line)+2 > max && n.srv.persona.Customs.CutsLines {
		line = line[:max-2]
	}
	parsed, err := smtp.ParseCommand(line, smtp.Tolerant)
	c := &n.cmd
	*c = parsed
	bad, _ := err.(*smtp.SyntaxError) // it is nothing else
	if bad != nil {
		c.Verb = bad.Verb
	}
	n.verb = c.Step()
	n.claimCommand(c.Verb, line)
	n.values.Arg, n.values.Line = "", line
	n.heard(c.Verb)
	if n.srv.cfg.Fault != nil && n.strikesCommand(c) {
		return
	}
	switch {
	case len(line)+2 > n.srv.persona.CommandLineMax:
		n.last = n.srv.persona.Customs.LongLineEnds
		n.refuse(c, bad, persona.LineTooLong)
	case n.srv.persona.Customs.NoPipelining && n.in.Buffered() > 0:
		n.last = true
		n.refuse(c, bad, persona.Unsynchronized)
	case n.state == smtp.StateRefused && c.Verb != smtp.QUIT:
		n.refuse(c, bad, persona.NoMail) // RFC 5321 §3.1
	case n.srv.cfg.RequireTLS && n.tls == nil && !beforeTLS(c.Verb):
		n.refuse(c, bad, persona.StartTLSFirst)
	case n.srv.cfg.RequireAuth && n.tx.User == "" && !beforeAuth(c.Verb):
		n.refuseUnknown(c, bad)
	default:
		n.dispatch(c, bad)
	}
}

// refuse answers a command whose verb does not matter any more. RFC 3030 §2: a server that offers CHUNKING "MUST accept and
// discard" the octets behind a BDAT that it refuses; left in the line, they would be taken for commands.
func (n *session) refuse(c *smtp.Command, bad *smtp.SyntaxError, s persona.Situation) {
	if n.skipChunk(c, bad) {
		n.say(s)
	}
}

// skipChunk reads the octets behind a BDAT; false if the connection broke.
func (n *session) skipChunk(c *smtp.Command, bad *smtp.SyntaxError) bool {
	if c.Verb == smtp.BDAT && bad == nil && n.offers.Has(persona.Chunking) {
		if err := n.readChunk(c.Size, false); err != nil {
			n.cutShort(err)
			return false
		}
	}
	return true
}

// dispatch calls the method of the verb. bad is what is wrong with its arguments, nil if they can be read.
func (n *session) dispatch(c *smtp.Command, bad *smtp.SyntaxError) {
	customs := &n.srv.persona.Customs
	if len(n.srv.cfg.Fixed) > 0 && n.fixed(c) {
		return
	}
	if c.Tolerated(smtp.LeadingSpace) && !customs.Lets(smtp.LeadingSpace) {
		n.say(persona.VerbUnknown)
		return
	}
	if customs.ChecksUTF8 && !isUTF8(c.Line) {
		n.say(persona.NotASCII)
		return
	}
	if customs.UpperCase && string(c.Verb) != c.Line[:min(len(c.Line), len(c.Verb))] || customs.MasksKeywords && masked(c.Verb) {
		n.say(persona.VerbUnknown)
		return
	}
	if customs.BareVerbUnknown && !wholeVerb(c) {
		n.say(persona.VerbUnknown)
		return
	}
	switch c.Verb {
	case smtp.EHLO, smtp.HELO, smtp.LHLO:
		n.hello(c, bad)
	case smtp.MAIL:
		n.mail(c, bad)
	case smtp.RCPT:
		n.rcpt(c, bad)
	case smtp.DATA:
		n.data(c)
	case smtp.BDAT:
		n.bdat(c, bad)
	case smtp.RSET:
		n.rset(c)
	case smtp.NOOP:
		n.noop(c)
	case smtp.QUIT:
		n.quit(c)
	case smtp.VRFY:
		n.vrfy(c)
	case smtp.EXPN:
		n.expn(c)
	case smtp.HELP:
		n.help(c)
	case smtp.STARTTLS:
		n.starttls(c)
	case smtp.AUTH:
		n.auth(c, bad)
	default:
		if !n.extensionVerb(c, bad) {
			n.unknown(c)
		}
	}
}

// unknown answers what is no command here. RFC 5321 §4.2.4 wants 502 for a verb one knows and does not implement; the
// recorded servers say 500.
func (n *session) unknown(c *smtp.Command) {
	switch {
	case strings.TrimLeft(c.Line, " \t") == "":
		n.say(persona.EmptyLine)
	case n.srv.persona.Customs.DropsHTTP && isHTTP(c), n.srv.persona.Customs.DropsProxies && n.isProxy(c):
		n.say(persona.NoCommand)
		n.state = smtp.StateClosed
	case c.Verb == smtp.SEND || c.Verb == smtp.SOML || c.Verb == smtp.SAML || c.Verb == smtp.TURN:
		n.say(persona.VerbKnown)
	default:
		n.say(persona.VerbUnknown)
	}
}

// isHTTP knows the lines by which something else than a mail client betrays itself.
func isHTTP(c *smtp.Command) bool {
	switch c.Verb {
	case "GET", "POST", "CONNECT":
		return true
	}
	name, _, colon := strings.Cut(c.Line, ":") // a header field: is_header of Postfix
	first := c.Line[0] | 0x20
	return colon && !strings.ContainsAny(name, " \t") || first < 'a' || first > 'z'
}

// isProxy knows the first line of somebody who takes the server for an open proxy.
func (n *session) isProxy(c *smtp.Command) bool {
	switch c.Verb {
	case "GET", "POST", "CONNECT", "USER":
		return n.state == smtp.StateGreeted
	}
	return false
}

// wholeVerb says whether a space follows the verb, and no tab.
func wholeVerb(c *smtp.Command) bool {
	return len(c.Line) <= len(c.Verb) || c.Line[len(c.Verb)] != '\t'
}

// allowed asks the session table whether v may come now.
func (n *session) allowed(v smtp.Verb) bool {
	state := n.state
	if v == smtp.MAIL && state == smtp.StateGreeted && n.srv.persona.Customs.MailBeforeHello {
		state = smtp.StateReady
	}
	return smtp.Lookup(state, v).Allowed
}

// stray is the first way in which c strays from the grammar further than the persona lets pass; "" if there is none.
func (n *session) stray(c *smtp.Command) smtp.Tolerance {
	for _, t := range c.Tolerances {
		if !n.srv.persona.Customs.Lets(t) && (t != smtp.UTF8 || !n.takesUTF8(c)) {
			return t
		}
	}
	return ""
}
