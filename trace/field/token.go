package field

import "strings"

// Limits on one Received field. Real ones have at most some 20 words and 10 comments; whoever sends ten thousand wants to
// keep a reader busy.
const (
	MaxReceived = 32 << 10 // octets of a field that are read; RFC 5321 §4.5.3.1.6 has 1000 a line
	maxTokens   = 512
	maxComments = 64  // looked at; the rest is kept as text only
	maxQuoted   = 512 // octets of a quoted string or an angle address
	maxItems    = 48  // words of one comment
)

type tokenKind uint8

const (
	word      tokenKind = iota // a run without space; quoted strings and address literals are part of it
	angle                      // <..>
	remark                     // a comment of RFC 5322 §3.2.2 with its parentheses, nested ones inside
	semicolon                  // ; outside of comments
)

// token is a piece of the field: raw[start:end].
type token struct {
	kind       tokenKind
	start, end int
}

// tokenize cuts raw[from:] into tokens. It accepts anything: what is not closed is an ordinary character.
func tokenize(raw string, from int, toks []token) []token {
	open := 0 // unclosed or surplus parentheses met
	for i := from; i < len(raw) && len(toks) < maxTokens; {
		c := raw[i]
		switch {
		case isSpace(c):
			i++
		case c == ';':
			toks = append(toks, token{semicolon, i, i + 1})
			i++
		case c == '(' && open < maxComments:
			open++
			end := closeComment(raw, i)
			if end < 0 {
				i++ // an opening parenthesis that nobody closes
				continue
			}
			toks = append(toks, token{remark, i, end})
			i = end
		case c == '<' && closeAngle(raw, i) > 0:
			end := closeAngle(raw, i)
			toks = append(toks, token{angle, i, end})
			i = end
		default:
			end := endWord(raw, i)
			toks = append(toks, token{word, i, end})
			i = end
		}
	}
	return toks
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// endWord is the end of the word that begins at i. A quoted string may hold what would end it.
func endWord(raw string, i int) int {
	for j := i; j < len(raw); j++ {
		switch c := raw[j]; {
		case isSpace(c) || c == ';' || c == '(' && j > i:
			return j
		case c == '<' && j > i && closeAngle(raw, j) > 0:
			return j
		case c == '"':
			if end := closeQuote(raw, j); end > 0 {
				j = end - 1
			}
		}
	}
	return len(raw)
}

// closeComment is the end of the comment that begins at i. Where parentheses do not balance, the first closing one counts.
func closeComment(raw string, i int) int {
	depth, first := 0, -1
	for j := i; j < len(raw); j++ {
		switch raw[j] {
		case '\\':
			j++
		case '(':
			depth++
		case ')':
			if first < 0 {
				first = j + 1
			}
			if depth--; depth == 0 {
				return j + 1
			}
		}
	}
	return first
}

func closeAngle(raw string, i int) int {
	limit := min(len(raw), i+maxQuoted)
	for j := i + 1; j < limit; j++ {
		switch raw[j] {
		case '>':
			return j + 1
		case '<', ';':
			return -1
		case '"':
			if end := closeQuote(raw, j); end > 0 && end < limit {
				j = end - 1
			}
		}
	}
	return -1
}

func closeQuote(raw string, i int) int {
	limit := min(len(raw), i+maxQuoted)
	for j := i + 1; j < limit; j++ {
		switch raw[j] {
		case '"':
			return j + 1
		case '\\':
			j++
		case '\n':
			return -1
		}
	}
	return -1
}

// items cuts the text of a comment into words, literals and nested comments: "rdns [192.0.2.1] (may be forged)" are three.
type items struct {
	raw      string
	pos, end int
	seen     int
}

// next is the next item's offsets; ok is false at the end.
func (it *items) next() (start, end int, ok bool) {
	for it.pos < it.end && (isSpace(it.raw[it.pos]) || it.raw[it.pos] == ',') {
		it.pos++
	}
	if it.seen++; it.pos >= it.end || it.seen > maxItems {
		return 0, 0, false
	}
	start = it.pos
	switch it.raw[start] {
	case '(':
		if e := closeComment(it.raw[:it.end], start); e > 0 {
			it.pos = e
			return start, e, true
		}
		it.pos++
	case '[':
		if n := strings.IndexAny(it.raw[start+1:it.end], "][ (\t\r\n") + 1; n > 0 && it.raw[start+n] == ']' {
			it.pos = start + n + 1
			return start, it.pos, true
		}
		it.pos++
	}
	for it.pos < it.end {
		c := it.raw[it.pos]
		if isSpace(c) || c == ',' || c == '(' {
			break
		}
		if c == '[' && it.raw[it.pos-1] != '=' { // "host[192.0.2.1]" are two, "helo=[192.0.2.1]" is one
			break
		}
		it.pos++
	}
	if it.pos == start {
		it.pos++
	}
	return start, it.pos, true
}
