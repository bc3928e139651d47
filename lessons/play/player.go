package play

import (
	"slices"

	"github.com/smtpsim/smtpsim/lessons"
	"github.com/smtpsim/smtpsim/sim"
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
	Text  string // of Server and Tool: raw, may hold what a server said; else harmless
}

// Options of a player. The zero value is English, 80 columns, the lesson's own seed.
type Options struct {
	Lang  string
	Seed  *uint64 // nil: each scenario's own
	Width int
	ASCII bool
	Plain bool // sentences instead of pictures
	Color bool
	// Tap gives the sinks of each world that is opened; nil: none. A world that is opened again for the same screen takes the
	// place of the one before it: the learner went back.
	Tap  func(screen string) sim.Sinks
	Seat string
}

// Player is one learner in one lesson.
//
// What the learner does is a list of inputs, and the present state is a function of those of them that were not undone
// (kept) and of nothing else. Results only note what happened on the way; no state reads them.
type Player struct {
	lesson *lessons.Lesson
	o      Options
	header lessons.LogHeader

	inputs  []lessons.Input // all, as logged
	kept    []int           // indexes of the inputs that made the present state, in order
	changes []int           // positions in kept of those that changed something
	undone  [][]int         // branches left by going back: their kept inputs
	refed   int             // inputs and acts done again, in all
	redo    bool            // going back: doing inputs again
	logged  bool            // the present input is from a log
	quiet   bool            // nothing is shown
	results map[string]*Result

	screen int
	ended  bool
	world  *sim.World
	opened string // screen that opened the world
	since  int    // entries of the timeline when the screen opened, or when a prediction was locked
	acts   int    // acts of the world's journal then
	task   task
	view   view
	out    []Line
}

// What trace/render draws in.
const (
	minWidth = 40
	maxWidth = 400
)

// New gives a player at the beginning of a lesson.
func New(l *lessons.Lesson, o Options) *Player {
	if !slices.Contains(lessons.Languages(), o.Lang) {
		o.Lang = lessons.Languages()[0]
	}
	if o.Width == 0 {
		o.Width = 80
	}
	o.Width = min(max(o.Width, minWidth), maxWidth)
	return &Player{lesson: l, o: o, results: map[string]*Result{}, header: l.Header(o.Seed, o.Seat)}
}

// Resume gives a player where a log left off, with the screen that shows where that is. An error says why the log does not
// belong to l. Seed and Seat of o are the log's.
func Resume(l *lessons.Lesson, log *lessons.Log, o Options) (*Player, []Line, error) {
	if err := log.Header.Fits(l); err != nil {
		return nil, nil, err
	}
	o.Seed, o.Seat = nil, log.Header.Seat
	if log.Header.Seeded {
		o.Seed = &log.Header.Seed
	}
	p := New(l, o)
	p.quiet = true
	p.Start()
	for _, in := range log.Inputs {
		p.Input(in)
	}
	p.quiet = false
	return p, p.Show(), nil
}

// Header is the first line of this lesson's log.
func (p *Player) Header() lessons.LogHeader { return p.header }

// Options are those the player runs with.
func (p *Player) Options() Options { return p.o }

// Start shows the first screen.
func (p *Player) Start() []Line {
	p.open(0)
	return p.take()
}

// Show prints where the learner is: the page and what was done on it, and in a session with whom.
func (p *Player) Show() []Line {
	p.out = nil
	p.showPage()
	return p.take()
}

// Line takes a typed line.
func (p *Player) Line(line string) []Line { return p.input(line, false, false) }

// Play types a line for the learner and marks it.
func (p *Player) Play(line string) []Line { return p.input(line, true, false) }

// Input takes a line of a log. A line that left the lesson does not leave it again.
func (p *Player) Input(in lessons.Input) []Line { return p.input(in.Line, in.Played, true) }

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
	if p.Talking() {
		return p.world.Prompt()
	}
	return p.Screen() + " >"
}

// Talking reports whether a session with a server is open.
func (p *Player) Talking() bool { return p.world != nil && p.world.Prompt() != "" }

// Screen is the present screen's ID.
func (p *Player) Screen() string { return p.lesson.Screens[p.screen].ID }

// Inputs is everything that was typed so far.
func (p *Player) Inputs() []lessons.Input { return slices.Clone(p.inputs) }

// Log is everything that happened in this lesson.
func (p *Player) Log() *lessons.Log { return &lessons.Log{Header: p.header, Inputs: p.Inputs()} }

// Digest names the state of the learner's world: what happened in it since it was opened. "" without one.
func (p *Player) Digest() string {
	if p.world == nil {
		return ""
	}
	acts := p.world.Journal().Acts
	if len(acts) == 0 {
		return p.opened
	}
	return p.opened + " " + acts[len(acts)-1].Digest
}

// Completions are the words that may be typed now: at the beginning of a line, or after it. In a session they are the
// lesson's own, which take a colon there: what a server is told the learner types.
func (p *Player) Completions(first bool) []string {
	var out []string
	if !first {
		if p.world != nil && !p.Talking() {
			for _, h := range p.world.Hosts() {
				out = append(out, h, short(h))
			}
			out = append(out, p.world.Users()...)
		}
		return out
	}
	for _, w := range words() {
		out = append(out, w.names[0])
	}
	out = append(out, "back", "branches", "branch")
	if p.world != nil && !p.Talking() {
		out = append(out, p.world.Commands()...)
	}
	return out
}
