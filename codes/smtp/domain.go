package smtp

import (
	"net/netip"
	"strings"
)

// ParseDomain reads a whole `Domain / address-literal`, as EHLO has it.
func ParseDomain(s string, mode Mode) (string, error) {
	p := parser{line: s, mode: mode}
	domain, err := p.domain()
	if err == nil && !p.done() {
		err = p.fail("the end of the domain")
	}
	return domain, err
}

// LiteralAddr is the address in an IPv4 or IPv6 address literal, brackets included (RFC 5321 §4.1.3).
func LiteralAddr(domain string) (netip.Addr, bool) {
	if len(domain) < 2 || domain[0] != '[' || domain[len(domain)-1] != ']' {
		return netip.Addr{}, false
	}
	text := domain[1 : len(domain)-1]
	if isIPv4(text) {
		return parseIPv4(text), true
	}
	if len(text) > 5 && strings.EqualFold(text[:5], "IPv6:") && isIPv6(text[5:]) {
		a, err := netip.ParseAddr(text[5:])
		return a, err == nil && a.Is6()
	}
	return netip.Addr{}, false
}

// Literal is the address literal of a.
func Literal(a netip.Addr) string {
	a = a.WithZone("")
	if a.Is4() || a.Is4In6() {
		return "[" + a.Unmap().String() + "]"
	}
	text := a.String()
	if !isIPv6(text) { // netip writes "::" for a single group, which §4.1.3 does not allow
		text = a.StringExpanded()
	}
	return "[IPv6:" + text + "]"
}

// domain reads `Domain / address-literal`; the literal keeps its brackets.
func (p *parser) domain() (string, error) {
	start := p.pos
	if p.peek() == '[' {
		return p.literal()
	}
	if err := p.labels(); err != nil {
		return "", err
	}
	name := p.line[start:p.pos]
	if name == "" {
		return "", p.fail("a domain")
	}
	if len(name) > MaxDomain {
		if err := p.tooLong("a domain of at most 255 octets"); err != nil {
			return "", err
		}
	}
	if p.tolerant() && len(name) > 1 && name[len(name)-1] == '.' {
		p.note(TrailingDot)
		name = name[:len(name)-1]
	}
	return name, nil
}

// labels reads `sub-domain *("." sub-domain)`, each of letters, digits and inner hyphens.
func (p *parser) labels() error {
	start := p.pos // of the present label
	for p.pos < len(p.line) {
		c := p.line[p.pos]
		switch {
		case is(c, classLetDig):
			p.pos++
		case c == '-' && p.pos > start:
			p.pos++
		case c == '.':
			if err := p.endLabel(start); err != nil {
				return err
			}
			p.pos++
			start = p.pos
		case c >= 128:
			if err := p.highOctet(); err != nil {
				return err
			}
		case p.tolerant() && badInDomain(c):
			p.note(BadDomain)
			p.pos++
		default:
			return p.endLastLabel(start)
		}
	}
	return p.endLastLabel(start)
}

// badInDomain are octets that do occur in names of hosts, though RFC 5321 §4.1.2 forbids them.
func badInDomain(c byte) bool {
	return c > ' ' && c < 127 && !strings.ContainsRune("<>@,:;()[]\"\\", rune(c))
}

func (p *parser) endLabel(start int) error {
	switch {
	case p.pos == start:
		return p.allow(BadDomain, "a label")
	case p.line[p.pos-1] == '-':
		return p.allow(BadDomain, "a letter or digit at the end of a label")
	case p.pos-start > MaxLabel:
		return p.tooLong("a label of at most 63 octets")
	}
	return nil
}

// endLastLabel ends the name: "b." is DNS style, and only tolerated.
func (p *parser) endLastLabel(start int) error {
	if p.pos == start {
		if p.tolerant() && p.pos > 0 && p.line[p.pos-1] == '.' {
			return nil // noted by domain
		}
		return p.fail("a label")
	}
	return p.endLabel(start)
}

