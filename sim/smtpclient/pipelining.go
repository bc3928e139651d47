package smtpclient

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// groupMax bounds the octets of one group of commands, so that neither side has to write while the other does not read
// (RFC 2920 §3.1).
const groupMax = 4000

// envelope says MAIL, RCPT.. and DATA. The error is of the connection; refusals stand in t.
func (t *transaction) envelope() *Error {
	if t.uses(persona.Pipelining) && !t.checkpointed() && t.talk == nil {
		return t.inGroups()
	}
	return t.stepwise()
}

// stepwise waits for each reply (RFC 5321 §4.3.1).
func (t *transaction) stepwise() *Error {
	t.line(smtp.MAIL, t.appendMail(t.buf.out))
	reply, err := t.exchange(smtp.MAIL)
	if err != nil {
		return &Error{Stage: StageMail, Err: err}
	}
	if reply.Code == 355 && t.checkpointed() {
		return t.resume(reply, t.size)
	}
	if t.tookMail(reply); t.refused != nil {
		return t.refused
	}
	for i := range t.env.Recipients {
		t.line(smtp.RCPT, t.appendRcpt(t.buf.out, i))
		if reply, err = t.exchange(smtp.RCPT); err != nil {
			return &Error{Stage: StageRcpt, Err: err}
		}
		t.tookRcpt(i, reply)
		if t.state == smtp.StateClosed {
			return &Error{Stage: StageRcpt, Reply: reply}
		}
	}
	if t.accepted == 0 {
		return t.nobody()
	}
	if t.talk != nil {
		if e := t.negotiated(); e != nil {
			return e
		}
	}
	if t.chunked() {
		return nil
	}
	t.line(smtp.DATA, append(t.buf.out, "DATA"...))
	if reply, err = t.exchange(smtp.DATA); err != nil {
		return &Error{Stage: StageData, Err: err}
	}
	t.tookData(reply)
	return nil
}

// inGroups sends as many commands at once as groupMax allows, DATA as the last of the last group, and then reads as many
// replies (RFC 2920 §3.1).
func (t *transaction) inGroups() *Error {
	t.line(smtp.MAIL, t.appendMail(t.buf.out))
	mail, first := true, 0
	for i := range t.env.Recipients {
		t.line(smtp.RCPT, t.appendRcpt(t.buf.out, i))
		if len(t.buf.out) < groupMax-smtp.MaxCommandLine {
			continue
		}
		if e := t.group(mail, first, i+1, false); e != nil {
			return e
		}
		mail, first = false, i+1
	}
	data := !t.chunked()
	if data {
		t.line(smtp.DATA, append(t.buf.out, "DATA"...))
	}
	return t.group(mail, first, len(t.env.Recipients), data)
}

// group sends the commands collected: MAIL or not, RCPT for the recipients from first to before end, DATA or not.
func (t *transaction) group(mail bool, first, end int, data bool) *Error {
	if err := t.write(); err != nil {
		return &Error{Stage: StageMail, Err: err}
	}
	if mail {
		reply, err := t.reply(smtp.MAIL, t.cfg.Timeouts.Mail)
		if err != nil {
			return &Error{Stage: StageMail, Err: err}
		}
		t.tookMail(reply)
		if t.state == smtp.StateClosed { // 421: no more replies will come
			return t.refused
		}
	}
	for i := first; i < end; i++ {
		reply, err := t.reply(smtp.RCPT, t.cfg.Timeouts.Rcpt)
		if err != nil {
			return &Error{Stage: StageRcpt, Err: err}
		}
		t.tookRcpt(i, reply)
		if t.state == smtp.StateClosed {
			return &Error{Stage: StageRcpt, Reply: reply}
		}
	}
	if !data {
		if end == len(t.env.Recipients) && t.refused == nil && t.accepted == 0 {
			t.refused = t.nobody()
		}
		return nil
	}
	reply, err := t.reply(smtp.DATA, t.cfg.Timeouts.Data)
	if err != nil {
		return &Error{Stage: StageData, Err: err}
	}
	t.tookData(reply)
	return nil
}

// dotAlone ends a text that the server wants though nobody is to get it: "send a single dot" (RFC 2920 §3.1). Whatever
// the reply, no mail was sent.
func (t *transaction) dotAlone() {
	t.buf.out = append(t.buf.out, ".\r\n"...)
	if t.write() == nil {
		t.claimData(nil, false)
		_, _ = t.reply(smtp.EndOfData, t.cfg.Timeouts.End)
	}
}

// line ends a command that was appended to the buffer.
func (c *Client) line(v smtp.Verb, with []byte) {
	if c.cfg.LowerCase {
		lowerVerb(with[len(c.buf.out):])
	}
	if c.claims != nil {
		c.claimCommand(v, c.buf.said.Of(with[len(c.buf.out):]))
	}
	c.buf.out = append(with, '\r', '\n')
}

// exchange sends what was collected and reads one reply.
func (t *transaction) exchange(v smtp.Verb) (smtp.Reply, error) {
	if err := t.write(); err != nil {
		return smtp.Reply{}, err
	}
	wait := t.cfg.Timeouts.Mail
	switch v {
	case smtp.RCPT:
		wait = t.cfg.Timeouts.Rcpt
	case smtp.DATA:
		wait = t.cfg.Timeouts.Data
	}
	return t.reply(v, wait)
}
