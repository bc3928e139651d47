package auth

import (
	"fmt"
	"strings"
)

// maxComments is how deep comments may be nested.
const maxComments = 20

// What ends a value outside quotes: in an authserv-id, and behind the "=" of a property.
const (
	idStop   = ` ;()="` + fws
	wordStop = ` ;()"` + fws
	nameStop = ` ;()=."/` + fws
)

// resultParser reads the value of an Authentication-Results field.
type resultParser struct {
	s  string
	at int
}

func (p *resultParser) err(want string) error {
	return fmt.Errorf("results, octet %d: expected %s, found %q", p.at, want, shorten(p.s[min(p.at, len(p.s)):]))
}

// space skips white space and comments (RFC 5322 §3.2.2, CFWS). A comment without end goes to the end.
func (p *resultParser) space() {
	depth := 0
	for ; p.at < len(p.s); p.at++ {
		switch c := p.s[p.at]; {
		case c == '(' && depth < maxComments:
			depth++
		case depth > 0 && c == ')':
			depth--
		case depth > 0 && c == '\\':
			p.at++
		case depth == 0 && strings.IndexByte(fws, c) < 0:
			return
		}
	}
	p.at = min(p.at, len(p.s))
}

// take takes one octet, if it comes next.
func (p *resultParser) take(c byte) bool {
	p.space()
	if p.at < len(p.s) && p.s[p.at] == c {
		p.at++
		return true
	}
	return false
}

// word is what stands up to one of stop.
func (p *resultParser) word(stop string) string {
	p.space()
	start := p.at
	for p.at < len(p.s) && strings.IndexByte(stop, p.s[p.at]) < 0 {
		p.at++
	}
	return p.s[start:p.at]
}

// value is a word or a quoted string.
func (p *resultParser) value(stop string) (string, bool) {
	if p.space(); p.at >= len(p.s) || p.s[p.at] != '"' {
		w := p.word(stop)
		return w, w != ""
	}
	var b strings.Builder
	for p.at++; p.at < len(p.s); p.at++ {
		switch c := p.s[p.at]; c {
		case '"':
			p.at++
			return b.String(), true
		case '\\':
			if p.at++; p.at < len(p.s) {
				b.WriteByte(p.s[p.at])
			}
		case '\r', '\n':
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}

// none is the word that stands for no results.
func (p *resultParser) none() bool {
	start := p.at
	w := p.word(nameStop)
	if p.space(); strings.EqualFold(w, "none") && p.at == len(p.s) {
		return true
	}
	p.at = start
	return false
}

// method is one methodspec with reason and properties.
func (p *resultParser) method() (Method, error) {
	m := Method{Name: strings.ToLower(p.word(nameStop))}
	if p.take('/') { // a version of the method
		p.word(nameStop)
	}
	if m.Name == "" || !p.take('=') {
		return m, p.err("method=result")
	}
	if m.Result = Result(strings.ToLower(p.word(nameStop))); m.Result == "" {
		return m, p.err("a result")
	}
	for {
		if p.space(); p.at >= len(p.s) || p.s[p.at] == ';' {
			return m, nil
		}
		word := strings.ToLower(p.word(nameStop))
		switch {
		case word == "reason" && len(m.Props) == 0 && m.Reason == "" && p.take('='):
			v, ok := p.value(wordStop)
			if !ok {
				return m, p.err("a reason")
			}
			m.Reason = v
		case word != "" && p.take('.'):
			prop := Prop{Type: word, Name: strings.ToLower(p.word(nameStop))}
			ok := prop.Name != "" && p.take('=')
			if ok {
				prop.Value, _ = p.value(wordStop) // nothing: RFC 7601 §2.2 wants a value, some sites leave it out for <>
			}
			if !ok || len(m.Props) == maxProps {
				return m, p.err("a property such as smtp.mailfrom=east.example")
			}
			m.Props = append(m.Props, prop)
		default:
			return m, p.err("a property or a semicolon")
		}
	}
}
