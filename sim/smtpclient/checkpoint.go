package smtpclient

import (
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/trace/mime"
)

// checkpointed says whether this transaction may be gone on with later: it has a TRANSID, and the server knows what that is
// (RFC 1845 §3). Its MAIL goes out alone, for 355 to it makes RCPT needless.
func (t *transaction) checkpointed() bool {
	_, ok := smtp.FindParam(t.env.Params, "TRANSID")
	return ok && t.uses(persona.Checkpoint)
}

// resume goes on with a transaction that was interrupted: the server has told at which octet. No RCPT again: DATA, and the
// rest of the text (RFC 1845 §3, §5).
func (t *transaction) resume(reply smtp.Reply, size int) *Error {
	word, _, _ := strings.Cut(reply.Text(), " ") // "required to be the first thing on the first line"
	offset, err := strconv.ParseUint(word, 10, 31)
	if err != nil || int(offset) > size {
		return &Error{Stage: StageMail, Reply: reply, Err: ErrProtocol}
	}
	t.result.Mail, t.offset, t.accepted = reply, int(offset), len(t.env.Recipients)
	t.line(smtp.DATA, append(t.buf.out, "DATA"...))
	reply, err = t.exchange(smtp.DATA)
	if err != nil {
		return &Error{Stage: StageData, Err: err}
	}
	t.tookData(reply)
	return nil
}

// chunked keeps BDAT out of transactions that may be gone on with: what is resumed goes with DATA. Binary text cannot
// (RFC 3030 §3).
func (t *transaction) chunked() bool {
	return t.byURL || t.body == mime.Binary || t.Client.chunked() && !t.checkpointed()
}
