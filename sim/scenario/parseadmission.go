package scenario

import (
	"net/netip"
	"time"
)

// Admission is what a host demands of strangers before it takes their mail.
type Admission struct {
	Greylist    Greylist
	DNSBL       []string // zones of DNS lists
	AtConnect   bool     // lists are asked when a client connects
	ReverseName string   // "exists", "matches"; "": nothing
	Hello       string   // "fqdn", "resolves", "not-me"; "": nothing
	Rate        Rate
	Tarpit      time.Duration
	Allow       []netip.Prefix
	Verify      string // "sender", "recipient", "both"; "": neither
}

// Greylist makes unknown clients come back later; zero values mean RFC 6647 §5's.
type Greylist struct {
	On             bool
	Min, Max, Keep time.Duration
	Prefix         int    // bits of an IPv4 address that count
	Shared         string // hosts with the same word share one memory
}

// Rate is how much one client may do in one period.
type Rate struct {
	Per                               time.Duration
	Connections, Messages, Recipients int
}

type admissionYAML struct {
	Greylist struct {
		Min    word `yaml:"min" doc:"a retry before this comes too early: 1m"`
		Max    word `yaml:"max" doc:"a retry after this begins anew: 24h"`
		Keep   word `yaml:"keep" doc:"how long a good client is remembered: 7d"`
		Prefix word `yaml:"prefix" doc:"bits of an IPv4 address that count: 32"`
		Shared word `yaml:"shared" doc:"hosts with the same word share one memory"`
	} `yaml:"greylist" doc:"unknown clients come back later (RFC 6647)"`
	Greylisting word   `yaml:"greylisting" doc:"yes: greylist with the RFC's own values"`
	DNSBL       []word `yaml:"dnsbl" doc:"zones of DNS lists of bad clients"`
	AtConnect   word   `yaml:"dnsbl-at" doc:"connect: 554 instead of a greeting; rcpt"`
	ReverseName word   `yaml:"reverse-name" doc:"of the client: exists, matches"`
	Hello       word   `yaml:"hello" doc:"name in EHLO: fqdn, resolves, not-me"`
	Rate        struct {
		Per         word `yaml:"per" doc:"the period: 1m"`
		Connections word `yaml:"connections" doc:"of one client in a period"`
		Messages    word `yaml:"messages" doc:"of one client in a period"`
		Recipients  word `yaml:"recipients" doc:"of one client in a period"`
	} `yaml:"rate" doc:"how much one client may do"`
	Tarpit word   `yaml:"tarpit" doc:"waited before each refusal: 10s"`
	Allow  []word `yaml:"allow" doc:"networks that pass"`
	Verify word   `yaml:"verify" doc:"sender, recipient or both: the address is asked for at its own host"`
}

func (p *parser) admission(h *Host, y *admissionYAML) {
	a := &h.Admission
	g := &y.Greylist
	a.Greylist = Greylist{On: must[bool](p)(y.Greylisting.boolean()), Min: must[time.Duration](p)(g.Min.span()),
		Max: must[time.Duration](p)(g.Max.span()), Keep: must[time.Duration](p)(g.Keep.span()),
		Prefix: int(must[int64](p)(g.Prefix.integer(1, 32))), Shared: g.Shared.s}
	if g.Min.set() || g.Max.set() || g.Keep.set() || g.Prefix.set() || g.Shared.set() {
		a.Greylist.On = true
	}
	for _, w := range y.DNSBL {
		a.DNSBL = append(a.DNSBL, must[string](p)(w.hostName()))
	}
	a.AtConnect = must[string](p)(y.AtConnect.oneOf("rcpt", "connect")) == "connect"
	if y.ReverseName.set() {
		a.ReverseName = must[string](p)(y.ReverseName.oneOf("exists", "matches"))
	}
	if y.Hello.set() {
		a.Hello = must[string](p)(y.Hello.oneOf("fqdn", "resolves", "not-me"))
	}
	a.Rate = Rate{Per: must[time.Duration](p)(y.Rate.Per.span()), Connections: int(must[int64](p)(y.Rate.Connections.integer(1, 1<<30))),
		Messages:   int(must[int64](p)(y.Rate.Messages.integer(1, 1<<30))),
		Recipients: int(must[int64](p)(y.Rate.Recipients.integer(1, 1<<30)))}
	a.Tarpit = must[time.Duration](p)(y.Tarpit.span())
	for _, w := range y.Allow {
		a.Allow = append(a.Allow, must[netip.Prefix](p)(w.prefix()))
	}
	if y.Verify.set() {
		a.Verify = must[string](p)(y.Verify.oneOf("sender", "recipient", "both"))
	}
}
