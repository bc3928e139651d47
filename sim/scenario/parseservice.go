package scenario

import (
	"net/netip"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Service is what a host does for others beside taking their mail, and what it tells them.
type Service struct {
	Disclose         Disclose
	Routing          Routing
	LoggedIn         []string            // users at a terminal (SEND, SOML, SAML)
	Turns            map[string][]string // identity to the domains that ATRN gives it
	Collect          []Collect           // asks others for its mail
	Checkpoint       bool                // lets interrupted transfers be gone on with
	ProxyFrom        []netip.Prefix      // clients that may say XCLIENT and XFORWARD
	PrivateVerbs     map[string]string   // X... verb to reply
	SubmitPort       uint16              // MUA; 0: 587
	Discover         string              // MUA: the domain whose SRV records are asked
	StrictSubmission bool                // MSA: refuses senders to whom there is no way back
}

// Disclose is what a host tells about its users.
type Disclose struct {
	Verify, Expand, Help string            // "real", "off"; "": as the persona
	Names                map[string]string // local part to full name
}

// Routing is what a host does with addresses that say which way to go.
type Routing struct {
	Source  string // "ignore", "refuse", "follow"
	Percent string // "refuse", "relay"
}

// Collect is one request for mail that another host keeps.
type Collect struct {
	At       time.Duration
	From     string // host
	With     string // ETRN, ATRN, TURN
	Domains  []string
	Identity string
	Password string
}

type serviceYAML struct {
	Disclose struct {
		Verify word            `yaml:"vrfy" doc:"real: VRFY checks; off: 502"`
		Expand word            `yaml:"expn" doc:"real: EXPN lists; off: 502"`
		Help   word            `yaml:"help" doc:"off: 502"`
		Names  map[string]word `yaml:"names" doc:"local part: full name"`
	} `yaml:"disclose" doc:"what it tells about its users"`
	Routing struct {
		Source  word `yaml:"source" doc:"source routes: ignore, refuse, follow (as in 1982)"`
		Percent word `yaml:"percent" doc:"bob%b.example@a.example at a.example: refuse, relay"`
	} `yaml:"routing" doc:"addresses that say which way to go"`
	LoggedIn         []word            `yaml:"logged-in" doc:"users at a terminal, whom SEND reaches"`
	Turns            map[string][]word `yaml:"turns" doc:"identity: [domains] that ATRN gives it on port 366"`
	Collect          []collectYAML     `yaml:"collect" doc:"asks others for its mail"`
	Checkpoint       word              `yaml:"checkpoint" doc:"yes: its interrupted transfers are gone on with (CHECKPOINT)"`
	ProxyFrom        []word            `yaml:"proxy-from" doc:"networks that may say XCLIENT and XFORWARD"`
	PrivateVerbs     map[string]word   `yaml:"private-verbs" doc:"XVERB: \"250 reply\""`
	SubmitPort       word              `yaml:"submit-port" doc:"mua: 587, 465 or another"`
	Discover         word              `yaml:"discover" doc:"mua: the domain whose SRV records name its server (RFC 6186)"`
	StrictSubmission word              `yaml:"strict-submission" doc:"msa: yes: refuses senders to whom there is no way back, and mail without an author"`
}

type collectYAML struct {
	At       word   `yaml:"at" doc:"when, from the beginning"`
	From     word   `yaml:"from" doc:"the host that keeps the mail"`
	With     word   `yaml:"with" doc:"ETRN, ATRN or TURN"`
	Domains  []word `yaml:"domains" doc:"whose mail"`
	Identity word   `yaml:"user" doc:"ATRN: who asks"`
	Password word   `yaml:"password" doc:"ATRN"`
}

// service reads a host's serviceYAML.
func (p *parser) service(h *Host, y *serviceYAML) {
	var err error
	if y.Disclose.Verify.set() {
		h.Disclose.Verify, err = y.Disclose.Verify.oneOf("real", "off")
		p.fail(err)
	}
	if y.Disclose.Expand.set() {
		h.Disclose.Expand, err = y.Disclose.Expand.oneOf("real", "off")
		p.fail(err)
	}
	if y.Disclose.Help.set() {
		h.Disclose.Help, err = y.Disclose.Help.oneOf("off")
		p.fail(err)
	}
	for _, user := range sortedKeys(y.Disclose.Names) {
		if h.Disclose.Names == nil {
			h.Disclose.Names = map[string]string{}
		}
		h.Disclose.Names[strings.ToLower(user)] = oneLine(y.Disclose.Names[user].s)
	}
	if y.Routing.Source.set() {
		h.Routing.Source, err = y.Routing.Source.oneOf("ignore", "refuse", "follow")
		p.fail(err)
	}
	if y.Routing.Percent.set() {
		h.Routing.Percent, err = y.Routing.Percent.oneOf("refuse", "relay")
		p.fail(err)
	}
	for _, w := range y.LoggedIn {
		h.LoggedIn = append(h.LoggedIn, w.s)
	}
	for _, identity := range sortedKeys(y.Turns) {
		if h.Turns == nil {
			h.Turns = map[string][]string{}
		}
		for _, w := range y.Turns[identity] {
			h.Turns[strings.ToLower(identity)] = append(h.Turns[strings.ToLower(identity)], must[string](p)(w.hostName()))
		}
	}
	h.Checkpoint = must[bool](p)(y.Checkpoint.boolean())
	for _, w := range y.ProxyFrom {
		h.ProxyFrom = append(h.ProxyFrom, must[netip.Prefix](p)(w.prefix()))
	}
	h.StrictSubmission = must[bool](p)(y.StrictSubmission.boolean())
	if y.Discover.set() {
		h.Discover = must[string](p)(y.Discover.hostName())
	}
	h.SubmitPort = uint16(must[int64](p)(y.SubmitPort.integer(1, 65535)))
	p.privateVerbs(h, y)
}

// privateVerbs reads verbs that begin with X (RFC 5321 §4.1.5) and what is said to them.
func (p *parser) privateVerbs(h *Host, y *serviceYAML) {
	for _, verb := range sortedKeys(y.PrivateVerbs) {
		w := y.PrivateVerbs[verb]
		code, _, _, ok := smtp.SplitReplyLine(w.s)
		if !ok || code < 200 || !strings.HasPrefix(strings.ToUpper(verb), "X") {
			p.fail(w.err("expected a verb that begins with X and a reply: XTIME: \"250 noon\", found %q: %q", verb, w.s))
			continue
		}
		if h.PrivateVerbs == nil {
			h.PrivateVerbs = map[string]string{}
		}
		h.PrivateVerbs[strings.ToUpper(verb)] = w.s
	}
}

// collects reads what names other hosts, once all are known.
func (p *parser) collects(h *Host, y *serviceYAML) {
	for _, c := range y.Collect {
		with, err := c.With.oneOf("ETRN", "ATRN", "TURN")
		p.fail(err)
		one := Collect{At: must[time.Duration](p)(c.At.span()), From: p.host(c.From), With: with, Identity: c.Identity.s,
			Password: c.Password.s}
		for _, w := range c.Domains {
			one.Domains = append(one.Domains, must[string](p)(w.hostName()))
		}
		h.Collect = append(h.Collect, one)
	}
}
