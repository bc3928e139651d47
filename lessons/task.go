package lessons

import "github.com/smtpsim/smtpsim/trace"

// Task is something to do. Each kind is a type of its own.
type Task interface {
	Kind() string
	Counts() bool // whether it earns anything
}

// Predict asks for an answer that is locked before the world computes. Options are the keys a, b, c…; "?" is "don't know".
// The option's text is the section ID+".a"; after the lock the world does Run, and the ladder grows to the decisive entry,
// where the answer is shown beside it.
type Predict struct {
	Options  []string                          // "a".."f"
	Right    string                            // one of them
	Tag      string                            // the misconception it tests, "M5"
	Run      []string                          // world commands, done after the lock
	From     func(*Evidence) int               // entries before this one are shown at once; nil: line by line from the first
	Slow     bool                              // line by line after the decisive entry too, not all at once
	Decisive func(*Evidence) int               // the entry that decides; nil: no ladder is shown
	Values   func(*Evidence) map[string]string // for the texts that come after
	Credit   bool                              // a right answer counts (retrieval, exit ticket); else it is free to be any
	Because  *Because                          // not nil: then the entry that proves it is asked for
}

// Because asks which entry proves something.
type Because struct {
	Run   []string                       // done first where nothing proves it yet
	Proof func(*Evidence, int) bool      // whether entry n proves it
	Near  func(*Evidence, int) string    // text suffix for another entry, "" for the general answer
	Show  func(*Evidence) []*trace.Entry // what is drawn above the question; nil: what happened on the screen, or before it
}

// Do asks for a state, to be reached by any means.
type Do struct {
	Check    func(*Evidence) Verdict
	After    []string // the check runs after these world commands when they have arguments; nil: after every line
	Solution []string // typed lines, world and session
	Like     *Do      // a like task, for credit once the solution was shown; its text is ID+".like"
}

// Sort asks for an outcome for each item: "sort ITEM OUTCOME". Partial credit.
type Sort struct {
	Items    []string          // as typed, in order
	Outcomes []string          // keys; the texts are sections ID+"."+key
	Right    map[string]string // item to outcome
}

// Kind names the type of a task in results.
func (Predict) Kind() string { return "predict" }
func (Because) Kind() string { return "because" }
func (Do) Kind() string      { return "do" }
func (Sort) Kind() string    { return "sort" }

// Counts: a prediction without proof earns nothing, so that nobody loses by an honest one.
func (t Predict) Counts() bool { return t.Credit || t.Because != nil }
func (Because) Counts() bool   { return true }
func (Do) Counts() bool        { return true }
func (Sort) Counts() bool      { return true }

// Of is how many parts a prediction's credit has: the answer, where it counts, and the proof.
func (t Predict) Of() int {
	n := 0
	if t.Credit {
		n++
	}
	if t.Because != nil {
		n++
	}
	return n
}

// First is the first entry that proves it; 0: none.
func (t Because) First(e *Evidence) int {
	for _, x := range e.World.Timeline().Entries {
		if t.Proof(e, x.N) {
			return x.N
		}
	}
	return 0
}

// Verdict is a check's answer: how many of how many parts hold, and what to tell.
type Verdict struct {
	Got, Of int
	Section string            // text suffix for feedback, "" for none
	Values  map[string]string // for its placeholders
	Miss    bool              // the learner tried something else: an attempt
	Run     []*trace.Entry    // entries of another run that Values speak of; nil: they speak of the world's own
}

// Done reports whether everything holds.
func (v Verdict) Done() bool { return v.Of > 0 && v.Got >= v.Of }
