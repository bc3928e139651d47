package smtpclient

import (
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// bounds is what a session must mind beside the commands themselves.
type bounds struct {
	limits smtp.Announced // with LIMITS
	mails  int            // MAIL commands so far
	ascii  bool           // no address of the present mail needs SMTPUTF8
	alabel bool           // domains that are not ASCII go as A-labels
	early  early          // what was said before the greeting
}

// Limits are those of the last reply to EHLO.
func (c *Client) Limits() smtp.Announced { return c.bounds.limits }

// Spent says that the server takes no more mail in this session.
func (c *Client) Spent() bool {
	return c.bounds.limits.Mails > 0 && c.bounds.mails >= c.bounds.limits.Mails && c.uses(persona.Limits)
}

// inOne says whether the whole envelope may go in one transaction. It looks at the addresses once, for needsUTF8 as well.
func (c *Client) inOne(env *smtp.Envelope) bool {
	c.bounds.ascii = env.Reverse.IsASCII()
	foreign := false
	for i := range env.Recipients {
		foreign = foreign || !env.Recipients[i].Forward.IsASCII()
	}
	c.bounds.ascii = c.bounds.ascii && !foreign
	if foreign && len(env.Recipients) > 1 && !c.uses(persona.SMTPUTF8) {
		return false
	}
	if c.bounds.limits == (smtp.Announced{}) || !c.uses(persona.Limits) {
		return true
	}
	return len(c.part(env, 0, nil)) == len(env.Recipients)
}

// part are the recipients, from first on, that go together; those in settled are left out.
func (c *Client) part(env *smtp.Envelope, first int, settled []Recipient) (part []int) {
	limits := c.bounds.limits
	if !c.uses(persona.Limits) {
		limits = smtp.Announced{}
	}
	var domains []string
	for i := first; i < len(env.Recipients); i++ {
		if settled != nil && settled[i].Stage != "" {
			continue
		}
		if limits.Domains > 0 {
			domain := strings.ToLower(env.Recipients[i].Forward.Domain)
			if !slices.Contains(domains, domain) {
				if len(domains) == limits.Domains {
					break
				}
				domains = append(domains, domain)
			}
		}
		if part = append(part, i); len(part) == limits.Rcpts {
			break
		}
	}
	return part
}

// sendParts gives the mail to the server in as many transactions as it wants, and to none where one recipient alone cannot
// be named to it. What the session has no room for is left with Code 0, as if the connection had broken: another session
// takes it.
func (c *Client) sendParts(env smtp.Envelope, text []byte) (Result, error) {
	all := Result{Recipients: make([]Recipient, len(env.Recipients))}
	refusal := c.unnameable(&env, all.Recipients)
	var last error
	if refusal != nil {
		last = refusal
	}
	for first := 0; first < len(env.Recipients); {
		part := c.part(&env, first, all.Recipients)
		if len(part) == 0 {
			break
		}
		first = part[len(part)-1] + 1
		sub := env
		sub.Recipients = make([]smtp.Recipient, len(part))
		for n, i := range part {
			sub.Recipients[n] = env.Recipients[i]
		}
		c.inOne(&sub)
		r, err := c.sendOne(sub, text)
		for n, i := range part {
			all.Recipients[i] = r.Recipients[n]
		}
		all.Mail, all.Data, all.Final = r.Mail, r.Data, r.Final
		if err != nil {
			last = err
		}
	}
	if all.Accepted() > 0 {
		return all, nil
	}
	return all, last
}
