package feature

import (
	"fmt"
	"math/big"
	"strings"
)

// Facts are what is known of a document: a value for each feature tag, tags in lower case. Values are tokens, texts without their
// quotes, numbers ("400") and fractions ("2150/254").
type Facts map[string]string

// Filter is a parsed filter.
type Filter struct {
	op    byte // '&', '|', '!', or a comparison: '=', '<', '>'
	parts []Filter
	tag   string   // of a comparison, in lower case
	set   []string // '=': one of these values, or ranges "a..b"; '<' and '>': one number
}

// Limits of a filter.
const (
	maxLength = 8192
	maxDepth  = 32
)

// Parse reads a filter (RFC 2533 §4.2): & | ! before filters in parentheses, and comparisons =, <= and >=, the value of "="
// also a set in brackets. White space may stand anywhere between. The error names the place.
func Parse(s string) (Filter, error) {
	p := parser{s: s}
	if len(s) > maxLength {
		return Filter{}, p.want(fmt.Sprintf("at most %d octets", maxLength))
	}
	f, err := p.filter(0)
	if err == nil {
		if p.space(); p.at < len(s) {
			err = p.want("the end")
		}
	}
	return f, err
}

type parser struct {
	s  string
	at int
}

func (p *parser) want(what string) error {
	return fmt.Errorf("filter, octet %d: expected %s", p.at+1, what)
}

func (p *parser) space() {
	for p.at < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.at]) >= 0 {
		p.at++
	}
}

// take reads c, with the white space before it.
func (p *parser) take(c byte) bool {
	p.space()
	if p.at < len(p.s) && p.s[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) filter(depth int) (f Filter, err error) {
	if depth > maxDepth {
		return f, p.want("fewer parentheses")
	}
	if !p.take('(') {
		return f, p.want("(")
	}
	p.space()
	switch {
	case p.take('&'):
		f.op = '&'
	case p.take('|'):
		f.op = '|'
	case p.take('!'):
		f.op = '!'
	default:
		if err = p.comparison(&f); err == nil && !p.take(')') {
			err = p.want(")")
		}
		return f, err
	}
	for !p.take(')') {
		part, err := p.filter(depth + 1)
		if err != nil {
			return f, err
		}
		f.parts = append(f.parts, part)
	}
	if f.op == '!' && len(f.parts) != 1 {
		return f, p.want("one filter behind !")
	}
	return f, nil
}

// comparison reads "tag=value", "tag<=value", "tag=[value,value]".
func (p *parser) comparison(f *Filter) error {
	if f.tag = strings.ToLower(p.word("<>=[],()")); f.tag == "" {
		return p.want("a feature tag")
	}
	f.op = '='
	if p.take('<') {
		f.op = '<'
	} else if p.take('>') {
		f.op = '>'
	}
	if !p.take('=') {
		return p.want("=, <= or >=")
	}
	several := f.op == '=' && p.take('[')
	for {
		value := p.value()
		if value == "" {
			return p.want("a value")
		}
		if _, number := number(value); f.op != '=' && !number {
			return p.want("a number")
		}
		f.set = append(f.set, value)
		if several && p.take(',') {
			continue
		}
		break
	}
	if several && !p.take(']') {
		return p.want("]")
	}
	return nil
}

// value reads a token, a number, a range or a text in quotes.
func (p *parser) value() string {
	if !p.take('"') {
		return p.word("<>=[],()")
	}
	end := strings.IndexByte(p.s[p.at:], '"')
	if end < 0 {
		return ""
	}
	text := p.s[p.at : p.at+end]
	p.at += end + 1
	return text
}

func (p *parser) word(until string) string {
	p.space()
	start := p.at
	for p.at < len(p.s) && p.s[p.at] > ' ' && strings.IndexByte(until, p.s[p.at]) < 0 {
		p.at++
	}
	return p.s[start:p.at]
}

// number reads an integer, a fraction or a decimal exactly.
func number(s string) (*big.Rat, bool) {
	if len(s) > 20 || strings.ContainsAny(s, "eEpPxX_") {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// Match says whether the filter takes a document. A feature that is not among the facts has no value: every comparison with it
// fails.
func (f *Filter) Match(facts Facts) bool {
	switch f.op {
	case '&':
		for i := range f.parts {
			if !f.parts[i].Match(facts) {
				return false
			}
		}
		return true
	case '|':
		for i := range f.parts {
			if f.parts[i].Match(facts) {
				return true
			}
		}
		return false
	case '!':
		return !f.parts[0].Match(facts)
	}
	value, known := facts[f.tag]
	if !known {
		return false
	}
	for _, v := range f.set {
		if f.compare(value, v) {
			return true
		}
	}
	return false
}

func (f *Filter) compare(value, v string) bool {
	n, isNumber := number(value)
	if low, high, ranged := strings.Cut(v, ".."); ranged && isNumber {
		l, ok1 := number(low)
		h, ok2 := number(high)
		return ok1 && ok2 && n.Cmp(l) >= 0 && n.Cmp(h) <= 0
	}
	bound, ok := number(v)
	switch {
	case !isNumber || !ok:
		return f.op == '=' && strings.EqualFold(value, v)
	case f.op == '<':
		return n.Cmp(bound) <= 0
	case f.op == '>':
		return n.Cmp(bound) >= 0
	}
	return n.Cmp(bound) == 0
}

// Facts are the features that the filter states with one value each, alone or joined by &: what a document is that has the
// filter as its Content-Features field (RFC 2912).
func (f *Filter) Facts() Facts {
	out := Facts{}
	f.state(out)
	return out
}

func (f *Filter) state(out Facts) {
	switch {
	case f.op == '&':
		for i := range f.parts {
			f.parts[i].state(out)
		}
	case f.op == '=' && len(f.set) == 1:
		out[f.tag] = f.set[0]
	}
}
