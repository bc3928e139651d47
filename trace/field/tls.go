package field

import (
	"strconv"
	"strings"
)

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
	case hasFold(s, "TLS: "): // Courier: "TLS: TLSv1.3,256bits,TLS_AES_256_GCM_SHA384"
		p.commaTLS(start+len("TLS: "), end)
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

// commaTLS reads "version,256bits,cipher".
func (p *parser) commaTLS(start, end int) {
	it := items{raw: p.raw, pos: start, end: end}
	for n := 0; n < 3; n++ {
		s, e, ok := it.next()
		if !ok {
			return
		}
		switch w := p.raw[s:e]; {
		case n == 0:
			p.version(s, e)
		case strings.HasSuffix(w, "bits"):
			p.bits(s, e-len("bits"))
		default:
			p.cipher(s, e)
		}
	}
}

// version stores a TLS version in one spelling: "TLS1.3", "TLS1_3", "TLS-1.3" are TLSv1.3.
func (p *parser) version(s, e int) {
	p.set(&p.tls().Version, SpotTLSVersion, s, e)
	v := p.out.TLS.Version
	if len(v) == 3 { // "(TLS)", "(SSL)" tell no version
		p.out.TLS.Version, p.out.spans[SpotTLSVersion] = "", [2]int32{}
		return
	}
	if !hasFold(v, "TLS") {
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
