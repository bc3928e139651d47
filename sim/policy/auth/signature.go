package auth

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Limits of a signature.
const (
	maxSigned   = 1000 // names in h=
	maxSeconds  = 12   // digits of t= and x= (RFC 6376 §3.5)
	maxDigits   = 76   // of l=
	maxIdentity = 320  // octets of i=
)

// kind is which field a signature stands in.
type kind uint8

const (
	dkimSignature kind = iota // DKIM-Signature (RFC 6376 §3.5)
	arcMessage                // ARC-Message-Signature (RFC 8617 §4.1.2): without v=, and i= is the instance
	arcSeal                   // ARC-Seal (§4.1.3): without h=, bh=, c=, l=
)

// signature is a DKIM-Signature field or one that is made like it.
type signature struct {
	kind             kind
	algorithm        Algorithm
	domain, selector string // with A-labels
	identity         string // i= of a DKIM-Signature; "@" and the domain if it is left out
	instance         int    // i= of an ARC field
	chain            Result // cv= of an ARC-Seal
	header, body     Canon
	fields           []string  // h=, as written
	bodyHash, data   []byte    // bh=, b=
	length           int64     // l=; negative: the whole body
	made, expires    time.Time // t=, x=; zero: not said
}

// parseSignature reads the value of a field. What is wrong with it is a syntax error (RFC 6376 §6.1.1: "being liberal in what you
// accept is definitely a bad strategy in this security context").
func parseSignature(value string, k kind) (signature, *failure) {
	s := signature{kind: k, length: -1}
	tags, err := parseTags(value)
	if err != nil {
		return s, &failure{Neutral, err.Error()}
	}
	s.domain, s.selector = smtp.ALabels(tags.or("d", "")), smtp.ALabels(tags.or("s", "")) // U-labels may come: RFC 8617 §4.1.4
	required := []string{"a", "b", "d", "s"}
	if k != arcSeal {
		required = append(required, "h", "bh")
	}
	if k == dkimSignature {
		required = append(required, "v")
	}
	for _, name := range required {
		if _, ok := tags.get(name); !ok {
			return s, permanent("signature without %s=", name)
		}
	}
	for _, read := range [...]func(*signature, tagList) error{(*signature).readHead, (*signature).readIdentity, (*signature).readScope,
		(*signature).readTimes} {
		if err := read(&s, tags); err != nil {
			return s, &failure{Neutral, err.Error()}
		}
	}
	return s, nil
}

// readHead reads version, algorithm, domain, selector, and the signature itself.
func (s *signature) readHead(tags tagList) error {
	if v, _ := tags.get("v"); s.kind == dkimSignature && v != "1" {
		return fmt.Errorf("v=%s: expected 1", shorten(v))
	}
	a, _ := tags.get("a")
	s.algorithm = Algorithm(a)
	if !isDomain(s.domain) {
		return fmt.Errorf("d=%s: expected a domain name", shorten(s.domain))
	}
	if !isName(s.selector) {
		return fmt.Errorf("s=%s: expected a selector", shorten(s.selector))
	}
	b, _ := tags.get("b")
	var err error
	if s.data, err = base64.StdEncoding.DecodeString(unfolded(b)); err != nil || len(s.data) == 0 {
		return fmt.Errorf("b=%s: expected base64", shorten(b))
	}
	return nil
}

// readIdentity reads i=, which is somebody in d= (RFC 6376 §3.5), or the number of an ARC set (RFC 8617 §4.2.1).
func (s *signature) readIdentity(tags tagList) error {
	i, ok := tags.get("i")
	if s.kind != dkimSignature {
		n, err := strconv.Atoi(i)
		if err != nil || n < 1 || n > MaxSets {
			return fmt.Errorf("i=%s: expected a number from 1 to %d", shorten(i), MaxSets)
		}
		s.instance = n
		return nil
	}
	if s.identity = i; !ok {
		s.identity = "@" + s.domain
		return nil
	}
	at := strings.LastIndexByte(i, '@')
	if at < 0 || len(i) > maxIdentity || !within(smtp.ALabels(i[at+1:]), s.domain) {
		return fmt.Errorf("i=%s: expected an identity within %s", shorten(i), s.domain)
	}
	return nil
}

