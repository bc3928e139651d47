package capture

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// Filter chooses connections by their endpoints, and packets by their time. It is written as tcpdump's are:
//
//	host ADDRESS    port N    portrange N-M    net PREFIX    since TIME    until TIME    tcp
//	not A    A and B    A or B    ( A )
//
// "and" binds tighter than "or" and may be left out; several values in a row (port 25 or 587) take over the word before the first. There
// is no src and dst: a session has two directions, and half of it would be misread. TIME is RFC 3339, or a date or local time in UTC.
type Filter struct{ test predicate }

type predicate func(*trace.Segment) bool

// FilterError says where a filter cannot be understood.
type FilterError struct {
	Text string // the filter
	At   int    // octet in it, from 1
	Got  string // the word there; "": the end
	Want string
}

// Error is one line that names the place and what was expected.
func (e *FilterError) Error() string {
	if e.Got == "" {
		return fmt.Sprintf("filter %q ends where %s was expected", e.Text, e.Want)
	}
	return fmt.Sprintf("filter %q, character %d: found %q, expected %s", e.Text, e.At, e.Got, e.Want)
}

// Limits of a filter.
const (
	maxFilterWords = 1000
	maxFilterDepth = 50
)

// ParseFilter reads a filter; the error is a *FilterError.
func ParseFilter(text string) (*Filter, error) {
	p := &filterParser{text: text}
	p.split()
	if len(p.words) > maxFilterWords {
		return nil, p.fail(fmt.Sprintf("at most %d words", maxFilterWords))
	}
	test, err := p.either(0)
	if err == nil && p.at < len(p.words) {
		err = p.fail("and, or, or the end")
	}
	if err != nil {
		return nil, err
	}
	return &Filter{test: test}, nil
}

// Ports is a filter for connections with one of these ports at either end.
func Ports(ports []uint16) *Filter {
	wanted := map[uint16]bool{}
	for _, n := range ports {
		wanted[n] = true
	}
	return &Filter{func(s *trace.Segment) bool { return wanted[s.Src.Port()] || wanted[s.Dst.Port()] }}
}

// And is a filter for what passes both; either may be nil.
func (f *Filter) And(g *Filter) *Filter {
	if f == nil {
		return g
	}
	if g == nil {
		return f
	}
	return &Filter{func(s *trace.Segment) bool { return f.test(s) && g.test(s) }}
}

// Segment says whether s passes: its endpoints and its time count.
func (f *Filter) Segment(s *trace.Segment) bool { return f.test(s) }

type filterParser struct {
	text  string
	words []string
	where []int
	at    int
	last  string // the word that a value without one takes over: "host", "port", ...
}

// split cuts the text into words; parentheses stand alone.
func (p *filterParser) split() {
	for i := 0; i < len(p.text); {
		switch c := p.text[i]; {
		case c == ' ' || c == '\t' || c == '\n':
			i++
			continue
		case c == '(' || c == ')' || c == '!':
			p.words, p.where = append(p.words, string(c)), append(p.where, i)
			i++
			continue
		}
		n := strings.IndexAny(p.text[i:], " \t\n()!")
		if n < 0 {
			n = len(p.text) - i
		}
		p.words, p.where = append(p.words, p.text[i:i+n]), append(p.where, i)
		i += n
	}
}

func (p *filterParser) fail(want string) error {
	e := &FilterError{Text: p.text, Want: want}
	if p.at < len(p.words) {
		e.At, e.Got = p.where[p.at]+1, p.words[p.at]
	}
	return e
}

// next tells whether the next word is one of these, and takes it.
func (p *filterParser) next(words ...string) bool {
	for _, w := range words {
		if p.at < len(p.words) && strings.EqualFold(p.words[p.at], w) {
			p.at++
			return true
		}
	}
	return false
}

// either is A or B or …
func (p *filterParser) either(depth int) (predicate, error) {
	a, err := p.both(depth)
	for err == nil && p.next("or", "||") {
		var b predicate
		first := a
		if b, err = p.both(depth); err == nil {
			a = func(s *trace.Segment) bool { return first(s) || b(s) }
		}
	}
	return a, err
}

