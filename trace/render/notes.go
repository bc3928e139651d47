package render

import (
	"slices"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/trace"
)

// DefaultMeaning gives short notes on what an entry means: of a reply its first digit and what it is a reply to.
func DefaultMeaning(lang Lang) func(*trace.Entry) string {
	o := Options{Lang: lang}
	return o.defaultMeaning
}

func (o *Options) defaultMeaning(e *trace.Entry) string {
	switch e.Kind {
	case trace.EntryEvent:
		if e.Event == nil {
			return ""
		}
		return o.eventMeaning(e)
	case trace.EntryConnect:
		return o.first("mean.connect." + e.Code)
	case trace.EntryDNS:
		return o.fill(o.first("mean.dns."+e.Type, "mean.dns"), "name", o.domain(e.Name))
	case trace.EntryAnswer:
		switch {
		case e.Code != "" && e.Code != "NOERROR":
			return o.first("mean.rcode."+e.Code, "mean.rcode")
		case len(e.Answers) == 0:
			return o.first("mean.rcode.empty")
		}
		return o.first("mean.answer." + e.Type)
	case trace.EntryQueue, trace.EntryDeliver, trace.EntryBounce:
		return o.fill(o.first("mean."+string(e.Kind)), "name", e.Name)
	case trace.EntryFault:
		return o.faultText(e)
	}
	return ""
}

// faultText says what was switched: a host, or the link between two.
func (o *Options) faultText(e *trace.Entry) string {
	key := "fault.host."
	if e.Peer != "" {
		key = "fault.link."
	}
	s := o.first(key + e.Code)
	if s == "" || strings.Contains(e.Text, ": "+e.Code) { // not switched by hand, but a fault of the scenario
		return o.troubleText(e)
	}
	return o.fill(s, "a", o.domain(e.Host), "b", o.domain(e.Peer))
}

func (o *Options) eventMeaning(e *trace.Entry) string {
	v := e.Event
	switch v.Kind {
	case trace.KindGreeting:
		return o.first("mean.greeting."+strconv.Itoa(v.Code), "mean.greeting."+strconv.Itoa(v.Code/100))
	case trace.KindCommand:
		return o.commandMeaning(v)
	case trace.KindReply:
		return o.replyMeaning(e)
	case trace.KindTLSOpaque:
		return o.first("mean.opaque")
	}
	return o.first("mean." + string(v.Kind))
}

func (o *Options) commandMeaning(v *trace.Event) string {
	line := strings.ToUpper(v.Line)
	switch {
	case v.Verb == "MAIL" && strings.Contains(line, "<>"):
		return o.first("mean.cmd.MAIL.null")
	case v.Verb == "BDAT" && strings.HasSuffix(line, " LAST"):
		return o.first("mean.cmd.BDAT.last")
	case v.Verb == "":
		return o.first("mean.cmd.unknown")
	}
	return o.first("mean.cmd." + v.Verb)
}

// replyMeaning knows a reply by the command it answers and its code; by its code alone where that says it all (421), and
// by its first digit where nothing better is known (RFC 5321 §4.2.1).
func (o *Options) replyMeaning(e *trace.Entry) string {
	v := e.Event
	code, digit := strconv.Itoa(v.Code), strconv.Itoa(v.Code/100)
	verb := ""
	if cmd := answered(e); cmd != nil {
		verb = cmd.Verb
		switch {
		case endsMail(e):
			verb = "DATA"
		case cmd.Kind == trace.KindAuth:
			verb = "AUTH"
		}
	}
	server := o.t("the.server")
	if e.Session != nil && e.Session.ServerHost != "" {
		server = o.short(e.Session.ServerHost)
	}
	if v.Code/100 == 5 && leftWithout(e) {
		return o.first("mean.re.DATA.none")
	}
	s := o.first("mean.re."+verb+"."+code, "mean.code."+code, "mean.re."+verb+"."+digit, "mean.digit."+digit)
	extensions := max(len(v.Lines)-1, 0)
	return o.fill(s, "server", server, "n", itoa(int64(extensions)))
}

// lookBack bounds the events that leftWithout looks at: 100 recipients and their replies, and some more
// (RFC 5321 §4.5.3.1.8).
const lookBack = 512

// leftWithout says that e answers a DATA command after every recipient of the mail was refused: 503 or 554 then speaks of
// them, not of the mail (RFC 5321 §3.3, §4.1.1.4).
func leftWithout(e *trace.Entry) bool {
	cmd := answered(e)
	if cmd == nil || cmd.Kind != trace.KindCommand || cmd.Verb != "DATA" {
		return false
	}
	ev := e.Session.Events
	i, _ := slices.BinarySearchFunc(ev, e.Event.N, func(v *trace.Event, n int) int { return v.N - n })
	refused := 0
	for _, v := range slices.Backward(ev[max(i-lookBack, 0):i]) {
		if v.Kind == trace.KindCommand && v.Verb == "MAIL" {
			return refused > 0
		}
		if c := answers(ev, v); c == nil || c.Verb != "RCPT" {
			continue
		}
		if v.Code < 300 {
			return false
		}
		refused++
	}
	return false
}

// first is the catalog's text of the first key it has, "" if it has none.
func (o *Options) first(keys ...string) string {
	for _, k := range keys {
		if s, ok := lookup(o.Lang, k); ok {
			return s
		}
	}
	return ""
}

func (o *Options) fill(s string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, "{"+pairs[i]+"}", pairs[i+1])
	}
	return s
}
