package auth

import (
	"fmt"
	"io"
	"mime"
	"net/mail"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Limits of a From field.
const (
	maxFrom    = 16 << 10 // octets
	maxAuthors = 5        // domains that DMARC is applied to (RFC 9989 §11.5)
)

// Authors are the domains in the From field of a text, in lower case, each once. The error is a text that has no From field, or
// several, or one that cannot be read: DMARC is not possible then (RFC 9989 §5.3.1).
func Authors(text []byte) ([]string, error) {
	m := split(text)
	fields := m.named("from")
	if len(fields) != 1 {
		return nil, fmt.Errorf("%d From fields: expected one", len(fields)) // RFC 5322 §3.6
	}
	if len(fields[0].value) > maxFrom {
		return nil, fmt.Errorf("a From field of %d octets: expected at most %d", len(fields[0].value), maxFrom)
	}
	// names in front of addresses may be in any charset, declared or not; only the addresses matter
	parser := mail.AddressParser{WordDecoder: &mime.WordDecoder{CharsetReader: func(_ string, in io.Reader) (io.Reader, error) { return in, nil }}}
	list, err := parser.ParseList(strings.ToValidUTF8(withoutComments(fields[0].body()), "?"))
	if err != nil {
		return nil, fmt.Errorf("field From: expected addresses: %w", err)
	}
	var out []string
	seen := map[string]bool{}
	for _, a := range list {
		_, domain := cutAddress(a.Address)
		domain = strings.ToLower(smtp.ALabels(strings.TrimSuffix(domain, "."))) // RFC 9989 §5.3.1
		switch {
		case !isName(domain):
			return nil, fmt.Errorf("field From: expected a domain name, found %q", shorten(domain))
		case seen[domain]:
		case len(out) == maxAuthors:
			return nil, fmt.Errorf("field From: expected at most %d domains", maxAuthors)
		default:
			seen[domain] = true
			out = append(out, domain)
		}
	}
	return out, nil
}

// withoutComments is a field's value without its comments, which may stand between any two words (RFC 5322 §3.2.2); net/mail takes them
// in few places only. A comment without end stays, and makes the address unreadable.
func withoutComments(s string) string {
	var b strings.Builder
	depth, open, isQuoted := 0, 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && (depth > 0 || isQuoted) && i+1 < len(s):
			if i++; depth == 0 {
				b.WriteString(s[i-1 : i+1])
			}
			continue
		case c == '"' && depth == 0:
			isQuoted = !isQuoted
		case c == '(' && !isQuoted:
			if depth++; depth == 1 {
				open = i
				b.WriteByte(' ')
			}
			continue
		case c == ')' && depth > 0:
			depth--
			continue
		}
		if depth == 0 {
			b.WriteByte(s[i])
		}
	}
	if depth > 0 {
		b.WriteString(s[open:])
	}
	return b.String()
}
