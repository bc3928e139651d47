package play

import (
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/render"
)

// view is how much of the timeline has been shown on this screen.
type view struct {
	shown    int // entries up to this number are on the screen
	decisive int // the entry that decides a prediction; 0: none
	growing  bool
	start    int // entries up to this number come before what is drawn
	ladder   *render.Ladder
	columns  int // how many hosts the ladder has
}

// longest is how many entries after the decisive one a ladder may still grow by itself; of more, "step all" tells.
const longest = 40

// drawn reports whether a ladder is on the screen.
func (v *view) drawn() bool { return v.ladder != nil }

// begin starts a ladder that grows with Enter over what happened since the screen's story began: what comes before from is
// shown at once.
func (v *view) begin(p *Player, from, decisive int) {
	all := p.entries()
	if len(all) == p.since || decisive == 0 && from == 0 {
		v.shown, v.decisive = len(all), 0 // nothing to draw, nothing to wait for
		return
	}
	if decisive == 0 {
		decisive = len(all) // another seed, another story: the end decides
	}
	v.shown, v.start, v.decisive, v.growing = p.since, p.since, decisive, true
	if from-1-p.since > longest {
		v.shown, v.start = from-16, from-16
		p.say("ladder.before", "n", itoa(v.start-p.since))
	}
	v.header(p)
	v.reveal(p, 1)
	for v.growing && v.shown < from-1 && v.shown < decisive-1 {
		v.reveal(p, 1)
	}
}

// entries are the entries of the learner's world, none without one.
func (p *Player) entries() []*trace.Entry {
	if p.world == nil {
		return nil
	}
	return p.world.Timeline().Entries
}

// header draws the columns, anew when hosts have come in.
func (v *view) header(p *Player) {
	entries := p.entries()
	story := entries[min(p.since, len(entries)):]
	hosts := p.columns(story)
	if v.ladder != nil && v.columns == len(hosts) {
		return
	}
	o := p.renderOptions()
	for _, e := range story { // times count from what would be drawn first
		if !p.trivial(e) && o.Start == 0 {
			o.Start = e.Time
		}
	}
	v.ladder, v.columns = render.NewLadder(hosts, len(entries), false, o), len(hosts)
	for _, l := range v.ladder.Header() {
		p.print(Ladder, l)
	}
}

// again draws what is on the screen once more.
func (v *view) again(p *Player) {
	shown, growing := v.shown, v.growing
	v.ladder, v.shown, v.growing = nil, v.start, true
	if v.start > p.since {
		p.say("ladder.before", "n", itoa(v.start-p.since))
	}
	v.header(p)
	for v.growing && v.shown < shown {
		v.reveal(p, 1)
	}
	v.shown, v.growing = shown, growing
}

// reveal shows n more lines of the ladder: entries that fold into one line come together.
func (v *view) reveal(p *Player, n int) {
	all := p.entries()
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
		v.draw(p, all[v.shown:end])
		v.shown = end
	}
	for v.shown < len(all) && v.shown+1 != v.decisive && p.trivial(all[v.shown]) {
		v.shown++
	}
	v.growing = v.growing && v.shown < len(all)
}

// stopIfLong ends a growing ladder at the decisive entry if very much comes after it.
func (v *view) stopIfLong(p *Player) {
	rest := len(p.entries()) - v.shown
	if !v.growing || rest <= longest {
		return
	}
	v.growing = false
	p.say("ladder.stop", "n", itoa(rest))
}

// finishLadder shows what is left of a growing ladder, before something else happens in its world.
func (p *Player) finishLadder() {
	t, ok := p.task.(*predict)
	if !ok {
		return
	}
	for p.view.growing {
		p.view.reveal(p, 1)
		t.comment()
	}
}

// trivial says that an entry is left out of a growing ladder: the switching that the page told of, and the goodbye of a
// session, unless the dialogue itself is the matter. "ladder N" shows it.
func (p *Player) trivial(e *trace.Entry) bool {
	if e.Kind == trace.EntryFault {
		return true
	}
	return !p.lesson.Unfold && e.Event != nil && (e.Event.Verb == "QUIT" || e.Event.Code == 221)
}

// columns are the hosts of entries in the order in which a mail travels.
func (p *Player) columns(entries []*trace.Entry) []string {
	return p.world.Scenario().Columns(render.HostsOf(entries))
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
	all := p.entries()
	if len(all) == before {
		return
	}
	v.header(p)
	const most = 120 // entries; a run of days is told by its beginning and its end
	entries := slices.DeleteFunc(slices.Clone(all[before:]), p.trivial)
	if len(entries) > most {
		v.draw(p, entries[:most/2])
		p.say("ladder.cut", "n", itoa(len(entries)-most))
		entries = entries[len(entries)-most/2:]
	}
	v.draw(p, entries)
	v.shown, v.growing = len(all), false
}

// draw adds entries to the ladder.
func (v *view) draw(p *Player, entries []*trace.Entry) {
	if p.quiet {
		return // whoever shows the screen later draws the ladder from its beginning
	}
	for _, l := range v.ladder.Lines(entries...) {
		p.print(Ladder, l)
	}
}

// drawLadder draws entries by themselves. whole: without folding, and with all that is trivial.
func (p *Player) drawLadder(entries []*trace.Entry, whole bool) {
	if !whole {
		entries = slices.DeleteFunc(slices.Clone(entries), p.trivial)
	}
	if len(entries) == 0 || p.quiet {
		return
	}
	o := p.renderOptions()
	o.Fold = o.Fold && !whole
	l := render.NewLadder(p.columns(entries), entries[len(entries)-1].N, false, o)
	for _, s := range append(l.Header(), l.Lines(entries...)...) {
		p.print(Ladder, s)
	}
}

func (p *Player) renderOptions() render.Options {
	o := render.Options{Width: p.o.Width, Lang: render.Lang(p.o.Lang), Plain: p.o.Plain, Color: p.o.Color, Fold: !p.lesson.Unfold, Keep: keep}
	if p.o.ASCII {
		o.Glyphs = render.ASCII
	}
	return o
}
