package play

import (
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/lessons"
)

// Result is how far a screen's task came.
type Result struct {
	Screen  string
	Kind    string // predict, because, do, sort
	Counts  bool   // it earns something
	Got, Of int
	First   int    // of a sort: right at the first answer
	Tries   int    // answers that counted; typing errors do not
	Hints   int    // 0 to 3; the third shows the solution
	Played  bool   // the solution was shown, and nothing was done in its place
	Like    bool   // done on the like task, after the solution was shown
	Guess   string // a prediction's first locked answer: "a".."f", "?"
	Right   string
	Sure    int    // 1 to 3; 0: don't know
	Tag     string // the misconception that a wrong answer shows
	Lines   int    // typed lines until a state was reached, the least
	Par     int    // lines of the known solution

	AsSolution bool // the very lines of the known solution, and no others

	items  []string // of a sort: answered at least once
	credit bool     // of a prediction: its answer counts
}

// Done reports whether the task counts as done by the learner.
func (r *Result) Done() bool { return r.Of > 0 && r.Got >= r.Of && !r.Played }

// Missed reports an answer that counts and was another one than the right one: nothing is left to do there.
func (r *Result) Missed() bool {
	return r.credit && r.Guess != "" && r.Guess != r.Right && r.Got+1 >= r.Of && !r.Done()
}

func (r *Result) tried(item string) bool {
	if slices.Contains(r.items, item) {
		return true
	}
	r.items = append(r.items, item)
	return false
}

// result is the present screen's, made when first needed.
func (p *Player) result() *Result {
	id := p.Screen()
	r := p.results[id]
	if r == nil {
		r = blank(&p.lesson.Screens[p.screen])
		p.results[id] = r
	}
	return r
}

func blank(s *lessons.Screen) *Result {
	r := &Result{Screen: s.ID, Of: 1}
	if s.Task == nil {
		return r
	}
	r.Kind, r.Counts = s.Task.Kind(), s.Counts()
	if t, ok := s.Task.(lessons.Sort); ok {
		r.Of = len(t.Items)
	}
	if t, ok := s.Task.(lessons.Predict); ok {
		r.Of, r.credit = max(t.Of(), 1), t.Credit
	}
	return r
}

// Results lists all tasks in the lesson's order, with what was reached in them.
func (p *Player) Results() []Result {
	var out []Result
	for i := range p.lesson.Screens {
		s := &p.lesson.Screens[i]
		if s.Task == nil {
			continue
		}
		if r := p.results[s.ID]; r != nil {
			out = append(out, *r)
		} else {
			out = append(out, *blank(s))
		}
	}
	return out
}

// score prints what was reached.
func (p *Player) score() {
	got, of, came, made := 0, 0, 0, 0
	var shown, missed, par []string
	for _, r := range p.Results() {
		switch {
		case !r.Counts:
		case r.Done():
			got++
		case r.Played:
			shown = append(shown, r.Screen)
		case r.Missed():
			missed = append(missed, r.Screen)
		}
		if r.Counts {
			of++
		} else if r.Guess != "" && r.Kind == "predict" {
			made++
			if r.Guess == r.Right {
				came++
			}
		}
		if r.Lines > 0 {
			par = append(par, r.Screen+": "+itoa(r.Lines)+" ("+itoa(r.Par)+")")
		}
	}
	p.say("score", "got", itoa(got), "of", itoa(of))
	p.sayOpen(p.openTasks())
	p.sayList("score.missed", missed)
	p.sayList("score.shown", shown)
	if made > 0 {
		p.say("score.guesses", "got", itoa(came), "of", itoa(made))
	}
	p.sayList("score.par", par)
}

// openTasks are the screens of tasks that count and are neither done nor shown.
func (p *Player) openTasks() []string {
	var open []string
	for _, r := range p.Results() {
		if r.Counts && !r.Done() && !r.Played && !r.Missed() {
			open = append(open, r.Screen)
		}
	}
	return open
}

func (p *Player) sayOpen(open []string) {
	if len(open) > 0 {
		p.say("score.open", "list", strings.Join(open, ", "), "first", open[0])
	}
}

func (p *Player) sayList(key string, list []string) {
	if len(list) > 0 {
		p.say(key, "list", strings.Join(list, ", "))
	}
}

// end prints what comes under the last page: the score, and the line to hand in.
func (p *Player) end() {
	p.score()
	got := 0
	for _, r := range p.Results() {
		if r.Counts && r.Done() {
			got++
		}
	}
	seat := p.header.Seat
	if seat == "" {
		seat = "-"
	}
	p.say("hand-in", "lesson", itoa(p.lesson.Number), "seat", seat, "got", itoa(got), "of", itoa(p.lesson.Credits()),
		"n", itoa(len(p.inputs)), "digest", p.Log().Digest())
	if !p.over() {
		p.say("end")
	}
}
