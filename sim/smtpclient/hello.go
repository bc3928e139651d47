package smtpclient

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// introduce says EHLO, and HELO to a server that does not know it (RFC 5321 §3.2); in LMTP it says LHLO.
func (c *Client) introduce() error {
	verb := smtp.EHLO
	switch {
	case c.cfg.LMTP:
		verb = smtp.LHLO
	case c.cfg.HeloOnly:
		verb = smtp.HELO
	}
	reply, err := c.hi(verb)
	if err == nil && verb == smtp.EHLO && reply.Permanent() { // §4.1.4: 500, 501, 502, 504, 550
		verb = smtp.HELO
		reply, err = c.hi(verb)
	}
	if err != nil || !reply.Positive() {
		return &Error{Stage: StageHello, Reply: reply, Err: err}
	}
	c.adopt(verb, reply)
	return nil
}

// adopt makes the reply to EHLO the one that counts. RFC 3207 §4.2: what was offered before counts no more.
func (c *Client) adopt(verb smtp.Verb, reply smtp.Reply) {
	c.hello, c.offers, c.sizeMax, c.bounds.limits = reply, 0, 0, smtp.Announced{}
	if verb != smtp.HELO {
		c.readOffers(reply.Lines)
	}
}

func (c *Client) hi(v smtp.Verb) (smtp.Reply, error) {
	return c.command(v, string(v), c.cfg.Name)
}

// readOffers reads the keywords behind the first line, in any case (RFC 5321 §4.1.1.1).
func (c *Client) readOffers(lines []string) {
	for _, line := range lines[1:] {
		keyword, arg, _ := strings.Cut(line, " ")
		e := persona.ByKeyword(keyword)
		c.offers |= e
		switch e {
		case persona.Size:
			c.readSize(arg)
		case persona.Limits:
			c.bounds.limits = smtp.ParseAnnounced(arg)
		}
	}
}
