package smtpserver

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// reading is what a software makes of the argument of MAIL or RCPT in its own way.
type reading struct {
	mailbox smtp.Mailbox
	null    bool
	path    string // as it was written
	params  []string
	wrong   bool
	say     persona.Situation // what is wrong
	arg     string            // and with what
}

// amiss is a reading that ends with words.
func amiss(path string, say persona.Situation, arg string) reading {
	return reading{path: path, wrong: true, say: say, arg: arg}
}

// ownPath reads the argument of MAIL or RCPT as the persona does, not as the grammar wants it; if it is none, it has answered.
// The parameters that the extensions are to look at stay in c.
func (n *session) ownPath(c *smtp.Command, w *wrongs) bool {
	var r reading
	mail := w.keyword == "FROM"
	switch n.srv.persona.Customs.Reader {
	case persona.ReadSendmail:
		r = readSendmail(c.Line, w)
	case persona.ReadPostfix:
		r = readPostfix(c.Line, w)
	case persona.ReadExim:
		r = readExim(c.Line, w)
	default:
		r = readOpenSMTPD(c.Line, w)
	}
	n.values.Path = r.path
	if r.wrong {
		n.sayOf(r.say, r.arg)
		return false
	}
	c.Params, c.Tolerances = nil, nil
	if mail {
		c.Verb, c.Reverse = smtp.MAIL, smtp.ReversePath{Null: r.null, Mailbox: r.mailbox}
	} else {
		c.Verb, c.Forward = smtp.RCPT, smtp.ForwardPath{Mailbox: r.mailbox}
	}
	if !n.allowed(c.Verb) {
		return true // the order is told first
	}
	for i, word := range r.params {
		name, value, valued := strings.Cut(word, "=")
		p := ownParam{c.Verb, strings.ToUpper(name), value, valued, word, hasParam(r.params[:i], name)}
		keep, good := false, false
		switch n.srv.persona.Customs.Reader {
		case persona.ReadSendmail:
			keep, good = n.paramSendmail(p)
		case persona.ReadPostfix:
			keep, good = n.paramPostfix(p)
		case persona.ReadExim:
			keep, good = n.paramExim(p)
		default:
			keep, good = n.paramOpenSMTPD(p)
		}
		if !good {
			return false
		}
		if keep {
			c.Params = append(c.Params, smtp.Param{Name: p.name, Value: p.value})
		}
	}
	return true
}

// doubtful says whether the grammar sees anything but what everybody sends.
func (n *session) doubtful(c *smtp.Command, bad *smtp.SyntaxError) bool {
	exim := n.srv.persona.Customs.Reader == persona.ReadExim
	if bad != nil || c.Verb == smtp.MAIL && c.Reverse.Local == "" && !c.Reverse.Null {
		return true
	}
	odd := false
	for _, t := range c.Tolerances {
		switch t {
		case smtp.UTF8, smtp.EightBit: // SMTPUTF8 has its own say
			if !exim || n.offers.Has(persona.SMTPUTF8) {
				return false
			}
			odd = true
		case smtp.LowerCase, smtp.TrailingSpace, smtp.NoDomain, smtp.SourceRoute:
		default:
			odd = true
		}
	}
	if odd {
		return true
	}
	for i := range c.Params {
		if p := &c.Params[i]; p.Value == "" || p.Name == "AUTH" ||
			exim && (p.Name == "ENVID" || p.Name == "ORCPT" || p.Name == "SIZE" && (len(p.Value) > 18 || strings.Trim(p.Value, "0123456789") != "")) {
			return true
		}
	}
	return false
}

// ownParam is one parameter before anybody has looked at it.
type ownParam struct {
	verb        smtp.Verb
	name, value string
	valued      bool   // there is a "="
	word        string // the whole
	again       bool   // one of that name came before
}

func hasParam(words []string, name string) bool {
	for _, w := range words {
		if have, _, _ := strings.Cut(w, "="); strings.EqualFold(have, name) {
			return true
		}
	}
	return false
}

// paramBad answers and says so.
func (n *session) paramBad(s persona.Situation, arg string) (keep, good bool) {
	n.sayOf(s, arg)
	return false, false
}

// paramUnknown is for a parameter that no offered extension has.
func (n *session) paramUnknown(p ownParam, arg string) (keep, good bool) {
	if p.verb == smtp.RCPT {
		return n.paramBad(persona.RcptParamUnknown, arg)
	}
	return n.paramBad(persona.ParamUnknown, arg)
}

// offersParam says whether an offered extension has the parameter.
func (n *session) offersParam(p ownParam) bool {
	e := persona.ByParam(p.verb, p.name)
	return e != 0 && n.takesParam(e)
}

// isDotAtom says whether s is letters, digits and the signs of RFC 5321's atoms, with single dots between.
func isDotAtom(s string) bool {
	const signs = "!#$%&'*+-/=?^_`{|}~"
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" {
			return false
		}
		for i := range len(atom) {
			if !isAlnum(atom[i]) && strings.IndexByte(signs, atom[i]) < 0 {
				return false
			}
		}
	}
	return true
}

func isAlnum(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' }
