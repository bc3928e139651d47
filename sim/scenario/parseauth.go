package scenario

import (
	"strings"
	"time"
)

// Account is the secrets of a host's users, and those by which it is a user of others.
type Account struct {
	Passwords map[string]string // by local part: users of this host
	Tokens    map[string]string // bearer tokens of the same
	Auth      Auth
	POP       bool          // mailboxes are served on port 110
	AfterPOP  time.Duration // SMTP after POP; 0: no
	Fetch     []Fetch
}

// Auth is what a host's servers ask of their users, and how it is a user itself (RFC 4954).
type Auth struct {
	Mechanisms []string // listed; nil: PLAIN LOGIN
	Refused    []string // listed, and answered with 504
	InClear    bool     // passwords outside TLS
	Legacy     bool     // the "AUTH=" line too
	Required   bool     // MSA: 530 before AUTH
	OwnSender  bool     // MSA: 550 to others' addresses
	Trusted    []string // users who are believed with MAIL's AUTH=

	User      string // as a client: who it is
	ActAs     string
	Password  string
	Token     string
	Mechanism []string // wanted, in this order; nil: the strongest
}

// Fetch is one visit to a mailbox (RFC 1939).
type Fetch struct {
	At       time.Duration
	From     string // host
	User     string
	Password string
	InClear  bool // USER and PASS in place of APOP
	Keep     bool
}

type accountYAML struct {
	Passwords map[string]word `yaml:"passwords" doc:"local part: password; with one, AUTH is offered"`
	Tokens    map[string]word `yaml:"tokens" doc:"local part: bearer token, for XOAUTH2 and OAUTHBEARER"`
	Auth      struct {
		Mechanisms []word `yaml:"mechanisms" doc:"offered: [PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256-PLUS, …]; else PLAIN and LOGIN"`
		Refused    []word `yaml:"refused" doc:"mechanisms that are listed and answered with 504 all the same"`
		InClear    word   `yaml:"in-clear" doc:"yes: passwords may be sent without TLS"`
		Legacy     word   `yaml:"legacy" doc:"yes: AUTH=PLAIN LOGIN is listed too"`
		Required   word   `yaml:"required" doc:"yes: the msa takes no mail before AUTH (530)"`
		OwnSender  word   `yaml:"own-sender" doc:"yes: the msa takes mail from the user's own addresses only"`
		Trusted    []word `yaml:"trusted" doc:"users whose word on a mail's submitter counts (MAIL's AUTH=)"`
		User       word   `yaml:"user" doc:"as a client: who it is"`
		ActAs      word   `yaml:"act-as" doc:"as a client: for whom"`
		Password   word   `yaml:"password" doc:"as a client"`
		Token      word   `yaml:"token" doc:"as a client"`
		Mechanism  []word `yaml:"mechanism" doc:"as a client: wanted, in this order; else the strongest"`
	} `yaml:"auth" doc:"AUTH, as a server and as a client"`
	POP      word `yaml:"pop" doc:"yes: an mda serves its mailboxes on port 110"`
	AfterPOP word `yaml:"after-pop" doc:"so long after a POP login the client's address may relay: 15m"`
	Fetch    []struct {
		At       word `yaml:"at" doc:"time after the start: 10m"`
		From     word `yaml:"from" doc:"the host with the mailbox"`
		User     word `yaml:"user" doc:"whose; else the user of auth:"`
		Password word `yaml:"password" doc:"else that of auth:"`
		InClear  word `yaml:"in-clear" doc:"yes: the password is sent for all to read (USER, PASS), not its digest (APOP)"`
		Keep     word `yaml:"keep" doc:"yes: the messages stay there"`
	} `yaml:"fetch" doc:"visits to a mailbox (POP3)"`
}

// account reads a host's accountYAML.
func (p *parser) account(h *Host, y *accountYAML) {
	h.Passwords, h.Tokens = secrets(y.Passwords), secrets(y.Tokens)
	a := &y.Auth
	h.Auth = Auth{
		Mechanisms: upper(a.Mechanisms), Refused: upper(a.Refused), Mechanism: upper(a.Mechanism),
		InClear: must[bool](p)(a.InClear.boolean()), Legacy: must[bool](p)(a.Legacy.boolean()),
		Required: must[bool](p)(a.Required.boolean()), OwnSender: must[bool](p)(a.OwnSender.boolean()),
		User: a.User.s, ActAs: a.ActAs.s, Password: a.Password.s, Token: a.Token.s,
	}
	for _, w := range a.Trusted {
		h.Auth.Trusted = append(h.Auth.Trusted, strings.ToLower(w.s))
	}
	h.POP, h.AfterPOP = must[bool](p)(y.POP.boolean()), must[time.Duration](p)(y.AfterPOP.span())
	if len(h.Passwords)+len(h.Tokens) == 0 {
		for _, w := range []word{a.Required, a.OwnSender, y.POP, y.AfterPOP} {
			if w.set() {
				p.fail(w.err("expected passwords: {alice: secret} for the users of %q", h.Name))
			}
		}
	}
}

func secrets(words map[string]word) map[string]string {
	if len(words) == 0 {
		return nil
	}
	out := map[string]string{}
	for user, w := range words {
		out[strings.ToLower(user)] = w.s
	}
	return out
}

// upper are mechanism names; nil if there are none.
func upper(words []word) (out []string) {
	for _, w := range words {
		out = append(out, strings.ToUpper(w.s))
	}
	return out
}

// fetches reads what names other hosts, once all are known.
func (p *parser) fetches(h *Host, y *accountYAML) {
	for _, f := range y.Fetch {
		one := Fetch{At: must[time.Duration](p)(f.At.span()), From: p.host(f.From), User: f.User.s, Password: f.Password.s,
			InClear: must[bool](p)(f.InClear.boolean()), Keep: must[bool](p)(f.Keep.boolean())}
		if one.User == "" {
			one.User, one.Password = h.Auth.User, h.Auth.Password
		}
		if one.User == "" {
			p.fail(f.From.err("expected user: and password: for the mailbox"))
		}
		h.Fetch = append(h.Fetch, one)
	}
}
