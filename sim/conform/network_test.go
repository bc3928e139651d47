package conform_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/sim/conform"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/trace"
)

// network is a scenario under watch. A network script has
//
//	base: nordwest                     a file of testdata/base
//	edit: /regexp/ => "text"           changes of it
//	talk: ws.example > mx1.west.example:25 at 10s      the dialogue that follows, C: said by the script
//	talk: mx9.west.example:25 answers                  the dialogue that follows, S: said by the script, once
//	W: 2 /msa>mx1:25 C: MAIL/          so many lines of the log of all wires match
//	W~ ~ regexp                        the whole log matches, or with !~ does not
//	M: bob@west.example 1 ~ regexp     so many messages in the mailbox, each like that
//	Q: msa.nord.example 0              so many in the queue
//	N: 1 /msa MX west.example/         so many questions to the DNS
//	F: 1 /msa bounced bob@.. 550/      so many claims of what became of mail
type network struct {
	script *conform.Script
	source string
	sc     *scenario.Scenario
	hosts  map[string]*host.Host
	stores map[string]host.Store
	names  map[netip.Addr]string
	log    []string
	fates  []string
	conns  map[netip.AddrPort]int
	fail   *failure
	talks  []*talk
}

// talk is one dialogue by the script in the network.
type talk struct {
	head   conform.Line
	lines  []conform.Line
	from   string
	taken  bool
	played bool
}

func newNetwork(s *conform.Script, how setting) (*network, error) {
	n := &network{script: s, hosts: map[string]*host.Host{}, stores: map[string]host.Store{}, names: map[netip.Addr]string{},
		conns: map[netip.AddrPort]int{}}
	base := s.All("base:")
	if len(base) != 1 {
		return nil, fmt.Errorf("%s: expected one base:", s.Path)
	}
	data, err := os.ReadFile(filepath.Join("testdata", "base", base[0].Text+".yaml"))
	if err != nil {
		return nil, err
	}
	n.source = string(data)
	edits := how.edits
	for _, l := range s.All("edit:") {
		if n.source, err = conform.Edit(n.source, l.Text); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", s.Path, l.No, err)
		}
	}
	for _, e := range edits {
		if n.source, err = conform.Edit(n.source, e); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Path, err)
		}
	}
	n.sc, err = scenario.Parse(s.Path, []byte(n.source))
	return n, err
}

// Claim keeps what became of mail.
func (n *network) Claim(c host.Claim) {
	switch c.Kind {
	case host.ClaimQueued, host.ClaimDelivered, host.ClaimBounced, host.ClaimDropped, host.ClaimRelayed:
		n.fates = append(n.fates, fmt.Sprintf("%s %s %s %d %s", short(c.Host), c.Kind, c.Recipient, c.Code, c.Text))
	}
}

func short(name string) string {
	label, _, _ := strings.Cut(name, ".")
	return label
}

// wire attaches the log and the mutations to a host.
func (n *network) wire(h *host.Host, mutations []*conform.Mutation) {
	n.hosts[h.Name], n.stores[h.Name] = h, h.Store
	for _, a := range h.Addrs {
		n.names[a] = h.Name
	}
	var own []*conform.Mutation
	for _, m := range mutations {
		if m.Host == "" || m.Host == h.Name {
			own = append(own, m)
		}
	}
	start := h.Clock.Now()
	note := func(local, remote netip.AddrPort, what string) {
		if _, known := n.conns[local]; !known {
			n.conns[local] = len(n.conns) + 1
		}
		n.log = append(n.log, fmt.Sprintf("%.3fs #%d %s>%s:%d %s", h.Clock.Now().Sub(start).Seconds(), n.conns[local],
			short(h.Name), short(n.names[remote.Addr()]), remote.Port(), what))
	}
	w := &conform.Wire{Host: h, Mutations: own}
	w.Line = func(c *conform.Conn, sent bool, line string) {
		local, remote := c.Ends()
		if _, dialed := n.names[remote.Addr()]; !dialed || !c.Dialed && !(c.Inside && remote.Port() < 1024) {
			return
		}
		side := "S: "
		if sent {
			side = "C: "
		}
		note(local, remote, side+line)
	}
	w.Event = func(c *conform.Conn, to netip.AddrPort, what string) {
		switch {
		case c == nil:
			note(netip.AddrPort{}, to, what)
		case c.Dialed:
			local, remote := c.Ends()
			note(local, remote, what)
		}
	}
	w.Attach()
	for _, m := range own {
		m.Ports(h)
	}
}

