package render

import (
	"bufio"
	"cmp"
	"io"
	"net/netip"
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/trace"
)

// entryEnd is a ladder's own line for the way a session ended, where it was not by QUIT.
const entryEnd trace.EntryKind = "end"

// WriteSession prints one session: a heading, its ladder (or sentences) with findings beneath the lines they concern,
// and what became of its mails. o.Start 0 counts from the session's own start.
func WriteSession(w io.Writer, s *trace.Session, o Options) error {
	if o.Start == 0 {
		o.Start = s.Started
	}
	b := bufio.NewWriter(w)
	put := func(lines ...string) {
		for _, line := range lines {
			b.WriteString(line + "\n")
		}
	}
	entries := o.sessionEntries(s)
	most := 0
	if len(s.Events) > 0 {
		most = s.Events[len(s.Events)-1].N
	}
	client, server := sessionHosts(s)
	if o.Plain && o.Short == nil { // who they are stands in the heading
		o.Short = strings.NewReplacer(s.Client, o.t("role.client"), s.Server, o.t("role.server")).Replace
	}
	l := NewLadder([]string{client, server}, most, s.Packets[0] > 0, o)
	top := l.attach(entries, s.Findings)
	put(o.heading(s)...)
	put(o.lookups(s)...)
	for _, bl := range top {
		put(o.freeBelow(bl)...)
	}
	if len(entries) > 0 {
		put(l.Header()...)
		put(l.Lines(entries...)...)
	}
	put(o.mails(s)...)
	return b.Flush()
}

// WriteTogether prints several sessions as one ladder, a column for each address, in order of time.
func WriteTogether(w io.Writer, ss []*trace.Session, o Options) error {
	var entries []*trace.Entry
	var findings []trace.Finding
	packets := false
	for _, s := range ss {
		one := o.sessionEntries(s)
		client, server := columnHosts(s)
		for _, e := range one {
			if from, _ := ends(e); from == s.Server || from == s.ServerHost && from != "" {
				e.Host, e.Peer = server, client
			} else if from != "" {
				e.Host, e.Peer = client, server
			}
		}
		entries = append(entries, one...)
		findings = append(findings, s.Findings...)
		packets = packets || s.Packets[0] > 0
	}
	slices.SortStableFunc(entries, func(a, b *trace.Entry) int { return cmp.Compare(a.Time, b.Time) })
	for i, e := range entries {
		e.N = i + 1
	}
	l := NewLadder(HostsOf(entries), len(entries), packets, o)
	b := bufio.NewWriter(w)
	for _, bl := range l.attach(entries, findings) {
		for _, line := range o.freeBelow(bl) {
			b.WriteString(line + "\n")
		}
	}
	for _, line := range append(l.Header(), l.Lines(entries...)...) {
		b.WriteString(line + "\n")
	}
	return b.Flush()
}

// columnHosts are a session's hosts without ports, so that a relay has one column; a host that talks to itself has two.
func columnHosts(s *trace.Session) (client, server string) {
	client, server = sessionHosts(s)
	c, errC := netip.ParseAddrPort(client)
	d, errD := netip.ParseAddrPort(server)
	if errC != nil || errD != nil {
		return client, server
	}
	if c.Addr() == d.Addr() {
		return c.Addr().String(), server
	}
	return c.Addr().String(), d.Addr().String()
}

// sessionEntries turns a session into entries numbered as its events; what is no event has number 0.
func (o *Options) sessionEntries(s *trace.Session) []*trace.Entry {
	client, server := sessionHosts(s)
	entries := make([]*trace.Entry, 0, len(s.Events)+2)
	if s.End == trace.SessionRefused || s.End == trace.SessionUnanswered {
		entries = append(entries, &trace.Entry{Kind: trace.EntryConnect, Time: s.Started, Host: client, Peer: server, Code: string(s.End)})
	}
	for _, v := range s.Events {
		from, to := client, server
		if v.From == trace.FromServer {
			from, to = server, client
		}
		entries = append(entries, &trace.Entry{N: v.N, Time: v.Time, Host: from, Peer: to, Kind: trace.EntryEvent, Session: s, Event: v})
	}
	end := &trace.Entry{Kind: entryEnd, Time: s.Ended, Text: o.first("ended." + string(s.End))}
	switch s.End {
	case trace.SessionServerClose:
		end.Host, end.Peer = server, client
	case trace.SessionClientClose:
		end.Host, end.Peer = client, server
	}
	if end.Text != "" {
		entries = append(entries, end)
	}
	return entries
}

// attach puts findings under the entries whose packets they name and returns those that concern none.
func (l *Ladder) attach(entries []*trace.Entry, fs []trace.Finding) []below {
	var top []below
	l.under = map[*trace.Entry][]below{}
	for _, f := range fs {
		b := below{text: l.o.finding(f), cl: severityClass(f.Severity)}
		if e := concerns(entries, f); e != nil {
			l.under[e] = again(l.under[e], b)
		} else {
			top = append(top, b)
		}
	}
	return top
}

