package field

import (
	"net/netip"
	"strconv"
	"strings"
)

// rank orders the places where a from clause can hold an address: a later one counts more.
type rank uint8

const (
	rankNone    rank = iota
	rankName         // "from 192.0.2.1", "from [192.0.2.1]": HELO or the peer
	rankLiteral      // "from host [192.0.2.1]"
	rankBare         // "from host (192.0.2.1)": Exchange; elsewhere it may be a name that looks like an address
	rankComment      // "from host ([192.0.2.1])": RFC 5321 §4.4's TCP-info
	rankReally       // "from host ([192.0.2.1]) (really [192.0.2.2])"
)

// from reads the From-domain. A second from clause repeats an address or names the reverse-path.
func (p *parser) from(toks []token) {
	again := p.fromSeen
	p.fromSeen = true
	for i := 0; i < len(toks); i++ {
		t := toks[i]
		switch {
		case t.kind == remark:
			if !p.explain(t) {
				p.fromComment(t)
			}
		case t.kind == semicolon:
		case again && t.kind == angle:
			p.envelope(t.start, t.end)
		case again || p.out.Name != "":
			p.fromExtra(t)
		default:
			p.fromName(t)
		}
	}
}

// fromName reads the first word.
func (p *parser) fromName(t token) {
	end := t.end
	for end > t.start && p.raw[end-1] == ',' {
		end--
	}
	p.set(&p.out.Name, SpotFromName, t.start, end)
	p.name = token{t.kind, t.start, end}
	p.address(t.start, end, rankName)
}

// fromExtra reads a further word: an address, or something unknown.
func (p *parser) fromExtra(t token) {
	if t.kind == word && p.address(t.start, t.end, rankLiteral) {
		return
	}
	p.rest([]token{t})
}

// address takes raw[start:end] as the peer's address if it is one and no better place had one.
func (p *parser) address(start, end int, r rank) bool {
	a := parseIP(p.text(start, end))
	if !a.IsValid() {
		return false
	}
	if r > p.addr {
		p.addr, p.out.IP = r, a
		if p.raw[start] == '[' {
			start, end = start+1, end-1
		}
		p.mark(SpotFromIP, start, end)
	}
	return true
}

// pickup tells IIS's "from mail pickup service": a file that a local program left in a folder.
func (p *parser) pickup() bool {
	return p.out.Name == "mail" && len(p.out.Unparsed) >= 2 && p.out.Unparsed[0] == "pickup" && p.out.Unparsed[1] == "service"
}

// fromComment reads what the receiver knew of the peer: "rdns [ip] (may be forged)", "[ip]:port helo=h ident=u", "HELO h",
// "port=n helo=h", "ip", "user@ip", "account u HELO h".
func (p *parser) fromComment(t token) {
	start, end := inner(t)
	it := items{raw: p.raw, pos: start, end: end}
	c := fromReader{p: p, rank: rankComment}
	for {
		s, e, ok := it.next()
		if !ok {
			break
		}
		c.item(s, e)
	}
	c.host()
}

// fromReader reads one comment of a from clause.
type fromReader struct {
	p        *parser
	rank     rank
	hostAt   [2]int // a word that may be the checked name
	items    int
	expect   byte // what the word before announced: 'h' HELO, 'u' an account, 'i' an ident
	afterLit bool // the item before was an address literal
	literal  bool // the comment has an address
}

func (c *fromReader) item(s, e int) {
	p := c.p
	c.items++
	w := p.raw[s:e]
	afterLit := c.afterLit
	c.afterLit = false
	switch expect := c.expect; {
	case expect != 0:
		c.expect = 0
		c.announced(expect, s, e)
	case w[0] == '(':
		p.out.Forged = p.out.Forged || strings.Contains(w, "may be forged")
	case c.announces(w):
	case w[0] == '[':
		c.literal = true
		c.afterLit = true
		if !p.address(s, e, c.rank) && impossible(w) {
			p.rest([]token{{word, s, e}})
		}
	case afterLit && w[0] == ':':
		p.port(s+1, e)
	case c.pair(s, e):
	default:
		c.plain(s, e)
	}
}

