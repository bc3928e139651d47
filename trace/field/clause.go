package field

import "strings"

// clause is one keyword of RFC 5321 §4.4's Stamp.
type clause uint8

const (
	noClause clause = iota
	clauseFrom
	clauseBy
	clauseVia
	clauseWith
	clauseID
	clauseFor
	clauseEnvelope // "envelope-from <a>" without parentheses, Haraka
	clauseOther    // registered: tls, group, priority, state
)

// clauseOf is the clause a word begins.
func clauseOf(w string) clause {
	switch len(w) {
	case 2:
		if strings.EqualFold(w, "by") {
			return clauseBy
		}
		if strings.EqualFold(w, "id") {
			return clauseID
		}
	case 3:
		switch w[0] | 0x20 {
		case 'v':
			if strings.EqualFold(w, "via") {
				return clauseVia
			}
		case 'f':
			if strings.EqualFold(w, "for") {
				return clauseFor
			}
		case 't':
			if strings.EqualFold(w, "tls") { // RFC 8314 §4.3
				return clauseOther
			}
		}
	case 4:
		if strings.EqualFold(w, "from") {
			return clauseFrom
		}
		if strings.EqualFold(w, "with") {
			return clauseWith
		}
	case 5, 8:
		// RFC 8314 §4.3, RFC 6729 §2, RFC 6710 §4.2
		if strings.EqualFold(w, "group") || strings.EqualFold(w, "state") || strings.EqualFold(w, "priority") {
			return clauseOther
		}
	case 13, 15:
		if strings.EqualFold(w, "envelope-from") || strings.EqualFold(w, "envelope-sender") {
			return clauseEnvelope
		}
	}
	return noClause
}

// clauses finds the clauses and hands each with its words and comments to the reader of its kind.
func (p *parser) clauses(toks []token) {
	begin, kind := 0, noClause
	for i := 0; i <= len(toks); i++ {
		next := noClause
		if i < len(toks) {
			if next = p.keyword(toks, i, begin, kind); next == noClause {
				continue
			}
		}
		p.clause(kind, toks[begin:i])
		begin, kind = i, next
	}
}

// keyword tells which clause token i begins. A keyword right behind another may be that one's value: hosts are named "by".
func (p *parser) keyword(toks []token, i, begin int, open clause) clause {
	if toks[i].kind != word {
		return noClause
	}
	c := clauseOf(p.raw[toks[i].start:toks[i].end])
	if c == noClause {
		return noClause
	}
	if c == clauseOther && (i+1 >= len(toks) || toks[i+1].kind != word || p.out.By == "" && open != clauseBy && open != clauseWith) {
		return noClause
	}
	if open != noClause && i == begin+1 && p.nextWord(toks, i+1) != noClause {
		return noClause
	}
	return c
}

// nextWord is the clause that the next word from i on begins.
func (p *parser) nextWord(toks []token, i int) clause {
	for ; i < len(toks); i++ {
		if toks[i].kind == word {
			return clauseOf(p.raw[toks[i].start:toks[i].end])
		}
		if toks[i].kind != remark {
			break
		}
	}
	return noClause
}

// clause reads one clause: toks[0] is its keyword.
func (p *parser) clause(kind clause, toks []token) {
	var keyword token
	if kind != noClause {
		keyword, toks = toks[0], toks[1:]
	}
	switch kind {
	case clauseFrom:
		p.from(toks)
	case clauseBy:
		p.by(toks)
	case clauseWith:
		p.with(toks)
	case clauseID:
		p.id(toks)
	case clauseFor:
		p.recipients(toks)
	case clauseVia:
		p.phrase(toks, &p.out.Via, SpotVia)
	case clauseEnvelope:
		if len(toks) > 0 {
			p.envelope(toks[0].start, toks[0].end)
			toks = toks[1:]
		}
		p.rest(toks)
	case clauseOther:
		p.other(keyword, toks)
	default:
		p.rest(toks)
	}
}

