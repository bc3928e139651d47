package smtpserver

import (
	"crypto/sha256"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
)

// claim writes one line of the journal: what the engine did, at the moment it did it.
func (n *session) claim(c host.Claim) {
	c.Time = n.srv.host.Clock.Now()
	c.Host, c.Role = n.srv.host.Name, host.RoleServer
	c.Local, c.Remote = n.tx.Local, n.tx.Remote
	n.srv.claims.Claim(c)
}

func (n *session) claimCommand(v smtp.Verb, line string) {
	if n.srv.claims == nil {
		return
	}
	if v == smtp.AUTH {
		line = host.WithoutSecret(line)
	}
	n.claim(host.Claim{Kind: host.ClaimCommand, Verb: string(v), Line: line})
}

// claimAuth tells of a line in an AUTH exchange, but for its octets.
func (n *session) claimAuth(line string) {
	if n.srv.claims == nil {
		return
	}
	if line != "*" {
		line = "•••"
	}
	n.claim(host.Claim{Kind: host.ClaimAuth, Line: line})
}

func (n *session) claimReply(r *smtp.Reply) {
	if n.srv.claims == nil {
		return
	}
	kind := host.ClaimReply
	if n.verb == smtp.Connect {
		kind = host.ClaimGreeting
	}
	n.claim(host.Claim{Kind: kind, Code: r.Code, Texts: n.claimTexts(r)})
}

// claimTexts are the texts as they stand on the line, with the enhanced code, for the journal to keep.
func (n *session) claimTexts(r *smtp.Reply) []string {
	texts := n.texts.Take(len(r.Lines))
	if r.Enhanced.IsZero() {
		copy(texts, r.Lines)
		return texts
	}
	for i, line := range r.Lines {
		var few [128]byte
		text := r.Enhanced.Append(few[:0])
		if line != "" {
			text = append(append(text, ' '), line...)
		}
		texts[i] = n.said.Of(text)
	}
	return texts
}

func (n *session) claimTLS(kind host.ClaimKind, text string) {
	if n.srv.claims != nil {
		n.claim(host.Claim{Kind: kind, Text: text})
	}
}

func (n *session) beginSum() {
	if n.srv.claims == nil {
		return
	}
	if n.sum == nil {
		n.sum = sha256.New()
	}
	n.sum.Reset()
}

func (n *session) addSum(piece []byte) {
	if n.srv.claims != nil {
		n.sum.Write(piece)
	}
}

// claimData tells of a text that has come whole, as it came: dots taken off, line ends as they were.
func (n *session) claimData() {
	if n.srv.claims == nil {
		return
	}
	n.sum.Sum(n.digest[:0])
	n.claim(host.Claim{Kind: host.ClaimData, Bytes: n.chunks, SHA256: host.Hex(n.digest), MailID: n.tx.ID})
}

// claimStored tells that the server is now responsible for the mail to each of to, before it says so to the client.
func (n *session) claimStored(to []smtp.Recipient) {
	if n.srv.claims == nil {
		return
	}
	sum, reverse := host.Hex(sha256.Sum256(n.text)), n.tx.Envelope.Reverse.Address()
	for i := range to {
		n.claim(host.Claim{Kind: host.ClaimStored, Bytes: int64(len(n.text)), SHA256: sum,
			MailID: n.tx.ID, Reverse: reverse, Recipient: to[i].Forward.Address()})
	}
}
