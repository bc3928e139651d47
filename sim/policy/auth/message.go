package auth

import (
	"bytes"
	"strings"
)

// Limits of a message that is looked at.
const maxFields = 10_000

// headerField is one field as it stands in the message.
type headerField struct {
	name  string // in lower case, without the space that may stand before the colon (RFC 5322 §4.5)
	raw   []byte // the whole field with its last line end
	value []byte // what follows the colon
	at    int    // offset of raw in the text
}

// message is a text taken apart as signatures see it (RFC 5322 §2.1).
type message struct {
	fields []headerField
	body   []byte
	bodies map[Canon][]byte // as they are signed, once asked for
}

// canonical is the body in a canonicalization; many signatures share one.
func (m *message) canonical(c Canon) []byte {
	if _, ok := m.bodies[c]; !ok {
		if m.bodies == nil {
			m.bodies = map[Canon][]byte{}
		}
		m.bodies[c] = c.body(m.body)
	}
	return m.bodies[c]
}

// split takes a text apart. Lines end with LF; a CR before it belongs to the line end. The body begins behind the first empty line, or
// with the first line that is no field: what readers may take for the body must not hide among the fields.
func split(text []byte) message {
	var m message
	for at := 0; at < len(text); {
		end := lineEnd(text, at)
		if isBlank(text[at:end]) {
			m.body = text[end:]
			break
		}
		for end < len(text) && (text[end] == ' ' || text[end] == '\t') { // folded (RFC 5322 §2.2.3)
			end = lineEnd(text, end)
		}
		raw := text[at:end]
		name, value, ok := bytes.Cut(raw, []byte{':'})
		if name = bytes.TrimRight(name, " \t"); !ok || !isFieldName(name) || len(m.fields) == maxFields {
			m.body = text[at:]
			break
		}
		m.fields = append(m.fields, headerField{strings.ToLower(string(name)), raw, value, at})
		at = end
	}
	return m
}

// isFieldName takes printable ASCII without space (RFC 5322 §2.2).
func isFieldName(name []byte) bool {
	for _, c := range name {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return len(name) > 0
}

// lineEnd is the offset behind the line that contains at.
func lineEnd(text []byte, at int) int {
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(text)
}

func isBlank(line []byte) bool {
	return line[len(line)-1] == '\n' && (len(line) == 1 || len(line) == 2 && line[0] == '\r')
}

// named are the fields of a name, given in lower case, from the top down.
func (m *message) named(name string) []headerField {
	var out []headerField
	for _, f := range m.fields {
		if f.name == name {
			out = append(out, f)
		}
	}
	return out
}

// body is a field's value without folding and without the space around it (RFC 5322 §2.2.3).
func (f headerField) body() string {
	s := strings.ReplaceAll(strings.ReplaceAll(string(f.value), "\r", ""), "\n", "")
	return strings.Trim(s, " \t")
}
