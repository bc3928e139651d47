package smtpserver

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// Fetcher is a Session that can fetch what a URL names, for submission servers (RFC 4468). A reply refuses; nil text
// without one means that nothing is there. Without a Fetcher BURL is not offered.
type Fetcher interface {
	Fetch(t *Transaction, url string) ([]byte, *smtp.Reply)
}

// burlExtension is BURL: text that the server fetches from a message store.
func burlExtension() extension {
	return extension{is: persona.BURL, line: (*session).burlLine,
		verbs: []verb{{smtp.BURL, (*session).burl}}}
}

// burlLine is the keyword; RFC 4468 §3.1 (3): "imap" comes once the client may use it, which is after AUTH.
func (n *session) burlLine() string {
	if n.mayFetch() {
		return "BURL imap"
	}
	return "BURL"
}

// mayFetch says whether the client is somebody whose URLs are fetched: it has authenticated itself, or nobody here does.
func (n *session) mayFetch() bool {
	_, knows := n.backend.(Authenticator)
	return n.tx.User != "" || !knows
}

// burl is BURL (RFC 4468 §3.2): like a chunk of BDAT whose octets lie elsewhere. The URL is looked at only where a recipient
// was accepted.
func (n *session) burl(c *smtp.Command, bad *smtp.SyntaxError) {
	switch {
	case n.broken && c.Last:
		n.abort()
		n.reject(554, "5.5.0", "The transaction has failed")
	case n.state == smtp.StateMail:
		n.reject(554, "5.5.0", "No recipients have been specified") // §6
	case !n.allowed(n.verb) || n.broken:
		n.reject(503, "5.5.0", "Valid RCPT TO required before BURL")
	case bad != nil:
		n.reject(501, "5.5.4", "Syntax: BURL url [LAST]")
	default:
		n.fetch(c)
	}
}

// fetch answers a BURL that may come.
func (n *session) fetch(c *smtp.Command) {
	text, refusal := n.fetched(c.Arg)
	if refusal != nil {
		n.fail(c.Last, refusal)
		return
	}
	if n.state == smtp.StateRcpt {
		n.dots.Reset()
		n.beginText()
	}
	n.addText(text)
	switch {
	case n.chunks > n.srv.textMax():
		big := smtp.NewReply(554, "5.3.4", "Message too big for system") // §6
		n.fail(c.Last, &big)
	case c.Last:
		n.endOfText()
	default:
		n.answer(smtp.NewReply(250, "2.5.0", "Waiting for additional BURL or BDAT commands"))
	}
}

// fail refuses a BURL. §3.2: "the server will fail the entire transaction": until RSET, or at once with LAST.
func (n *session) fail(last bool, refusal *smtp.Reply) {
	n.broken = true
	if last {
		n.abort()
	}
	n.answer(*refusal)
}

// fetched is what url names.
func (n *session) fetched(url string) ([]byte, *smtp.Reply) {
	refuse := func(code int, enhanced, text string) ([]byte, *smtp.Reply) {
		r := smtp.NewReply(code, enhanced, text)
		return nil, &r
	}
	if len(url) < len("imap://x/") || !strings.EqualFold(url[:len("imap://")], "imap://") {
		return refuse(554, "5.6.6", "Only imap URLs are fetched")
	}
	if !n.mayFetch() {
		return refuse(530, "5.7.0", "Authentication required") // RFC 4954 §6
	}
	if !n.authorized(url) {
		return refuse(554, "5.7.0", "IMAP URL authorization failed") // §3.3, §3.4
	}
	text, refusal := n.backend.(Fetcher).Fetch(&n.tx, url)
	if refusal == nil && text == nil {
		return refuse(554, "5.6.6", "IMAP URL resolution failed") // §6
	}
	return text, refusal
}

// authorized looks at the access part of a URL with authority of its own (RFC 4467): §3.3: "the submit server MUST refuse
// the BURL command unless the userid in the URL's <access> token matches the submit client's authorization identity".
func (n *session) authorized(url string) bool {
	_, access, found := strings.Cut(strings.ToLower(url), ";urlauth=")
	if !found {
		return n.tx.User != "" || n.mayFetch()
	}
	access, _, _ = strings.Cut(access, ":")
	if user, submit := strings.CutPrefix(access, "submit+"); submit {
		return n.tx.User != "" && strings.EqualFold(user, n.tx.User)
	}
	return access == "anonymous" || access == "authuser" && n.tx.User != ""
}
