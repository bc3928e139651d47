package mime

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"strings"
)

// maxHeader is how many octets of a field are decoded.
const maxHeader = 64 << 10

// DecodeHeader decodes the encoded words of RFC 2047 in an unfolded field. What cannot be decoded stays as it is: an unknown
// charset, a broken encoding. UTF-8, ASCII, ISO-8859-1, ISO-8859-15 and Windows-1252 are known.
func DecodeHeader(s string) string {
	if len(s) > maxHeader {
		s = s[:maxHeader]
	}
	if !strings.Contains(s, "=?") {
		return s
	}
	d := mime.WordDecoder{CharsetReader: charset}
	out, err := d.DecodeHeader(s)
	if err != nil {
		return s
	}
	return out
}

// charset adds the two Western charsets that the standard library does not know.
func charset(name string, in io.Reader) (io.Reader, error) {
	table := map[byte]rune{}
	switch strings.ToLower(name) {
	case "iso-8859-15", "latin-9":
		for i, c := range []byte{0xa4, 0xa6, 0xa8, 0xb4, 0xb8, 0xbc, 0xbd, 0xbe} {
			table[c] = []rune("€ŠšŽžŒœŸ")[i]
		}
	case "windows-1252", "cp1252":
		for i, r := range []rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ") {
			table[0x80+byte(i)] = r
		}
	default:
		return nil, fmt.Errorf("unknown charset %q", name)
	}
	raw, err := io.ReadAll(io.LimitReader(in, maxHeader))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, c := range raw {
		r, ok := table[c]
		if !ok {
			r = rune(c)
		}
		b.WriteRune(r)
	}
	return &b, nil
}

// ParseType reads "type/subtype; name=value". The type is lower case; parameters that cannot be read are left out.
func ParseType(s string) (kind string, params map[string]string) {
	if len(s) > maxHeader {
		s = s[:maxHeader]
	}
	kind, params, err := mime.ParseMediaType(s)
	if err == nil {
		return kind, params
	}
	kind, _, _ = strings.Cut(s, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	if params == nil {
		params = looseParams(s)
	}
	return kind, params
}

// looseParams reads what the standard library refuses: doubled parameters, stray semicolons. The first value counts.
func looseParams(s string) map[string]string {
	params := map[string]string{}
	for n, p := range strings.Split(s, ";") {
		key, value, ok := strings.Cut(p, "=")
		key = strings.ToLower(strings.TrimSpace(key))
		if n == 0 || !ok || n > 64 || params[key] != "" {
			continue
		}
		params[key] = strings.Trim(strings.TrimSpace(value), `"`)
	}
	return params
}
