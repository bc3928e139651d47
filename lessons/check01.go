package lessons

import (
	"bytes"
	"strings"

	"github.com/smtpsim/smtpsim/trace"
)

// byHand reports whether a line with this verb was typed in a session since the screen opened: mail that a program sent is
// no dialogue by hand.
func (e *Evidence) byHand(verb string) bool {
	for _, in := range e.Inputs {
		f := strings.Fields(in.Line)
		if strings.HasSuffix(in.Prompt, " C:") && len(f) > 0 && strings.EqualFold(f[0], verb) {
			return true
		}
	}
	return false
}

// refused names the text for a refusal that the learner has just met: what kind it is, not what to type.
func refused(e *Evidence, v *Verdict) bool {
	all := e.Entries()
	if len(all) == 0 || !refusal(all[len(all)-1]) {
		return false
	}
	x := all[len(all)-1]
	v.Values, v.Miss = values("n", x.N), true
	switch x.Event.Code {
	case 503: // RFC 5321 §4.3.2
		v.Section = "order"
	case 500, 502: // a slip of the fingers is no attempt
		v.Section, v.Miss = "unknown", false
	case 501, 555:
		v.Section = "syntax"
	default:
		v.Section = "no"
	}
	return true
}

// greeted holds when EHLO was answered with 250.
func greeted(e *Evidence) Verdict {
	v := Verdict{Of: 1}
	if n := e.Find(func(x *trace.Entry) bool { return IsReply(x, "", 250) && Answers(x, "EHLO") }); n > 0 && e.byHand("EHLO") {
		return Verdict{Got: 1, Of: 1, Values: values("n", n)}
	}
	if refused(e, &v) {
		return v
	}
	if n := e.Find(func(x *trace.Entry) bool { return IsReply(x, "", 250) && Answers(x, "HELO") }); n > 0 {
		v.Section, v.Values = "helo", values("n", n)
	} else if n := e.Find(func(x *trace.Entry) bool { return IsReply(x, "", 220) }); n > 0 {
		v.Section, v.Values = "connected", values("n", n)
	}
	return v
}

// asked holds when a command with one of these verbs was answered with 2yz.
func asked(verbs ...string) func(*Evidence) Verdict {
	return func(e *Evidence) Verdict {
		for _, verb := range verbs {
			n := e.Find(func(x *trace.Entry) bool { return x.Event != nil && x.Event.Code/100 == 2 && Answers(x, verb) })
			if n > 0 && e.byHand(verb) {
				return Verdict{Got: 1, Of: 1, Values: values("n", n)}
			}
		}
		v := Verdict{Of: 1}
		refused(e, &v)
		return v
	}
}

// mailed counts the four steps of a mail by hand to a user (RFC 5321 §3.3).
func mailed(user string) func(*Evidence) Verdict {
	return func(e *Evidence) Verdict {
		v := Verdict{Of: 4}
		if n := takenFor(e, user); n > 0 && e.byHand("DATA") {
			return Verdict{Got: 4, Of: 4, Values: values("n", n)}
		}
		var n int
		var loose bool
		v.Got, n, loose = progress(e)
		if refused(e, &v) || n == 0 {
			return v
		}
		v.Values = values("n", n)
		if x := e.At(n); Answers(x, "DATA") && x.Event.Code == 250 {
			v.Section = "other"
			return v
		}
		v.Section = [...]string{"next.mail", "next.rcpt", "next.data", "next.dot"}[v.Got]
		if loose {
			v.Section += ".loose"
		}
		return v
	}
}

// takenFor is the reply with which the newest mail to a user was taken; 0: none.
func takenFor(e *Evidence, user string) int {
	taken, found := 0, 0
	for _, x := range e.Entries() {
		if IsReply(x, "", 250) && Answers(x, "DATA") {
			taken = x.N
		}
		if x.Kind == trace.EntryDeliver && strings.HasPrefix(x.Name, user+"@") {
			found = taken
		}
	}
	return found
}

// progress is how many of MAIL, RCPT and DATA stand in the transaction of the newest session, the entry that says so, and
// whether its command was written more loosely than RFC 5321 §3.3 has it.
func progress(e *Evidence) (got, n int, loose bool) {
	s := newest(e)
	for _, x := range e.Entries() {
		if s == nil || x.Session != s || x.Event.Code == 0 {
			continue
		}
		yes := x.Event.Code/100 == 2
		was := n
		switch {
		case yes && (Answers(x, "EHLO") || Answers(x, "HELO") || Answers(x, "RSET") || Answers(x, "DATA")):
			got, n = 0, x.N
		case yes && Answers(x, "MAIL"):
			got, n = 1, x.N
		case yes && Answers(x, "RCPT"):
			got, n = 2, x.N
		case x.Event.Code == 354:
			got, n = 3, x.N
		}
		if n != was {
			line := s.Events[x.Event.Answers-1].Line
			_, path, colon := strings.Cut(line, ":")
			loose = colon && (Answers(x, "MAIL") || Answers(x, "RCPT")) && !strings.HasPrefix(path, "<")
		}
	}
	return got, n, loose
}

