package smtpserver

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// maxExim bounds a local part or a domain that parse_extract_address takes.
const maxExim = 255

// readExim reads a path where the grammar has its doubts, as parse.c's parse_extract_address does: comments and phrases pass,
// eight bits in the local part pass, a domain has letters, digits and hyphens only.
func readExim(line string, w *wrongs) reading {
	_, arg, _ := strings.Cut(line, ":")
	arg = strings.TrimSpace(withoutRemark(arg))
	if arg == "" {
		return amiss("", w.syntax, "")
	}
	size := postfixWord(arg)
	r := reading{path: arg[:size], params: strings.Fields(arg[size:])}
	for len(r.params) > 0 && strings.HasPrefix(r.params[0], "<") && !strings.Contains(r.path, "<") { // a phrase before it
		r.path, r.params = r.params[0], r.params[1:]
	}
	inner, open := strings.CutPrefix(r.path, "<")
	inner, closed := strings.CutSuffix(inner, ">")
	if inner = strings.TrimSpace(inner); open != closed {
		return amiss(r.path, w.address, arg)
	}
	if inner == "" {
		r.null, r.wrong, r.say, r.arg = true, w.keyword != "FROM", w.address, arg
		return r
	}
	if inner[0] == '@' {
		hops, after, ok := strings.Cut(inner, ":")
		for hop := range strings.SplitSeq(hops, ",") {
			ok = ok && isEximDomain(strings.TrimPrefix(hop, "@"))
		}
		if inner = after; !ok {
			return amiss(r.path, w.address, arg)
		}
	}
	local, domain := inner, ""
	if at := strings.LastIndexByte(inner, '@'); at >= 0 {
		if local, domain = inner[:at], inner[at+1:]; !isEximDomain(domain) {
			return amiss(r.path, w.address, arg)
		}
	}
	plain := strings.ReplaceAll(local, `\`, "")
	if quoted, ok := strings.CutPrefix(local, `"`); ok {
		if quoted, ok = strings.CutSuffix(quoted, `"`); !ok {
			return amiss(r.path, w.address, arg)
		}
		plain = strings.ReplaceAll(quoted, `\`, "")
	} else if strings.ContainsAny(strings.ReplaceAll(local, `\ `, ""), " \t\"(),:;<>@[]\x01") || local == "" {
		return amiss(r.path, w.address, arg)
	}
	switch {
	case len(plain) > maxExim:
		return amiss(r.path, w.address, arg)
	case domain == "" && !(w.keyword == "TO" && strings.EqualFold(plain, "postmaster")):
		return amiss(r.path, w.noDomain, plain)
	}
	r.mailbox = smtp.Mailbox{Local: plain, Domain: domain}
	return r
}

// isEximDomain takes labels of letters, digits and hyphens that neither begin nor end with one (parse.c, read_domain). Literals are
// refused, which allow_domain_literals is by default.
func isEximDomain(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if !isAlnum(label[i]) && label[i] != '-' {
				return false
			}
		}
	}
	return len(s) <= maxExim
}

// paramExim looks at the options behind an address: what is no option is a part of the address, and makes it none. Most may be
// empty; those of DSN may come once.
func (n *session) paramExim(p ownParam) (keep, good bool) {
	e := persona.ByParam(p.verb, p.name)
	switch {
	case p.name == "AUTH" && p.verb == smtp.MAIL:
		return n.offers.Has(persona.Auth) && p.valued, true
	case !n.offersParam(p):
		return n.paramUnknown(p, p.word)
	case e == persona.DSN && p.again:
		return n.paramBad(persona.ParamTwice, p.name)
	case e == persona.DSN && p.value == "":
		if p.valued || p.name == "ORCPT" {
			return false, true
		}
		if p.verb == smtp.MAIL {
			return n.paramBad(persona.DSNRetSyntax, p.name)
		}
		return n.paramBad(persona.DSNNotifySyntax, p.name)
	case p.name == "ORCPT" || p.name == "ENVID":
		return isXtext(p.value) && (p.name == "ENVID" || strings.IndexByte(p.value, ';') > 0) && len(p.value) <= 100, true
	case p.name == "SIZE":
		digits := strings.Trim(p.value, "0123456789")
		if strings.HasPrefix(p.value, "-") || digits == "" && len(p.value) > 18 {
			return n.paramBad(persona.SizeTooBig, p.word)
		}
		return digits == "" && p.value != "" && !p.again, true
	case p.name == "BODY" && p.valued && p.value == "":
		return false, true
	case p.name == "BODY" && !p.valued:
		return n.paramBad(persona.BodySyntax, p.word)
	}
	return !p.again, true
}
