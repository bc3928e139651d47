package lossless

import (
	"fmt"
	"slices"
	"strings"
)

// draft is a network with its mail and faults, in a form that can be taken apart. Hosts keep their numbers.
type draft struct {
	seed   uint64
	jitter string // of all links
	hosts  []hostDraft
	zones  []string // beside the MX of each domain
	mails  []mailDraft
	faults []faultDraft
}

// hostDraft is a server mx<n>.example for d<n>.example with the mailboxes ann and bob, and a mail program pc<n> of ann's
// where somebody writes.
type hostDraft struct {
	n       int
	backup  int               // the domain of the host of that number is relayed too; -1: none
	aliases map[string]string // local part to an address
	routes  map[string]string // domain to a host
	lines   []string          // further keys
	login   string            // keys of the mail program: AUTH
}

type mailDraft struct {
	n      int // its subject is m<n>
	at     string
	from   int // the host of ann
	null   bool
	header string // From field
	to     []string
	notify string // NOTIFY for the first
	eight  bool   // octets above 127 in its text
	size   int
}

type faultDraft struct {
	hosts []string // that must be there
	text  string
}

func (h *hostDraft) name() string   { return fmt.Sprintf("mx%d.example", h.n) }
func (h *hostDraft) domain() string { return fmt.Sprintf("d%d.example", h.n) }

// yaml is the scenario file.
func (d *draft) yaml() string {
	var b strings.Builder
	fmt.Fprintf(&b, "scenario: lossless-%d\nseed: %d\nuntil: 20d\nlookups: routing\n", d.seed, d.seed)
	if d.jitter != "" {
		fmt.Fprintf(&b, "network: {latency: 10ms, jitter: %s}\n", d.jitter)
	}
	b.WriteString("hosts:\n")
	for i := range d.hosts {
		d.hosts[i].yaml(&b, d)
	}
	b.WriteString("  - {name: ns.example, addresses: [203.0.113.53], roles: [dns]}\nzones: |\n")
	if slices.ContainsFunc(d.mails, func(m mailDraft) bool { return slices.Contains(m.to, "x@null.example") }) {
		b.WriteString("  null.example. 300 IN MX 0 .\n")
	}
	for i := range d.hosts {
		h := &d.hosts[i]
		fmt.Fprintf(&b, "  %s. 300 IN MX 10 %s.\n", h.domain(), h.name())
		if h.backup >= 0 {
			fmt.Fprintf(&b, "  d%d.example. 300 IN MX 20 %s.\n", h.backup, h.name())
		}
	}
	for _, z := range d.zones {
		fmt.Fprintf(&b, "  %s\n", z)
	}
	b.WriteString("mail:\n")
	for i := range d.mails {
		d.mails[i].yaml(&b)
	}
	if len(d.faults) > 0 {
		b.WriteString("faults:\n")
	}
	for _, f := range d.faults {
		fmt.Fprintf(&b, "  - {%s}\n", f.text)
	}
	return b.String()
}

func (h *hostDraft) yaml(b *strings.Builder, d *draft) {
	if slices.ContainsFunc(d.mails, func(m mailDraft) bool { return m.from == h.n }) {
		fmt.Fprintf(b, "  - {name: pc%d.example, addresses: [198.51.100.%d], roles: [mua], user: ann@%s, submit-to: mx%d%s}\n",
			h.n, h.n+1, h.domain(), h.n, h.login)
	}
	fmt.Fprintf(b, "  - name: %s\n    addresses: [192.0.2.%d]\n    roles: [msa, mta, mda]\n    domains: [%s]\n    users: [ann, bob]\n    relay-from: [198.51.100.%d]\n",
		h.name(), h.n+1, h.domain(), h.n+1)
	if h.backup >= 0 {
		fmt.Fprintf(b, "    relay-to: [d%d.example]\n", h.backup)
	}
	for i, list := range []map[string]string{h.aliases, h.routes} {
		var words []string
		for from, to := range list {
			if i == 0 {
				to = "[" + to + "]"
			}
			words = append(words, from+": "+to)
		}
		slices.Sort(words)
		if len(words) > 0 {
			fmt.Fprintf(b, "    %s: {%s}\n", []string{"aliases", "routes"}[i], strings.Join(words, ", "))
		}
	}
	for _, line := range h.lines {
		fmt.Fprintf(b, "    %s\n", line)
	}
}

func (m *mailDraft) yaml(b *strings.Builder) {
	from := fmt.Sprintf("ann@d%d.example", m.from)
	if m.null {
		from = "<>"
	}
	header := fmt.Sprintf("From: %s\\nSubject: m%d\\n", m.header, m.n)
	if m.eight {
		header += "MIME-Version: 1.0\\nContent-Type: text/plain; charset=utf-8\\nContent-Transfer-Encoding: 8bit\\n\\nGrüße"
	}
	body := "Hello" + strings.Repeat("\\nThis line makes the mail longer.", m.size/32)
	fmt.Fprintf(b, "  - {at: %s, host: pc%d, from: %q, to: [%s], raw: \"%s\\n%s\\n\"", m.at, m.from, from,
		strings.Join(m.to, ", "), header, body)
	if m.notify != "" {
		fmt.Fprintf(b, ", rcpt-params: {%s: %q}", m.to[0], "NOTIFY="+m.notify)
	}
	b.WriteString("}\n")
}

// size is how much there is to read: hosts, mails with their recipients, faults, and whatever else is out of the ordinary.
func (d *draft) size() (n int) {
	for i := range d.hosts {
		h := &d.hosts[i]
		n += 2 + min(len(h.login), 1) + len(h.aliases) + len(h.routes) + len(h.lines)
		if h.backup >= 0 {
			n++
		}
	}
	for i := range d.mails {
		m := &d.mails[i]
		n += 1 + len(m.to)
		if m.notify != "" || m.null || m.eight || m.size > 0 {
			n++
		}
		if m.at != "1s" {
			n++
		}
	}
	return n + 2*len(d.faults) + len(d.zones) + len(d.jitter)/3
}

// clone shares nothing that a smaller draft would change.
func (d *draft) clone() *draft {
	c := *d
	c.hosts, c.mails = slices.Clone(d.hosts), slices.Clone(d.mails)
	c.faults, c.zones = slices.Clone(d.faults), slices.Clone(d.zones)
	return &c
}
