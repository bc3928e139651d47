package play

import (
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/lessons"
	"github.com/smtpsim/smtpsim/lessons/page"
	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/sim/console"
)

// open shows a screen, with the world it needs.
func (p *Player) open(i int) {
	p.screen = i
	s := &p.lesson.Screens[i]
	if s.Scenario != "" {
		p.newWorld(s.Scenario)
	} else if p.Talking() {
		p.relay(p.world.Leave())
	}
	for _, line := range s.Enter {
		p.world.Do(line)
	}
	if p.Talking() {
		p.world.Leave()
	}
	if len(s.Enter) == 0 || s.Task == nil || s.Task.Kind() != "because" {
		p.begin()
	} else {
		p.since, p.acts = 0, 0 // what was done on entering is the matter
	}
	p.view = view{shown: p.since}
	p.task = p.newTask(s.Task)
	p.showPage()
}

// begin makes the present moment the beginning of the screen's story.
func (p *Player) begin() {
	p.since, p.acts = 0, 0
	if p.world != nil {
		p.since, p.acts = len(p.world.Timeline().Entries), len(p.world.Journal().Acts)
	}
}

func (p *Player) newWorld(name string) {
	p.Close()
	sc, err := lessons.Scenario(name)
	if err != nil {
		panic("play: the lesson's own scenario: " + err.Error()) // held by a test of the lessons
	}
	sinks := sim.Sinks{}
	if p.o.Tap != nil {
		sinks = p.o.Tap(p.Screen())
	}
	w, err := sim.Open(sc, sim.Options{Seed: p.o.Seed}, sinks)
	if err != nil {
		panic("play: the lesson's own scenario: " + err.Error())
	}
	p.world, p.opened = w, p.Screen()
}

// showPage prints the present screen: its text, what was done on it, then its question.
func (p *Player) showPage() {
	s := &p.lesson.Screens[p.screen]
	p.pageText(s)
	switch {
	case p.task != nil:
		p.task.show()
	case p.screen+1 < len(p.lesson.Screens):
		p.say("enter")
	default:
		p.end()
	}
	if p.Talking() {
		p.say("session", "label", p.Prompt())
	}
}

// pageText prints a screen's own text.
func (p *Player) pageText(s *lessons.Screen) {
	if s.Values == nil {
		p.section(Page, s.ID, nil)
		return
	}
	if values := s.Values(p.evidence()); values != nil {
		p.section(Page, s.ID, values)
		return
	}
	p.section(Page, s.ID+".bare", nil)
}

// next opens the following screen, or ends the lesson.
func (p *Player) next() {
	if p.screen+1 >= len(p.lesson.Screens) {
		p.ended = true
		return
	}
	p.open(p.screen + 1)
	p.ended = p.over()
}

// finished tells that a screen's task is done.
func (p *Player) finished() {
	if p.lesson.Screens[p.screen].Stop {
		p.say("stop")
		return
	}
	p.say("enter")
}

// section prints a named text of the lesson, filled and wrapped; it reports whether there is one. Values are somebody's words.
func (p *Player) section(v Voice, id string, values map[string]string) bool {
	md, ok := p.lesson.Text(p.o.Lang, id)
	if !ok || md == "" || p.quiet {
		return ok
	}
	safe := map[string]string{}
	for k, s := range values {
		safe[k] = page.Escape(visible(s))
	}
	p.markdown(v, page.Fill(md, safe))
	return true
}

// about prints the section ID.suffix of the screen, or the one that the whole lesson has for it.
func (p *Player) about(suffix string, values map[string]string) bool {
	return p.section(Tutor, p.Screen()+"."+suffix, values) || p.section(Tutor, strconv.Itoa(p.lesson.Number)+"."+suffix, values)
}

func (p *Player) markdown(v Voice, md string) {
	if p.quiet {
		return
	}
	width := p.o.Width
	if v == Tutor {
		width -= 2 // the tutor's mark
	}
	for _, l := range page.Render(p.glyphs(md), width, p.style(v)) {
		p.print(v, l)
	}
}

// glyphs writes the signs that a font may lack in ASCII, if that is wanted; letters stay, they are the language's.
func (p *Player) glyphs(s string) string {
	if !p.o.ASCII {
		return s
	}
	return strings.NewReplacer("…", "...", "·", "-", "–", "-", "„", `"`, "“", `"`, "’", "'").Replace(s)
}

func (p *Player) style(v Voice) page.Style {
	if p.o.Color && v == Page {
		return page.Colour()
	}
	return page.Plain()
}

func (p *Player) print(v Voice, s string) {
	if !p.quiet {
		p.out = append(p.out, Line{v, s})
	}
}

// say prints a text of the console itself in the tutor's voice; the values are somebody's words.
func (p *Player) say(key string, pairs ...string) {
	if p.quiet {
		return
	}
	values := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values[pairs[i]] = page.Escape(visible(pairs[i+1]))
	}
	p.markdown(Tutor, page.Fill(text(p.o.Lang, key), values))
}

func (p *Player) take() []Line {
	out := p.out
	p.out = nil
	return out
}

// relay prints a world's output in the voices of a lesson.
func (p *Player) relay(o console.Output) {
	for _, l := range o.Lines {
		switch l.Voice {
		case console.Server:
			p.raw(Server, l.Text, 3) // the mark "S: "
		case console.Hint:
			p.markdown(Tutor, page.Escape(visible(translate(p.o.Lang, l.Text))))
		case console.Event:
			p.raw(Tool, translate(p.o.Lang, l.Text), 0)
		default:
			p.raw(Tool, l.Text, 0)
		}
	}
}

// raw prints a line of somebody else's as it is, set on more lines if it is too long for what the mark leaves.
func (p *Player) raw(v Voice, s string, mark int) {
	if p.quiet {
		return
	}
	room := p.o.Width - mark
	r := []rune(expandTabs(strings.TrimSuffix(s, "\r"))) // a mail on disk has CRLF
	for len(r) > room {
		cut := room
		for i := room; i > room/2; i-- {
			if r[i] == ' ' {
				cut = i
				break
			}
		}
		p.print(v, string(r[:cut]))
		r = append([]rune("    "), []rune(strings.TrimLeft(string(r[cut:]), " "))...)
	}
	p.print(v, string(r))
}