// again adds b to list, or counts it where it stands there already.
func again(list []below, b below) []below {
	for i := range list {
		if list[i].text == b.text {
			list[i].times++
			return list
		}
	}
	return append(list, b)
}

// concerns is the entry that a finding is about: the first whose packets hold the finding's, else the last that began
// before it.
func concerns(entries []*trace.Entry, f trace.Finding) *trace.Entry {
	if f.Packet == 0 {
		return nil
	}
	var before *trace.Entry
	for _, e := range entries {
		if e.Event == nil || e.Event.Packets[0] == 0 {
			continue
		}
		p := e.Event.Packets
		if p[0] <= f.Packet && f.Packet <= max(p[0], p[1]) {
			return e
		}
		if p[0] < f.Packet {
			before = e
		}
	}
	return before
}

// below collects what stands under an item.
func (l *Ladder) below(it item) []below {
	var all []below
	for _, e := range it {
		for _, b := range l.under[e] {
			if b.times > 0 {
				b.text = itoa(int64(b.times+1)) + " x " + b.text
			}
			all = append(all, b)
		}
	}
	return all
}

// finding is a finding as one text.
func (o *Options) finding(f trace.Finding) string {
	s := o.t("severity."+f.Severity.String()) + " " + o.visible(f.ID) + ": " + o.findingText(f)
	if f.Source != "" {
		s += " (" + o.visible(f.Source) + ")"
	}
	return s
}

func severityClass(s trace.Severity) class {
	switch s {
	case trace.Error:
		return bad
	case trace.Warning:
		return pending
	}
	return plainText
}

// freeBelow is a finding that stands under no line of the ladder.
func (o *Options) freeBelow(b below) []string {
	if o.Plain {
		return []string{b.text}
	}
	return o.wrappedMax(findingLinesMax, o.glyph().mark+" "+b.text, "  ", b.cl)
}

// wrapped is s in lines of the full width, further lines indented; unless Whole at most labelLinesMax of them.
func (o *Options) wrapped(s, indent string, cl class) []string {
	return o.wrappedMax(labelLinesMax, s, indent, cl)
}

const findingLinesMax = 8

func (o *Options) wrappedMax(n int, s, indent string, cl class) []string {
	if o.Plain {
		return []string{s}
	}
	lines := wrapFirst(s, o.width(), o.width()-len(indent))
	lines = o.clip(lines, n, o.width()-len(indent))
	for i := range lines {
		if i > 0 {
			lines[i] = indent + lines[i]
		}
		lines[i] = o.paint(lines[i], cl)
	}
	return lines
}

// heading says which session this is.
func (o *Options) heading(s *trace.Session) []string {
	client, server := sessionHosts(s)
	first := []string{o.t("session.n", "n", itoa(int64(s.ID))), o.visible(client) + " " + o.glyph().arrow + " " + o.visible(server),
		o.visible(strings.ToUpper(s.Protocol))}
	if s.Packets[0] > 0 {
		first = append(first, o.t("session.packets", "a", itoa(s.Packets[0]), "b", itoa(s.Packets[1])))
	}
	var second []string
	if s.Started != 0 {
		second = append(second, s.Started.Std().Format("2006-01-02 15:04:05 UTC"))
	}
	if s.Started != 0 && s.Ended != 0 {
		second = append(second, o.t("session.lasted", "time", span(s.Ended.Sub(s.Started))))
	}
	second = append(second, o.tlsSummary(s)...)
	second = append(second, o.t("end."+string(s.End)))
	return append(o.items(first, strong), o.items(second, plainText)...)
}

func (o *Options) tlsSummary(s *trace.Session) []string {
	version := ""
	for _, p := range s.Phases {
		if p.TLS != nil {
			version = " " + o.visible(p.TLS.Version)
		}
	}
	var out []string
	if s.ImplicitTLS {
		out = append(out, o.t("session.tls")+version)
	} else if _, ok := lookup(o.Lang, "starttls."+s.StartTLS); ok {
		out = append(out, o.t("starttls."+s.StartTLS)+version)
	}
	for _, a := range s.Auth {
		one := "AUTH " + o.visible(a.Mechanism)
		if a.Identity != "" {
			one += " " + o.visible(a.Identity)
		}
		out = append(out, one+": "+o.t("auth."+a.Outcome))
	}
	return out
}

// items joins short texts with dots and breaks them at the width, a text that is too long within itself.
func (o *Options) items(parts []string, cl class) []string {
	sep := " " + o.glyph().dot + " "
	if o.Plain {
		return []string{strings.Join(parts, ", ") + "."}
	}
	var lines []string
	line := ""
	for i, p := range parts {
		if i > 0 && cells(line)+cells(sep)+cells(p) > o.width() {
			lines = append(lines, o.wrapped(line, "  ", cl)...)
			line = "  " + p
			continue
		}
		if i > 0 {
			line += sep
		}
		line += p
	}
	return append(lines, o.wrapped(line, "  ", cl)...)
}
