package smtpserver

import (
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// maxSendmail bounds one part of an address (MAXNAME).
const maxSendmail = 255

// readSendmail reads a path as srvrsmtp.c and parseaddr.c do: whatever has its brackets, quotes and comments in pairs is one,
// up to the first space outside them; the innermost brackets hold the address.
func readSendmail(line string, w *wrongs) reading {
	line = strings.TrimLeft(line, " \t")
	rest := strings.TrimLeft(line[min(len(line), len("MAIL")):], " \t")
	end := strings.IndexAny(rest, ": \t")
	if end < 0 {
		return amiss("", w.syntax, rest)
	}
	word, arg := rest[:end], strings.TrimLeft(rest[end:], " \t")
	if arg, _ = strings.CutPrefix(arg, ":"); !strings.HasPrefix(strings.TrimLeft(rest[end:], " \t"), ":") ||
		strings.TrimSpace(arg) == "" || !strings.EqualFold(word, w.keyword) {
		return amiss("", w.syntax, word)
	}
	arg = strings.TrimLeft(arg, " \t")
	size, inner, lone := sendmailPath(arg)
	r := reading{path: arg[:size], params: strings.Fields(arg[size:])}
	switch {
	case lone != "":
		return amiss(r.path, persona.PathUnbalanced, lone)
	case strings.IndexFunc(inner, func(c rune) bool { return c < ' ' && c != '\t' }) >= 0:
		return amiss(r.path, persona.PathControl, inner)
	case len(inner) > maxSendmail+1:
		return amiss(r.path, persona.PathTooLong, "")
	}
	inner = strings.TrimSpace(inner)
	if inner == "" && strings.Contains(r.path, "<") {
		r.null = true
		r.wrong, r.say = w.keyword != "FROM", persona.RecipientNull
		return r
	}
	return r.address(inner, w)
}

// sendmailPath finds the end of the path that arg begins with, and what stands in the innermost brackets; lone is a sign
// without its other half.
func sendmailPath(arg string) (size int, inner, lone string) {
	var open []byte
	start, from, to := 0, -1, 0
	quoted := false
	for size = 0; size < len(arg); size++ {
		switch c := arg[size]; {
		case c == '\\':
			size++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(' || c == '<':
			open = append(open, c)
			start = size + 1
		case c == ')' || c == '>':
			if len(open) == 0 || (open[len(open)-1] == '<') != (c == '>') {
				return len(arg), "", string(c)
			}
			open = open[:len(open)-1]
			if c == '>' && from < 0 {
				from, to = start, size
			}
		case (c == ' ' || c == '\t') && len(open) == 0:
			return size, sendmailInner(arg[:size], from, to), ""
		}
	}
	size = len(arg)
	if quoted {
		return size, "", `"`
	}
	if len(open) > 0 {
		return size, "", string(open[len(open)-1])
	}
	return size, sendmailInner(arg, from, to), ""
}

func sendmailInner(path string, from, to int) string {
	if from >= 0 && from <= to {
		path = path[from:to]
	}
	if open := strings.IndexByte(path, '('); open >= 0 {
		if end := strings.IndexByte(path[open:], ')'); end >= 0 {
			path = path[:open] + path[open+end+1:] // a comment
		}
	}
	return path
}

// address takes the address apart as the rules of sendmail.cf do (Parse0: "User address required" and its kin).
func (r reading) address(inner string, w *wrongs) reading {
	path := r.path
	if inner[0] == '@' {
		hops, after, ok := strings.Cut(inner, ":")
		switch {
		case !ok && strings.ContainsAny(inner, " ,"), ok && hops == "@":
			return amiss(path, persona.PathBadRoute, inner)
		case !ok:
			return amiss(path, w.address, inner)
		}
		inner = after
	}
	local, domain := inner, ""
	if at := strings.LastIndexByte(inner, '@'); at >= 0 {
		if local, domain = inner[:at], inner[at+1:]; domain == "" {
			return amiss(path, persona.PathNoHost, inner)
		}
	}
	bare := strings.ReplaceAll(strings.ReplaceAll(local, `"`, ""), `\`, "")
	switch {
	case strings.ContainsAny(inner, ",") || local != "" && local[0] != '"' && strings.Contains(local, "@"):
		return amiss(path, persona.PathBadRoute, inner)
	case bare == "":
		return amiss(path, w.address, inner)
	case domain != "" && domain[0] != '[' && (domain[0] == '.' || strings.Contains(domain, "..")):
		return amiss(path, persona.PathBadHost, inner)
	case domain == "" && w.keyword == "FROM" && !strings.Contains(bare, "!"):
		return amiss(path, w.noDomain, bare)
	}
	r.mailbox = smtp.Mailbox{Local: bare, Domain: strings.TrimSuffix(domain, ".")}
	return r
}

// paramSendmail checks parameters in srvrsmtp.c's order: is it known, has it a value, is it there twice, is it good.
func (n *session) paramSendmail(p ownParam) (keep, good bool) {
	name := p.name
	for i := range len(name) {
		if !isAlnum(name[i]) && name[i] != '-' { // what is no letter of a keyword ends its name
			name = name[:i]
			break
		}
	}
	if !n.offersParam(p) && p.name != "AUTH" || p.verb == smtp.RCPT && p.name == "AUTH" {
		return n.paramUnknown(p, name)
	}
	switch {
	case !p.valued && p.name == "AUTH":
		return n.paramBad(persona.ParamNeedsValue, "AUTH")
	case p.name == "AUTH":
		return false, true
	case !p.valued:
		return n.paramBad(persona.ParamNeedsValue, name)
	case p.again && p.name != "SIZE" && p.name != "BODY" && p.name != "NOTIFY":
		return n.paramBad(persona.ParamTwice, name)
	}
	word := name + "=" + p.value
	switch p.name {
	case "SIZE":
		return n.sizeSendmail(p, word)
	case "BODY":
		if !strings.EqualFold(p.value, "7BIT") && !strings.EqualFold(p.value, "8BITMIME") {
			return n.paramBad(persona.BodySyntax, word)
		}
	case "RET":
		if !strings.EqualFold(p.value, "FULL") && !strings.EqualFold(p.value, "HDRS") {
			return n.paramBad(persona.DSNRetSyntax, word)
		}
	case "ENVID":
		if !isXtext(p.value) {
			return n.paramBad(persona.DSNEnvidSyntax, word)
		}
		return p.value != "" && len(p.value) <= 100, true
	case "NOTIFY":
		if !isNotify(p.value) {
			first, _, _ := strings.Cut(p.value, ",")
			return n.paramBad(persona.DSNNotifySyntax, name+"="+first)
		}
		return !p.again, true
	case "ORCPT":
		if strings.IndexByte(p.value, ';') <= 0 || !isXtext(p.value) {
			return n.paramBad(persona.DSNOrcptSyntax, word)
		}
	}
	return true, true
}

// sizeSendmail reads as many digits as there are, like strtol.
func (n *session) sizeSendmail(p ownParam, word string) (keep, good bool) {
	digits := strings.TrimPrefix(p.value, "+")
	if strings.HasPrefix(digits, "-") {
		return n.paramBad(persona.SizeSyntax, word)
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			digits = digits[:i]
			break
		}
	}
	value, err := strconv.ParseInt("0"+digits, 10, 64)
	if limit := n.srv.persona.SizeMax; err != nil || limit > 0 && value > limit {
		return n.paramBad(persona.SizeTooBig, word)
	}
	return digits == p.value && digits != "" && !p.again, true
}
