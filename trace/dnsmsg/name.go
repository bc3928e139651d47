package dnsmsg

import (
	"strconv"
	"strings"
)

// Limits of RFC 1035 §2.3.4, and of pointers: a name has at most 127 labels, so more jumps cannot be honest.
const (
	maxName  = 255
	maxJumps = 127
)

// fullName is a name in zone-file form with its last dot (RFC 1035 §5.1), as its octets were on the wire.
type fullName string

// asked is the name without the last dot; "." for the root.
func (n fullName) asked() string {
	if n == "." {
		return "."
	}
	return strings.TrimSuffix(string(n), ".")
}

// readName reads the name at octet at, and tells where the next field begins (RFC 1035 §4.1.4).
func readName(b []byte, at int) (name fullName, next int, err error) {
	var text []byte
	size, jumps := 1, 0
	for {
		if at >= len(b) {
			return "", 0, errName
		}
		n := int(b[at])
		switch {
		case n == 0:
			if jumps == 0 {
				next = at + 1
			}
			if len(text) == 0 {
				text = append(text, '.')
			}
			return fullName(text), next, nil
		case n&0xc0 == 0xc0:
			if at+1 >= len(b) {
				return "", 0, errName
			}
			if jumps == 0 {
				next = at + 2
			}
			to := n&0x3f<<8 | int(b[at+1])
			if jumps++; to >= at || jumps > maxJumps { // a pointer points to a prior occurrence
				return "", 0, errName
			}
			at = to
		case n&0xc0 != 0 || at+1+n > len(b) || size+1+n > maxName:
			return "", 0, errName
		default:
			text = append(appendLabel(text, b[at+1:at+1+n]), '.')
			size += 1 + n
			at += 1 + n
		}
	}
}

// appendLabel writes a label so that a zone file could hold it.
func appendLabel(text, label []byte) []byte {
	for _, c := range label {
		switch {
		case c == '.' || c == '\\' || c == '"' || c == ';' || c == '(' || c == ')' || c == '@' || c == '$':
			text = append(text, '\\', c)
		case c <= ' ' || c >= 0x7f:
			text = appendDDD(text, c)
		default:
			text = append(text, c)
		}
	}
	return text
}

// appendDDD writes an octet as \DDD.
func appendDDD(text []byte, c byte) []byte {
	s := strconv.Itoa(int(c) + 1000)
	return append(append(text, '\\'), s[1:]...)
}
