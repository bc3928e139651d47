package scenario

import (
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Filter is what a host does with mail that passes.
type Filter struct {
	Rules      []FilterRule
	Quarantine string            // address
	Hide, Show map[string]string // addresses and domains: of mail that goes out, of mail that comes in
}

// FilterRule applies to mail with a text.
type FilterRule struct {
	Field, Has string
	Does       string // "reject", "discard", "tag", "quarantine"
	Reply, Tag string
}

// Gateway is a way into a world of bang paths.
type Gateway struct {
	World   string
	Domain  string
	Sites   map[string][]string
	Takes   time.Duration
	Arrives []Arrival
}

// Arrival is a mail that comes out of the other world.
type Arrival struct {
	At   time.Duration
	From string
	To   []string
	Text string
}

type filterYAML struct {
	Rules []struct {
		Field word `yaml:"field" doc:"name of a header field, or body; else anywhere"`
		Has   word `yaml:"has" doc:"a text, in any case"`
		Does  word `yaml:"does" doc:"reject (at the end of the mail data), discard, tag, quarantine"`
		Reply word `yaml:"reply" doc:"to what is rejected; else 554 5.7.1"`
		Tag   word `yaml:"tag" doc:"the header field: \"X-Spam: yes\""`
	} `yaml:"rules" doc:"the first that applies decides; tags are added beside"`
	Quarantine word            `yaml:"quarantine" doc:"address that gets what is put aside"`
	Hide       map[string]word `yaml:"hide" doc:"address or domain: what others see, in envelope and header section of mail that goes out"`
	Show       map[string]word `yaml:"show" doc:"address or domain: where mail that comes in goes"`
}

type gatewayYAML struct {
	World   word              `yaml:"world" doc:"its name, for the via clause: UUCP"`
	Domain  word              `yaml:"domain" doc:"west!bob there is bob@west.DOMAIN here"`
	Sites   map[string][]word `yaml:"sites" doc:"site: [users]; mail for others comes back"`
	Takes   word              `yaml:"takes" doc:"until it comes back: 6h"`
	Arrives []struct {
		At   word   `yaml:"at" doc:"when"`
		From word   `yaml:"from" doc:"path: west!bob"`
		To   []word `yaml:"to" doc:"paths: gw!east.example!alice"`
		Raw  word   `yaml:"raw" doc:"the mail with its header section"`
	} `yaml:"arrives" doc:"mail that comes out of it"`
}

// filter reads the rules of a content filter and the tables of a firewall.
func (p *parser) filter(h *Host, y *filterYAML) {
	if y == nil {
		return
	}
	f := &Filter{Quarantine: y.Quarantine.s, Hide: texted(y.Hide), Show: texted(y.Show)}
	if y.Quarantine.set() {
		p.mailbox(y.Quarantine)
	}
	for _, r := range y.Rules {
		one := FilterRule{Field: r.Field.s, Has: r.Has.s, Does: must[string](p)(r.Does.oneOf("reject", "discard", "tag", "quarantine")),
			Reply: r.Reply.s, Tag: oneLine(r.Tag.s)}
		switch {
		case !r.Has.set():
			p.fail(r.Does.err("expected has: with a text for a rule that does %s", one.Does))
		case one.Does == "quarantine" && !y.Quarantine.set():
			p.fail(r.Does.err("expected quarantine: with an address in the filter"))
		case one.Does == "tag" && strings.IndexByte(one.Tag, ':') <= 0:
			p.fail(r.Does.err("expected tag: with a header field such as \"X-Spam: yes\""))
		}
		if code, _, _, ok := smtp.SplitReplyLine(one.Reply); r.Reply.set() && (!ok || code < 400) {
			p.fail(r.Reply.err("expected a refusal such as \"554 5.7.1 Not wanted\", found %q", r.Reply.s))
		}
		f.Rules = append(f.Rules, one)
	}
	h.Filter = f
}

// gateway reads the way into another world.
func (p *parser) gateway(h *Host, y *gatewayYAML) {
	if y == nil {
		return
	}
	g := &Gateway{World: must[string](p)(y.World.oneOf("UUCP")), Domain: must[string](p)(y.Domain.hostName()), Takes: must[time.Duration](p)(y.Takes.span())}
	for _, site := range sortedKeys(y.Sites) {
		g.Sites = with(g.Sites, strings.ToLower(site), append([]string{}, texts(y.Sites[site])...))
	}
	for _, a := range y.Arrives {
		if len(a.To) == 0 || !a.From.set() || !a.Raw.set() {
			p.fail(a.At.err("expected from: west!bob, to: [gw!east.example!alice] and raw: with the mail"))
			continue
		}
		g.Arrives = append(g.Arrives, Arrival{At: must[time.Duration](p)(a.At.span()), From: a.From.s, To: texts(a.To), Text: a.Raw.s})
	}
	h.Gateway = g
}

// texted is the texts of a map's words, by lower-case key.
func texted(m map[string]word) (out map[string]string) {
	for _, key := range sortedKeys(m) {
		out = with(out, strings.ToLower(key), m[key].s)
	}
	return out
}