// newest is the session that began last; nil if there is none.
func newest(e *Evidence) *trace.Session {
	var s *trace.Session
	for _, x := range e.World.Timeline().Entries {
		if x.Session != nil && x.Event != nil {
			s = x.Session
		}
	}
	return s
}

// lastSession is what is worth looking at once more: the newest session with a mail in it, else the newest.
func lastSession(e *Evidence) []*trace.Entry {
	var out []*trace.Entry
	s := newest(e)
	for _, x := range e.World.Timeline().Entries {
		if IsReply(x, "", 250) && Answers(x, "DATA") {
			s = x.Session
		}
	}
	for _, x := range e.World.Timeline().Entries {
		if x.Session == s && s != nil {
			out = append(out, x)
		}
	}
	return out
}

// tookOver is a reply with which a server takes responsibility (RFC 5321 §6.1).
func tookOver(e *Evidence, n int) bool {
	x := e.At(n)
	return x != nil && IsReply(x, "", 250) && Answers(x, "DATA")
}

func nearPromise(e *Evidence, n int) string {
	switch x := e.At(n); {
	case IsReply(x, "", 354):
		return "354"
	case IsReply(x, "", 250):
		return "250"
	case x.Event != nil && x.Event.Code == 0:
		return "client"
	}
	return ""
}

func refusal(x *trace.Entry) bool {
	return x.Event != nil && x.Event.Kind == trace.KindReply && x.Event.Code >= 400
}

func anyRefusal(e *Evidence) int { return e.Find(refusal) }

func unknownCommand(e *Evidence) int {
	return e.Find(func(x *trace.Entry) bool { return x.Event != nil && strings.HasPrefix(x.Event.Line, "MIAL") })
}

func commandOf(verb string) func(*Evidence) int {
	return func(e *Evidence) int { return e.Find(func(x *trace.Entry) bool { return IsCommand(x, verb) }) }
}

// oneRefused: a refused RCPT, an accepted one and a mail in the same session.
func oneRefused(user string) func(*Evidence) Verdict {
	return func(e *Evidence) Verdict {
		no := e.Find(func(x *trace.Entry) bool { return refusal(x) && Answers(x, "RCPT") })
		v := Verdict{Of: 3, Values: values("n", no)}
		if no == 0 {
			refused(e, &v)
			return v
		}
		v.Got, v.Section = 1, "refused"
		s := e.At(no).Session
		yes := e.Find(func(x *trace.Entry) bool { return x.Session == s && IsReply(x, "", 250) && Answers(x, "RCPT") })
		if yes == 0 {
			return v
		}
		v.Got, v.Section, v.Values = 2, "both", values("n", yes)
		if n := takenFor(e, user); n > 0 && e.At(n).Session == s {
			v.Got, v.Section, v.Values = 3, "", merge(values("n", no), values("m", n))
		}
		return v
	}
}

// noRecipient is the reply that left the fault's transaction without anybody to go to.
func noRecipient(e *Evidence, n int) bool {
	x := e.At(n)
	return x != nil && refusal(x) && Answers(x, "RCPT")
}

func nearFault(e *Evidence, n int) string {
	switch x := e.At(n); {
	case refusal(x):
		return "late"
	case IsCommand(x, "RCPT"):
		return "rcpt"
	case IsCommand(x, "DATA"):
		return "data"
	}
	return ""
}

// lonelyDot: a mail whose text holds a line with nothing but a dot lies in Bob's mailbox (RFC 5321 §4.5.2).
func lonelyDot(e *Evidence) Verdict {
	v := Verdict{Of: 2}
	for _, m := range e.World.Mailboxes() {
		if m.User != "bob" || !strings.HasPrefix(m.Host, "mx1") {
			continue
		}
		for _, msg := range m.Messages {
			v.Got = 1
			if bytes.Contains(msg, []byte("\r\n.\r\n")) {
				v.Got = 2
				return v
			}
		}
	}
	if v.Got == 1 {
		v.Section, v.Miss = "nodot", true
	}
	return v
}