// announces tells whether w says what the next word is.
func (c *fromReader) announces(w string) bool {
	switch strings.ToLower(w) {
	case "helo", "ehlo", "lhlo", "hello":
		c.expect = 'h'
		c.p.heloSeen = true
	case "account", "login":
		c.expect = 'u'
	case "as":
		c.expect = 'i'
	case "really":
		c.rank = rankReally
	case "proxying", "for", "may", "be", "forged", "unverified", "verified", "misconfigured", "sender":
		if strings.EqualFold(w, "forged") {
			c.p.out.Forged = true
		}
		if strings.EqualFold(w, "for") {
			c.rank = rankName // "proxying for [ip]" is not the peer
		}
	default:
		return false
	}
	return true
}

func (c *fromReader) announced(what byte, s, e int) {
	switch what {
	case 'h':
		c.p.set(&c.p.out.Helo, SpotFromHelo, s, e)
	case 'u':
		c.p.set(&c.p.out.User, SpotFromUser, s, e)
	case 'i':
		c.p.out.Ident = c.p.text(s, e)
	}
}

// pair reads Exim's "helo=h", "port=n", "ident=u".
func (c *fromReader) pair(s, e int) bool {
	p := c.p
	key, value, ok := strings.Cut(p.raw[s:e], "=")
	if !ok {
		return false
	}
	at := s + len(key) + 1
	switch strings.ToLower(key) {
	case "helo", "ehlo", "lhlo":
		p.heloSeen = true
		if value != "" {
			p.set(&p.out.Helo, SpotFromHelo, at, e)
		}
	case "port":
		p.port(at, e)
	case "ident":
		p.out.Ident = p.text(at, e)
	default:
		return false
	}
	return true
}

func (p *parser) port(s, e int) {
	if n, err := strconv.ParseUint(p.raw[s:e], 10, 16); err == nil {
		p.out.Port = int(n)
		p.mark(SpotFromPort, s, e)
	}
}

// plain reads a word that nothing announced: an address, "user@address", or a name.
func (c *fromReader) plain(s, e int) {
	p := c.p
	if p.address(s, e, min(c.rank, rankBare)) {
		c.literal = true
		return
	}
	if at := strings.LastIndexByte(p.raw[s:e], '@'); at >= 0 {
		if p.address(s+at+1, e, min(c.rank, rankBare)) { // qmail: what identd said, and the address
			p.out.Ident = p.text(s, s+at)
			return
		}
		if c.items == 1 { // "ident@rdns [ip]", "ident@[ip]"
			p.out.Ident = p.text(s, s+at)
			if s += at + 1; s == e {
				return
			}
		}
	}
	if c.hostAt[1] == 0 && (c.items == 1 || c.literal && strings.IndexByte(p.raw[s:e], '.') > 0) {
		c.hostAt = [2]int{s, e}
	}
}

// host takes the name in the comment as the checked one: it stands beside an address, or alone and looks like a name.
func (c *fromReader) host() {
	p := c.p
	s, e := c.hostAt[0], c.hostAt[1]
	if e == 0 || p.out.RDNS != "" || !c.literal && (c.items != 1 || strings.IndexByte(p.raw[s:e], '.') < 0) {
		return
	}
	for e > s && p.raw[e-1] == '.' {
		e--
	}
	switch w := p.raw[s:e]; {
	case noName(w):
		return
	case impossible(w):
		p.rest([]token{{word, s, e}})
		return
	}
	p.set(&p.out.RDNS, SpotFromRDNS, s, e)
}

// impossible tells an IPv4 address that cannot be: "999.1.1.1".
func impossible(w string) bool {
	w = strings.Trim(w, "[]")
	return strings.Count(w, ".") == 3 && strings.Trim(w, "0123456789.") == "" && !parseIP(w).IsValid()
}

// noName tells whether a server wrote w because it found no name for the address.
func noName(w string) bool {
	switch strings.ToLower(strings.Trim(w, "<>")) {
	case "", "unknown", "unverified", "no", "noname", "none", "untrusted":
		return true
	}
	return strings.EqualFold(w, "may")
}

