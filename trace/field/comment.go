package field

import "strings"

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
	named := false // behind "sender:" stands the name, even if somebody is called "as" or "user"
	for n := 0; n < 8; n++ {
		s, e, ok := it.next()
		if !ok {
			break
		}
		w := p.raw[s:e]
		word, colon := strings.CutSuffix(w, ":")
		if named {
			word = "."
		}
		named = named || colon && strings.EqualFold(word, "sender")
		switch strings.ToLower(word) {
		case "authenticated", "auth", "sender", "user", "as", "by", "login", "plain", "cram-md5", "":
			continue
		}
		if user, ok := strings.CutPrefix(w, "user="); ok && user != "" {
			p.set(&p.out.User, SpotFromUser, e-len(user), e)
		} else if w[0] == '(' || strings.IndexByte(w, '=') >= 0 { // "(0 bits)", "bits=0"
			continue
		} else if p.out.User == "" {
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
