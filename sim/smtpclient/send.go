package smtpclient

import (
	"bytes"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace/mime"
)

// Send gives one mail to the server. The error is nil if the server took it for at least one recipient; else it is an
// *Error that says why. What became of each recipient stands in the Result in either case. text is the message with CRLF
// line ends; a last line without CRLF gets one (RFC 5321 §4.1.1.4).
func (c *Client) Send(env smtp.Envelope, text []byte) (Result, error) {
	if !c.inOne(&env) {
		return c.sendParts(env, text)
	}
	return c.sendOne(env, text)
}

// sendOne gives the mail to the server in one transaction.
func (c *Client) sendOne(env smtp.Envelope, text []byte) (Result, error) {
	c.env, c.result = env, Result{Recipients: make([]Recipient, len(env.Recipients))}
	e := c.send(&c.result, &c.env, text)
	r := c.result
	c.env, c.result = smtp.Envelope{}, Result{}
	if e == nil {
		return r, nil
	}
	if c.bounds.early.failed != nil {
		e = c.bounds.early.failed // the session had not even begun
	}
	return r, r.settle(e)
}

func (c *Client) send(r *Result, env *smtp.Envelope, text []byte) *Error {
	if !c.Usable() {
		return &Error{Stage: StageMail, Err: errClosed}
	}
	if len(env.Recipients) == 0 {
		return local(554, "5.5.4", "no recipients")
	}
	t := transaction{Client: c, env: env, result: r}
	refusal := c.needsUTF8(env, text) // before conversion, which cannot help it
	if refusal == nil {
		text, refusal = t.fit(text)
	}
	if refusal == nil {
		refusal = c.tooBig(t.size)
	}
	if refusal == nil {
		refusal = c.lacking(env, text)
	}
	if refusal != nil {
		return refusal
	}
	if c.state.InTransaction() || c.unclear || c.again && c.cfg.ResetFirst { // the last mail ended in the middle
		if err := c.Reset(); err != nil {
			return err.(*Error)
		}
	}
	c.again = true
	t.utf8 = t.international(text)
	t.solicit = c.solicitation(text)
	if t.negotiates() {
		t.talk = &negotiation{text: text}
	}
	if e := t.envelope(); e != nil {
		return e
	}
	if t.talk != nil {
		text = t.talk.text
	}
	return t.text(text)
}

// storedSize is the size of the text as the server gets it, dots not counted (RFC 1870 §5).
func storedSize(text []byte) int {
	if len(text) > 0 && text[len(text)-1] != '\n' {
		return len(text) + 2
	}
	return len(text)
}

// cleanLineEnds makes every line end CRLF: RFC 5321 §2.3.8 forbids to send CR or LF alone. A text without such is given
// back as it is.
func cleanLineEnds(text []byte) []byte {
	if !strayLineEnd(text) {
		return text
	}
	out := make([]byte, 0, len(text)+len(text)/32)
	for i, b := range text {
		switch {
		case b == '\r' && (i+1 == len(text) || text[i+1] != '\n'):
			out = append(out, '\r', '\n')
		case b == '\n' && (i == 0 || text[i-1] != '\r'):
			out = append(out, '\r', '\n')
		default:
			out = append(out, b)
		}
	}
	return out
}

// strayLineEnd says whether there is a CR or LF that is not part of a CRLF.
func strayLineEnd(text []byte) bool {
	lines := 0
	for rest := text; ; lines++ {
		n := bytes.IndexByte(rest, '\n')
		if n < 0 {
			return bytes.Count(text, []byte{'\r'}) != lines
		}
		if n == 0 || rest[n-1] != '\r' {
			return true
		}
		rest = rest[n+1:]
	}
}

// transaction is one Send.
type transaction struct {
	*Client
	env      *smtp.Envelope
	result   *Result
	size     int            // of the text, as the server gets it
	body     mime.Transport // how the text goes
	utf8     bool           // with SMTPUTF8
	solicit  string         // classes of mail that it says to belong to (RFC 3865)
	talk     *negotiation   // about what the recipients can show; nil: there is none (RFC 4141)
	byURL    bool           // it does not go at all: the server fetches it (RFC 4468)
	accepted int            // recipients
	offset   int            // octets of the text that the server has already (RFC 1845)
	refused  *Error         // why there can be no mail: the first thing that went wrong for all
}

