package field

import (
	"net/netip"
	"strings"
)

// Parsed is a Received field, read: the facts, and where each stands.
type Parsed struct {
	Received
	Style    Style    // the software whose way of writing it is; StylePlain: none recognised
	Name     string   // the first word after "from"; whether it is HELO or a checked name depends on the software
	TimeRaw  string   // the date as written
	Zone     string   // "+0200"; "-0000": the writer did not know its zone; "": none written
	Comments []string // all comments, without their parentheses
	Unparsed []string // what no clause took
	spans    [spotCount][2]int32
}

// Spot is a place in a Received field that a value was read from. A value without a place was concluded from others.
type Spot uint8

// The spots, named as the fields of the JSON.
const (
	SpotFromName Spot = iota
	SpotFromHelo
	SpotFromRDNS
	SpotFromIP
	SpotFromPort
	SpotFromUser
	SpotByHost
	SpotBySoftware
	SpotByIP
	SpotVia
	SpotWith
	SpotID
	SpotFor
	SpotEnvelopeFrom
	SpotTLSVersion
	SpotTLSCipher
	SpotTLSBits
	SpotTime
	spotCount
)

// String is the spot's name in the JSON: "from.ip".
func (s Spot) String() string {
	return [...]string{"from.name", "from.helo", "from.rdns", "from.ip", "from.port", "from.user", "by.host", "by.software",
		"by.ip", "via", "with", "id", "for", "envelope_from", "tls.version", "tls.cipher", "tls.bits", "time"}[s]
}

// Span is the offsets of the spot's value in the raw field; ok is false where nothing was read from one place.
func (p *Parsed) Span(s Spot) (start, end int, ok bool) {
	sp := p.spans[s]
	return int(sp[0]), int(sp[1]), sp[1] > sp[0]
}

// Spans are all places by name.
func (p *Parsed) Spans() map[string][2]int {
	m := make(map[string][2]int, 12)
	for s := range spotCount {
		if start, end, ok := p.Span(s); ok {
			m[s.String()] = [2]int{start, end}
		}
	}
	return m
}

// ParseReceived reads one Received field, with or without its name in front, folded or not. It accepts anything: what it
// cannot place is in Unparsed. Offsets count from the start of raw. RFC 5321 §4.4 says what a field should look like, RFC 5322
// §3.6.7 what is allowed, and the styles what is really written.
func ParseReceived(raw string) Parsed {
	p := parser{raw: raw}
	if len(raw) > MaxReceived {
		p.raw = raw[:MaxReceived]
	}
	var buf [48]token
	p.toks = tokenize(p.raw, p.skipName(), buf[:0])
	p.out.LF = bareLF(p.raw)
	cut, tail := p.findDate()
	p.clauses(p.toks[:cut])
	for _, t := range tail {
		p.loose(t)
	}
	p.conclude()
	return p.out
}

// bareLF tells whether the field is folded with a bare LF.
func bareLF(s string) bool {
	i := strings.IndexByte(s, '\n')
	return i == 0 || i > 0 && s[i-1] != '\r'
}

// parser holds one field in work.
type parser struct {
	raw      string
	toks     []token
	out      Parsed
	fromSeen bool
	name     token // of the from clause's first word
	addr     rank  // where the address that is kept was found
	heloSeen bool  // HELO was named as such
}

// skipName is where the value begins.
func (p *parser) skipName() int {
	for _, name := range [...]string{"Received:", "X-Received:"} {
		if len(p.raw) >= len(name) && strings.EqualFold(p.raw[:len(name)], name) {
			return len(name)
		}
	}
	return 0
}

// text is the raw text between two offsets; NUL, which only breaks readers, is left out.
func (p *parser) text(start, end int) string {
	s := p.raw[start:end]
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return s
}

func (p *parser) word(t token) string { return p.text(t.start, t.end) }

// inner is the offsets between the parentheses or angle brackets of t.
func inner(t token) (start, end int) { return t.start + 1, t.end - 1 }

// mark notes where a value stands.
func (p *parser) mark(s Spot, start, end int) { p.out.spans[s] = [2]int32{int32(start), int32(end)} }

// set stores a value and its place.
func (p *parser) set(dst *string, s Spot, start, end int) {
	*dst = p.text(start, end)
	p.mark(s, start, end)
}

// findDate finds the date-time. It belongs behind the last semicolon; failing that, behind another one; failing that,
// anywhere (SendGrid, OS/400). It returns how many tokens come before and which come after it.
func (p *parser) findDate() (cut int, tail []token) {
	for i := len(p.toks) - 1; i >= 0; i-- {
		if p.toks[i].kind == semicolon {
			if n, ok := p.dateAt(p.toks[i].end); ok {
				return i, p.toks[n:]
			}
		}
	}
	tries := 0
	for i := len(p.toks) - 1; i >= 0 && tries < 12; i-- {
		if t := p.toks[i]; t.kind == word && p.startsDate(i) {
			tries++
			if n, ok := p.dateAt(t.start); ok {
				return i, p.toks[n:]
			}
		}
	}
	return len(p.toks), nil
}

// startsDate tells whether a date without semicolon may begin with token i: its first word, not one in the middle.
func (p *parser) startsDate(i int) bool {
	w := p.raw[p.toks[i].start:p.toks[i].end]
	if isDayName(strings.TrimSuffix(w, ",")) {
		return true
	}
	return isDigit(w[0]) && len(w) <= 10 && (i == 0 || !isDayName(strings.TrimSuffix(p.word(p.toks[i-1]), ",")))
}

// dateAt reads the date that begins at pos; n is the number of the first token behind it.
func (p *parser) dateAt(pos int) (n int, ok bool) {
	d, ok := ParseDate(p.raw[pos:])
	if !ok {
		return 0, false
	}
	p.out.Time, p.out.Zone = d.Time, d.Zone
	for isSpace(p.raw[pos]) {
		pos++
		d.End--
	}
	p.set(&p.out.TimeRaw, SpotTime, pos, pos+d.End)
	for n = len(p.toks); n > 0 && p.toks[n-1].start >= pos+d.End; n-- {
	}
	return n, true
}

// parseIP reads an address with or without brackets, "IPv6:" and zone.
func parseIP(s string) netip.Addr {
	s = strings.Trim(s, "[]?") // a server that mistrusts brackets writes "?IPv6:2001:db8::1?"
	if len(s) > 5 && strings.EqualFold(s[:5], "IPv6:") {
		s = s[5:]
	}
	if len(s) < 2 || len(s) > 60 || !isHexColon(s[0]) {
		return netip.Addr{}
	}
	if isLetter(s[0]) || !isDigit(s[len(s)-1]) {
		if strings.IndexByte(s, ':') < 0 { // a host name
			return netip.Addr{}
		}
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}
	}
	return a
}

func isHexColon(c byte) bool {
	return isDigit(c) || c == ':' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

// hasFold tells whether s begins with prefix, whatever the case.
func hasFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
