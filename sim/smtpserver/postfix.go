package smtpserver

import (
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// readPostfix reads a path as smtpd.c's extract_addr does where the grammar has its doubts: superfluous brackets, quotes and
// comments are no harm, a second "@" or "%" belongs to the local part; what lies outside the brackets is.
func readPostfix(line string, w *wrongs) reading {
	arg, ok := afterColon(line, w.keyword)
	if before, _, _ := strings.Cut(line, ":"); !ok || strings.TrimSpace(arg) == "" || before != strings.TrimRight(before, " \t") {
		return amiss("", w.syntax, "")
	}
	arg = strings.TrimLeft(arg, " \t")
	size := postfixWord(arg)
	path := strings.TrimRight(arg[:size], ",")
	r := reading{path: path, params: strings.Fields(arg[size:])}
	inner := strings.TrimRight(strings.TrimLeft(path, "<"), ">")
	if strings.ContainsAny(inner, "<>,;") && !quotedAll(inner) || strings.Count(path, "<") > strings.Count(path, ">") {
		return amiss(path, w.address, arg)
	}
	if inner = strings.TrimSpace(withoutRemark(inner)); inner == "" {
		r.null, r.wrong, r.say = true, w.keyword != "FROM", w.address
		return r
	}
	if hops, after, ok := strings.Cut(inner, ":"); ok && !strings.Contains(hops, "[") {
		inner = after
	}
	local, domain := inner, ""
	if at := strings.LastIndexByte(inner, '@'); at >= 0 {
		if local, domain = inner[:at], strings.TrimSuffix(inner[at+1:], "."); domain == "" {
			return amiss(path, w.address, arg)
		}
	}
	plain := strings.ReplaceAll(strings.ReplaceAll(local, `\`, ""), `"`, "")
	switch {
	case strings.Count(strings.ReplaceAll(local, `\"`, ""), `"`)%2 != 0, strings.Contains(plain, " ") && plain == local,
		domain != "" && !isPostfixDomain(domain):
		return amiss(path, w.address, arg)
	}
	if plain == "" { // mail for the domain itself goes to its postmaster
		plain = "postmaster"
	}
	if foreign := strings.LastIndexByte(plain, '@'); foreign >= 0 && strings.EqualFold(plain[foreign+1:], domain) {
		plain = plain[:foreign]
	}
	r.mailbox = smtp.Mailbox{Local: plain, Domain: domain}
	return r
}

// postfixWord is the length of the first word; spaces in quotes and brackets belong to it.
func postfixWord(arg string) int {
	depth, quoted := 0, false
	for i := 0; i < len(arg); i++ {
		switch c := arg[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '<':
			depth++
		case c == '>':
			depth = max(depth-1, 0)
		case (c == ' ' || c == '\t') && depth == 0:
			return i
		}
	}
	return len(arg)
}

func quotedAll(s string) bool { return len(s) > 0 && s[0] == '"' && strings.Contains(s, `"@`) }

// withoutRemark takes a comment in parentheses out.
func withoutRemark(s string) string {
	open := strings.IndexByte(s, '(')
	end := strings.IndexByte(s, ')')
	if open < 0 || end < open {
		return s
	}
	return s[:open] + s[end+1:]
}

// isPostfixDomain is valid_hostname and valid_mailhost_literal: letters, digits, hyphens and underscores, labels of 63, no
// number for a name.
func isPostfixDomain(s string) bool {
	if literal, ok := strings.CutPrefix(s, "["); ok {
		literal, v6 := strings.CutPrefix(strings.TrimSuffix(literal, "]"), "IPv6:")
		addr, err := netip.ParseAddr(literal)
		return err == nil && addr.Is6() == v6
	}
	if isNumeric(s) || len(s) > maxOpenSMTPD {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; !isAlnum(c) && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

// paramPostfix looks at parameters in smtpd.c's way: a name without "=" is unknown, SIZE and BODY may come twice.
func (n *session) paramPostfix(p ownParam) (keep, good bool) {
	switch {
	case p.name == "AUTH" && p.valued && p.verb == smtp.MAIL:
		return n.offers.Has(persona.Auth), true
	case !n.offersParam(p):
		return n.paramUnknown(p, p.word)
	case p.name != "SIZE" && p.name != "BODY" && persona.ByParam(p.verb, p.name) != persona.DSN: // of no Postfix
		return true, true
	case !p.valued:
		return n.paramUnknown(p, p.word)
	case p.again && p.name == "NOTIFY":
		return n.paramBad(persona.DSNNotifySyntax, p.word)
	case p.again && p.name == "ORCPT":
		return n.paramBad(persona.DSNOrcptSyntax, p.word)
	case p.again && p.name == "RET":
		return n.paramBad(persona.DSNRetSyntax, p.name)
	case p.again && p.name == "ENVID":
		return n.paramBad(persona.DSNEnvidSyntax, p.name)
	}
	return !p.again, true
}

// isUTF8 says whether a line is UTF-8, which smtpd asks of every command.
func isUTF8(line string) bool { return utf8.ValidString(line) }