// appendMail writes the MAIL line without its end.
func (t *transaction) appendMail(dst []byte) []byte {
	reverse := t.env.Reverse
	reverse.Mailbox = t.path(reverse.Mailbox)
	dst = reverse.Append(append(dst, "MAIL FROM:"...))
	if !t.byURL {
		dst = t.appendSize(dst, t.size)
	}
	dst = t.appendBody(dst)
	if t.utf8 {
		dst = append(dst, " SMTPUTF8"...)
	}
	if t.asksEach() {
		dst = append(dst, " PRDR"...)
	}
	if t.solicit != "" {
		dst = append(append(dst, " SOLICIT="...), t.solicit...)
	}
	t.bounds.mails++
	return t.appendParams(dst, smtp.MAIL, t.env.Params)
}

// appendRcpt writes the RCPT line of recipient i without its end. Source routes are left out (RFC 5321 §3.3: SHOULD NOT be
// sent).
func (t *transaction) appendRcpt(dst []byte, i int) []byte {
	to := &t.env.Recipients[i]
	if t.cfg.SourceRoutes && len(to.Forward.Route) > 0 {
		dst = to.Forward.Append(append(dst, "RCPT TO:"...))
	} else {
		dst = append(t.path(to.Forward.Mailbox).Append(append(dst, "RCPT TO:<"...)), '>')
	}
	if t.talk != nil {
		dst = append(dst, " CONNEG"...)
	}
	return t.appendParams(dst, smtp.RCPT, to.Params)
}

// tookMail, tookRcpt and tookData take in the replies to the three commands.
func (t *transaction) tookMail(reply smtp.Reply) {
	t.result.Mail = reply
	if !reply.Positive() {
		t.refused = &Error{Stage: StageMail, Reply: reply}
	}
}

func (t *transaction) tookRcpt(i int, reply smtp.Reply) {
	if t.refused != nil {
		return // what a server says to RCPT after it has refused MAIL is of no interest
	}
	if reply.Positive() {
		t.accepted++
		if t.talk != nil {
			t.talk.heard(reply)
		}
		return
	}
	t.result.Recipients[i] = Recipient{Stage: StageRcpt, Reply: reply}
}

func (t *transaction) tookData(reply smtp.Reply) {
	t.result.Data = reply
	if t.refused == nil && t.accepted == 0 {
		t.refused = t.nobody()
	}
	if t.refused == nil && !reply.Intermediate() {
		t.refused = &Error{Stage: StageData, Reply: reply}
	}
}

// nobody is the error of a mail whose recipients were all refused: the last of them speaks for all, a temporary refusal
// before a permanent one.
func (t *transaction) nobody() *Error {
	e := &Error{Stage: StageRcpt}
	for i := range t.result.Recipients {
		to := &t.result.Recipients[i]
		if e.Reply.Code == 0 || !e.Temporary() || to.Temporary() {
			e.Reply = to.Reply
		}
	}
	return e
}

// text sends the mail data after 354 and takes in the last replies.
func (t *transaction) text(text []byte) *Error {
	if t.refused != nil {
		if t.state == smtp.StateData {
			t.dotAlone()
		}
		return t.refused
	}
	end := smtp.EndOfData
	if t.chunked() {
		end = smtp.BDATLast
		if e := t.sendChunks(text); e != nil {
			return e
		}
	} else if err := t.sendText(text[min(t.offset, len(text)):]); err != nil {
		return &Error{Stage: StageEnd, Err: err}
	}
	return t.final(end)
}

// final takes in what the server says of the mail as a whole, or of each recipient.
func (t *transaction) final(end smtp.Verb) *Error {
	if t.cfg.LMTP {
		return t.finalReplies(end)
	}
	reply, err := t.reply(end, t.cfg.Timeouts.End)
	if err != nil {
		return &Error{Stage: StageEnd, Err: err}
	}
	if reply.Code == 353 && t.asksEach() {
		return t.eachReplies(end)
	}
	t.result.Final = reply
	for i := range t.result.Recipients {
		if to := &t.result.Recipients[i]; to.Stage == "" {
			*to = Recipient{Stage: StageEnd, Reply: reply, Accepted: reply.Positive()}
		}
	}
	if !reply.Positive() {
		t.unclear = t.chunked()
		return &Error{Stage: StageEnd, Reply: reply}
	}
	return nil
}

// piece is how much of a text is stuffed and written at once.
const piece = 16 * 1024

// sendText writes the text with the dots that transparency wants, and the end of data (RFC 5321 §4.5.2).
func (t *transaction) sendText(text []byte) error {
	var s smtp.Stuffer
	for rest := text; ; {
		n := min(len(rest), piece)
		t.buf.out = s.Append(t.buf.out, rest[:n])
		rest = rest[n:]
		if len(rest) == 0 {
			break
		}
		if err := t.write(); err != nil {
			return err
		}
	}
	t.buf.out = s.End(t.buf.out)
	if err := t.write(); err != nil {
		return err
	}
	t.claimData(text, false)
	return nil
}
