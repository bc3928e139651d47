package scenario

import (
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim/dns"
)

func (p *parser) zones() {
	for n, line := range strings.Split(p.f.Zones.s, "\n") {
		full := line
		if i := strings.IndexByte(line, ';'); i >= 0 && !strings.Contains(line[:i], `"`) {
			line = line[:i]
		}
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if _, err := dns.ParseRecord(line); err != nil {
			p.fail(p.f.Zones.within(p.s.Source, n, full).err("expected a record such as \"west.example. 3600 IN MX 10 mx1.west.example.\": %s", oneLine(err.Error())))
			continue
		}
		p.s.Zones = append(p.s.Zones, line)
	}
	p.secured()
	for _, y := range p.f.Broken {
		name := must[string](p)(y.Name.hostName())
		how := must[string](p)(y.How.oneOf("servfail", "silent"))
		p.s.Broken = append(p.s.Broken, Broken{Name: name + ".", How: how})
	}
}

func (p *parser) mail() {
	total := int64(0)
	for i := range p.f.Mail {
		y := &p.f.Mail[i]
		m := Mail{
			At: must[time.Duration](p)(y.At.span()), From: p.reverse(y.From), Header: y.Header.s,
			Subject: oneLine(y.Subject.s), Body: y.Body.s, Raw: y.Raw.s, Octets: must[bool](p)(y.Octets.boolean()), URL: y.URL.s,
			Every: must[time.Duration](p)(y.Every.span()),
		}
		m.Body = padded(m.Body, must[int64](p)(y.Size.integer(1, MaxBodyBytes)))
		count := must[int64](p)(y.Count.integer(1, MaxMail))
		m.Count = int(count)
		if total += max(count, 1); total > MaxMail {
			p.fail(y.At.err("expected at most %d messages in all", MaxMail))
			return
		}
		if len(y.To)+len(y.Bcc) == 0 {
			p.fail(y.From.err("expected recipients: to: [bob@west.example]"))
		}
		for _, w := range y.To {
			m.To = append(m.To, p.mailbox(w))
		}
		p.extras(&m, y)
		m.Host = p.writer(y, m.From)
		p.s.Mail = append(p.s.Mail, m)
	}
}

// reverse is a mailbox or "<>" (RFC 5321 §4.5.5).
func (p *parser) reverse(w word) string {
	if w.s == "<>" {
		return ""
	}
	return p.mailbox(w)
}

// writer finds the MUA that sends a mail.
func (p *parser) writer(y *mailYAML, from string) string {
	if y.Host.set() {
		name := p.host(y.Host)
		if h, ok := p.s.Host(name); ok && !h.Is(MUA) && !h.Is(MSA) && !h.Is(MTA) {
			p.fail(y.Host.err("expected a host with the role mua, or msa or mta for a local program, found %q", y.Host.s))
		}
		return name
	}
	for i := range p.s.Hosts {
		if h := &p.s.Hosts[i]; h.Is(MUA) && h.User == from {
			return h.Name
		}
	}
	p.fail(y.From.err("expected the user: of one of the muas, or host: with the one that sends, found %q", y.From.s))
	return ""
}

func (p *parser) faults() {
	for i := range p.f.Faults {
		y := &p.f.Faults[i]
		if y.Do.set() {
			p.trouble(y)
			continue
		}
		f := Fault{At: must[time.Duration](p)(y.At.span())}
		if d := must[time.Duration](p)(y.For.span()); d > 0 {
			f.Until = f.At + d
		}
		switch {
		case y.Host.set() && len(y.Link) == 0:
			f.Host = p.host(y.Host)
			f.State = must[string](p)(y.State.oneOf("off", "silent", "on"))
		case !y.Host.set() && len(y.Link) > 0:
			f.Links, _ = p.pair(y.Link, y.At)
			f.State = must[string](p)(y.State.oneOf("off", "on"))
		default:
			p.fail(y.At.err("expected either host: or link: [a, b] for a fault"))
		}
		p.s.Faults = append(p.s.Faults, f)
	}
}
