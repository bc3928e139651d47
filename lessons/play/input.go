package play

import (
	"strings"

	"github.com/smtpsim/smtpsim/lessons"
)

// input takes a line: cleans it, notes it, does it.
func (p *Player) input(line string, played, again bool) []Line {
	if p.ended {
		return nil
	}
	if len(p.inputs) >= lessons.MaxInputs {
		p.say("full", "most", itoa(lessons.MaxInputs))
		return p.take()
	}
	line = clean(line)
	p.inputs = append(p.inputs, lessons.Input{N: len(p.inputs) + 1, Screen: p.Screen(), Prompt: p.Prompt(), Line: line, Played: played})
	p.logged = again
	p.handle(len(p.inputs) - 1)
	return p.take()
}

// clean makes a line what a log can hold and a session can send: UTF-8, one line, bounded.
func clean(line string) string {
	if len(line) > lessons.MaxInputLen {
		line = line[:lessons.MaxInputLen]
	}
	line = strings.ToValidUTF8(line, "\uFFFD")
	line = strings.NewReplacer("\r", " ", "\n", " ").Replace(line)
	if len(line) > lessons.MaxInputLen { // a mark is longer than the octet that it stands for
		line = strings.ToValidUTF8(line[:lessons.MaxInputLen], "")
	}
	return line
}

// handle does what an input says and keeps it among those that made the present state.
func (p *Player) handle(index int) {
	in := p.inputs[index]
	if p.timeTravel(in.Line) {
		return
	}
	p.kept = append(p.kept, index)
	if in.Played && p.task != nil && !p.task.done() {
		p.result().Played = true
	}
	before := p.mark()
	p.dispatch(in.Line)
	if p.mark() != before {
		p.changes = append(p.changes, len(p.kept)-1)
	}
}

// state is what tells whether an input changed something.
type state struct {
	screen, acts, entries, shown int
	phase                        string
}

func (p *Player) mark() state {
	s := state{screen: p.screen, shown: p.view.shown}
	if p.world != nil {
		s.acts, s.entries = len(p.world.Journal().Acts), len(p.world.Timeline().Entries)
	}
	if p.task != nil {
		s.phase = p.task.phase()
	}
	return s
}

// over reports whether the last screen was reached and nothing that counts is open.
func (p *Player) over() bool {
	return p.screen == len(p.lesson.Screens)-1 && p.task == nil && len(p.openTasks()) == 0
}

// dispatch gives a line to whoever it is for.
func (p *Player) dispatch(line string) {
	if p.Talking() {
		p.inSession(line)
		return
	}
	s := strings.TrimSpace(line)
	s = strings.TrimSpace(strings.TrimPrefix(s, ":")) // the colon of a session does no harm outside
	if s == "" {
		p.enter()
		return
	}
	if p.task != nil && p.task.line(s) {
		return
	}
	fields := strings.Fields(s)
	if w, ok := findWord(strings.ToLower(fields[0])); ok {
		w.run(p, fields[1:])
		return
	}
	p.toWorld(s, fields)
}

func (p *Player) enter() {
	if p.task == nil {
		p.next()
		return
	}
	p.task.enter()
}

// toWorld hands a line to the world's console and shows what became known.
func (p *Player) toWorld(s string, fields []string) {
	name := strings.ToLower(fields[0])
	if p.world == nil || !contains(p.world.Commands(), name) {
		switch _, number := entryNumber(strings.Trim(s, "[]")); {
		case p.task != nil && p.task.stray(s):
		case number && p.world != nil: // what the ladder says: "[2] opens it"
			p.ladder([]string{strings.Trim(s, "[]")})
		default:
			p.unknown(fields[0])
		}
		return
	}
	name, args := commandName(name), fields[1:]
	if t, ok := p.task.(*predict); ok && !t.locked && changesWorld(name, args) {
		p.say("guess.first")
		return
	}
	if name == "zone" && len(args) > 0 && len(args) < 3 && (args[0] == "add" || args[0] == "delete") {
		p.helpWorld("zone")
		return
	}
	p.finishLadder()
	before := len(p.world.Timeline().Entries)
	p.relay(p.world.Do(s))
	switch name {
	case "send", "run", "clock":
		p.view.fresh(p, before)
	}
	p.view.shown = len(p.world.Timeline().Entries)
	if d, ok := p.task.(*do); ok {
		d.after(s, name, args)
	}
}

// changesWorld says that a command would give the answer of a prediction away, or change the question.
func changesWorld(name string, args []string) bool {
	switch name {
	case "dig", "nslookup", "mailq", "mailbox", "log", "hosts":
		return false
	case "clock":
		return len(args) > 0
	case "zone", "on", "off", "silent":
		return name != "zone" && len(args) > 0 || len(args) > 2
	}
	return true
}

func contains(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}
