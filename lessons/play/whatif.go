package play

import (
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/trace"
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
	left, right := p.world.Timeline().Entries, other.Timeline().Entries
	i := 0
	for i < len(left) && i < len(right) && same(left[i], right[i]) {
		i++
	}
	if i == len(left) && i == len(right) {
		p.say("what-if.same", "fault", strings.Join(args, " "))
		return
	}
	p.say("what-if.first", "fault", strings.Join(args, " "), "same", itoa(i), "n", itoa(i+1))
	p.columns(left[i:], right[i:])
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

// same compares what happened, not when.
func same(a, b *trace.Entry) bool {
	if a.Kind != b.Kind || a.Host != b.Host || a.Peer != b.Peer || a.Name != b.Name || a.Code != b.Code ||
		strings.Join(a.Answers, "|") != strings.Join(b.Answers, "|") || (a.Event == nil) != (b.Event == nil) {
		return false
	}
	return a.Event == nil || a.Event.Kind == b.Event.Kind && a.Event.Verb == b.Event.Verb && a.Event.Code == b.Event.Code
}

// columns prints two runs beside each other: what each did, and how it ended.
func (p *Player) columns(left, right []*trace.Entry) {
	const rows = 12
	width := (p.o.Width - 5) / 2
	p.print(Tool, pad(text(p.o.Lang, "what-if.left"), width)+" | "+text(p.o.Lang, "what-if.right"))
	l, r := headline(left), headline(right)
	for i := range max(min(len(l), rows), min(len(r), rows)) {
		p.print(Tool, pad(cell(l, i, width), width)+" | "+cell(r, i, width))
	}
	if len(l) > rows || len(r) > rows {
		p.print(Tool, pad("…"+cell(l, len(l)-1, width-1), width)+" | …"+cell(r, len(r)-1, width-1))
	}
}

// headline keeps what tells the story: connections, greetings, refusals, queue, delivery, bounce.
func headline(entries []*trace.Entry) []string {
	var out []string
	for _, e := range entries {
		ev := e.Event
		if ev != nil && ev.Kind != trace.KindGreeting && ev.Code < 400 && ev.Verb != "RCPT" || e.Kind == trace.EntryDNS {
			continue
		}
		out = append(out, "#"+itoa(e.N)+" "+sentence(e))
	}
	return out
}

func cell(lines []string, i, width int) string {
	if i < 0 || i >= len(lines) {
		return ""
	}
	r := []rune(lines[i])
	if len(r) > width {
		return string(r[:width-1]) + "…"
	}
	return lines[i]
}
