package auth

import (
	"fmt"
	"strings"
)

// Limits of a tag list.
const (
	maxTagList = 32 << 10 // octets
	maxTags    = 100
)

// tag is one "name=value".
type tag struct{ name, value string }

// tagList is the syntax of DKIM signatures and key records (RFC 6376 §3.2).
type tagList []tag

// parseTags reads a tag list. Folding white space around names and values is left out; inside a value it stays.
func parseTags(s string) (tagList, error) {
	if len(s) > maxTagList {
		return nil, fmt.Errorf("tag list of %d octets: expected at most %d", len(s), maxTagList)
	}
	var out tagList
	seen := map[string]bool{}
	for at := 0; ; {
		spec, _, more := strings.Cut(s[at:], ";")
		if strings.Trim(spec, fws) == "" && !more && at > 0 {
			return out, nil // the semicolon at the end
		}
		name, value, ok := strings.Cut(spec, "=")
		name, value = strings.Trim(name, fws), strings.Trim(value, fws)
		switch {
		case !ok || !isTagName(name):
			return nil, fmt.Errorf("tag list, octet %d: expected name=value, found %q", at, shorten(spec))
		case seen[name]: // RFC 6376 §3.2: "the entire tag-list is invalid"
			return nil, fmt.Errorf("tag list, octet %d: expected the tag %q only once", at, name)
		case !isTagValue(value):
			return nil, fmt.Errorf("tag list, octet %d: expected printable characters in the value of %q", at, name)
		case len(out) == maxTags:
			return nil, fmt.Errorf("tag list, octet %d: expected at most %d tags", at, maxTags)
		}
		seen[name] = true
		out = append(out, tag{name, value})
		if !more {
			return out, nil
		}
		at += len(spec) + 1
	}
}

// fws are the octets of folding white space.
const fws = " \t\r\n"

// isTagName is ALPHA *ALNUMPUNC.
func isTagName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(isLetter(c) || i > 0 && (isDigit(c) || c == '_')) {
			return false
		}
	}
	return s != ""
}

// isTagValue takes VALCHAR, folding white space, and octets over 127 (the "implementation note" of RFC 6376 §3.2).
func isTagValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && strings.IndexByte(fws, c) < 0 || c == 0x7f {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// get is the value of a tag; an empty value is not the same as no tag (RFC 6376 §3.2).
func (t tagList) get(name string) (value string, ok bool) {
	for i := range t {
		if t[i].name == name {
			return t[i].value, true
		}
	}
	return "", false
}

// or is the value of a tag, or what stands for it where it is left out.
func (t tagList) or(name, otherwise string) string {
	if v, ok := t.get(name); ok {
		return v
	}
	return otherwise
}

// parts are the words of a list with colons, without the white space around them.
func parts(s string) []string {
	out := strings.Split(s, ":")
	for i := range out {
		out[i] = strings.Trim(out[i], fws)
	}
	return out
}

// unfolded is s without any white space: how base64 in a tag is read (RFC 6376 §3.5).
func unfolded(s string) string {
	if !strings.ContainsAny(s, fws) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(fws, s[i]) < 0 {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// shorten cuts other people's text for a message.
func shorten(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
