package analyze

import (
	"bytes"
	"fmt"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/capture"
	"github.com/smtpsim/smtpsim/trace/dialogue"
	"github.com/smtpsim/smtpsim/trace/tlsrec"
)

// room opens the TLS connections of a shard.
type room struct{ *tlsrec.Room }

// Upgrade implements dialogue.Upgrader.
func (r room) Upgrade(trace.Flow) dialogue.Opener { return conn{r.Open()} }

// conn is a TLS connection: an Opener and a Witness.
type conn struct{ *tlsrec.Conn }

// Finish tells what the handshake showed beyond the hellos.
func (c conn) Finish(info *trace.TLSInfo) (alert byte, found []trace.Finding) {
	f := c.Conn.Finish()
	if f.Cipher != "" {
		info.Cipher = f.Cipher
	}
	info.Certificate = f.Certificate
	info.Resumed = info.Resumed || f.Resumed
	return f.Alert, f.Findings
}

// withRoom lets the dialogues of a shard open TLS connections, unless the caller does.
func withRoom(opts dialogue.Options, keys *tlsrec.Keys) dialogue.Options {
	if opts.Upgrader == nil {
		opts.Upgrader = room{tlsrec.NewRoom(keys)}
	}
	return opts
}

// maxBadKeys bounds what is told of secrets that cannot be read.
const maxBadKeys = 10

// secret takes a key log inside a capture; what is wrong with it is a finding of the capture.
func (r *run) secret(s capture.Secret) {
	if r.opts.Capture.Secret != nil {
		r.opts.Capture.Secret(s)
	}
	if s.Type != capture.TLSKeyLog {
		return
	}
	after := s.Packet
	if after > 0 { // in front of the first packet it may come before the file's place is known
		after += r.now.before
	}
	bad, err := r.opts.Keys.Read(bytes.NewReader(s.Data), after)
	if err != nil || len(bad) == 0 || len(r.badKeys) >= maxBadKeys {
		return // memory can always be read
	}
	id := codes.FindingBadKeyLog
	r.badKeys = append(r.badKeys, trace.Finding{ID: string(id), Severity: trace.Note, Packet: s.Packet, Source: id.Source(),
		Text: fmt.Sprintf("Line %d of the secrets behind packet %d is no line of a key log: %s.", bad[0].Line, s.Packet, bad[0].Why)})
}
