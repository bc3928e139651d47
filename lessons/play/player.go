package play

import (
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/lessons"
	"github.com/smtpsim/smtpsim/lessons/page"
	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/sim/console"
	"github.com/smtpsim/smtpsim/trace/render"
)

// Voice says who speaks in a line; the tutor and a server never look alike.
type Voice uint8

const (
	Page   Voice = iota // the lesson's text, already wrapped
	Tutor               // feedback and help
	Server              // what a server said
	Tool                // what a program printed
	Ladder              // the picture of what happened
	Echo                // a line typed by the program itself, with its prompt
)

// Line is one line of a screen, at most as wide as Options.Width where that is possible.
type Line struct {
	Voice Voice
	Text  string // raw: may hold what a server said
}

// Options of a player. The zero value is English, 80 columns, the lesson's own seed.
type Options struct {
	Lang  string
	Seed  *uint64 // nil: each scenario's own
	Width int
	ASCII bool
	Plain bool // sentences instead of pictures
	Color bool
	Tap   func(screen string) sim.Sinks // of each world that is opened; nil: none
	Seat  string
}

// Result is how far a screen's task came.
type Result struct {
	Screen  string
	Got, Of int
	Tries   int // answers that counted; typing errors do not
	Hints   int
	Played  bool // the solution was shown
	Guess   string
	Sure    int
	Tag     string // the misconception that a wrong guess shows
}

// Player is one learner in one lesson.
type Player struct {
	lesson *lessons.Lesson
	o      Options
	header lessons.LogHeader

	inputs  []lessons.Input // all, as logged
	kept    []int           // indexes of the inputs that made the present state, in order
	changes []int           // positions in kept of those that changed something
	results map[string]*Result
	undone  [][]int // branches left by going back: their kept inputs
	quiet   bool    // feeding inputs again: no world has the caller's sinks, nothing is shown

	screen int
	ended  bool
	world  *sim.World
	since  int // entries of the timeline when the screen opened
	acts   int // acts of the world's journal when the screen opened
	task   task
	view   view
	out    []Line
}

// New gives a player at the beginning of a lesson.
func New(l *lessons.Lesson, o Options) *Player {
	if o.Lang == "" {
		o.Lang = lessons.Languages()[0]
	}
	if o.Width == 0 {
		o.Width = 80
	}
	p := &Player{lesson: l, o: o, results: map[string]*Result{}}
	p.header = lessons.LogHeader{Format: "smtpsim-lesson", Lesson: l.Number, Hash: l.Hash(), Seat: o.Seat}
	if o.Seed != nil {
		p.header.Seed = *o.Seed
	}
	return p
}

// Header is the first line of this lesson's log.
func (p *Player) Header() lessons.LogHeader { return p.header }

// Start shows the first screen.
func (p *Player) Start() []Line {
	p.open(0)
	return p.take()
}

// Ended reports whether the lesson is over or was left.
func (p *Player) Ended() bool { return p.ended }

// Close ends the world.
func (p *Player) Close() {
	if p.world != nil {
		p.world.Close()
		p.world = nil
	}
}

// Prompt is what stands before the next typed line: "3.4 >", "mx1:25 C:", "data |".
func (p *Player) Prompt() string {
	if p.world != nil {
		if s := p.world.Prompt(); s != "" {
			return s
		}
	}
	return p.lesson.Screens[p.screen].ID + " >"
}

// Talking reports whether a session with a server is open.
func (p *Player) Talking() bool { return p.world != nil && p.world.Prompt() != "" }

// Screen is the present screen's ID.
func (p *Player) Screen() string { return p.lesson.Screens[p.screen].ID }

// Inputs is everything that was typed so far.
func (p *Player) Inputs() []lessons.Input { return slices.Clone(p.inputs) }

// Results lists the tasks that count, in the lesson's order.
func (p *Player) Results() []Result {
	var out []Result
	for _, s := range p.lesson.Screens {
		if s.Task == nil || s.Optional {
			continue
		}
		if r := p.results[s.ID]; r != nil {
			out = append(out, *r)
		} else {
			out = append(out, Result{Screen: s.ID, Of: 1})
		}
	}
	return out
}

// Line takes a typed line.
func (p *Player) Line(line string) []Line { return p.input(line, false) }

// Interrupt is Ctrl-C: it ends a session with a server, and nothing else.
func (p *Player) Interrupt() []Line {
	if p.Talking() {
		return p.Line(":leave")
	}
	p.say("interrupt")
	return p.take()
}

// Solution is the next line that brings the lesson on, as --play types it.
func (p *Player) Solution() string {
	if p.task != nil && !p.task.done() {
		if line, ok := p.task.solution(); ok {
			return line
		}
	}
	return ""
}

// Play types a line for the learner and marks it.
func (p *Player) Play(line string) []Line { return p.input(line, true) }

// Input takes a line of a log.
func (p *Player) Input(in lessons.Input) []Line { return p.input(in.Line, in.Played) }

func (p *Player) input(line string, played bool) []Line {
	if len(line) > lessons.MaxInputLen {
		line = line[:lessons.MaxInputLen]
	}
	if p.ended || len(p.inputs) >= lessons.MaxInputs {
		return nil
	}
	p.inputs = append(p.inputs, lessons.Input{N: len(p.inputs) + 1, Screen: p.Screen(), Prompt: p.Prompt(), Line: line, Played: played})
	if played {
		p.result().Played = true
	}
	p.handle(len(p.inputs)-1, line)
	return p.take()
}

