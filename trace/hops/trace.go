package hops

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/field"
	"github.com/smtpsim/smtpsim/trace/mime"
)

// Limits. RFC 5321 §6.3 has servers refuse mail with 100 Received fields; what has more came by no real way.
const (
	MaxHops        = 1000
	maxAuthFields  = 200
	maxReportDepth = 2
)

// Trace reads msg, message number index of file.
func Trace(msg []byte, file string, index int, opts Options) Message {
	return traceDeep(msg, file, index, opts, 0)
}

func traceDeep(msg []byte, file string, index int, opts Options, depth int) Message {
	t := tracer{opts: opts, section: field.ReadSection(msg)}
	if t.opts.Line == 0 {
		t.opts.Line = 1
	}
	m := &t.m
	*m = Message{File: file, Index: index, Hops: []trace.Hop{}, Clocks: []Clock{}, Loops: []Loop{},
		Authentication: []Authentication{}, Findings: []trace.Finding{}}
	t.readSection()
	t.readHops()
	t.times()
	t.checkDate()
	for i := range m.Hops {
		t.checkHop(i)
	}
	t.loops()
	t.trust()
	t.authentication()
	if depth < maxReportDepth {
		t.report(msg, depth)
	}
	return *m
}

// tracer holds one message in work.
type tracer struct {
	opts    Options
	section field.Section
	m       Message
	lines   []int // line in the file of each hop's field
}

// readSection takes what the header section says of the message.
func (t *tracer) readSection() {
	s, m := &t.section, &t.m
	if f, ok := s.First("Message-ID"); ok {
		m.MessageID = strings.Trim(f.Body(), "<> ")
	}
	if f, ok := s.First("Subject"); ok {
		m.Subject = mime.DecodeHeader(f.Body())
	}
	if f, ok := s.First("Date"); ok {
		m.DateRaw = f.Body()
		if d, ok := field.ParseDate(m.DateRaw); ok {
			m.Date, m.DateZone = trace.FromStd(d.Time), d.Zone
		}
	}
	paths := s.All("Return-Path")
	if len(paths) > 0 {
		path := strings.TrimSpace(paths[0].Body())
		path = strings.TrimSuffix(strings.TrimPrefix(path, "<"), ">")
		m.ReturnPath = &path
	}
	if len(paths) > 1 {
		t.find("return-path-twice", paths[1].Line, paths[1].Raw, "There are ", strconv.Itoa(len(paths)), " Return-Path fields; the topmost one counts.")
	}
	t.oddities()
	t.order()
}

// order notes Received fields below the fields that the sender wrote: servers put theirs on top (RFC 5321 §4.4), so these
// were in the mail before, or a program sorted the header section.
func (t *tracer) order() {
	sender := -1
	for i, f := range t.section.Fields {
		switch {
		case f.Is("From"), f.Is("Date"), f.Is("Subject"), f.Is("To"):
			if sender < 0 {
				sender = i
			}
		case f.Is("Received") && sender >= 0:
			t.find("trace-not-on-top", f.Line, "", "A Received field stands below ", t.section.Fields[sender].Name,
				": servers put theirs on top, so the sender could have written it, or a program sorted the fields.")
			return
		}
	}
}

// readHops makes a hop of each Received field.
func (t *tracer) readHops() {
	fields := t.section.All("Received")
	if len(fields) == 0 {
		t.find("no-received", 1, "", "The message has no Received field: no server has passed it on, or somebody took the fields out.")
		return
	}
	if len(fields) > MaxHops {
		t.find("too-many-hops", fields[MaxHops].Line, "", "There are ", strconv.Itoa(len(fields)), " Received fields; the topmost ",
			strconv.Itoa(MaxHops), " are read.")
		fields = fields[:MaxHops]
	}
	for i, f := range slices.Backward(fields) {
		h := t.hop(f)
		h.N, h.Line = len(t.m.Hops)+1, i+1
		t.m.Hops = append(t.m.Hops, h)
		t.lines = append(t.lines, f.Line)
	}
}

// hop reads one field.
func (t *tracer) hop(f field.HeaderField) trace.Hop {
	p := field.ParseReceived(f.Raw)
	h := trace.Hop{
		From: trace.HopFrom{Name: p.Name, Helo: p.Helo, RDNS: p.RDNS, User: user(&p)},
		By:   trace.HopBy{Host: p.By, Software: software(&p)},
		Via:  p.Via, With: p.With, ID: p.ID, For: p.For, EnvelopeFrom: p.EnvelopeFrom,
		Time: trace.FromStd(p.Time), TimeRaw: p.TimeRaw, Zone: p.Zone, Comments: p.Comments, Unparsed: p.Unparsed,
		Raw: f.Raw, Span: [2]int{int(t.opts.Offset) + f.Start, int(t.opts.Offset) + f.End}, Spans: p.Spans(),
		Style: string(p.Style), Findings: []trace.Finding{},
	}
	if p.IP.IsValid() {
		h.From.IP = p.IP.String()
	}
	if p.ByIP.IsValid() {
		h.By.IP = p.ByIP.String()
	}
	if p.Port > 0 {
		h.From.Port = strconv.Itoa(p.Port)
	}
	if p.TLS != nil {
		h.TLS = &trace.HopTLS{Version: p.TLS.Version, Cipher: p.TLS.Cipher, Bits: p.TLS.Bits, Verified: p.TLS.Verified}
	}
	if len(p.Clauses) > 0 {
		h.Clauses = map[string]string{}
		for _, c := range p.Clauses {
			h.Clauses[c.Name] = c.Value
		}
	}
	h.Group = organisation(h.By.Host)
	if len(h.Raw) > field.MaxReceived {
		h.Raw = h.Raw[:field.MaxReceived]
	}
	if !utf8.ValidString(h.Raw) {
		h.RawBase64 = []byte(h.Raw)
	}
	return h
}

// user is who is behind the mail: the authenticated identity, or the local user.
func user(p *field.Parsed) string {
	if p.User != "" || p.Submitter == "" {
		return p.User
	}
	if strings.Trim(p.Submitter, "0123456789") == "" {
		return "uid " + p.Submitter
	}
	return p.Submitter
}

// software is what the server says of itself, with the product's name in front where only a version is written.
func software(p *field.Parsed) string {
	product := p.Style.Product()
	switch {
	case p.Software == "":
		return product
	case p.Style == field.StyleSendmail:
		return product + " " + p.Software
	}
	return p.Software
}

// organisation guesses the ADMD of a host: the last two labels of its name, three where the second level is a public one
// ("example.co.uk"). Addresses and single labels stand for themselves.
func organisation(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	labels := strings.Split(host, ".")
	n := len(labels)
	if n < 3 || strings.Trim(host, "0123456789.[]") == "" || strings.Contains(host, ":") {
		return host
	}
	keep := 2
	switch labels[n-2] {
	case "ac", "co", "com", "edu", "go", "gob", "gov", "ltd", "mil", "ne", "net", "nom", "or", "org", "plc", "sch":
		if len(labels[n-1]) == 2 {
			keep = 3
		}
	}
	return strings.Join(labels[n-keep:], ".")
}
