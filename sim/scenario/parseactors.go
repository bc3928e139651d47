package scenario

import (
	"slices"
	"strings"
	"time"
)

// Actors are those who take mail at a host beside its mailboxes (RFC 5598 §5).
type Actors struct {
	Lists     map[string]List     // by address
	Forwards  map[string][]string // .forward files, by user
	Includes  map[string]string   // :include: files, by path
	Vacations map[string]Vacation // by user
	Receipts  string              // "", "ask", "always"
	Filter    *Filter             // nil: nothing is looked at
	Gateway   *Gateway            // nil: no other world
	SRS       string              // the domain of its reverse-paths in mail that it sends on; "": the author's stay
	Storage   Storage
	AtOnce    bool          // delivery before the 250
	Takes     time.Duration // of one delivery, then
}

// Storage is how mailboxes are kept.
type Storage struct {
	Format string // "files", "mbox", "maildir"
	Quota  int64  // octets; 0: no limit
	Bounce bool   // what finds no room comes back; else it waits
	Locks  []Lock
}

// Lock is a time in which another program holds a mailbox.
type Lock struct {
	User    string
	At, For time.Duration
}

// List is a mailing list.
type List struct {
	Members            []string
	Owner              string
	VERP, Closed, Bare bool
	Tag, Footer        string
}

// Vacation is what a user lets senders know.
type Vacation struct {
	Subject, Text, From string
	Addresses           []string
}

type actorsYAML struct {
	Lists     map[string]listYAML     `yaml:"lists" doc:"address: a mailing list"`
	Forwards  map[string][]word       `yaml:"forwards" doc:"user: the lines of the .forward file: addresses, \"\\\\bob\" (keeps a copy), \"|program\", \"/file\""`
	Includes  map[string]word         `yaml:"includes" doc:"\"/path\": what \":include:/path\" in an alias stands for, an entry a line"`
	Vacations map[string]vacationYAML `yaml:"vacations" doc:"user: who writes is told once in seven days"`
	Receipts  word                    `yaml:"receipts" doc:"mua: what it does where Disposition-Notification-To asks: no, ask (its user says yes), always (to whom RFC 8098 allows)"`
	Filter    *filterYAML             `yaml:"filter" doc:"what it does with mail that passes"`
	Gateway   *gatewayYAML            `yaml:"gateway" doc:"it leads into a world that does not speak SMTP: bang paths, as UUCP has them"`
	SRS       word                    `yaml:"srs" doc:"a domain of its own: mail that is sent on gets a reverse-path there (SRS)"`
	Storage   struct {
		Format word `yaml:"format" doc:"files, mbox or maildir"`
		Quota  word `yaml:"quota" doc:"octets of a mailbox"`
		Full   word `yaml:"full" doc:"mail for a full mailbox: wait (452 4.2.2) or bounce (552 5.2.2)"`
		Locks  []struct {
			User word `yaml:"user" doc:"whose mailbox"`
			At   word `yaml:"at" doc:"from when: 10m"`
			For  word `yaml:"for" doc:"so long"`
		} `yaml:"locks" doc:"mbox: times in which another program holds the dot-lock"`
	} `yaml:"storage" doc:"how it keeps its mailboxes"`
	AtOnce word `yaml:"deliver-at-once" doc:"before it answers the end of the mail data: yes, or the time that it takes: 12m"`
}

type listYAML struct {
	Members []word `yaml:"members" doc:"addresses"`
	Owner   word   `yaml:"owner" doc:"address: the reverse-path of what the list sends, for reports"`
	VERP    word   `yaml:"verp" doc:"yes: a reverse-path for each member"`
	Closed  word   `yaml:"closed" doc:"yes: only members may write"`
	Bare    word   `yaml:"bare" doc:"yes: the header section stays as it is; else List fields are added"`
	Tag     word   `yaml:"tag" doc:"in front of the subject: \"[lunch]\""`
	Footer  word   `yaml:"footer" doc:"text below each mail"`
}

