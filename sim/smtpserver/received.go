package smtpserver

import (
	"crypto/tls"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/trace/field"
)

// Received is the trace field that p puts in front of the text (RFC 5321 §4.4), with its last CRLF. now is the moment in
// the host's own zone. The engine itself adds no fields: whoever stores the mail does, with this.
func (t *Transaction) Received(p *persona.Persona, now time.Time) string {
	r := field.Received{
		Helo: t.Helo, RDNS: t.Name, IP: t.Remote.Addr(), Port: int(t.Remote.Port()),
		User: t.User, By: t.Server, Software: p.Software, With: t.With(), ID: t.ID, Time: now,
	}
	if p.Received != field.StylePostfix { // which does not name it
		from := t.traced(t.Envelope.Reverse.Mailbox)
		r.EnvelopeFrom = &from
	}
	if p.WithLower {
		r.With = strings.ToLower(r.With)
	}
	if len(t.Envelope.Recipients) == 1 { // RFC 5321 §7.2: naming one of several tells the others' secrets
		r.For = []string{t.traced(t.Envelope.Recipients[0].Forward.Mailbox)}
	}
	if t.TLS != nil {
		r.TLS = receivedTLS(t.TLS)
	}
	if len(t.Envelope.Params) > 0 {
		r.WithNote = t.solicitNote()
		t.priorityClause(&r)
	}
	return field.FormatLine(r, p.Received)
}

// receivedTLS is what a trace field tells of TLS.
func receivedTLS(state *tls.ConnectionState) *field.TLS {
	f := &field.TLS{Version: host.TLSVersion(state.Version), Cipher: tls.CipherSuiteName(state.CipherSuite),
		Certificate: "No client certificate requested"}
	f.Bits = 128
	if strings.Contains(f.Cipher, "256_GCM") || strings.Contains(f.Cipher, "256_CBC") ||
		strings.Contains(f.Cipher, "CHACHA20") {
		f.Bits = 256
	}
	f.AlgBits = f.Bits
	return f
}
