package hops

import (
	"io"

	"github.com/smtpsim/smtpsim/trace/mbox"
)

// Mailbox traces the messages of a single-message or mbox stream, one after the other. It stops at the first error, of
// reading or of yield, and returns it; the end of the stream is no error. Offset and Line of opts are set for each message.
func Mailbox(r io.Reader, file string, opts Options, yield func(Message) error) error {
	box := mbox.NewReader(r, mbox.Options{})
	for {
		m, err := box.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		opts.Offset, opts.Line = m.Offset, m.Line
		if err := yield(Trace(m.Data, file, m.Index, opts)); err != nil {
			return err
		}
	}
}
