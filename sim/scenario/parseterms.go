package scenario

import (
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/feature"
	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Extended is what a host's extensions hold mail to, and what it knows of its mailboxes for them.
type Extended struct {
	Terms Terms
	Boxes map[string]Box // by lower-case local part of a mailbox or alias
	Track []Track        // questions where a mail is
}

// Terms are what extensions tell of themselves; zero values mean what is written beside them.
type Terms struct {
	DeliverByMin   time.Duration // DELIVERBY: not told
	HoldMax        time.Duration // FUTURERELEASE: 30 days
	PriorityPolicy string        // MT-PRIORITY: not told
	PriorityLeast  int           // all mail is taken
	NoSoliciting   []string      // nothing is refused
	DelayReport    time.Duration // DSN: after so long a "delayed" report; the persona's
}

// Box is what a host knows of one mailbox.
type Box struct {
	Since        time.Time // RRVS: it has had its owner since; zero: not recorded
	NoSoliciting []string  // classes of mail that its owner does not want
	Features     string    // CONNEG: what its owner's device can show
}

// Track is one question where a mail is (MTRK).
type Track struct {
	At            time.Duration
	First         string // the host asked first; "": the MSA
	Envid, Secret string // the secret in base64
}

type extendedYAML struct {
	Terms struct {
		DeliverByMin   word   `yaml:"deliver-by-min" doc:"DELIVERBY: the least time with R: 30s"`
		HoldMax        word   `yaml:"hold-max" doc:"FUTURERELEASE: the longest that a mail is held: 7d"`
		PriorityPolicy word   `yaml:"priority-policy" doc:"MT-PRIORITY: the name of the policy: MIXER"`
		PriorityLeast  word   `yaml:"priority-least" doc:"MT-PRIORITY: mail below is not taken now: 3"`
		NoSoliciting   []word `yaml:"no-soliciting" doc:"NO-SOLICITING: classes that nobody wants: [net.example:ADV]"`
		DelayReport    word   `yaml:"delay-report" doc:"DSN: a report on the delay after so long: 4h"`
	} `yaml:"terms" doc:"what its extensions hold mail to"`
	Boxes map[string]struct {
		Since        word   `yaml:"since" doc:"RRVS: has had its owner since: 2020-01-01T00:00:00Z"`
		NoSoliciting []word `yaml:"no-soliciting" doc:"NO-SOLICITING: classes that its owner does not want"`
		Features     word   `yaml:"features" doc:"CONNEG: what its owner can show: (type=\"text/plain\")"`
	} `yaml:"boxes" doc:"local part, or \"*\" for the domain: what is known of it"`
	Track []struct {
		At     word `yaml:"at" doc:"when it asks, from the beginning"`
		First  word `yaml:"first" doc:"the host that is asked first; else its msa"`
		Envid  word `yaml:"envid" doc:"the ENVID of the mail"`
		Secret word `yaml:"secret" doc:"the secret whose SHA-1 was MTRK's value, in base64"`
	} `yaml:"track" doc:"asks where a mail is (MTRK, MTQP)"`
}

// extended reads a host's extendedYAML.
func (p *parser) extended(h *Host, y *extendedYAML) {
	t := &y.Terms
	h.Terms.DeliverByMin = must[time.Duration](p)(t.DeliverByMin.span())
	h.Terms.HoldMax = must[time.Duration](p)(t.HoldMax.span())
	h.Terms.DelayReport = must[time.Duration](p)(t.DelayReport.span())
	h.Terms.PriorityLeast = int(must[int64](p)(t.PriorityLeast.integer(0, smtp.MaxPriority)))
	h.Terms.PriorityPolicy = t.PriorityPolicy.s
	if len(t.PriorityPolicy.s) > 20 || strings.ContainsAny(t.PriorityPolicy.s, " \t\r\n") {
		p.fail(t.PriorityPolicy.err("expected a name of at most 20 letters (RFC 6710 §7), found %q", t.PriorityPolicy.s))
	}
	h.Terms.NoSoliciting = p.classes(t.NoSoliciting)
	for _, user := range sortedKeys(y.Boxes) {
		if h.Boxes == nil {
			h.Boxes = map[string]Box{}
		}
		b := y.Boxes[user]
		box := Box{NoSoliciting: p.classes(b.NoSoliciting), Features: b.Features.s}
		if b.Since.set() {
			since, err := time.Parse(time.RFC3339, b.Since.s)
			if err != nil {
				p.fail(b.Since.err("expected a date such as 2020-01-01T00:00:00Z, found %q", b.Since.s))
			}
			box.Since = since
		}
		if b.Features.set() {
			if _, err := feature.Parse(b.Features.s); err != nil {
				p.fail(b.Features.err("expected a filter such as (type=\"text/plain\"): %v", err))
			}
		}
		h.Boxes[strings.ToLower(user)] = box
	}
}

// classes are solicitation class keywords (RFC 3865 §2.2).
func (p *parser) classes(list []word) (out []string) {
	for _, w := range list {
		if !smtp.IsSolicitation(w.s) || strings.Contains(w.s, ",") {
			p.fail(w.err("expected a class such as net.example:ADV, found %q", w.s))
		}
		out = append(out, w.s)
	}
	return out
}

// tracks reads what names other hosts, once all are known.
func (p *parser) tracks(h *Host, y *extendedYAML) {
	for _, t := range y.Track {
		one := Track{At: must[time.Duration](p)(t.At.span()), Envid: t.Envid.s, Secret: t.Secret.s}
		if t.First.set() {
			one.First = p.host(t.First)
		}
		if one.Envid == "" || one.Secret == "" {
			p.fail(t.At.err("expected envid: and secret: of the mail"))
		}
		h.Track = append(h.Track, one)
	}
}