// runNetwork lets the scenario happen and judges what came of it.
func runNetwork(s *conform.Script, how setting) (*failure, error) {
	n, err := newNetwork(s, how)
	if err != nil {
		return nil, err
	}
	world, err := sim.Open(n.sc, sim.Options{Ports: func(h *host.Host) { n.wire(h, how.mutations) }}, sim.Sinks{Claims: n})
	if err != nil {
		return nil, err
	}
	defer world.Close()
	if err := n.prepareTalks(); err != nil {
		return nil, err
	}
	world.RunIdle()
	if n.fail != nil {
		return n.fail, nil
	}
	for _, t := range n.talks {
		if !t.played {
			return &failure{t.head, "nobody came"}, nil
		}
	}
	return n.judge(questions(world.Timeline())), nil
}

// questions are those to name servers: "msa MX west.example".
func questions(t *trace.Timeline) (all []string) {
	for i := range t.Entries {
		if e := t.Entries[i]; e.Kind == trace.EntryDNS {
			all = append(all, fmt.Sprintf("%s %s %s", short(e.Host), e.Type, e.Name))
		}
	}
	return all
}

//house:table compiled once
var (
	talkForm   = regexp.MustCompile(`^(\S+) > (\S+):(\d+) at (\S+)$`)
	answerForm = regexp.MustCompile(`^(\S+):(\d+) answers$`)
)

func (n *network) prepareTalks() error {
	for _, l := range n.script.Lines {
		switch {
		case l.Mark == "talk:":
			n.talks = append(n.talks, &talk{head: l})
		case len(n.talks) > 0 && strings.Contains(" C: C= C~ S: S= ! C! S! T: ", " "+l.Mark+" "):
			t := n.talks[len(n.talks)-1]
			t.lines = append(t.lines, l)
		}
	}
	listening := map[string]bool{}
	for _, t := range n.talks {
		if m := talkForm.FindStringSubmatch(t.head.Text); m != nil {
			if err := n.startTalk(t, m); err != nil {
				return err
			}
			continue
		}
		m := answerForm.FindStringSubmatch(t.head.Text)
		if m == nil || n.hosts[m[1]] == nil {
			return fmt.Errorf("%s:%d: expected a talk such as a.example > b.example:25 at 1s, found %q", n.script.Path, t.head.No, t.head.Text)
		}
		t.from = t.head.Text
		if !listening[t.from] {
			listening[t.from] = true
			if err := n.answer(n.hosts[m[1]], m[2], t.from); err != nil {
				return err
			}
		}
	}
	return nil
}

// startTalk dials at its time.
func (n *network) startTalk(t *talk, m []string) error {
	from, to := n.hosts[m[1]], n.hosts[m[2]]
	at, err := time.ParseDuration(m[4])
	if from == nil || to == nil || err != nil {
		return fmt.Errorf("%s:%d: no such host or time: %q", n.script.Path, t.head.No, t.head.Text)
	}
	target, err := netip.ParseAddrPort(fmt.Sprintf("%s:%s", to.Addrs[0], m[3]))
	if to.Addrs[0].Is6() {
		target, err = netip.ParseAddrPort(fmt.Sprintf("[%s]:%s", to.Addrs[0], m[3]))
	}
	if err != nil {
		return err
	}
	from.Go("talk", func() {
		from.Clock.Sleep(at)
		p := &player{mine: "C", host: from, tls: &tls.Config{InsecureSkipVerify: true}, dial: func() (net.Conn, error) { return from.Dialer.Dial(target, 0) }}
		var err error
		if p.conn, err = p.dial(); err != nil {
			n.failed(&failure{t.head, err.Error()})
			return
		}
		p.play(t.lines)
		t.played = true
		n.failed(p.fail)
	})
	return nil
}

