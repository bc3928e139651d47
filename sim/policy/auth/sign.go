package auth

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// lineMax is where lines of a field are folded, in octets (RFC 5322 §2.1.1).
const lineMax = 76

// Signer signs texts for a domain.
type Signer struct {
	Domain   string // d=
	Selector string // s=
	Key      Key
	Header   Canon         // "": Relaxed
	Body     Canon         // "": Relaxed
	Fields   []string      // h=; nil: the recommended ones that are there, and the most important ones once more
	Identity string        // i=; "": left out
	Expires  time.Duration // x= this long after t=; 0: never
	Prefix   int64         // l=: only so many octets of the body are signed, or what there is; 0: the whole body, without l=
}

// recommended are the fields that are signed where they are there (RFC 6376 §5.4.1).
func recommended() []string {
	return []string{"From", "Reply-To", "Subject", "Date", "To", "Cc", "Message-ID", "In-Reply-To", "References", "MIME-Version",
		"Content-Type", "Content-Transfer-Encoding", "Resent-Date", "Resent-From", "Resent-To", "Resent-Cc", "List-Id", "List-Help",
		"List-Unsubscribe", "List-Subscribe", "List-Post", "List-Owner", "List-Archive"}
}

// overSigned are those that are named once more than they are there, so that nobody can add one (RFC 6376 §5.4, §8.15; the example
// of RFC 8463 does it with the same four).
func overSigned() []string { return []string{"From", "Subject", "Date", "To"} }

// Sign makes the DKIM-Signature field for a text, with its last CRLF; it is to stand in front of the text. now is t=.
func (s *Signer) Sign(text []byte, now time.Time) (string, error) {
	m := split(text)
	tags := append(tagList{{"v", "1"}}, s.tags(now)...)
	if s.Identity != "" {
		tags = append(tags, tag{"i", s.Identity})
	}
	return s.finish(&m, "DKIM-Signature", s.scope(&m, tags), dkimSignature)
}

// tags are those that every signature over a text has.
func (s *Signer) tags(now time.Time) tagList {
	t := tagList{{"a", string(s.Key.algorithm)}, {"c", string(orRelaxed(s.Header)) + "/" + string(orRelaxed(s.Body))},
		{"d", s.Domain}, {"s", s.Selector}, {"t", strconv.FormatInt(now.Unix(), 10)}}
	if s.Expires > 0 {
		t = append(t, tag{"x", strconv.FormatInt(now.Add(s.Expires).Unix(), 10)})
	}
	return t
}

func orRelaxed(c Canon) Canon {
	if c == "" {
		return Relaxed
	}
	return c
}

// scope adds what is signed: l=, h=, bh=.
func (s *Signer) scope(m *message, tags tagList) tagList {
	body := m.canonical(orRelaxed(s.Body))
	if s.Prefix > 0 {
		body = body[:min(s.Prefix, int64(len(body)))]
		tags = append(tags, tag{"l", strconv.Itoa(len(body))})
	}
	fields := s.Fields
	if fields == nil {
		for _, name := range recommended() {
			for range m.named(strings.ToLower(name)) {
				fields = append(fields, name)
			}
		}
		fields = append(fields, overSigned()...)
	}
	hash := sha256.Sum256(body)
	return append(tags, tag{"h", strings.Join(fields, ":")}, tag{"bh", base64.StdEncoding.EncodeToString(hash[:])})
}

// finish writes the field and signs it.
func (s *Signer) finish(m *message, name string, tags tagList, k kind) (string, error) {
	field := appendTags([]byte(name+":"), append(tags, tag{"b", ""}))
	h, _ := tags.get("h")
	sig := signature{kind: k, header: orRelaxed(s.Header), fields: parts(h)}
	return s.seal(field, sig.signed(m, headerField{raw: field}))
}

// seal adds the signature of data to a field that ends with "b=".
func (s *Signer) seal(field, data []byte) (string, error) {
	if !isDomain(s.Domain) || !isName(s.Selector) {
		return "", fmt.Errorf("signer for %q, selector %q: expected a domain name and a selector", s.Domain, s.Selector)
	}
	signature, err := s.Key.sign(data)
	if err != nil {
		return "", fmt.Errorf("signer for %s: %w", s.Domain, err)
	}
	text := base64.StdEncoding.EncodeToString(signature)
	for column := len("\tb="); text != ""; column = 1 {
		n := min(lineMax-column, len(text))
		field = append(field, text[:n]...)
		if text = text[n:]; text != "" {
			field = append(field, "\r\n\t"...)
		}
	}
	return string(append(field, crlf...)), nil
}

// appendTags writes a tag list behind a field's name, folded; b= begins a line.
func appendTags(dst []byte, tags tagList) []byte {
	column := len(dst)
	for i, t := range tags {
		word := t.name + "=" + t.value
		if i > 0 {
			dst, column = append(dst, ';'), column+1
		}
		if i > 0 && (column+len(word)+2 > lineMax || t.name == "b") {
			dst, column = append(dst, "\r\n\t"...), 1
		} else {
			dst, column = append(dst, ' '), column+1
		}
		for len(word) > lineMax-column { // h= may be longer than a line; it is folded behind a colon (RFC 6376 §3.5)
			cut := strings.LastIndexByte(word[:lineMax-column], ':') + 1
			if cut == 0 {
				break
			}
			dst = append(append(dst, word[:cut]...), "\r\n\t "...)
			word, column = word[cut:], 2
		}
		dst, column = append(dst, word...), column+len(word)
	}
	return dst
}
