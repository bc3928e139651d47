package field

import (
	"strconv"
	"strings"
)

// loose reads a comment outside of the from and by clauses.
func (p *parser) loose(t token) {
	if t.kind != remark {
		p.rest([]token{t})
		return
	}
	if p.explain(t) {
		return
	}
	s := p.raw[t.start:t.end]
	switch {
	case hasFold(s, "(from ") && p.out.Submitter == "": // Sendmail: handed over on this machine
		p.out.Submitter = unfold(p.text(t.start+len("(from "), t.end-1))
	case hasFold(s, "(HELO ") || hasFold(s, "(EHLO ") || p.fromSeen && p.out.By == "":
		p.fromComment(t)
	case looksLikeSoftware(s):
		p.software(t)
	}
}

// looksLikeSoftware accepts "(Exim 4.96)", "(fetchmail-5.9.0)", "(amavisd-new, port 10024)": a name with a number.
func looksLikeSoftware(s string) bool {
	letters, digits := 0, 0
	for i := 0; i < len(s); i++ {
		switch {
		case isLetter(s[i]):
			letters++
		case isDigit(s[i]):
			digits++
		case s[i] == '=' || s[i] == '@':
			return false
		}
	}
	return letters >= 3 && digits >= 1
}

// explain reads the comments whose first words say what they are, wherever they stand.
func (p *parser) explain(t token) bool {
	start, end := inner(t)
	for start < end && isSpace(p.raw[start]) {
		start++
	}
	s := p.raw[start:end]
	if s == "" {
		return true
	}
	switch s[0] | 0x20 {
	case 'u':
		if hasFold(s, "using ") {
			return p.usingTLS(start, end)
		}
	case 'v':
		if hasFold(s, "version=") {
			return p.pairsTLS(start, end)
		}
	case 't', 's', 'c', 'o':
		return p.explainTLS(start, end)
	case 'e', 'r', 'm':
		return p.explainEnvelope(start, end)
	case 'a':
		if hasFold(s, "auth") {
			return p.authenticated(start, end)
		}
	case 'n':
		if hasFold(s, "no client certificate") {
			return p.certificate(start, end)
		}
	case 'q':
		if hasFold(s, "qmail ") {
			return p.qmail(start, end)
		}
	}
	return p.explainRest(start, end)
}

// explainRest looks inside the comment, for software that puts its own name first.
func (p *parser) explainRest(start, end int) bool {
	s := p.raw[start:end]
	if i := strings.Index(s, " authenticated user "); i >= 0 { // "SquirrelMail authenticated user u"
		return p.authenticated(start+i+1, end)
	}
	if suite, ok := strings.CutSuffix(s, " encrypted"); ok && strings.IndexByte(suite, ' ') < 0 { // qmail with a TLS patch
		p.set(&p.tls().Cipher, SpotTLSCipher, start, start+len(suite))
		return true
	}
	return false
}

// explainEnvelope reads "(envelope-from <a>)", "(envelope-sender <a>)", "(return-path <a>)", "(mailfrom:a fp:..)".
func (p *parser) explainEnvelope(start, end int) bool {
	s := p.raw[start:end]
	for _, key := range [...]string{"envelope-from", "envelope-sender", "return-path", "mailfrom:"} {
		if !hasFold(s, key) {
			continue
		}
		it := items{raw: p.raw, pos: start + len(key), end: end}
		if b, e, ok := it.next(); ok {
			p.envelope(b, e)
		}
		return true
	}
	return false
}

// envelope takes raw[start:end] as the reverse-path, with or without angle brackets.
func (p *parser) envelope(start, end int) {
	if p.out.EnvelopeFrom != nil {
		return
	}
	if s := p.raw[start:end]; len(s) >= 2 && (s[0] == '<' || s[0] == '"') {
		start, end = start+1, end-1
	}
	path := p.text(start, end)
	p.out.EnvelopeFrom = &path
	if end > start {
		p.mark(SpotEnvelopeFrom, start, end)
	}
}