// literal reads `"[" ( IPv4-address-literal / IPv6-address-literal / General-address-literal ) "]"`.
func (p *parser) literal() (string, error) {
	start := p.pos
	end := strings.IndexByte(p.line[start:], ']')
	if end < 0 {
		return "", p.fail("a closing ]")
	}
	text := p.line[start+1 : start+end]
	if !isLiteral(text) {
		for i := range len(text) {
			if isControl(text[i]) || isSpace(text[i]) || text[i] == '<' || text[i] == '>' {
				p.pos += 1 + i
				return "", p.fail("an address")
			}
		}
		if err := p.allow(BadLiteral, "an IPv4 address, or IPv6: and an IPv6 address"); err != nil {
			return "", err
		}
	}
	p.pos = start + end + 1
	if end+1 > MaxDomain {
		if err := p.tooLong("a literal of at most 255 octets"); err != nil {
			return "", err
		}
	}
	return p.line[start:p.pos], nil
}

func isLiteral(text string) bool {
	if isIPv4(text) {
		return true
	}
	tag, content, ok := strings.Cut(text, ":")
	if !ok || content == "" || !isTag(tag) {
		return false
	}
	if strings.EqualFold(tag, "IPv6") {
		return isIPv6(content)
	}
	if isIPv6(text) { // "2001:db8::1" would have a tag 2001, and §4.1.3 wants one that is registered
		return false
	}
	for i := range len(content) {
		if !is(content[i], classDcontent) {
			return false
		}
	}
	return true
}

// isTag is `Standardized-tag = Ldh-str`.
func isTag(s string) bool {
	for i := range len(s) {
		if !is(s[i], classLetDig) && s[i] != '-' {
			return false
		}
	}
	return s != "" && s[len(s)-1] != '-'
}

// isIPv4 is `Snum 3("." Snum)`, Snum being one to three digits with a value up to 255.
func isIPv4(s string) bool {
	dots, digits, value := 0, 0, 0
	for i := range len(s) {
		c := s[i]
		switch {
		case '0' <= c && c <= '9' && digits < 3:
			digits++
			value = 10*value + int(c-'0')
			if value > 255 {
				return false
			}
		case c == '.' && digits > 0 && dots < 3:
			dots++
			digits, value = 0, 0
		default:
			return false
		}
	}
	return dots == 3 && digits > 0
}

// parseIPv4 reads what isIPv4 accepts; "010" is ten, as the grammar has it, which netip refuses.
func parseIPv4(s string) netip.Addr {
	var a [4]byte
	i := 0
	for j := range len(s) {
		if s[j] == '.' {
			i++
		} else {
			a[i] = 10*a[i] + s[j] - '0'
		}
	}
	return netip.AddrFrom4(a)
}

// isIPv6 is IPv6-full, IPv6-comp, IPv6v4-full or IPv6v4-comp of RFC 5321 §4.1.3: "::" stands for at least two groups.
func isIPv6(s string) bool {
	groups, gap, i := 0, false, 0
	if strings.HasPrefix(s, "::") {
		gap, i = true, 2
	}
	for i < len(s) {
		start := i
		for i < len(s) && is(s[i], classHex) {
			i++
		}
		if i < len(s) && s[i] == '.' {
			return isIPv4(s[start:]) && enoughGroups(groups+2, gap)
		}
		if i == start || i-start > 4 {
			return false
		}
		groups++
		switch {
		case i == len(s):
			return enoughGroups(groups, gap)
		case strings.HasPrefix(s[i:], "::"):
			if gap {
				return false
			}
			gap = true
			i += 2
		case s[i] == ':' && i+1 < len(s):
			i++
		default:
			return false
		}
	}
	return gap && enoughGroups(groups, gap)
}

func enoughGroups(groups int, gap bool) bool {
	if gap {
		return groups <= 6
	}
	return groups == 8
}
