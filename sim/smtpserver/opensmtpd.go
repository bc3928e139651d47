package smtpserver

import (
	"net/netip"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// maxOpenSMTPD bounds local parts and domains (SMTPD_MAXLOCALPARTSIZE, SMTPD_MAXDOMAINPARTSIZE).
const maxOpenSMTPD = 255

// readOpenSMTPD reads a path as smtp_session.c's smtp_mailaddr does: brackets must stand, what is in front of the first
// colon is a source route and dropped, a domain may be missing.
func readOpenSMTPD(line string, w *wrongs) reading {
	_, arg, _ := strings.Cut(line, ":")
	arg = strings.TrimLeft(arg, " \t")
	end := strings.IndexByte(arg, '>')
	if end < 0 || arg[0] != '<' {
		return amiss(arg, w.address, arg)
	}
	r := reading{path: arg[:end+1], params: strings.Fields(arg[end+1:])}
	inner := arg[1:end]
	if inner == "" {
		r.null = true
		r.wrong, r.say = w.keyword != "FROM", w.address
		return r
	}
	local, domain := inner, ""
	if at := strings.LastIndexByte(inner, '@'); at >= 0 {
		local, domain = inner[:at], inner[at+1:]
	}
	if _, after, ok := strings.Cut(local, ":"); ok {
		local = after
	}
	if !isDotAtom(local) || len(local) > maxOpenSMTPD || domain != "" && !isOpenSMTPDDomain(domain) {
		return amiss(r.path, w.address, arg)
	}
	r.mailbox = smtp.Mailbox{Local: local, Domain: domain}
	return r
}

// isOpenSMTPDDomain takes literals, and names of letters, digits, hyphens and underscores (valid_domainpart).
func isOpenSMTPDDomain(s string) bool {
	if literal, ok := strings.CutPrefix(s, "["); ok {
		literal, closed := strings.CutSuffix(literal, "]")
		literal, v6 := strings.CutPrefix(literal, "IPv6:")
		addr, err := netip.ParseAddr(literal)
		return closed && err == nil && addr.Is6() == v6
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; !isAlnum(c) && c != '-' && c != '_' {
				return false
			}
		}
	}
	return len(s) <= maxOpenSMTPD
}

// paramOpenSMTPD looks at the names of parameters and hardly at their values: a wrong one is dropped in silence.
func (n *session) paramOpenSMTPD(p ownParam) (keep, good bool) {
	if !p.valued {
		return n.paramUnknown(p, p.word)
	}
	switch p.name {
	case "SIZE":
		return false, p.verb == smtp.MAIL || n.bad(n.paramUnknown(p, p.word))
	case "AUTH":
		return false, p.verb == smtp.MAIL || n.bad(n.paramUnknown(p, p.word))
	case "BODY":
		if p.verb == smtp.MAIL && (strings.EqualFold(p.value, "7BIT") || strings.EqualFold(p.value, "8BITMIME")) {
			return true, true
		}
		return n.paramBad(persona.BodySyntax, p.word)
	}
	if !n.offersParam(p) {
		return n.paramUnknown(p, p.word)
	}
	switch p.name {
	case "RET":
		return !p.again && (strings.EqualFold(p.value, "FULL") || strings.EqualFold(p.value, "HDRS")), true
	case "ENVID":
		if len(p.value) > 100 {
			return n.paramBad(persona.DSNRetSyntax, p.value)
		}
		return !p.again && p.value != "" && isXtext(p.value), true
	case "NOTIFY":
		if strings.Contains(p.value, ",") && strings.Contains(strings.ToUpper(p.value), "NEVER") {
			return n.paramBad(persona.DSNNotifySyntax, p.word)
		}
		return !p.again && isNotify(p.value), true
	case "ORCPT":
		if p.value == "" || p.value[0] == ';' {
			return n.paramBad(persona.DSNOrcptSyntax, p.word)
		}
		return !p.again && strings.IndexByte(p.value, ';') > 0 && isXtext(p.value), true
	}
	return true, true
}

// bad turns the two results of an answer into one.
func (n *session) bad(_, good bool) bool { return good }
