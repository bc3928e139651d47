package scenario

import (
	"github.com/smtpsim/smtpsim/sim/persona"
)

// Sending is how a host gives mail on, and what it announces of itself.
type Sending struct {
	Convert   string            // "mime", "all", "never", "just-send"; "": as the persona
	Chunking  bool              // BDAT where it is offered
	ChunkSize int               // octets; 0: one chunk
	PRDR      bool              // a reply for each recipient where it is offered
	Early     bool              // speaks before the greeting where PIPECONNECT was offered
	Announce  Announce          // LIMITS
	FreeSpace int64             // octets; 0: enough
	StoreURLs map[string]string // URL to text (BURL)
}

// Announce is what LIMITS says (RFC 9422); 0: nothing.
type Announce struct{ Mails, Recipients, Domains int }

type sendingYAML struct {
	Sends struct {
		Convert   word `yaml:"convert" doc:"8-bit and binary mail for hosts that do not take it: mime, all (what is not MIME too), never (5.6.3), just-send"`
		Chunking  word `yaml:"chunking" doc:"yes: BDAT where CHUNKING is offered"`
		ChunkSize word `yaml:"chunk-size" doc:"octets of one BDAT"`
		PRDR      word `yaml:"prdr" doc:"yes: asks for a reply for each recipient where PRDR is offered"`
		Early     word `yaml:"early" doc:"yes: speaks before the greeting where PIPECONNECT was offered last time"`
	} `yaml:"sends" doc:"how it gives mail on"`
	Announce struct {
		Mails      word `yaml:"mails" doc:"MAILMAX: in one session"`
		Recipients word `yaml:"recipients" doc:"RCPTMAX: in one transaction"`
		Domains    word `yaml:"domains" doc:"RCPTDOMAINMAX: in one transaction"`
	} `yaml:"announce" doc:"what it announces with LIMITS, and keeps"`
	FreeSpace word            `yaml:"free-space" doc:"octets that its spool has room for: more is 452 at MAIL"`
	StoreURLs map[string]word `yaml:"store-urls" doc:"what the msa fetches with BURL: {\"imap://store.example/box;uid=1\": text}"`
}

// sending reads what a sendingYAML says.
func (p *parser) sending(h *Host, y *sendingYAML) {
	s := &h.Sending
	if y.Sends.Convert.set() {
		if _, ok := persona.ConversionByName(y.Sends.Convert.s); !ok {
			p.fail(y.Sends.Convert.err("expected mime, all, never or just-send, found %q", y.Sends.Convert.s))
		}
		s.Convert = y.Sends.Convert.s
	}
	s.Chunking = must[bool](p)(y.Sends.Chunking.boolean())
	s.ChunkSize = int(must[int64](p)(y.Sends.ChunkSize.integer(1, 1<<30)))
	s.PRDR = must[bool](p)(y.Sends.PRDR.boolean())
	s.Early = must[bool](p)(y.Sends.Early.boolean())
	s.Announce.Mails = int(must[int64](p)(y.Announce.Mails.integer(1, 1<<30)))
	s.Announce.Recipients = int(must[int64](p)(y.Announce.Recipients.integer(1, 1<<30)))
	s.Announce.Domains = int(must[int64](p)(y.Announce.Domains.integer(1, 1<<30)))
	s.FreeSpace = must[int64](p)(y.FreeSpace.integer(1, 1<<40))
	for _, url := range sortedKeys(y.StoreURLs) {
		if s.StoreURLs == nil {
			s.StoreURLs = map[string]string{}
		}
		s.StoreURLs[url] = y.StoreURLs[url].s
	}
}