// phrase reads words up to the next keyword as one value: "Microsoft SMTP Server", "Frontend Transport".
func (p *parser) phrase(toks []token, dst *string, s Spot) {
	if *dst != "" {
		p.rest(toks)
		return
	}
	start, end := -1, -1
	for _, t := range toks {
		switch t.kind {
		case remark:
			p.loose(t)
		case word:
			if start < 0 {
				start, end = t.start, t.end
				*dst = p.word(t)
				continue
			}
			*dst += " " + p.word(t)
			end = t.end
		default:
			p.rest([]token{t})
		}
	}
	if start >= 0 {
		p.mark(s, start, end)
	}
}

// with reads the protocol. IronPort writes suite and version into it: "ESMTP/TLS/AES256-SHA".
func (p *parser) with(toks []token) {
	p.phrase(toks, &p.out.With, SpotWith)
	if proto, suite, ok := strings.Cut(p.out.With, "/TLS/"); ok && strings.HasSuffix(proto, "SMTP") {
		p.tls().Cipher = suite
	} else if suite, ok := strings.CutSuffix(p.out.With, " encrypted SMTP"); ok && strings.IndexByte(suite, ' ') < 0 {
		p.tls().Cipher = suite // qmail with a TLS patch
	}
}

// id reads the first word or msg-id. OpenSMTPD may name the login behind it.
func (p *parser) id(toks []token) {
	for i, t := range toks {
		if t.kind == remark {
			p.loose(t)
			continue
		}
		if t.kind == semicolon || p.out.ID != "" {
			p.rest(toks[i:])
			return
		}
		start, end := t.start, t.end
		if t.kind == angle {
			start, end = inner(t)
		} else if p.raw[end-1] == ',' {
			end--
		}
		p.set(&p.out.ID, SpotID, start, end)
	}
}

// recipients reads the for clause: one path (RFC 5321 §4.4), or the list that older software writes.
func (p *parser) recipients(toks []token) {
	seen := len(p.out.For)
	for i, t := range toks {
		start, end := t.start, t.end
		switch t.kind {
		case remark:
			p.loose(t)
			continue
		case semicolon:
			continue
		case angle:
			start, end = inner(t)
		default:
			for end > start && p.raw[end-1] == ',' {
				end--
			}
		}
		if strings.IndexByte(p.raw[start:end], ' ') >= 0 && strings.IndexByte(p.raw[start:end], '@') < 0 ||
			t.kind == word && strings.IndexByte(p.raw[start:end], '@') < 0 && (i > 0 || len(toks) > 1 && toks[1].kind == word) ||
			len(p.out.For) >= maxComments {
			p.rest(toks[i : i+1]) // "<multiple recipients>", "Windows US"
			continue
		}
		p.out.For = append(p.out.For, p.text(start, end))
		if seen == 0 && len(p.out.For) == 1 {
			p.mark(SpotFor, start, end)
		}
	}
}

// other reads a further registered clause.
func (p *parser) other(keyword token, toks []token) {
	if len(toks) == 0 || len(p.out.Clauses) >= maxComments {
		return
	}
	c := Clause{Name: strings.ToLower(p.word(keyword)), Value: p.word(toks[0])}
	p.out.Clauses = append(p.out.Clauses, c)
	if c.Name == "tls" {
		p.set(&p.tls().Cipher, SpotTLSCipher, toks[0].start, toks[0].end)
	}
	p.rest(toks[1:])
}

// rest takes what no clause wants: comments are explained, words kept.
func (p *parser) rest(toks []token) {
	for _, t := range toks {
		switch {
		case t.kind == remark:
			p.loose(t)
		case t.kind == semicolon:
		case t.kind == word && hasFold(p.raw[t.start:t.end], "user=") && p.out.User == "": // OpenSMTPD
			p.set(&p.out.User, SpotFromUser, t.start+5, t.end)
		case len(p.out.Unparsed) < maxComments:
			p.out.Unparsed = append(p.out.Unparsed, p.word(t))
		}
	}
}