// hostName decides which of HELO and checked name the first word is, as the software writes them.
func (p *parser) hostName() {
	r := &p.out.Received
	name := p.out.Name
	isAddr := parseIP(name).IsValid()
	if p.heloSeen && p.addr <= rankName && !strings.HasPrefix(name, "[") { // "from h (helo [192.0.2.1])" is a peer whose checked name is "helo"
		sp := p.out.spans[SpotFromHelo]
		p.address(int(sp[0]), int(sp[1]), rankComment)
	}
	switch {
	case name == "":
	case (strings.EqualFold(r.With, "local") || p.out.Style == StyleDMA) && !r.IP.IsValid(): // Exim, DragonFly
		r.Submitter = name
	case p.pickup():
		r.Submitter, p.out.Unparsed = "mail pickup service", p.out.Unparsed[2:]
	case p.heloSeen: // HELO stands elsewhere, so the first word is the checked name
		if r.RDNS == "" && !isAddr && !noName(name) && strings.IndexByte(name, '@') < 0 {
			p.takeName(&r.RDNS, SpotFromRDNS)
			r.RDNS = strings.TrimSuffix(r.RDNS, ".")
		}
	case p.out.Style == StyleExim && !isAddr && p.addr == rankLiteral && r.RDNS != "": // Exim 2: "rdns (helo) [ip]"
		r.Helo, p.out.spans[SpotFromHelo] = r.RDNS, p.out.spans[SpotFromRDNS]
		p.takeName(&r.RDNS, SpotFromRDNS)
	case p.out.Style == StyleExim && !isAddr && p.addr >= rankLiteral && r.RDNS == "":
		// Exim leaves HELO out when it is the checked name (or the literal of the peer's address)
		p.takeName(&r.RDNS, SpotFromRDNS)
		r.Helo = r.RDNS
	case strings.IndexByte(name, '@') >= 0, name == ".", isAddr && p.addr == rankName:
		// a mailbox, nothing, or the address itself: no HELO is told
	case p.name.kind == angle:
	default:
		p.takeName(&r.Helo, SpotFromHelo)
	}
}

// takeName copies the first word.
func (p *parser) takeName(dst *string, s Spot) {
	*dst = p.out.Name
	p.mark(s, p.name.start, p.name.end)
}

// byComment reads a comment of the by clause: the server's address, or its software.
func (p *parser) byComment(t token) {
	if p.explain(t) {
		return
	}
	start, end := inner(t)
	it := items{raw: p.raw, pos: start, end: end}
	for n := 0; n < 2; n++ {
		s, e, ok := it.next()
		if !ok || n == 1 && p.raw[s] != '[' {
			break
		}
		if p.byAddress(s, e) {
			return
		}
	}
	p.software(t)
}

func (p *parser) byAddress(s, e int) bool {
	a := parseIP(p.text(s, e))
	if !a.IsValid() {
		return false
	}
	if p.out.ByIP == (netip.Addr{}) {
		p.out.ByIP = a
		if p.raw[s] == '[' {
			s, e = s+1, e-1
		}
		p.mark(SpotByIP, s, e)
	}
	return true
}

// software takes a comment as the server's name for its program. Postfix adds the uid of a local submission.
func (p *parser) software(t token) {
	if p.out.Software != "" {
		return
	}
	start, end := inner(t)
	if i := strings.Index(p.raw[start:end], ", from userid "); i > 0 {
		p.out.Submitter = p.text(start+i+len(", from userid "), end)
		end = start + i
	}
	p.out.Software = unfold(p.text(start, end))
	if end > start {
		p.mark(SpotBySoftware, start, end)
	}
}

// by reads the By-domain. The first one counts; "by uid 502" is the local user of a second one.
func (p *parser) by(toks []token) {
	first := p.out.By == ""
	for i, t := range toks {
		switch {
		case t.kind == remark:
			p.byComment(t)
		case t.kind == semicolon:
		case first && p.out.By == "" && t.kind == word:
			end := t.end
			if p.raw[end-1] == ',' && end-1 > t.start {
				end--
			}
			p.set(&p.out.By, SpotByHost, t.start, end)
			p.byAddress(t.start, end)
		case first && t.kind == word && p.byAddress(t.start, t.end):
		case !first && len(toks) == i+2 && strings.EqualFold(p.word(t), "uid"): // qmail-scanner: "by uid 502"
			p.out.Submitter = p.word(toks[i+1])
			return
		default:
			p.rest(toks[i : i+1])
		}
	}
}

// unfold joins folded text with single spaces (RFC 5322 §2.2.3).
func unfold(s string) string {
	if strings.IndexByte(s, '\n') < 0 && strings.IndexByte(s, '\t') < 0 {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}
