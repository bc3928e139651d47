package play

import (
	"slices"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/lessons/page"
	"github.com/smtpsim/smtpsim/sim"
)

// timeTravel takes back, branches and branch; it reports whether the line was one of them.
func (p *Player) timeTravel(line string) bool {
	s := strings.TrimSpace(line)
	if p.Talking() {
		var ok bool
		if s, ok = strings.CutPrefix(s, ":"); !ok {
			return false
		}
	}
	f := strings.Fields(strings.ToLower(strings.TrimPrefix(s, ":")))
	if len(f) == 0 {
		return false
	}
	switch f[0] {
	case "back", "zurück", "zurueck":
		n := 1
		if len(f) == 2 {
			if k, err := strconv.Atoi(f[1]); err == nil && k > 0 {
				n = k
			}
		}
		p.back(n)
	case "branches", "zweige":
		p.branches()
	case "branch", "zweig":
		p.branch(f[1:])
	default:
		return false
	}
	return true
}

// back undoes the last n lines that changed something. What is undone stays as a branch; what was predicted stays predicted.
func (p *Player) back(n int) {
	if len(p.changes) == 0 {
		p.say("back.none")
		return
	}
	n = min(n, len(p.changes))
	cut := p.changes[len(p.changes)-n]
	var gone []string
	for _, i := range p.kept[cut:] {
		gone = append(gone, orEnter(p.inputs[i].Line))
	}
	p.undone = append(p.undone, slices.Clone(p.kept))
	p.rebuild(p.kept[:cut])
	p.say("back.done", "n", itoa(n), "what", strings.Join(gone, " · "))
	p.showWhere()
}

// showWhere tells where the learner stands after time travel.
func (p *Player) showWhere() {
	if p.Talking() {
		p.say("back.session", "label", p.Prompt())
		return
	}
	p.showPage()
}

func (p *Player) branches() {
	if len(p.undone) == 0 {
		p.say("branches.none")
		return
	}
	for i, b := range p.undone {
		last := ""
		if len(b) > 0 {
			last = orEnter(p.inputs[b[len(b)-1]].Line)
		}
		p.say("branches.one", "name", string(rune('A'+i%26)), "n", itoa(len(b)), "last", last)
	}
}

// branch goes to the end of a branch that was left.
func (p *Player) branch(args []string) {
	if len(args) != 1 || len(args[0]) != 1 || int(args[0][0]-'a') >= len(p.undone) || args[0][0] < 'a' {
		p.branches()
		return
	}
	to := slices.Clone(p.undone[args[0][0]-'a'])
	p.undone = append(p.undone, slices.Clone(p.kept))
	p.rebuild(to)
	p.showWhere()
}

// rebuild does the given inputs again from the beginning, silently. Results stay: they only ever grow.
func (p *Player) rebuild(kept []int) {
	p.quiet = true
	p.kept, p.changes, p.ended = nil, nil, false
	saved := map[string]Result{}
	for id, r := range p.results {
		saved[id] = *r
	}
	p.open(0)
	for _, i := range kept {
		p.handle(i, p.inputs[i].Line)
	}
	for id, r := range saved { // replaying counts no tries and hints twice
		*p.results[id] = r
	}
	p.out, p.quiet = nil, false
}

// again opens a copy of the world as the learner has made it: the same records and machines, nothing sent yet.
func (p *Player) again() *sim.World {
	seed := p.world.Seed()
	w, err := sim.Open(p.world.Scenario(), sim.Options{Seed: &seed}, sim.Sinks{})
	if err != nil {
		panic("play: the lesson's own scenario: " + err.Error())
	}
	for _, a := range p.world.Journal().Acts {
		f := strings.Fields(strings.ToLower(a.Typed()))
		if a.Op == sim.OpDo && len(f) > 0 && slices.Contains([]string{"zone", "on", "off", "silent", "an", "ein", "aus", "stumm"}, f[0]) {
			w.Do(a.Typed())
		}
	}
	return w
}

// wrapTutor prints running text in the tutor's voice.
func (p *Player) wrapTutor(s string) {
	for _, l := range page.Render(s, p.o.Width-2, page.Plain()) {
		p.print(Tutor, l)
	}
}
