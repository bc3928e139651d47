package smtpclient

import (
	"strconv"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/trace/mime"
)

// chunked says whether the text goes with BDAT instead of DATA (RFC 3030 §2).
func (c *Client) chunked() bool { return c.cfg.Chunking && c.uses(persona.Chunking) }

// sendChunks sends the text with BDAT: counted octets, no dots added, no line to end it. A last line without CRLF gets one
// here too, so that both ways store the same; binary text goes as it is. With PIPELINING all chunks go out before the first
// reply is read (RFC 3030 §4.2). After a refusal no more are sent, and RSET must follow (§2). The reply to the last chunk is
// left to be read.
func (t *transaction) sendChunks(text []byte) *Error {
	size, refused := t.chunkSize(), (*Error)(nil)
	waiting, rest := 0, text
	for left := t.size; left > size; left -= size {
		if err := t.sendChunk(smtp.BDAT, rest[:size], size); err != nil {
			return &Error{Stage: StageEnd, Err: err}
		}
		if rest = rest[size:]; t.uses(persona.Pipelining) {
			waiting++
		} else if refused = t.tookChunk(nil); refused != nil {
			return refused
		}
	}
	if err := t.sendChunk(smtp.BDATLast, rest, t.size-(len(text)-len(rest))); err != nil {
		return &Error{Stage: StageEnd, Err: err}
	}
	for ; waiting > 0 && t.state != smtp.StateClosed; waiting-- {
		refused = t.tookChunk(refused)
	}
	t.claimData(text, t.body == mime.Binary)
	if refused != nil && t.state != smtp.StateClosed { // the last chunk is refused as well; its reply must not be taken for another's
		_, _ = t.reply(smtp.BDATLast, t.cfg.Timeouts.End)
	}
	return refused
}

func (t *transaction) chunkSize() int {
	if t.cfg.ChunkSize > 0 {
		return t.cfg.ChunkSize
	}
	return t.size
}

// tookChunk reads the reply to a chunk that is not the last; the first refusal counts.
func (t *transaction) tookChunk(before *Error) *Error {
	reply, err := t.reply(smtp.BDAT, t.cfg.Timeouts.Data)
	if before != nil || err == nil && reply.Positive() {
		return before
	}
	t.unclear = true
	return &Error{Stage: StageEnd, Reply: reply, Err: err}
}

// sendChunk sends one chunk of size octets; CRLF stands for those that text lacks.
func (t *transaction) sendChunk(v smtp.Verb, text []byte, size int) error {
	line := strconv.AppendInt(append(t.buf.out, "BDAT "...), int64(size), 10)
	if v == smtp.BDATLast {
		line = append(line, " LAST"...)
	}
	t.line(v, line)
	for rest := text; len(rest) > 0; {
		n := min(len(rest), piece)
		t.buf.out = append(t.buf.out, rest[:n]...)
		if rest = rest[n:]; len(rest) == 0 {
			break
		}
		if err := t.write(); err != nil {
			return err
		}
	}
	t.buf.out = append(t.buf.out, "\r\n"[:size-len(text)]...)
	return t.write()
}
