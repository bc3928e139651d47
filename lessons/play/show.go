package play

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/lessons/page"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/render"
)

// step shows more of a growing ladder: "step", "step 5", "step reply", "step delivery", "step all".
func (p *Player) step(args []string) {
	t, ok := p.task.(*predict)
	if !ok || !t.locked || !p.view.drawn() || p.view.shown >= len(p.entries()) {
		p.say("step.none")
		return
	}
	n, until := 1, func(*trace.Entry) bool { return false }
	if len(args) == 1 {
		all := len(p.entries())
		if k, ok := entryNumber(args[0]); ok {
			n = k
		} else if f := stepTo(strings.ToLower(args[0])); f != nil {
			n, until = all, f
		} else if args[0] == "all" || args[0] == "alles" {
			n = all
		} else {
			p.say("step")
			return
		}
	}
	p.view.growing = true
	for i := 0; i < n && p.view.growing; i++ {
		before := p.view.shown
		p.view.reveal(p, 1)
		t.comment()
		if anyEntry(p.entries()[before:p.view.shown], until) {
			break
		}
	}
	t.ask()
}

func anyEntry(entries []*trace.Entry, f func(*trace.Entry) bool) bool {
	for _, e := range entries {
		if f(e) {
			return true
		}
	}
	return false
}

// stepTo says what "step WORD" goes on to; nil for an unknown word.
func stepTo(word string) func(*trace.Entry) bool {
	switch word {
	case "reply", "antwort":
		return func(e *trace.Entry) bool { return e.Event != nil && e.Event.Code > 0 }
	case "command", "befehl":
		return func(e *trace.Entry) bool { return e.Event != nil && e.Event.Kind == trace.KindCommand }
	case "hop", "station":
		return func(e *trace.Entry) bool {
			return e.Kind == trace.EntryConnect || e.Event != nil && e.Event.Kind == trace.KindGreeting
		}
	case "delivery", "zustellung":
		return func(e *trace.Entry) bool {
			return e.Kind == trace.EntryDeliver || e.Kind == trace.EntryBounce || e.Kind == trace.EntryQueue
		}
	}
	return nil
}

// ladder shows again what was shown on this screen, or unfolds around an entry: "ladder", "ladder 17".
func (p *Player) ladder(args []string) {
	all := p.entries()
	entries := all[:min(p.view.shown, len(all))]
	if len(args) == 1 {
		n, ok := entryNumber(args[0])
		if !ok || n > len(entries) {
			p.say("ladder", "most", itoa(len(entries)))
			return
		}
		p.drawLadder(entries[max(0, n-6):min(len(entries), n+6)], true)
		return
	}
	if p.since < len(entries) {
		entries = entries[p.since:]
	}
	if len(entries) == 0 {
		p.say("ladder.none")
		return
	}
	p.drawLadder(entries, false)
}

// why explains an entry that is on the screen: what was said, what it means, where that is written.
func (p *Player) why(args []string) {
	n, ok := 0, false
	if len(args) == 1 {
		n, ok = entryNumber(args[0])
	}
	switch {
	case !ok:
		p.say("why")
		return
	case p.world == nil || n > p.view.shown:
		p.say("because.unseen", "n", itoa(n))
		return
	}
	e := p.world.Timeline().At(n)
	p.seen(n)
	if e.Event != nil && (e.Event.Code > 0 || e.Event.Verb != "") {
		p.explain(e.Event)
		return
	}
	key := "why." + string(e.Kind)
	if e.Kind == trace.EntryAnswer {
		switch {
		case e.Code == "NXDOMAIN", e.Code == "SERVFAIL":
			key += "." + e.Code
		case len(e.Answers) == 0:
			key += ".none"
		default:
			key += "." + e.Type
		}
	}
	if text(p.o.Lang, key) != "" {
		p.say(key)
		return
	}
	p.markdown(Tutor, page.Escape(render.DefaultMeaning(render.Lang(p.o.Lang))(e)))
}

// explain tells what a command or a reply means, and where that is written.
func (p *Player) explain(ev *trace.Event) {
	line := ev.Verb
	if ev.Code > 0 {
		line = replyLine(ev)
	}
	x := codes.Explain(p.o.Lang, line)
	p.markdown(Tutor, page.Escape(visible(x.Meaning)))
	for _, entry := range x.Entries {
		if entry.Source != "" {
			p.print(Tutor, entry.Source)
			return
		}
	}
}

func replyLine(ev *trace.Event) string {
	s := itoa(ev.Code)
	if len(ev.Lines) > 0 {
		s += " " + ev.Lines[0] // with the enhanced code, if there is one
	}
	return s
}

// seen is the first line of a feedback: the entry that was named, in words, on one line.
func (p *Player) seen(n int) {
	if e := p.world.Timeline().At(n); e != nil {
		p.print(Tutor, cut("#"+itoa(n)+" "+visible(sentence(e)), p.o.Width-2, p.o.ASCII))
	}
}

// sentence tells an entry in one line.
func sentence(e *trace.Entry) string {
	from, to := short(e.Host), short(e.Peer)
	ev := e.Event
	switch {
	case ev == nil && e.Kind == trace.EntryAnswer:
		return from + " > " + to + ": " + answerText(e)
	case ev == nil && e.Kind == trace.EntryDNS:
		return from + " > " + to + ": " + strings.TrimSuffix(e.Name, ".") + " " + e.Type + "?"
	case ev == nil && e.Text != "":
		return e.Text
	case ev == nil:
		return from + " > " + to + ": " + string(e.Kind)
	case ev.Code > 0:
		return from + " > " + to + ": " + replyLine(ev)
	case ev.Line != "":
		return from + " > " + to + ": " + ev.Line
	}
	return from + " > " + to + ": " + string(ev.Kind)
}

// answerText is the records of an answer without the name that was asked for, or why there are none.
func answerText(e *trace.Entry) string {
	if len(e.Answers) == 0 || e.Code != "NOERROR" {
		return strings.TrimSuffix(e.Name, ".") + " " + e.Type + ": " + e.Code
	}
	var out []string
	for _, r := range e.Answers {
		f := strings.Fields(r)
		if len(f) > 4 {
			f = f[3:]
		}
		out = append(out, strings.Join(f, " "))
	}
	return strings.Join(out, ", ")
}
