package auth

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"blitiri.com.ar/go/spf"

	"github.com/smtpsim/smtpsim/sim/dns"
)

// Limits of an explanation.
const (
	maxExplanation = 200 // octets, so that it fits a reply line (RFC 5321 §4.5.3.1.5)
	maxRedirects   = maxLookups
	maxMacro       = 2000 // octets of an expansion
)

// explain is the string that the domain gives for a Fail (RFC 7208 §6.2). The library knows no exp=.
func explain(c Client, s SPF, r Resolver, ask *spfResolver) string {
	m := macros{client: c, sender: s.Sender, domain: s.Domain}
	ask = &spfResolver{r: r, six: ask.six, pretend: map[string]string{}}
	for range maxRedirects {
		record, ok := spfRecord(m.domain, r)
		if !ok {
			return ""
		}
		var exp, redirect string
		var rest []string
		for _, term := range strings.Fields(record) {
			if v, ok := modifier(term, "exp"); ok {
				exp = v
			} else if v, ok := modifier(term, "redirect"); ok {
				redirect = v
				continue
			}
			rest = append(rest, term)
		}
		if redirect != "" { // the explanation of the record that redirects counts only if a mechanism of its own has failed
			ask.pretend[strings.ToLower(m.domain)] = strings.Join(rest, " ")
			sender := s.Sender
			if m.domain != s.Domain { // the library begins at the sender's domain
				sender = "postmaster@" + m.domain
			}
			if result, _ := ask.check(c, sender); result != spf.Fail {
				to, err := m.expand(redirect, false)
				if err != nil {
					return ""
				}
				m.domain = to
				continue
			}
		}
		return m.explanation(exp, r)
	}
	return ""
}

// modifier is the value of a modifier, if term is one of that name.
func modifier(term, name string) (string, bool) {
	if len(term) <= len(name) || term[len(name)] != '=' || !strings.EqualFold(term[:len(name)], name) {
		return "", false
	}
	return term[len(name)+1:], true
}

// spfRecord is the one SPF record of a domain.
func spfRecord(domain string, r Resolver) (string, bool) {
	all, _ := texts(r, domain)
	all = slices.DeleteFunc(all, func(s string) bool {
		s = strings.ToLower(s)
		return s != "v=spf1" && !strings.HasPrefix(s, "v=spf1 ")
	})
	if len(all) != 1 {
		return "", false
	}
	return all[0], true
}

// explanation fetches and expands the text. Whatever is wrong with it, there is none then.
func (m macros) explanation(spec string, r Resolver) string {
	if spec == "" {
		return ""
	}
	name, err := m.expand(spec, false)
	if err != nil {
		return ""
	}
	all, outcome := texts(r, name)
	if outcome != dns.Found || len(all) != 1 {
		return ""
	}
	text, err := m.expand(all[0], true)
	for i := range len(text) {
		if text[i] < ' ' || text[i] >= 0x7f { // RFC 7208 §6.2: US-ASCII; and nobody writes lines of ours
			return ""
		}
	}
	if err != nil || len(text) > maxExplanation {
		return ""
	}
	return text
}

// macros are what stands for the letters of RFC 7208 §7.2.
type macros struct {
	client         Client
	sender, domain string
}

// expand replaces macros (RFC 7208 §7). c, r and t may stand in explanations only.
func (m macros) expand(s string, explanation bool) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			return "", fmt.Errorf("macro string %q: expected {, %%, _ or - behind the last %%", shorten(s))
		}
		switch s[i] {
		case '%':
			b.WriteByte('%')
		case '_':
			b.WriteByte(' ')
		case '-':
			b.WriteString("%20")
		case '{':
			body, _, ok := strings.Cut(s[i+1:], "}")
			value, valid := m.value(body, explanation)
			if !ok || !valid {
				return "", fmt.Errorf("macro string, octet %d: expected a macro such as {i} or {d2r}, found %q", i, shorten(body))
			}
			b.WriteString(value)
			i += len(body) + 1
		default:
			return "", fmt.Errorf("macro string, octet %d: expected {, %%, _ or - behind %%", i)
		}
		if b.Len() > maxMacro {
			return "", fmt.Errorf("macro string %q: expected one that expands to at most %d octets", shorten(s), maxMacro)
		}
	}
	return b.String(), nil
}

// value expands what stands between braces: a letter, digits, "r", delimiters (RFC 7208 §7.1).
func (m macros) value(body string, explanation bool) (string, bool) {
	if body == "" || !isLetter(body[0]) {
		return "", false
	}
	value, ok := m.letter(body[0]|0x20, explanation)
	rest := body[1:]
	digits := 0
	for digits < len(rest) && isDigit(rest[digits]) {
		digits++
	}
	keep, err := strconv.Atoi("0" + rest[:digits])
	if !ok || err != nil || digits > 0 && keep == 0 {
		return "", false
	}
	rest = rest[digits:]
	reverse := rest != "" && rest[0]|0x20 == 'r'
	if reverse {
		rest = rest[1:]
	}
	if strings.Trim(rest, ".-+,/_=") != "" {
		return "", false
	}
	if rest == "" {
		rest = "."
	}
	list := strings.Split(strings.Map(func(r rune) rune {
		if strings.ContainsRune(rest, r) {
			return 0
		}
		return r
	}, value), "\x00")
	if reverse {
		slices.Reverse(list)
	}
	if keep > 0 && keep < len(list) {
		list = list[len(list)-keep:]
	}
	value = strings.Join(list, ".")
	if body[0] < 'a' { // an upper-case letter
		value = escape(value)
	}
	return value, true
}

// letter is what a macro letter stands for. "p" is not looked up: it "SHOULD NOT be published" (RFC 7208 §7.3).
func (m macros) letter(c byte, explanation bool) (string, bool) {
	local, domain := cutAddress(m.sender)
	ip := m.client.IP.Unmap()
	switch c {
	case 's':
		return m.sender, true
	case 'l':
		return local, true
	case 'o':
		return domain, true
	case 'd':
		return m.domain, true
	case 'i':
		return dotted(ip), true
	case 'p':
		return "unknown", true
	case 'v':
		if ip.Is4() {
			return "in-addr", true
		}
		return "ip6", true
	case 'h':
		return m.client.Helo, true
	case 'c':
		return ip.String(), explanation
	case 'r':
		return m.client.Receiver, explanation
	case 't':
		return strconv.FormatInt(m.client.Now.Unix(), 10), explanation
	}
	return "", false
}

// dotted is an address with dots: of IPv6, nibble by nibble (RFC 7208 §7.3).
func dotted(ip netip.Addr) string {
	if ip.Is4() || !ip.IsValid() {
		return ip.String()
	}
	const hex = "0123456789abcdef"
	var out []string
	for _, b := range ip.AsSlice() {
		out = append(out, hex[b>>4:b>>4+1], hex[b&15:b&15+1])
	}
	return strings.Join(out, ".")
}

// escape is s as part of a URL: all but the unreserved characters of RFC 3986 §2.3 in percent signs (RFC 7208 §7.3).
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; isLetter(c) || isDigit(c) || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
