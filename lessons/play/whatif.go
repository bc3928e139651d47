package play

import (
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/render"
)

// whatIf runs the screen's story again with one thing changed, and shows both side by side from the first difference:
// "what-if off mx2", "what-if mx2 down", "what-if off mx2 at 12".
func (p *Player) whatIf(args []string) {
	if p.world == nil || len(args) == 0 {
		p.say("what-if")
		return
	}
	at := 0
	if n := len(args); n > 2 && (args[n-2] == "at" || args[n-2] == "bei") {
		at, _ = strconv.Atoi(strings.TrimPrefix(args[n-1], "#"))
		args = args[:n-2]
	}
	other, ok := p.differently(faultWords(args), at)
	if !ok {
		p.say("what-if")
		return
	}
	defer other.Close()
	a, b := withoutFaults(p.world.Timeline()), withoutFaults(other.Timeline())
	n := render.FirstDifference(a.Entries, b.Entries)
	if n == 0 {
		p.say("what-if.same", "fault", strings.Join(args, " "))
		return
	}
	p.say("what-if.first", "fault", strings.Join(args, " "), "n", itoa(n))
	var buf strings.Builder
	titles := [2]string{text(p.o.Lang, "what-if.left"), strings.Join(args, " ")}
	_ = render.WriteCompare(&buf, a, b, titles, p.renderOptions()) // a Builder takes everything
	for _, l := range strings.Split(strings.TrimRight(buf.String(), "\n"), "\n") {
		p.print(Ladder, l)
	}
}

// withoutFaults leaves out the switching itself: it is the question, not the answer.
func withoutFaults(t *trace.Timeline) *trace.Timeline {
	out := &trace.Timeline{Cap: t.Cap}
	for _, e := range t.Entries {
		if e.Kind != trace.EntryFault {
			out.Entries = append(out.Entries, e)
		}
	}
	return out
}

// faultWords turns "mx2 down" into "off mx2".
func faultWords(args []string) string {
	if len(args) == 2 {
		switch strings.ToLower(args[1]) {
		case "down", "off", "aus":
			return "off " + args[0]
		case "silent", "stumm":
			return "silent " + args[0]
		case "up", "on", "an", "ein":
			return "on " + args[0]
		}
	}
	return strings.Join(args, " ")
}

// differently opens the world again and does everything that was done, with the fault before the screen's first act, or
// when entry at was seen.
func (p *Player) differently(fault string, at int) (*sim.World, bool) {
	j := p.world.Journal()
	seed := p.world.Seed()
	w, err := sim.Open(p.world.Scenario(), sim.Options{Seed: &seed}, sim.Sinks{})
	if err != nil {
		return nil, false
	}
	done, understood := false, true
	apply := func() {
		done = true
		understood = !w.Do(fault).Unknown
	}
	for i := range j.Acts {
		a := &j.Acts[i]
		if !done && (at == 0 && i >= p.acts || at > 0 && a.Events >= at) {
			apply()
		}
		w.Act(a)
	}
	if !done {
		apply()
		w.Do("run")
	}
	if !understood {
		w.Close()
		return nil, false
	}
	return w, true
}
