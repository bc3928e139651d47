package grade

import (
	"fmt"
	"io"
	"slices"

	"github.com/smtpsim/smtpsim/lessons"
	"github.com/smtpsim/smtpsim/lessons/play"
)

// Report is what a log proves.
type Report struct {
	Lesson         int      `json:"lesson"`
	Hash           string   `json:"hash"` // of the edition
	Seat           string   `json:"seat,omitempty"`
	Check          string   `json:"check"` // of the whole log: the learner's last page prints it, too
	Inputs         int      `json:"inputs"`
	Played         int      `json:"played"`   // inputs that the program typed
	Screen         string   `json:"screen"`   // where it ends
	Complete       bool     `json:"complete"` // at the last page
	Got            int      `json:"got"`      // tasks that count and are done
	Of             int      `json:"of"`       // tasks that count
	Misconceptions []string `json:"misconceptions"`
	Tasks          []Task   `json:"tasks"`
}

// Task is how far one screen's task came.
type Task struct {
	Screen        string `json:"screen"`
	Kind          string `json:"kind"`   // predict, because, do, sort
	Counts        bool   `json:"counts"` // it earns something
	Done          bool   `json:"done"`   // all of it, by the learner
	Got           int    `json:"got"`    // parts of it
	Of            int    `json:"of"`
	First         int    `json:"first,omitempty"` // of a sort: right at the first answer
	Tries         int    `json:"tries"`           // answers; slips of the fingers are none
	Hints         int    `json:"hints"`           // 0 to 3; the third shows the solution
	Played        bool   `json:"played"`          // the solution was shown
	Like          bool   `json:"like"`            // and a like task done in its place
	AsSolution    bool   `json:"as_solution"`     // the very lines of the known solution
	Guess         string `json:"guess,omitempty"` // the first answer: "a".."f"; "?": don't know
	Right         string `json:"right,omitempty"`
	Sure          int    `json:"sure,omitempty"` // 1 to 3
	Misconception string `json:"misconception,omitempty"`
	Lines         int    `json:"lines,omitempty"` // typed until the state was reached, the least
	Par           int    `json:"par,omitempty"`   // lines of the known solution
}

// Read reads a log, finds its lesson among all and replays it.
func Read(all []*lessons.Lesson, r io.Reader) (*Report, error) {
	log, err := lessons.ReadLog(r)
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		if l.Number == log.Header.Lesson {
			return Log(l, log, nil)
		}
	}
	return nil, fmt.Errorf("line 1: expected a log of a lesson of this course, found one of lesson %d", log.Header.Lesson)
}

// Log replays a log of l. Each input's screen goes to show, if it is not nil: the same bytes as when it was typed.
func Log(l *lessons.Lesson, log *lessons.Log, show func(lessons.Input, []play.Line)) (*Report, error) {
	if err := log.Header.Fits(l); err != nil {
		return nil, err
	}
	o := play.Options{Seat: log.Header.Seat}
	if log.Header.Seeded {
		o.Seed = &log.Header.Seed
	}
	p := play.New(l, o)
	defer p.Close()
	p.Start()
	report := &Report{Lesson: l.Number, Hash: log.Header.Hash, Seat: log.Header.Seat, Check: log.Digest(), Inputs: len(log.Inputs)}
	for i, in := range log.Inputs {
		if p.Screen() != in.Screen || p.Prompt() != in.Prompt {
			return nil, fmt.Errorf("line %d: expected a line typed at %q on screen %s, found one typed at %q on screen %.20q",
				i+2, p.Prompt(), p.Screen(), in.Prompt, in.Screen)
		}
		if in.Played {
			report.Played++
		}
		out := p.Input(in)
		if show != nil {
			show(in, out)
		}
	}
	last := l.Screens[len(l.Screens)-1].ID
	report.Screen, report.Complete = p.Screen(), p.Screen() == last
	report.take(p.Results())
	return report, nil
}

// take fills in the tasks and what follows from them.
func (r *Report) take(results []play.Result) {
	r.Misconceptions = []string{}
	for i := range results {
		x := &results[i]
		t := Task{Screen: x.Screen, Kind: x.Kind, Counts: x.Counts, Done: x.Done(), Got: x.Got, Of: x.Of, First: x.First, Tries: x.Tries,
			Hints: x.Hints, Played: x.Played, Like: x.Like, AsSolution: x.AsSolution, Guess: x.Guess, Sure: x.Sure, Misconception: x.Tag,
			Lines: x.Lines, Par: x.Par}
		if x.Guess != "" {
			t.Right = x.Right
		}
		if t.Counts {
			r.Of++
			if t.Done {
				r.Got++
			}
		}
		if t.Misconception != "" && !slices.Contains(r.Misconceptions, t.Misconception) {
			r.Misconceptions = append(r.Misconceptions, t.Misconception)
		}
		r.Tasks = append(r.Tasks, t)
	}
}
