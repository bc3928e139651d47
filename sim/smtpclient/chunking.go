package smtpclient

import (
	"strconv"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// chunked says whether the text goes with BDAT instead of DATA (RFC 3030 §2).
func (c *Client) chunked() bool { return c.cfg.Chunking && c.uses(persona.Chunking) }

// sendChunk sends the text as one chunk, the last: counted octets, no dots added, no line to end it. A last line without
// CRLF gets one here too, so that both ways store the same.
func (t *transaction) sendChunk(text []byte) error {
	line := strconv.AppendInt([]byte("BDAT "), int64(t.size), 10)
	t.line(smtp.BDAT, append(append(t.buf.out, line...), " LAST"...))
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
	if len(text) < t.size {
		t.buf.out = append(t.buf.out, '\r', '\n')
	}
	if err := t.write(); err != nil {
		return err
	}
	t.claimData(text)
	return nil
}
