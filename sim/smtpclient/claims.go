package smtpclient

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
)

// claim writes one line of the journal: what the engine did or heard, at the moment of it.
func (c *Client) claim(cl host.Claim) {
	cl.Time = c.cfg.Host.Clock.Now()
	cl.Host, cl.Role = c.cfg.Host.Name, host.RoleClient
	cl.Local, cl.Remote = c.local, c.remote
	c.claims.Claim(cl)
}

func (c *Client) claimCommand(v smtp.Verb, line string) {
	if c.claims == nil {
		return
	}
	switch v { // the session table's own names for last chunks
	case smtp.BDATLast:
		v = smtp.BDAT
	case smtp.BURLLast:
		v = smtp.BURL
	case smtp.AUTH:
		line = host.WithoutSecret(line)
	case smtp.AuthLine:
		if line != "*" {
			line = "•••"
		}
		c.claim(host.Claim{Kind: host.ClaimAuth, Line: line})
		return
	}
	c.claim(host.Claim{Kind: host.ClaimCommand, Verb: string(v), Line: line})
}

func (c *Client) claimReply(v smtp.Verb, code int, texts []string) {
	if c.claims == nil {
		return
	}
	kind := host.ClaimReply
	if v == smtp.Connect {
		kind = host.ClaimGreeting
	}
	c.claim(host.Claim{Kind: kind, Code: code, Texts: texts})
}

// claimData tells of a text that was sent whole: what the receiver stores if it keeps it. Binary text keeps its end.
func (c *Client) claimData(text []byte, binary bool) {
	if c.claims == nil {
		return
	}
	if len(text) > 0 && !binary && !bytes.HasSuffix(text, []byte("\r\n")) {
		text = slices.Concat(text, []byte("\r\n"))
	}
	c.claim(host.Claim{Kind: host.ClaimData, Bytes: int64(len(text)), SHA256: host.Hex(sha256.Sum256(text))})
}

func (c *Client) claimTLS(kind host.ClaimKind, text string) {
	if c.claims != nil {
		c.claim(host.Claim{Kind: kind, Text: text})
	}
}
