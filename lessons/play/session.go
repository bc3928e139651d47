package play

import "strings"

// inSession: everything goes to the server; one colon makes a lesson word, two a literal one. "?" alone is no command and
// would end the session with many servers, so it asks the lesson.
func (p *Player) inSession(line string) {
	data := p.Prompt() == "data |"
	s, colon := strings.CutPrefix(line, ":")
	trimmed := strings.TrimSpace(line)
	switch {
	case colon && !strings.HasPrefix(s, ":"):
		p.sessionWord(s)
		return
	case trimmed == "?" && !data:
		p.help(nil)
		return
	case trimmed == "" && !data:
		p.enter() // an empty line is no command (RFC 5321 §4.1.1)
		return
	}
	p.relay(p.world.Do(line))
	p.view.shown = len(p.entries())
	if f := strings.Fields(strings.ToLower(trimmed)); !data && len(f) > 0 && p.Talking() {
		switch {
		case isLessonWord(f[0]):
			p.say("session.word", "word", f[0])
			return
		case contains(p.world.Commands(), f[0]):
			p.say("session.world", "word", f[0])
			return
		}
	}
	if d, ok := p.task.(*do); ok {
		d.after(line, "", nil)
	}
}

// sessionWord does a lesson word that came with a colon.
func (p *Player) sessionWord(s string) {
	fields := strings.Fields(s)
	if len(fields) == 0 {
		p.say("session", "label", p.Prompt())
		return
	}
	name := strings.ToLower(fields[0])
	if name == "leave" || name == "verlassen" {
		p.relay(p.world.Leave())
		p.view.shown = len(p.entries())
		if d, ok := p.task.(*do); ok {
			d.after(":leave", "", nil)
		}
		return
	}
	if p.task != nil && p.task.line(strings.TrimSpace(s)) {
		return
	}
	if w, ok := findWord(name); ok {
		w.run(p, fields[1:])
		return
	}
	if contains(p.world.Commands(), name) {
		p.say("session.world", "word", name)
		return
	}
	p.unknown(":" + fields[0])
}

// isLessonWord reports whether what was said to a server was meant for the lesson: a word of it that is no command of SMTP.
func isLessonWord(word string) bool {
	if word == "quit" || word == "help" {
		return false
	}
	_, ok := findWord(word)
	return ok || contains(travelWords(), word)
}
