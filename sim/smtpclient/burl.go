package smtpclient

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/trace/mime"
)

// SendURL submits a mail whose text lies with a message store: the server fetches it (RFC 4468 §3.2). Errors are as with
// Send; a server that does not offer BURL with "imap" at this moment gets nothing.
func (c *Client) SendURL(env smtp.Envelope, url string) (Result, error) {
	c.env, c.result = env, Result{Recipients: make([]Recipient, len(env.Recipients))}
	e := c.sendURL(&c.result, &c.env, url)
	r := c.result
	c.env, c.result = smtp.Envelope{}, Result{}
	if e != nil {
		return r, r.settle(e)
	}
	return r, nil
}

func (c *Client) sendURL(r *Result, env *smtp.Envelope, url string) *Error {
	if !c.Usable() {
		return &Error{Stage: StageMail, Err: errClosed}
	}
	arg, ok := c.Argument(persona.BURL)
	if ok && arg == "" && c.identity != "" { // RFC 4468 §3.1 (3): the arguments may change after AUTH
		if err := c.introduce(); err != nil {
			return err.(*Error)
		}
		arg, ok = c.Argument(persona.BURL)
	}
	switch {
	case len(env.Recipients) == 0:
		return local(554, "5.5.4", "no recipients")
	case !ok || !c.uses(persona.BURL) || !offersURL(arg, url): // RFC 4468 §3.1 (3): none before AUTH
		return local(554, "5.7.14", "the server does not offer to fetch "+url)
	case strings.ContainsAny(url, " \t\r\n"):
		return local(554, "5.5.4", "no URL: "+url)
	}
	c.inOne(env)
	if refusal := c.needsUTF8(env, nil); refusal != nil {
		return refusal
	}
	if c.state.InTransaction() || c.unclear {
		if err := c.Reset(); err != nil {
			return err.(*Error)
		}
	}
	t := transaction{Client: c, env: env, result: r, body: mime.SevenBit, byURL: true}
	if e := t.envelope(); e != nil {
		return e
	}
	if t.refused != nil {
		return t.refused
	}
	t.line(smtp.BURLLast, append(append(append(t.buf.out, "BURL "...), url...), " LAST"...))
	if err := t.write(); err != nil {
		return &Error{Stage: StageEnd, Err: err}
	}
	return t.final(smtp.BURLLast)
}

// offersURL says whether the arguments of BURL cover url (RFC 4468 §3.3): "imap" those that carry their own authority
// (URLAUTH), "imap://host" those of that store.
func offersURL(arg, url string) bool {
	for word := range strings.FieldsSeq(strings.ToLower(arg)) {
		if word == "imap" && strings.Contains(strings.ToLower(url), ";urlauth=") || strings.HasPrefix(word, "imap://") &&
			strings.HasPrefix(strings.ToLower(url), word+"/") {
			return true
		}
	}
	return false
}
