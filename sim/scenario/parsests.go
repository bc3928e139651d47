package scenario

import "time"

// STSPolicy is an MTA-STS policy that a web host serves (RFC 8461 §3.2).
type STSPolicy struct {
	Domain string // "": none
	Mode   string // "enforce", "testing", "none"
	MX     []string
	MaxAge time.Duration
}

type stsYAML struct {
	Domain word   `yaml:"domain" doc:"whose policy"`
	Mode   word   `yaml:"mode" doc:"enforce, testing, none"`
	MX     []word `yaml:"mx" doc:"exchangers that it allows: mx1.west.example, \"*.west.example\""`
	MaxAge word   `yaml:"max-age" doc:"how long it holds: 7d"`
}

func (p *parser) sts(h *Host, y *hostYAML) {
	h.TLS.DANE = must[bool](p)(y.TLS.DANE.boolean())
	h.TLS.STS = must[bool](p)(y.TLS.STS.boolean())
	h.TLS.Reports = must[bool](p)(y.TLS.Reports.boolean())
	h.TLS.Strict = must[bool](p)(y.TLS.Strict.boolean())
	if y.TLS.TLSA.set() {
		h.TLS.TLSA = must[string](p)(y.TLS.TLSA.oneOf("ee", "ta", "wrong"))
	}
	s := &y.STS
	if !s.Domain.set() {
		return
	}
	h.Policy = STSPolicy{Domain: must[string](p)(s.Domain.hostName()), Mode: must[string](p)(s.Mode.oneOf("enforce", "testing", "none")),
		MaxAge: must[time.Duration](p)(s.MaxAge.span())}
	for _, w := range s.MX {
		h.Policy.MX = append(h.Policy.MX, w.s)
	}
}

// secured reads which zones are signed.
func (p *parser) secured() {
	for _, w := range p.f.Signed {
		p.s.Signed = append(p.s.Signed, must[string](p)(w.hostName()))
	}
	for _, w := range p.f.Bogus {
		p.s.Bogus = append(p.s.Bogus, must[string](p)(w.hostName()))
	}
}
