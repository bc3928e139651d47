package smtpserver

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// bare are those of e that must not be offered alone, or have nothing behind them here.
func (s *Server) bare(e persona.Extensions, backend Session) (out persona.Extensions) {
	if !e.Has(persona.EightBitMIME) {
		out |= persona.SMTPUTF8 | persona.BURL // RFC 6531 §3.1 (8), RFC 4468 §4
	}
	if !e.Has(persona.Chunking) {
		out |= persona.BinaryMIME // RFC 3030 §3 (3)
	}
	if !e.Has(persona.Pipelining) {
		out |= persona.PipeConnect
	}
	if s.cfg.Terms.Limits == (smtp.Announced{}) {
		out |= persona.Limits
	}
	if _, fetches := backend.(Fetcher); !fetches {
		out |= persona.BURL
	}
	return out
}