// both is A and B and …
func (p *filterParser) both(depth int) (predicate, error) {
	a, err := p.one(depth)
	for err == nil && p.at < len(p.words) {
		if w := p.words[p.at]; w == ")" || strings.EqualFold(w, "or") || w == "||" {
			break
		}
		p.next("and", "&&")
		var b predicate
		first := a
		if b, err = p.one(depth); err == nil {
			a = func(s *trace.Segment) bool { return first(s) && b(s) }
		}
	}
	return a, err
}

func (p *filterParser) one(depth int) (predicate, error) {
	switch {
	case depth > maxFilterDepth:
		return nil, p.fail(fmt.Sprintf("at most %d parentheses and nots inside each other", maxFilterDepth))
	case p.next("not", "!"):
		a, err := p.one(depth + 1)
		return func(s *trace.Segment) bool { return !a(s) }, err
	case p.next("("):
		a, err := p.either(depth + 1)
		if err == nil && !p.next(")") {
			err = p.fail(")")
		}
		return a, err
	case p.next("tcp"): // nothing else is asked
		return func(*trace.Segment) bool { return true }, nil
	}
	for _, w := range [...]string{"host", "port", "portrange", "net", "since", "until"} {
		if p.next(w) {
			p.last = w
			return p.value(w)
		}
	}
	if p.last == "" || p.at == len(p.words) {
		return nil, p.fail("host, port, portrange, net, since, until, not or (")
	}
	return p.value(p.last)
}

// value reads what stands behind a word.
func (p *filterParser) value(word string) (predicate, error) {
	v := ""
	if p.at < len(p.words) {
		v = p.words[p.at]
	}
	var test predicate
	want := ""
	switch word {
	case "host":
		a, err := netip.ParseAddr(v)
		a = a.Unmap()
		test = func(s *trace.Segment) bool { return s.Src.Addr().Unmap() == a || s.Dst.Addr().Unmap() == a }
		if err != nil {
			want = "an IP address"
		}
	case "net":
		n, err := netip.ParsePrefix(v)
		test = func(s *trace.Segment) bool {
			return n.Contains(s.Src.Addr().Unmap()) || n.Contains(s.Dst.Addr().Unmap())
		}
		if err != nil {
			want = "a network such as 192.0.2.0/24"
		}
	case "port", "portrange":
		test, want = portTest(word, v)
	default:
		t, ok := moment(v)
		test = func(s *trace.Segment) bool { return s.Time >= t }
		if word == "until" {
			test = func(s *trace.Segment) bool { return s.Time < t }
		}
		if !ok {
			want = "a time such as 2026-11-21T13:33:20Z or 2026-11-21"
		}
	}
	if want != "" {
		return nil, p.fail(want)
	}
	p.at++
	return test, nil
}

// portTest reads a port or a range of them; want is what was expected instead.
func portTest(word, v string) (test predicate, want string) {
	low, high, dash := strings.Cut(v, "-")
	if !dash {
		high = low
	}
	a, err := portNumber(low)
	b, err2 := portNumber(high)
	switch {
	case word == "port" && (dash || err != nil):
		return nil, "a port from 0 to 65535, or smtp, smtps, submission, submissions, lmtp"
	case err != nil || err2 != nil || a > b:
		return nil, "a range such as 25-587"
	}
	return func(s *trace.Segment) bool {
		return a <= s.Src.Port() && s.Src.Port() <= b || a <= s.Dst.Port() && s.Dst.Port() <= b
	}, ""
}

// portNumber reads a number or the name of one of mail's ports.
func portNumber(v string) (uint16, error) {
	switch strings.ToLower(v) {
	case "smtp":
		return 25, nil
	case "smtps", "submissions":
		return 465, nil
	case "submission":
		return 587, nil
	case "lmtp":
		return 24, nil
	}
	n, err := strconv.ParseUint(v, 10, 16)
	return uint16(n), err
}

// moment reads a time; without a zone it is UTC, as all times that are printed.
func moment(v string) (trace.Time, bool) {
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, v); err == nil && t.Year() > 1678 && t.Year() < 2262 {
			return trace.FromStd(t), true
		}
	}
	return 0, false
}
