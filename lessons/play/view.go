package play

import (
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/sim/scenario"
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
	hosts := p.inOrder(render.HostsOf(entries[min(p.since, len(entries)):]))
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
	for ; n > 0 && v.shown < len(all); n-- {
		if v.shown+1 != v.decisive && p.trivial(all[v.shown]) {
			v.shown++
			n++
			continue
		}
		end := v.shown + 1
		for !p.lesson.Unfold && end < len(all) && end != v.decisive && routine(all[end-1]) && routine(all[end]) && all[end].Session == all[end-1].Session {
			end++
		}
		for _, l := range v.ladder.Lines(all[v.shown:end]...) {
			p.print(Ladder, l)
		}
		v.shown = end
	}
	for v.shown < len(all) && v.shown+1 != v.decisive && p.trivial(all[v.shown]) {
		v.shown++
	}
	v.growing = v.growing && v.shown < len(all)
}

// trivial says that an entry is left out of a growing ladder: the switching that the page told of, and the goodbye of a
// session, unless the dialogue itself is the matter. "ladder N" shows it.
func (p *Player) trivial(e *trace.Entry) bool {
	if e.Kind == trace.EntryFault {
		return true
	}
	return !p.lesson.Unfold && e.Event != nil && (e.Event.Verb == "QUIT" || e.Event.Code == 221)
}

// inOrder puts columns in the order in which a mail travels: who writes, who takes it from him, the name server, the rest.
func (p *Player) inOrder(hosts []string) []string {
	rank := func(name string) int {
		h, ok := p.world.Scenario().Host(name)
		switch {
		case !ok:
			return 3
		case h.Is(scenario.MUA):
			return 0
		case h.Is(scenario.MSA):
			return 1
		case h.Is(scenario.DNS):
			return 2
		}
		return 3
	}
	out := slices.Clone(hosts)
	slices.SortStableFunc(out, func(a, b string) int { return rank(a) - rank(b) })
	return out
}

// routine says that an entry may fold with its neighbours.
func routine(e *trace.Entry) bool {
	return e.Event != nil && !keep(e) && e.Event.Code < 400 && e.Event.Kind != trace.KindGreeting
}

// keep lists what a lesson always shows on a line of its own: the recipient, where one server talks to another.
func keep(e *trace.Entry) bool {
	return e.Event != nil && e.Event.Verb == "RCPT" && e.Session != nil && strings.HasSuffix(e.Session.Server, ":25")
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
	l := render.NewLadder(p.inOrder(render.HostsOf(entries)), len(all), false, o)
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