type vacationYAML struct {
	Subject   word   `yaml:"subject" doc:"behind Auto: ; else the subject of the mail"`
	Text      word   `yaml:"text" doc:"the answer"`
	From      word   `yaml:"from" doc:"address that the answer names; else the user's"`
	Addresses []word `yaml:"addresses" doc:"further addresses of the user"`
}

// actors reads an actorsYAML.
func (p *parser) actors(h *Host, y *actorsYAML) {
	a := &h.Actors
	for _, address := range sortedKeys(y.Lists) {
		l := y.Lists[address]
		one := List{VERP: must[bool](p)(l.VERP.boolean()), Closed: must[bool](p)(l.Closed.boolean()), Bare: must[bool](p)(l.Bare.boolean()),
			Tag: oneLine(l.Tag.s), Footer: l.Footer.s}
		if one.Owner = l.Owner.s; !l.Owner.set() || len(l.Members) == 0 {
			p.fail(y.Lists[address].Owner.err("expected members: and owner: for the list %q", address))
			continue
		}
		p.mailbox(l.Owner)
		for _, w := range l.Members {
			one.Members = append(one.Members, p.mailbox(w))
		}
		a.Lists = with(a.Lists, strings.ToLower(address), one)
	}
	p.storage(h, y)
	if a.Receipts = must[string](p)(y.Receipts.oneOf("no", "ask", "always")); a.Receipts == "no" {
		a.Receipts = ""
	}
	p.filter(h, y.Filter)
	p.gateway(h, y.Gateway)
	if a.SRS = y.SRS.s; a.SRS != "" && !slices.Contains(h.Domains, a.SRS) {
		p.fail(y.SRS.err("expected one of the host's domains, found %q", a.SRS))
	}
	for _, user := range sortedKeys(y.Forwards) {
		a.Forwards = with(a.Forwards, strings.ToLower(user), texts(y.Forwards[user]))
	}
	for _, path := range sortedKeys(y.Includes) {
		a.Includes = with(a.Includes, path, y.Includes[path].s)
	}
	for _, user := range sortedKeys(y.Vacations) {
		v := y.Vacations[user]
		one := Vacation{Subject: oneLine(v.Subject.s), Text: v.Text.s, From: v.From.s}
		if v.From.set() {
			p.mailbox(v.From)
		}
		for _, w := range v.Addresses {
			one.Addresses = append(one.Addresses, p.mailbox(w))
		}
		a.Vacations = with(a.Vacations, strings.ToLower(user), one)
	}
}

// storage reads how mailboxes are kept.
func (p *parser) storage(h *Host, y *actorsYAML) {
	a := &h.Actors
	a.Storage.Format = must[string](p)(y.Storage.Format.oneOf("files", "mbox", "maildir"))
	a.Storage.Quota = must[int64](p)(y.Storage.Quota.integer(1, 1<<40))
	a.Storage.Bounce = must[string](p)(y.Storage.Full.oneOf("wait", "bounce")) == "bounce"
	for _, l := range y.Storage.Locks {
		if a.Storage.Format != "mbox" || !slices.Contains(h.Users, l.User.s) {
			p.fail(l.User.err("expected a user of a host with format: mbox, found %q", l.User.s))
		}
		a.Storage.Locks = append(a.Storage.Locks, Lock{User: l.User.s, At: must[time.Duration](p)(l.At.span()), For: must[time.Duration](p)(l.For.span())})
	}
	if y.AtOnce.set() {
		if a.AtOnce = y.AtOnce.s == "yes"; !a.AtOnce {
			a.Takes = must[time.Duration](p)(y.AtOnce.span())
			a.AtOnce = true
		}
	}
}

// with is m with an entry more; a nil map is made.
func with[V any](m map[string]V, key string, value V) map[string]V {
	if m == nil {
		m = map[string]V{}
	}
	m[key] = value
	return m
}

// texts are the words' texts.
func texts(words []word) (out []string) {
	for _, w := range words {
		out = append(out, w.s)
	}
	return out
}
