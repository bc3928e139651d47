package play

import (
	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/render"
)

// view is how much of the timeline has been shown on this screen.
type view struct {
	shown    int // entries up to this number are on the screen
	decisive int // the entry that decides a prediction; 0: none
	growing  bool
	ladder   *render.Ladder
	columns  int // how many hosts the ladder has
}

// begin starts a ladder that grows with Enter over what happened since the screen opened.
func (v *view) begin(p *Player, decisive int) {
	v.shown, v.decisive, v.growing = p.since, decisive, true
	v.header(p)
}

// header draws the columns, anew when hosts have come in.
func (v *view) header(p *Player) {
	entries := p.world.Timeline().Entries
	hosts := render.HostsOf(entries[min(p.since, len(entries)):])
	if v.ladder != nil && v.columns == len(hosts) {
		return
	}
	v.ladder, v.columns = render.NewLadder(hosts, len(entries), false, p.renderOptions()), len(hosts)
	for _, l := range v.ladder.Header() {
		p.print(Ladder, l)
	}
}

// more reports whether entries wait to be shown.
func (v *view) more() bool { return v.growing }

// reveal shows n more lines of the ladder: entries that fold into one line come together.
func (v *view) reveal(p *Player, n int) {
	all := p.world.Timeline().Entries
	for range n {
		if v.shown >= len(all) {
			break
		}
		end := v.shown + 1
		for end < len(all) && end != v.decisive && routine(all[end-1]) && routine(all[end]) && all[end].Session == all[end-1].Session {
			end++
		}
		for _, l := range v.ladder.Lines(all[v.shown:end]...) {
			p.print(Ladder, l)
		}
		v.shown = end
	}
	v.growing = v.growing && v.shown < len(all)
}

// routine says that an entry may fold with its neighbours.
func routine(e *trace.Entry) bool {
	return e.Event != nil && !keep(e) && e.Event.Code < 400 && e.Event.Kind != trace.KindGreeting
}

// keep lists what a lesson always shows on a line of its own: RCPT, the text, its reply.
func keep(e *trace.Entry) bool {
	return e.Event != nil && (e.Event.Verb == "RCPT" || e.Event.Verb == "MAIL")
}

// fresh shows what a command made happen, all at once.
func (v *view) fresh(p *Player, before int) {
	all := p.world.Timeline().Entries
	if len(all) == before {
		return
	}
	v.header(p)
	const most = 120 // entries; a run of days is told by its beginning and its end
	entries := all[before:]
	if len(entries) > most {
		for _, l := range v.ladder.Lines(entries[:most/2]...) {
			p.print(Ladder, l)
		}
		p.say("ladder.cut", "n", itoa(len(entries)-most))
		entries = entries[len(entries)-most/2:]
	}
	for _, l := range v.ladder.Lines(entries...) {
		p.print(Ladder, l)
	}
	v.shown, v.growing = len(all), false
}

// step shows more of a growing ladder: "step", "step 5", "step all".
func (p *Player) step(args []string) {
	t, ok := p.task.(*predict)
	if !ok || !p.view.more() {
		p.say("step.none")
		return
	}
	n := 1
	if len(args) == 1 {
		if args[0] == "all" || args[0] == "alles" {
			n = len(p.world.Timeline().Entries)
		} else if k, ok := entryNumber("step " + args[0]); ok {
			n = k
		}
	}
	for i := 0; i < n && p.view.more(); i++ {
		p.view.reveal(p, 1)
		t.comment()
	}
	t.ask()
}

// ladder shows again what was shown on this screen, or unfolds around an entry: "ladder", "ladder 17".
func (p *Player) ladder(args []string) {
	if p.world == nil || p.view.shown == 0 {
		p.say("ladder.none")
		return
	}
	o := p.renderOptions()
	all := p.world.Timeline().Entries
	entries := all[:min(p.view.shown, len(all))]
	if len(args) == 1 {
		if n, ok := entryNumber("ladder " + args[0]); ok && n <= len(entries) {
			o.Fold = false
			entries = entries[max(0, n-6):min(len(entries), n+6)]
		}
	} else if p.since < len(entries) {
		entries = entries[p.since:]
	}
	l := render.NewLadder(render.HostsOf(entries), len(all), false, o)
	for _, s := range append(l.Header(), l.Lines(entries...)...) {
		p.print(Ladder, s)
	}
}

// why explains an entry that is on the screen: what was said, what it means, where that is written.
func (p *Player) why(args []string) {
	n, ok := 0, false
	if len(args) == 1 {
		n, ok = entryNumber("why " + args[0])
	}
	if p.world == nil || !ok || p.world.Timeline().At(n) == nil || n > p.view.shown {
		p.say("why")
		return
	}
	e := p.world.Timeline().At(n)
	p.seen(n)
	note := render.DefaultMeaning(render.Lang(p.o.Lang))(e)
	if e.Event != nil && e.Event.Code > 0 {
		x := codes.Explain(p.o.Lang, replyLine(e.Event))
		p.wrapTutor(x.Meaning)
		for _, entry := range x.Entries {
			if entry.Source != "" {
				p.print(Tutor, entry.Source)
				break
			}
		}
		return
	}
	p.wrapTutor(note)
}

func replyLine(ev *trace.Event) string {
	s := itoa(ev.Code)
	if ev.Enhanced != "" {
		s += " " + ev.Enhanced
	}
	if len(ev.Lines) > 0 {
		s += " " + ev.Lines[0]
	}
	return s
}