// authenticated reads "Authenticated sender: u", "authenticated user u", "authenticated as u"; "authenticated bits=0" names
// nobody.
func (p *parser) authenticated(start, end int) bool {
	it := items{raw: p.raw, pos: start, end: end}
	for n := 0; n < 4; n++ {
		s, e, ok := it.next()
		if !ok {
			break
		}
		w := p.raw[s:e]
		switch strings.ToLower(strings.TrimSuffix(w, ":")) {
		case "authenticated", "auth", "sender", "user", "as", "by", "":
			continue
		}
		if user, ok := strings.CutPrefix(w, "user="); ok {
			p.set(&p.out.User, SpotFromUser, e-len(user), e)
		} else if w[0] != '(' && strings.IndexByte(w, '=') < 0 && p.out.User == "" {
			for e = end; isSpace(p.raw[e-1]); e-- { // a login may hold spaces
			}
			p.set(&p.out.User, SpotFromUser, s, e)
		}
		break
	}
	return true
}

// certificate keeps what is said of the client's certificate.
func (p *parser) certificate(start, end int) bool {
	s := unfold(p.text(start, end))
	p.tls().Certificate = s
	if strings.HasSuffix(s, "(verified OK)") {
		p.verified(true)
	} else if strings.HasSuffix(s, "(not verified)") {
		p.verified(false)
	}
	return true
}

// qmail reads "qmail 11769 invoked by uid 0" and "qmail 11769 invoked from network".
func (p *parser) qmail(start, end int) bool {
	if i := strings.Index(p.raw[start:end], " invoked by "); i > 0 {
		p.out.Submitter = strings.TrimPrefix(p.text(start+i+len(" invoked by "), end), "uid ")
	}
	p.out.Style = StyleQmail
	return true
}

func (p *parser) tls() *TLS {
	if p.out.TLS == nil {
		p.out.TLS = new(TLS)
	}
	return p.out.TLS
}

func (p *parser) verified(ok bool) { p.tls().Verified = &ok }

// explainTLS reads comments that begin with the version, a colon list, or words of their own: "TLS1.3",
// "TLSv1.3:TLS_AES_256_GCM_SHA384:256:NO", "Cipher TLSv1:AES256-SHA:256", "over TLS secured channel", "Client CN ..".
func (p *parser) explainTLS(start, end int) bool {
	s := p.raw[start:end]
	switch {
	case hasFold(s, "client cn ") || hasFold(s, "client did not present"):
		return p.certificate(start, end)
	case hasFold(s, "over ") && strings.Contains(s, "TLS"):
		p.overTLS(start, end)
		return true
	case hasFold(s, "cipher "):
		start += len("cipher ")
	case !hasFold(s, "TLS") && !hasFold(s, "SSL"):
		return p.explainRest(start, end)
	}
	if strings.IndexByte(p.raw[start:end], ' ') >= 0 {
		return false
	}
	p.colonTLS(start, end)
	return true
}

// overTLS reads chasquid's "over submission+TLS, TLS-1.3, envelope from "a"".
func (p *parser) overTLS(start, end int) {
	p.tls()
	it := items{raw: p.raw, pos: start, end: end}
	last := ""
	for {
		s, e, ok := it.next()
		if !ok {
			return
		}
		w := p.raw[s:e]
		switch {
		case hasFold(w, "TLS-") || hasFold(w, "TLSv"):
			p.version(s, e)
		case last == "from":
			p.envelope(s, e)
		}
		last = w
	}
}

// colonTLS reads "version[:cipher[:bits[:verified]]]".
func (p *parser) colonTLS(start, end int) {
	for n := 0; start < end && n < 4; n++ {
		e := end
		if i := strings.IndexByte(p.raw[start:end], ':'); i >= 0 {
			e = start + i
		}
		switch n {
		case 0:
			p.version(start, e)
		case 1:
			p.cipher(start, e)
		case 2:
			p.bits(start, e)
		case 3:
			p.verify(p.raw[start:e])
		}
		start = e + 1
	}
}

