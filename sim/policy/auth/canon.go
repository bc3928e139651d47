package auth

import (
	"bytes"
	"fmt"
	"strings"
)

// Canon is a canonicalization algorithm: how much of a text may change before its signature breaks (RFC 6376 §3.4).
type Canon string

// The canonicalizations.
const (
	Simple  Canon = "simple"  // nothing may change but empty lines at the end
	Relaxed Canon = "relaxed" // white space may be folded, run together, or lost at line ends
)

// parseCanon reads "relaxed/simple"; the body's half is "simple" if it is left out (RFC 6376 §3.5, c=).
func parseCanon(s string) (header, body Canon, err error) {
	first, second, ok := strings.Cut(s, "/")
	header, body = Canon(strings.Trim(first, fws)), Canon(strings.Trim(second, fws))
	if !ok {
		body = Simple
	}
	for _, c := range [...]Canon{header, body} {
		if c != Simple && c != Relaxed {
			return "", "", fmt.Errorf("c=%s: expected simple or relaxed on both sides", shorten(s))
		}
	}
	return header, body, nil
}

// appendField writes a field as it is signed.
func (c Canon) appendField(dst []byte, raw []byte) []byte {
	if c == Simple { // RFC 6376 §3.4.1
		return append(dst, raw...)
	}
	colon := bytes.IndexByte(raw, ':')
	if colon < 0 {
		return dst
	}
	dst = append(dst, bytes.ToLower(bytes.TrimRight(raw[:colon], fws))...) // §3.4.2
	dst = append(dst, ':')
	start := len(dst)
	for i, b := range raw[colon+1:] {
		switch {
		case b == '\n', b == '\r' && colon+i+2 < len(raw) && raw[colon+i+2] == '\n': // a fold, or the end
		case b == ' ' || b == '\t':
			if len(dst) > start && dst[len(dst)-1] != ' ' {
				dst = append(dst, ' ')
			}
		default:
			dst = append(dst, b)
		}
	}
	if len(dst) > start && dst[len(dst)-1] == ' ' {
		dst = dst[:len(dst)-1]
	}
	return append(dst, '\r', '\n')
}

// body is the body as it is signed.
func (c Canon) body(body []byte) []byte {
	out := body
	if c == Relaxed { // RFC 6376 §3.4.4
		out = make([]byte, 0, len(body)+2)
		for at := 0; at < len(body); {
			end := lineEnd(body, at)
			out = appendRelaxedLine(out, bytes.TrimSuffix(bytes.TrimSuffix(body[at:end], crlf[1:]), crlf[:1]))
			at = end
		}
	}
	for bytes.HasSuffix(out, crlf) {
		out = out[:len(out)-len(crlf)]
	}
	if c == Relaxed && len(out) == 0 {
		return nil // §3.4.4: no body, no line end either
	}
	return append(out[:len(out):len(out)], crlf...)
}

//house:table a constant of a kind Go has no constants for
var crlf = []byte("\r\n")

// appendRelaxedLine writes a line without white space at its end, other white space as one space.
func appendRelaxedLine(dst, line []byte) []byte {
	gap := false
	for _, b := range line {
		if b == ' ' || b == '\t' {
			gap = true
			continue
		}
		if gap {
			dst, gap = append(dst, ' '), false
		}
		dst = append(dst, b)
	}
	return append(dst, crlf...)
}
