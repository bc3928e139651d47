package node

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/trace/field"
)

// ErrNoMail is a host that can neither submit nor queue.
var ErrNoMail = errors.New("this host has no MUA, MSA or MTA")

// ErrManyAliases is a mail whose aliases stand for more addresses than a host expands.
var ErrManyAliases = errors.New("too many addresses stand behind the aliases")

// Message is a mail that somebody writes.
type Message struct {
	From    string   // address; "" is the null reverse-path, and the From field says MAILER-DAEMON
	To      []string // addresses, the forward-paths
	Header  string   // the To field where it differs from To
	Subject string
	Body    string // lines end with LF or CRLF
}

// Compose writes the message as an MUA does (RFC 5322 §3.6): From, To, Subject, Date and Message-ID, CRLF line ends.
func (n *Node) Compose(m Message) (smtp.Envelope, []byte, error) {
	env := smtp.Envelope{Reverse: smtp.ReversePath{Null: m.From == ""}}
	from := "MAILER-DAEMON@" + n.host.Name
	if m.From != "" {
		mailbox, err := smtp.ParseMailbox(m.From, smtp.StrictUTF8)
		if err != nil {
			return env, nil, fmt.Errorf("sender %q: %w", m.From, err)
		}
		env.Reverse.Mailbox, from = mailbox, m.From
	}
	env.Recipients = make([]smtp.Recipient, 0, len(m.To))
	for _, to := range m.To {
		mailbox, err := smtp.ParseMailbox(to, smtp.StrictUTF8)
		if err != nil {
			return env, nil, fmt.Errorf("recipient %q: %w", to, err)
		}
		env.Recipients = append(env.Recipients, smtp.Recipient{Forward: smtp.ForwardPath{Mailbox: mailbox}})
	}
	if !isASCII(&env) { // RFC 6531 §3.4
		env.Params = []smtp.Param{{Name: "SMTPUTF8"}}
	}
	if m.Header == "" {
		m.Header = strings.Join(m.To, ", ")
	}
	n.mu.Lock()
	n.count++
	count, chance := n.count, n.host.Rand.Uint32()
	n.mu.Unlock()
	b := make([]byte, 0, 256+len(m.Header)+len(m.Subject)+len(m.Body)+len(m.Body)/32)
	b = appendField(b, "From", from)
	b = appendList(b, "To", m.Header)
	b = appendField(b, "Subject", m.Subject)
	b = n.host.Clock.Now().AppendFormat(append(b, "Date: "...), "Mon, 02 Jan 2006 15:04:05 -0700")
	b = append(strconv.AppendInt(append(b, "\r\nMessage-ID: <"...), int64(count), 10), '.')
	b = append(strconv.AppendUint(b, uint64(chance), 36), '@')
	b = append(append(b, n.host.Name...), ">\r\n"...)
	if strings.IndexFunc(m.Body, func(r rune) bool { return r > 127 }) >= 0 { // RFC 5321 §2.4: 8BITMIME is for MIME only
		b = append(b, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"...)
	}
	return env, appendLines(append(b, "\r\n"...), m.Body), nil
}

// appendList writes a field with a list of addresses, broken at its commas where one line would be longer than RFC 5322
// §2.1.1 allows (998). Shorter ones stay in one line.
func appendList(dst []byte, name, list string) []byte {
	start := len(dst)
	dst = appendField(dst, name, list)
	if len(dst)-start <= smtp.MaxTextLine {
		return dst
	}
	return append(dst[:start], bytes.ReplaceAll(dst[start:], []byte(", "), []byte(",\r\n "))...)
}

// appendField writes a header field; its value cannot make another field.
func appendField(dst []byte, name, value string) []byte {
	dst = append(append(dst, name...), ": "...)
	at := len(dst)
	dst = append(dst, value...)
	for i := at; i < len(dst); i++ {
		if dst[i] == '\r' || dst[i] == '\n' {
			dst[i] = ' '
		}
	}
	return append(dst, "\r\n"...)
}

// appendLines writes a body whose lines end with LF or CRLF with CRLF, the last one too.
func appendLines(dst []byte, body string) []byte {
	for {
		line, rest, found := strings.Cut(body, "\n")
		if found {
			line = strings.TrimSuffix(line, "\r")
		}
		dst = append(append(dst, line...), "\r\n"...)
		if body = rest; body == "" {
			return dst
		}
	}
}

// Submit hands a mail over from this host; it is called in a process of the host. An MUA gives it to its MSA and tells
// what that said; an MSA or MTA takes it into its own queue, as from a local program. The error is nil if somebody is
// responsible for at least one recipient now.
func (n *Node) Submit(env smtp.Envelope, text []byte) (smtpclient.Result, error) {
	switch {
	case n.cfg.is(MUA):
		return n.submit(env, text)
	case n.queue != nil:
		return smtpclient.Result{}, n.take(env, text)
	}
	return smtpclient.Result{}, ErrNoMail
}

// submit is an MUA's session with its MSA. An MUA does not queue: it tells its user.
func (n *Node) submit(env smtp.Envelope, text []byte) (smtpclient.Result, error) {
	session, err := n.submission()
	if err != nil {
		return smtpclient.Result{}, err
	}
	result, err := session.Send(env, text)
	_ = session.Quit() // what became of the mail is known
	return result, err
}

// submission is a session with the MSA.
func (n *Node) submission() (session queue.Session, err error) {
	targets, err := n.submissionTargets()
	if err != nil {
		return nil, err
	}
	for _, t := range targets {
		if session, err = n.connect(t); err == nil {
			break
		}
	}
	return session, err
}

func (n *Node) submissionTargets() ([]queue.Target, error) {
	if n.cfg.Discover != "" && n.resolver != nil {
		return n.discover(n.cfg.Discover)
	}
	at := n.cfg.SubmitAddr
	if at.Port() == 0 {
		at = netip.AddrPortFrom(at.Addr(), PortSubmission)
	}
	if at.Addr().IsValid() {
		return []queue.Target{{Name: n.cfg.SubmitTo, Addr: at}}, nil
	}
	addrs, answer := n.lookup().LookupAddr(n.cfg.SubmitTo)
	if answer.Outcome != dns.Found {
		return nil, fmt.Errorf("address of the submission server %q: %s", n.cfg.SubmitTo, answer.Outcome)
	}
	var targets []queue.Target
	for _, a := range addrs {
		targets = append(targets, queue.Target{Name: n.cfg.SubmitTo, Addr: netip.AddrPortFrom(a, at.Port())})
	}
	return targets, nil
}

// take puts a mail of a local program into the queue.
func (n *Node) take(env smtp.Envelope, text []byte) error {
	to, ok := n.expand(env.Recipients)
	if !ok {
		return ErrManyAliases
	}
	env.Recipients = to
	signed, refusal := n.resent(text)
	if refusal != nil {
		return errors.New(refusal.Lines[0])
	}
	return n.queue.Begin(n.queue.NextID(), env, signed)
}

// stamp is the trace field of mail that begins on this host (RFC 5321 §4.4): there is no client to name.
func (n *Node) stamp(id string, to []smtp.Recipient) string {
	r := field.Received{By: n.host.Name, Software: n.persona.Software, ID: id, Time: n.host.Clock.Now()}
	if len(to) == 1 {
		r.For = []string{to[0].Forward.Address()}
	}
	return field.FormatLine(r, n.persona.Received)
}

// addresses are those of one family.
func (n *Node) addresses(name, kind string) []netip.Addr {
	t, _ := dns.ParseType(kind)
	var out []netip.Addr
	for _, r := range n.resolver.Query(name, t).Records {
		out = append(out, r.Addr)
	}
	return out
}
