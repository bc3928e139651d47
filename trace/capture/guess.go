package capture

import (
	"bytes"

	"github.com/smtpsim/smtpsim/trace"
)

// mailPort says that mail servers listen there: smtp, LMTP's usual one (RFC 2033 §5 forbids 25), submissions, submission, and the
// one that firewalls made common.
func mailPort(p uint16) bool {
	switch p {
	case 24, 25, 465, 587, 2525:
		return true
	}
	return false
}

// servesAt says that of two ports the source looks more like the server's.
func servesAt(src, dst uint16) bool {
	if a, b := mailPort(src), mailPort(dst); a != b {
		return a
	}
	return src < dst // a well-known port is below 1024, an ephemeral one far above (RFC 6335 §6)
}

// guessedWrong says whether the first payload seen of a connection in mid stream contradicts the guess from its ports. A mail port
// decides; else what is said does.
func (c *conn) guessedWrong(from trace.Side, payload []byte) bool {
	if mailPort(c.flow.Client.Port()) != mailPort(c.flow.Server.Port()) {
		return false
	}
	switch {
	case looksLikeReply(payload):
		return from == trace.FromClient
	case looksLikeCommand(payload):
		return from == trace.FromServer
	}
	return false
}

// swap exchanges client and server, as long as nobody was told.
func (c *conn) swap() {
	c.clientFirst = !c.clientFirst
	c.dirs[0], c.dirs[1] = c.dirs[1], c.dirs[0]
	c.flow.Client, c.flow.Server = c.flow.Server, c.flow.Client
}

// looksLikeReply recognizes "220 " and "250-" (RFC 5321 §4.2).
func looksLikeReply(b []byte) bool {
	if len(b) < 4 || b[0] < '2' || b[0] > '5' || b[1] < '0' || b[1] > '5' || b[2] < '0' || b[2] > '9' {
		return false
	}
	return b[3] == ' ' || b[3] == '-' || b[3] == '\r'
}

// looksLikeCommand recognizes the verbs that begin or carry a session.
func looksLikeCommand(b []byte) bool {
	if len(b) < 5 {
		return false
	}
	switch string(bytes.ToUpper(b[:4])) {
	case "EHLO", "HELO", "LHLO", "MAIL", "RCPT", "BDAT", "AUTH":
		return b[4] == ' '
	case "DATA", "RSET", "NOOP", "QUIT":
		return b[4] == '\r' || b[4] == '\n'
	case "STAR":
		return len(b) >= 8 && bytes.EqualFold(b[:8], []byte("STARTTLS"))
	}
	return false
}
