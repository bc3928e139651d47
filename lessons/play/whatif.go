package play

import (
	"slices"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/render"
)

// whatIf runs the screen's story again with one thing changed, and shows both side by side from the first difference:
// "what-if off mx2", "what-if mx2 down", "what-if off mx2 at 12".
func (p *Player) whatIf(args []string) {
	t, predicting := p.task.(*predict)
	switch {
	case p.world == nil || len(args) == 0:
		p.say("what-if")
		return
	case predicting && !t.locked:
		p.say("guess.first")
		return
	}
	p.finishLadder()
	at := 0
	if n := len(args); n > 2 && (args[n-2] == "at" || args[n-2] == "bei") {
		k, ok := entryNumber(args[n-1])
		if !ok || p.world.Timeline().At(k) == nil {
			p.say("because.number", "most", itoa(p.view.shown))
			return
		}
		at, args = k, args[:n-2]
	}
	fault := faultWords(args)
	if !p.mayRefeed(len(p.world.Journal().Acts)) || p.quiet {
		return
	}
	other, ok := p.differently(fault, at)
	if !ok {
		p.say("what-if")
		return
	}
	defer other.Close()
	words := cut(strings.Join(fault, " "), 30, p.o.ASCII)
	a := p.story(p.world.Timeline().Entries)
	b := aligned(a, p.story(other.Timeline().Entries))
	n := render.FirstDifference(a, b)
	if n == 0 {
		p.say("what-if.same", "fault", words)
		return
	}
	p.say("what-if.first", "fault", words, "n", itoa(n))
	var buf strings.Builder
	titles := [2]string{text(p.o.Lang, "what-if.left"), words}
	_ = render.WriteCompare(&buf, &trace.Timeline{Entries: a}, &trace.Timeline{Entries: b}, titles, p.renderOptions()) // a Builder takes everything
	for _, l := range strings.Split(strings.TrimRight(buf.String(), "\n"), "\n") {
		p.print(Ladder, l)
	}
}

// story leaves out the switching itself, which is the question and not the answer, and what is trivial.
func (p *Player) story(entries []*trace.Entry) []*trace.Entry {
	return slices.DeleteFunc(slices.Clone(entries), p.trivial)
}

// aligned numbers and times the entries of b like those of a as long as both tell the same, so that what is equal looks
// equal: the typed line that made the difference took a number and a second.
func aligned(a, b []*trace.Entry) []*trace.Entry {
	n := 0
	if d := render.FirstDifference(a, b); d > 0 {
		n = slices.IndexFunc(a, func(e *trace.Entry) bool { return e.N >= d })
	}
	if n < 0 {
		n = len(a)
	}
	shift := time.Duration(0)
	if n > 0 && n <= len(b) {
		shift = a[n-1].Time.Sub(b[n-1].Time)
	}
	out := make([]*trace.Entry, len(b))
	for i := range b {
		x := *b[i]
		x.Time += trace.Time(shift)
		switch {
		case i < len(a):
			x.N = a[i].N
		case i > 0:
			x.N = out[i-1].N + 1
		}
		out[i] = &x
	}
	return out
}

// faultWords turns "mx2 down" into "off mx2", and German names into the first.
func faultWords(args []string) []string {
	out := slices.Clone(args)
	if len(out) == 2 {
		switch strings.ToLower(out[1]) {
		case "down", "off", "aus", "tot":
			return []string{"off", out[0]}
		case "silent", "stumm":
			return []string{"silent", out[0]}
		case "up", "on", "an", "ein":
			return []string{"on", out[0]}
		}
	}
	out[0] = commandName(strings.ToLower(out[0]))
	return out
}

// differently opens the world again and does everything that was done, with the change at the moment of the screen's first
// act, or when entry at was seen. Machines are switched by the clock; records are edited before the act that is due.
func (p *Player) differently(fault []string, at int) (*sim.World, bool) {
	sc := *p.world.Scenario()
	acts := p.world.Journal().Acts
	when, due := time.Duration(0), min(p.acts, len(acts))
	if due < len(acts) {
		when = time.Duration(acts[due].At) + time.Millisecond // a typed line takes a second before it does anything
	}
	if at > 0 {
		when = p.world.Timeline().At(at).Time.Sub(trace.FromStd(sc.Start)) + time.Nanosecond
		due = max(slices.IndexFunc(acts, func(a sim.Act) bool { return a.Events >= at }), 0)
	}
	switched, ok := switching(&sc, fault, when)
	if !ok {
		return nil, false
	}
	seed := p.world.Seed()
	w, err := sim.Open(&sc, sim.Options{Seed: &seed}, sim.Sinks{})
	if err != nil {
		return nil, false
	}
	for i := range acts {
		if i == due && !switched {
			w.Do(strings.Join(fault, " "))
		}
		w.Act(&acts[i])
	}
	if due >= len(acts) {
		if !switched {
			w.Do(strings.Join(fault, " "))
		}
		w.Do("run")
	}
	return w, true
}

// switching plans on, off and silent in the scenario; ok is false for words that change nothing.
func switching(sc *scenario.Scenario, fault []string, when time.Duration) (switched, ok bool) {
	switch fault[0] {
	case "on", "off", "silent":
		if len(fault) < 2 {
			return false, false
		}
		sc.Faults = slices.Clone(sc.Faults)
		for _, name := range fault[1:] {
			h, known := sc.Host(strings.ToLower(name))
			if !known {
				return false, false
			}
			sc.Faults = append(sc.Faults, scenario.Fault{At: when, Host: h.Name, State: fault[0]})
		}
		slices.SortStableFunc(sc.Faults, func(a, b scenario.Fault) int { return int(max(min(a.At-b.At, 1), -1)) })
		return true, true
	case "zone":
		return false, len(fault) > 2
	}
	return false, false
}