// answer serves the dialogues of one endpoint, one for each connection, in order.
func (n *network) answer(h *host.Host, port, head string) error {
	at, err := netip.ParseAddrPort("0.0.0.0:" + port)
	if err != nil {
		return err
	}
	ln, err := h.Listen(at)
	if err != nil {
		return err
	}
	h.Go("answers", func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			t := n.next(head)
			if t == nil {
				_ = conn.Close()
				continue
			}
			h.Go("answer", func() {
				cfg, _ := serverTLS()
				p := &player{mine: "S", host: h, conn: conn, tls: cfg}
				p.play(t.lines)
				t.played = true
				n.failed(p.fail)
			})
		}
	})
	return nil
}

func (n *network) next(head string) *talk {
	for _, t := range n.talks {
		if t.from == head && !t.taken {
			t.taken = true
			return t
		}
	}
	return nil
}

func (n *network) failed(f *failure) {
	if n.fail == nil {
		n.fail = f
	}
}

// judge holds the expectations about what came of it all, in order.
func (n *network) judge(asked []string) *failure {
	for _, l := range n.script.All("W:", "W~", "M:", "Q:", "N:", "F:") {
		what := ""
		switch l.Mark {
		case "W:":
			what = counted(n.log, l.Text)
		case "N:":
			what = counted(asked, l.Text)
		case "F:":
			what = counted(n.fates, l.Text)
		case "W~":
			what = matches(strings.Join(n.log, "\n"), l.Text)
		case "M:":
			what = n.mailbox(l.Text)
		case "Q:":
			name, want, _ := strings.Cut(l.Text, " ")
			what = counted(n.list(name, "spool/"), want+" //")
		}
		if what != "" {
			return &failure{l, what}
		}
	}
	return nil
}

// list names what a host's disk has under a prefix.
func (n *network) list(name, prefix string) []string {
	if n.stores[name] == nil {
		return nil
	}
	return n.stores[name].List(prefix)
}

// counted judges "2 /regexp/" over lines.
func counted(lines []string, want string) string {
	count, rest, err := conform.ParseCount(want)
	if err != nil {
		return err.Error()
	}
	re, err := regexp.Compile(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(rest), "/"), "/"))
	if err != nil {
		return err.Error()
	}
	seen := 0
	for _, l := range lines {
		if re.MatchString(l) {
			seen++
		}
	}
	if !count.Has(seen) {
		return fmt.Sprintf("seen %d times, want %s, in\n%s", seen, count, few(lines))
	}
	return ""
}

// few are the first lines.
func few(lines []string) string { return strings.Join(lines[:min(len(lines), 20)], "\n\t") }

// mailbox judges "bob@west.example 1 ~ regexp".
func (n *network) mailbox(want string) string {
	address, rest, _ := strings.Cut(want, " ")
	rest, pattern, _ := strings.Cut(rest+" ", " ")
	count, _, err := conform.ParseCount(rest)
	if err != nil {
		return err.Error()
	}
	local, domain, _ := strings.Cut(address, "@")
	var texts []string
	for i := range n.sc.Hosts {
		h := &n.sc.Hosts[i]
		for _, d := range h.Domains {
			if !strings.EqualFold(d, domain) {
				continue
			}
			for _, name := range n.list(h.Name, "mailbox/"+local+"/") {
				text, _ := n.stores[h.Name].Get(name) // List has just named it
				texts = append(texts, string(text))
			}
		}
	}
	if !count.Has(len(texts)) {
		return fmt.Sprintf("%d messages, want %s; %s", len(texts), count, few(n.fates))
	}
	if pattern = strings.TrimSpace(pattern); pattern == "" {
		return ""
	}
	for _, text := range texts {
		if what := matches(text, pattern); what != "" {
			return what
		}
	}
	return ""
}