// readScope reads what is signed: c=, h=, bh=, l=, q=.
func (s *signature) readScope(tags tagList) error {
	if s.kind == arcSeal {
		s.header, s.chain = Relaxed, Result(tags.or("cv", ""))
		if _, ok := tags.get("h"); ok { // RFC 8617 §4.1.3
			return fmt.Errorf("expected no h= in an ARC-Seal")
		}
		return nil
	}
	var err error
	if s.header, s.body, err = parseCanon(tags.or("c", "simple/simple")); err != nil {
		return err
	}
	h, _ := tags.get("h")
	if s.fields = parts(h); len(s.fields) > maxSigned {
		return fmt.Errorf("h= with %d names: expected at most %d", len(s.fields), maxSigned)
	}
	for _, name := range s.fields {
		if name == "" || strings.ContainsAny(name, fws) {
			return fmt.Errorf("h=%s: expected field names", shorten(h))
		}
	}
	if !slices.ContainsFunc(s.fields, func(n string) bool { return strings.EqualFold(n, "From") }) {
		return fmt.Errorf("the From field is not signed") // RFC 6376 §6.1.1
	}
	bh, _ := tags.get("bh")
	if s.bodyHash, err = base64.StdEncoding.DecodeString(unfolded(bh)); err != nil || len(s.bodyHash) == 0 {
		return fmt.Errorf("bh=%s: expected base64", shorten(bh))
	}
	if l, ok := tags.get("l"); ok {
		if s.length, err = number(l, maxDigits); err != nil {
			return fmt.Errorf("l=%s: %w", shorten(l), err)
		}
	}
	if !slices.Contains(parts(tags.or("q", "dns/txt")), "dns/txt") {
		return fmt.Errorf("expected dns/txt in q=")
	}
	return nil
}

// readTimes reads t= and x=, in seconds since 1970.
func (s *signature) readTimes(tags tagList) error {
	for _, t := range [...]struct {
		name string
		at   *time.Time
	}{{"t", &s.made}, {"x", &s.expires}} {
		v, ok := tags.get(t.name)
		if !ok {
			continue
		}
		n, err := number(v, maxSeconds)
		if err != nil {
			return fmt.Errorf("%s=%s: %w", t.name, shorten(v), err)
		}
		*t.at = time.Unix(n, 0)
	}
	if !s.made.IsZero() && !s.expires.IsZero() && !s.expires.After(s.made) { // RFC 6376 §3.5, x=
		return fmt.Errorf("x= is not after t=")
	}
	return nil
}

// number reads decimal digits; one that no machine can hold is as good as infinite.
func number(s string, digits int) (int64, error) {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, fmt.Errorf("expected a decimal number")
		}
	}
	if s == "" || len(s) > digits {
		return 0, fmt.Errorf("expected one to %d digits", digits)
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 1<<63 - 1, nil
	}
	return n, nil
}

// isName takes letters, digits, hyphens and underscores in labels (RFC 5321 §4.1.2, sub-domain; underscores as the DNS has them).
func isName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; !isLetter(c) && !isDigit(c) && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

// isDomain is a name of at least two labels (RFC 6376 §3.5, domain-name).
func isDomain(s string) bool { return strings.Contains(s, ".") && isName(s) }

// within reports whether domain is parent or below it, whatever the case.
func within(domain, parent string) bool {
	if strings.EqualFold(domain, parent) {
		return true
	}
	cut := len(domain) - len(parent)
	return cut > 1 && domain[cut-1] == '.' && isName(domain) && strings.EqualFold(domain[cut:], parent)
}

// unsigned is a signature's own field with the value of b= left out, as it is signed itself (RFC 6376 §3.5).
func unsigned(raw []byte) []byte {
	colon := bytes.IndexByte(raw, ':')
	out := append([]byte(nil), raw[:colon+1]...)
	for at := colon + 1; at < len(raw); {
		end := len(raw)
		if i := bytes.IndexByte(raw[at:], ';'); i >= 0 {
			end = at + i
		}
		spec := raw[at:end]
		if eq := bytes.IndexByte(spec, '='); eq >= 0 && string(bytes.Trim(spec[:eq], fws)) == "b" {
			spec = spec[:eq+1]
		}
		out = append(out, spec...)
		if end < len(raw) {
			out = append(out, ';')
			end++
		}
		at = end
	}
	return out
}

// ownDomain reports whether i= names somebody in d= itself, not below it.
func (s *signature) ownDomain() bool {
	_, domain := cutAddress(s.identity)
	return strings.EqualFold(smtp.ALabels(domain), s.domain)
}
