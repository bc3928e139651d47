package sim

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/node"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/scenario"
)

// sends fills in how a host gives mail on, and what it announces.
func sends(cfg *node.Config, s *scenario.Sending) {
	cfg.Sending = node.Sending{Chunking: s.Chunking || s.ChunkSize > 0, ChunkSize: s.ChunkSize, PRDR: s.PRDR, Early: s.Early}
	if how, ok := persona.ConversionByName(s.Convert); ok {
		cfg.Sending.Convert = &how
	}
	cfg.Terms.Limits = smtp.Announced{Mails: s.Announce.Mails, Rcpts: s.Announce.Recipients, Domains: s.Announce.Domains}
	cfg.Terms.FreeSpace = s.FreeSpace
	cfg.StoreURLs = s.StoreURLs
}
