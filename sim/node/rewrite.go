package node

import (
	"strings"

	"github.com/smtpsim/smtpsim/trace/field"
)

// hasAddresses are the header fields whose values are addresses (RFC 5322 §3.6.2, §3.6.3, §3.6.6; RFC 8098 §2.1).
func hasAddresses(name string) bool {
	switch strings.TrimPrefix(lower(name), "resent-") {
	case "from", "sender", "reply-to", "to", "cc", "bcc", "disposition-notification-to":
		return true
	}
	return false
}

// rewriteHead changes the addresses of a header section, one by one, and leaves everything else as it stands: trace fields above
// all (RFC 5321 §3.7.2).
func rewriteHead(text []byte, change func(address string) string) []byte {
	head := field.ReadSection(text)
	out, last := make([]byte, 0, len(text)+256), 0
	for _, f := range head.Fields {
		if !hasAddresses(f.Name) || f.Value <= last || f.Value > f.End {
			continue
		}
		out = append(out, text[last:f.Value]...)
		out = append(out, rewriteAddresses(string(text[f.Value:f.End]), change)...)
		last = f.End
	}
	return append(out, text[last:]...)
}

// rewriteAddresses changes the addresses within the value of a field: words outside of quotes and comments that have an "@" or,
// in the other world, a "!" (RFC 976, from general knowledge), and names that stand alone.
func rewriteAddresses(value string, change func(string) string) string {
	var out strings.Builder
	for at := 0; at < len(value); {
		end := at + 1
		switch c := value[at]; {
		case c == '"' || c == '(':
			end = skipQuoted(value, at)
		case strings.IndexByte(separators, c) < 0:
			for end < len(value) && strings.IndexByte(separators, value[end]) < 0 {
				end++
			}
			word := value[at:end]
			alone := at > 0 && value[at-1] == '<' || strings.TrimSpace(value) == word
			if alone || strings.IndexByte(word, '@') > 0 || strings.IndexByte(word, '!') > 0 {
				out.WriteString(oneWord(change(word)))
				at = end
				continue
			}
		}
		out.WriteString(value[at:end])
		at = end
	}
	return out.String()
}

// separators end an address in the value of a field.
const separators = " \t\r\n<>(),;:\""

// oneWord is s without what would end it.
func oneWord(s string) string {
	if !strings.ContainsAny(s, separators) {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		if strings.IndexByte(separators, s[i]) < 0 {
			out = append(out, s[i])
		}
	}
	return string(out)
}

// skipQuoted is the end of the quoted string or the comment that begins at a place (RFC 5322 §3.2.2, §3.2.4).
func skipQuoted(s string, at int) int {
	depth := 0
	quoted := s[at] == '"'
	for i := at; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case quoted && c == '"' && i > at:
			return i + 1
		case !quoted && c == '(':
			depth++
		case !quoted && c == ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}
