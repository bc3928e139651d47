package scenario

import (
	"strings"
	"time"
)

// Authentication is how a host knows whom mail is from, and how others know its own (SPF, DKIM, DMARC, ARC).
type Authentication struct {
	Checks *Checks  // nil: mail is not checked
	Sign   *Signing // nil: it signs nothing
	Footer string   // below mail from outside that goes on elsewhere
}

// Checks are those of mail from outside. Words are "no", "report", "enforce".
type Checks struct {
	SPF, DMARC                       string
	DKIM, ARC, ReceivedSPF, Reporter bool
	Trust                            []string // domains of those whose word on mail they passed on counts
}

// Signing is a DKIM key and how it is used.
type Signing struct {
	Selector, Domain string
	Algorithm        string // "ed25519-sha256", "rsa-sha256"
	Header, Body     string // "relaxed", "simple"
	Identity         string
	Expires          time.Duration // 0: never
	Prefix           int64         // octets of the body; 0: all
	Publish          string        // what the DNS has of the key: "yes", "no", "revoked", "testing"
}

type authenticationYAML struct {
	Checks *struct {
		SPF         word   `yaml:"spf" doc:"report: the result is written down; enforce: what fails is refused"`
		DKIM        word   `yaml:"dkim" doc:"yes: signatures are checked"`
		DMARC       word   `yaml:"dmarc" doc:"report: the result is written down; enforce: what the domain in From asks is done"`
		ARC         word   `yaml:"arc" doc:"yes: the chain is checked, and with sign: continued"`
		ReceivedSPF word   `yaml:"received-spf" doc:"yes: a Received-SPF field as well"`
		Reporter    word   `yaml:"reports" doc:"yes: aggregate reports go out at midnight"`
		Trust       []word `yaml:"trust" doc:"domains whose ARC seals are believed where DMARC fails"`
	} `yaml:"authenticate" doc:"what it checks of mail from outside"`
	Sign *struct {
		Selector  word `yaml:"selector" doc:"name of the key: s1"`
		Domain    word `yaml:"domain" doc:"whose key it is"`
		Algorithm word `yaml:"algorithm" doc:"ed25519 or rsa"`
		Header    word `yaml:"header" doc:"canonicalization: relaxed, simple"`
		Body      word `yaml:"body" doc:"canonicalization: relaxed, simple"`
		Identity  word `yaml:"identity" doc:"i=: alice@east.example"`
		Expires   word `yaml:"expires" doc:"a signature holds so long: 1d"`
		Prefix    word `yaml:"length" doc:"only so many octets of the body are signed"`
		Publish   word `yaml:"publish" doc:"the key in the DNS: yes, no, revoked, testing"`
	} `yaml:"sign" doc:"signs the mail of its own users (DKIM), and seals what it passes on (ARC)"`
	Footer word `yaml:"footer" doc:"text below mail from outside that goes on elsewhere, as lists have it"`
}

// authentication reads the keys about whom mail is from.
func (p *parser) authentication(h *Host, y *authenticationYAML) {
	h.Footer = y.Footer.s
	if c := y.Checks; c != nil {
		h.Checks = &Checks{SPF: p.stand(c.SPF), DMARC: p.stand(c.DMARC), DKIM: must[bool](p)(c.DKIM.boolean()), ARC: must[bool](p)(c.ARC.boolean()),
			ReceivedSPF: must[bool](p)(c.ReceivedSPF.boolean()), Reporter: must[bool](p)(c.Reporter.boolean())}
		for _, w := range c.Trust {
			h.Checks.Trust = append(h.Checks.Trust, must[string](p)(w.hostName()))
		}
		if h.Checks.Reporter && h.Checks.DMARC == "no" {
			p.fail(c.Reporter.err("expected dmarc: report or dmarc: enforce where reports are made"))
		}
	}
	s := y.Sign
	if s == nil {
		return
	}
	h.Sign = &Signing{Selector: must[string](p)(s.Selector.hostName()), Domain: must[string](p)(s.Domain.hostName()), Identity: s.Identity.s,
		Algorithm: must[string](p)(s.Algorithm.oneOf("ed25519", "rsa")) + "-sha256", Header: must[string](p)(s.Header.oneOf("relaxed", "simple")),
		Body: must[string](p)(s.Body.oneOf("relaxed", "simple")), Expires: must[time.Duration](p)(s.Expires.span()),
		Prefix: must[int64](p)(s.Prefix.integer(1, 1<<40)), Publish: must[string](p)(s.Publish.oneOf("yes", "no", "revoked", "testing"))}
	if !strings.Contains(h.Sign.Domain, ".") {
		p.fail(s.Domain.err("expected a domain of at least two labels such as east.example, found %q", s.Domain.s))
	}
	if i := s.Identity; i.set() && (!strings.Contains(i.s, "@") || !strings.HasSuffix(i.s, "@"+h.Sign.Domain) && !strings.HasSuffix(i.s, "."+h.Sign.Domain)) {
		p.fail(i.err("expected an identity within %s, found %q", h.Sign.Domain, i.s))
	}
}

// stand reads what is done with the result of a check; yes is report.
func (p *parser) stand(w word) string {
	s := must[string](p)(w.oneOf("no", "report", "enforce", "yes"))
	if s == "yes" {
		return "report"
	}
	return s
}