// handle does what a line says and keeps it among those that made the present state.
func (p *Player) handle(index int, line string) {
	if p.timeTravel(line) {
		return
	}
	p.kept = append(p.kept, index)
	before := p.mark()
	p.dispatch(line)
	if p.mark() != before {
		p.changes = append(p.changes, len(p.kept)-1)
	}
}

// state is what tells whether an input changed something.
type state struct {
	screen, acts, entries, shown int
	phase                        string
	ended                        bool
}

func (p *Player) mark() state {
	s := state{screen: p.screen, shown: p.view.shown, ended: p.ended}
	if p.world != nil {
		s.acts, s.entries = len(p.world.Journal().Acts), len(p.world.Timeline().Entries)
	}
	if p.task != nil {
		s.phase = p.task.phase()
	}
	return s
}

func (p *Player) take() []Line {
	out := p.out
	p.out = nil
	if p.quiet {
		return nil
	}
	return out
}

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
	p.since, p.acts = 0, 0
	if p.world != nil {
		p.since, p.acts = len(p.world.Timeline().Entries), len(p.world.Journal().Acts)
	}
	p.view = view{shown: p.since}
	p.task = p.newTask(s.Task)
	p.showPage()
}

func (p *Player) newWorld(name string) {
	p.Close()
	sc, err := lessons.Scenario(name)
	if err != nil {
		panic("play: the lesson's own scenario: " + err.Error()) // held by a test of the lessons
	}
	sinks := sim.Sinks{}
	if p.o.Tap != nil && !p.quiet {
		sinks = p.o.Tap(p.Screen())
	}
	w, err := sim.Open(sc, sim.Options{Seed: p.o.Seed}, sinks)
	if err != nil {
		panic("play: the lesson's own scenario: " + err.Error())
	}
	p.world = w
}

// showPage prints the present screen: its text, then its question.
func (p *Player) showPage() {
	s := &p.lesson.Screens[p.screen]
	p.section(Page, s.ID, nil)
	if p.task != nil {
		p.task.ask()
	} else if p.screen+1 < len(p.lesson.Screens) {
		p.say("enter")
	}
}

// next opens the following screen, or ends the lesson.
func (p *Player) next() {
	if p.screen+1 >= len(p.lesson.Screens) {
		p.ended = true
		return
	}
	p.open(p.screen + 1)
	if p.screen+1 == len(p.lesson.Screens) {
		p.score()
		p.ended = p.task == nil
	}
}

// section prints a named text of the lesson, filled and wrapped; it reports whether there is one.
func (p *Player) section(v Voice, id string, values map[string]string) bool {
	md, ok := p.lesson.Text(p.o.Lang, id)
	if !ok || md == "" {
		return false
	}
	st := page.Plain()
	if p.o.Color {
		st = page.Colour()
	}
	width := p.o.Width
	if v == Tutor {
		width -= 2 // the tutor's mark
	}
	for _, l := range page.Render(page.Fill(md, values), width, st) {
		p.print(v, l)
	}
	return true
}

func (p *Player) print(v Voice, s string) { p.out = append(p.out, Line{v, s}) }

// say prints a text of the console itself in the tutor's voice.
func (p *Player) say(key string, pairs ...string) {
	values := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values[pairs[i]] = pairs[i+1]
	}
	for _, l := range page.Render(page.Fill(text(p.o.Lang, key), values), p.o.Width-2, page.Plain()) {
		p.print(Tutor, l)
	}
}

// result is the present screen's, made when first needed.
func (p *Player) result() *Result {
	id := p.Screen()
	r := p.results[id]
	if r == nil {
		r = &Result{Screen: id, Of: 1}
		p.results[id] = r
	}
	return r
}

// world output in the voices of a lesson.
func (p *Player) relay(o console.Output) {
	for _, l := range o.Lines {
		v := map[console.Voice]Voice{console.Tool: Tool, console.Server: Server, console.Event: Tool, console.Hint: Tutor}[l.Voice]
		p.print(v, l.Text)
	}
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

func (p *Player) renderOptions() render.Options {
	o := render.Options{Width: p.o.Width, Lang: render.Lang(p.o.Lang), Plain: p.o.Plain, Color: p.o.Color, Fold: !p.lesson.Unfold, Keep: keep}
	if p.o.ASCII {
		o.Glyphs = render.ASCII
	}
	return o
}

// score prints what was reached.
func (p *Player) score() {
	got, of := 0, 0
	for _, r := range p.Results() {
		of += 1
		if r.Of > 0 && r.Got >= r.Of && !r.Played {
			got++
		}
	}
	p.say("score", "got", itoa(got), "of", itoa(of))
	var open []string
	for _, r := range p.Results() {
		if r.Got < r.Of || r.Played {
			open = append(open, r.Screen)
		}
	}
	if len(open) > 0 {
		p.say("score.open", "list", strings.Join(open, ", "))
	}
}

// Options are those the player runs with.
func (p *Player) Options() Options { return p.o }

// Show prints where the learner is: the page, and in a session with whom.
func (p *Player) Show() []Line {
	p.out = nil
	p.showWhere()
	return p.take()
}

// Completions are the words that may be typed now: at the beginning of a line, or after it.
func (p *Player) Completions(first bool) []string {
	var out []string
	if p.world != nil && !first {
		for _, h := range p.world.Hosts() {
			out = append(out, h, short(h))
		}
		for _, r := range p.world.Users() {
			out = append(out, r)
		}
		return out
	}
	for _, w := range words() {
		out = append(out, w.names[0])
	}
	out = append(out, "back", "branches", "because", "sort")
	if p.world != nil {
		out = append(out, p.world.Commands()...)
	}
	return out
}