// version stores a TLS version in one spelling: "TLS1.3", "TLS1_3", "TLS-1.3" are TLSv1.3.
func (p *parser) version(s, e int) {
	p.set(&p.tls().Version, SpotTLSVersion, s, e)
	v := p.out.TLS.Version
	if !hasFold(v, "TLS") || len(v) == 3 {
		if len(v) == 3 && hasFold(v, "TLS") {
			p.out.TLS.Version = "" // "(TLS)" tells no version
		}
		return
	}
	rest := strings.TrimLeft(v[3:], "vV-_ ")
	if rest == "" || !isDigit(rest[0]) {
		return
	}
	p.out.TLS.Version = "TLSv" + strings.ReplaceAll(rest, "_", ".")
}

func (p *parser) cipher(s, e int) {
	if e > s {
		p.set(&p.tls().Cipher, SpotTLSCipher, s, e)
	}
}

// bits reads "256" or "256/256": in use, and of the algorithm.
func (p *parser) bits(s, e int) {
	used, all, two := strings.Cut(p.raw[s:e], "/")
	n, err := strconv.ParseUint(used, 10, 16)
	if err != nil {
		return
	}
	p.tls().Bits = int(n)
	p.mark(SpotTLSBits, s, s+len(used))
	if m, err := strconv.ParseUint(all, 10, 16); two && err == nil {
		p.out.TLS.AlgBits = int(m)
	}
}

// verify reads Sendmail's and OpenSMTPD's word for the client's certificate.
func (p *parser) verify(w string) {
	switch strings.ToUpper(w) {
	case "OK", "YES":
		p.verified(true)
	case "NO", "NOT", "FAIL", "NONE":
		p.verified(false)
	}
}

// pairsTLS reads "version=TLSv1.2 cipher=X bits=128/128 verify=NOT" and Exchange's "version=TLS1_2, cipher=X".
func (p *parser) pairsTLS(start, end int) bool {
	it := items{raw: p.raw, pos: start, end: end}
	for {
		s, e, ok := it.next()
		if !ok {
			return true
		}
		i := strings.IndexByte(p.raw[s:e], '=')
		if i < 0 {
			continue
		}
		switch at := s + i + 1; strings.ToLower(p.raw[s : s+i]) {
		case "version":
			p.version(at, e)
		case "cipher":
			p.cipher(at, e)
		case "bits":
			p.bits(at, e)
		case "verify":
			p.verify(p.raw[at:e])
		}
	}
}

// usingTLS reads Postfix's "using TLSv1.3 with cipher X (256/256 bits) key-exchange Y server-signature Z (2048 bits)
// server-digest SHA256"; Dovecot and some Sendmails write its first half.
func (p *parser) usingTLS(start, end int) bool {
	it := items{raw: p.raw, pos: start + len("using "), end: end}
	t := p.tls()
	var detail *string
	key := "version"
	for {
		s, e, ok := it.next()
		if !ok {
			return true
		}
		w := p.raw[s:e]
		switch {
		case w[0] == '(' && detail != nil:
			*detail += " " + p.text(s, e)
		case w[0] == '(':
			if i := strings.IndexByte(w, ' '); i > 0 {
				p.bits(s+1, s+i)
			}
		case key == "" && w == "with":
		case key == "":
			key = w
		default:
			detail = p.tlsDetail(t, key, s, e)
			key = ""
		}
	}
}

// tlsDetail stores the word after key; it returns where a comment behind it belongs.
func (p *parser) tlsDetail(t *TLS, key string, s, e int) (more *string) {
	switch key {
	case "version":
		p.version(s, e)
	case "cipher":
		p.cipher(s, e)
	case "key-exchange":
		t.KeyExchange = p.text(s, e)
		return &t.KeyExchange
	case "server-signature":
		t.Signature = p.text(s, e)
		return &t.Signature
	case "server-digest":
		t.Digest = p.text(s, e)
	case "client-signature":
		t.ClientSignature = p.text(s, e)
		return &t.ClientSignature
	case "client-digest":
		t.ClientDigest = p.text(s, e)
	case "verified":
		p.verify(p.raw[s:e])
	}
	return nil
}
