package play

import (
	"slices"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/lessons"
	"github.com/smtpsim/smtpsim/sim"
)

// maxRefed bounds how many lines and acts may be done again in one lesson, by going back, by what-if and by trying an open
// task: a log from elsewhere must not keep a reader busy for hours.
const maxRefed = 50_000

// travelWords are the words that move through what was done.
func travelWords() []string {
	return []string{"back", "zurück", "zurueck", "branches", "zweige", "branch", "zweig"}
}

// timeTravel takes back, branches and branch; it reports whether the line was one of them.
func (p *Player) timeTravel(line string) bool {
	s := strings.TrimSpace(line)
	if p.Talking() {
		var ok bool
		if s, ok = strings.CutPrefix(line, ":"); !ok {
			return false
		}
	}
	f := strings.Fields(strings.ToLower(strings.TrimPrefix(s, ":")))
	if len(f) == 0 {
		return false
	}
	switch f[0] {
	case "back", "zurück", "zurueck":
		p.back(f[1:])
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
func (p *Player) back(args []string) {
	n := 1
	if len(args) > 0 {
		k, err := strconv.Atoi(args[0])
		if err != nil || k < 1 || len(args) > 1 {
			p.say("back")
			return
		}
		n = k
	}
	if len(p.changes) == 0 {
		p.say("back.none")
		return
	}
	n = min(n, len(p.changes))
	from := len(p.changes) - n
	cutAt := p.changes[from]
	if !p.mayRefeed(cutAt) {
		return
	}
	var gone []string
	for _, i := range p.changes[from:] {
		gone = append(gone, cut(orEnter(p.inputs[p.kept[i]].Line), 40, p.o.ASCII))
	}
	if more := len(gone) - 5; more > 0 {
		gone = append([]string{"…"}, gone[more:]...)
	}
	p.leaveBranch()
	p.rebuild(p.kept[:cutAt])
	p.say("back.done", "n", itoa(n), "what", strings.Join(gone, " · "))
	p.showPage()
}

// leaveBranch keeps the way that is left, once.
func (p *Player) leaveBranch() {
	for _, b := range p.undone {
		if slices.Equal(b, p.kept) {
			return
		}
	}
	p.undone = append(p.undone, slices.Clone(p.kept))
}

// branchName is A, B, … Z, A1, B1, …
func branchName(i int) string {
	name := string(rune('A' + i%26))
	if i >= 26 {
		name += itoa(i / 26)
	}
	return name
}

func (p *Player) branches() {
	if len(p.undone) == 0 {
		p.say("branches.none")
		return
	}
	for i, b := range p.undone {
		last, screen := "", p.lesson.Screens[0].ID
		if len(b) > 0 {
			in := p.inputs[b[len(b)-1]]
			last, screen = orEnter(in.Line), in.Screen
		}
		p.say("branches.one", "name", branchName(i), "n", itoa(len(b)), "screen", screen, "last", cut(last, 40, p.o.ASCII))
	}
}

// branch goes to the end of a way that was left.
func (p *Player) branch(args []string) {
	to := -1
	for i := range p.undone {
		if len(args) == 1 && strings.EqualFold(args[0], branchName(i)) {
			to = i
		}
	}
	if to < 0 {
		p.branches()
		return
	}
	kept := slices.Clone(p.undone[to])
	if !p.mayRefeed(len(kept)) {
		return
	}
	p.leaveBranch()
	p.rebuild(kept)
	p.say("branch.done", "name", branchName(to))
	p.showPage()
}

// mayRefeed takes n from the budget of what may be done again.
func (p *Player) mayRefeed(n int) bool {
	if p.redo {
		return true // it was taken when the line was typed
	}
	if p.refed+n > maxRefed {
		p.say("back.enough")
		return false
	}
	p.refed += n
	return true
}

// rebuild does the given inputs again from the beginning, silently. Results stay as they are, and the language.
func (p *Player) rebuild(kept []int) {
	results, lang, quiet := p.results, p.o.Lang, p.quiet
	p.quiet, p.redo, p.results = true, true, map[string]*Result{}
	p.kept, p.changes, p.ended = nil, nil, false
	p.Close()
	p.open(0)
	for _, i := range kept {
		p.handle(i)
	}
	p.quiet, p.redo, p.results, p.o.Lang, p.ended = quiet, false, results, lang, false
}

func (p *Player) evidence() *lessons.Evidence {
	return &lessons.Evidence{World: p.world, Since: p.since, Inputs: p.screenInputs(), Again: p.again}
}

// screenInputs are the kept inputs that were typed on this screen.
func (p *Player) screenInputs() []lessons.Input {
	var out []lessons.Input
	for _, i := range p.kept {
		if p.inputs[i].Screen == p.Screen() {
			out = append(out, p.inputs[i])
		}
	}
	return out
}

// again opens a copy of the world as the learner has made it: the same records and machines, nothing sent yet.
func (p *Player) again() *sim.World {
	seed := p.world.Seed()
	w, err := sim.Open(p.world.Scenario(), sim.Options{Seed: &seed}, sim.Sinks{})
	if err != nil {
		panic("play: the lesson's own scenario: " + err.Error())
	}
	var lines []string // typed where the world was at rest: what was said to a server is no command
	for i := range p.lesson.Screens[:p.screen+1] {
		s := &p.lesson.Screens[i]
		if s.ID == p.opened {
			lines = nil
		}
		lines = append(lines, s.Enter...)
		for _, k := range p.kept {
			if in := p.inputs[k]; in.Screen == s.ID && in.Prompt == s.ID+" >" {
				lines = append(lines, strings.TrimPrefix(strings.TrimSpace(in.Line), ":"))
			}
		}
	}
	for _, line := range lines {
		f := strings.Fields(strings.ToLower(line))
		if len(f) > 0 && contains([]string{"zone", "on", "off", "silent"}, commandName(f[0])) {
			w.Do(line)
		}
	}
	return w
}
