package play

import (
	"maps"
	"slices"

	"github.com/smtpsim/smtpsim/lessons"
)

// do: a state of the world, reached by any means.
type do struct {
	p     *Player
	t     lessons.Do
	last  lessons.Verdict // the one told last
	next  int             // line of the solution
	said  []string        // typed lines that reached the world
	hints int
	like  bool // the solution was shown; a like task is in its place
	since int  // entries of the timeline when that began
	typed int  // inputs of the screen when that began
	ok    bool
}

func (t *do) phase() string { return itoa(t.last.Got) + sign(t.like) + sign(t.ok) }
func (t *do) done() bool    { return t.ok }

func (t *do) show() {
	if t.like {
		t.p.about("like", nil)
	}
	if t.last.Section != "" || t.ok {
		t.told()
	}
	t.ask()
}

func (t *do) ask() {
	switch {
	case t.ok:
		t.p.finished()
	case t.p.Talking():
		t.p.say("do.session")
	default:
		t.p.say("do")
	}
}

func (t *do) enter() {
	if t.ok {
		t.p.next()
		return
	}
	t.ask()
}

// line leaves the line to the world; after runs the check.
func (t *do) line(string) bool  { return false }
func (t *do) stray(string) bool { return false }

// current is the task, or the like one.
func (t *do) current() *lessons.Do {
	if t.like {
		return t.t.Like
	}
	return &t.t
}

// after looks at the world after a line that it took: a command with its arguments, or something said in a session ("").
func (t *do) after(line, command string, args []string) {
	if t.ok {
		return
	}
	t.said = append(t.said, line)
	c := t.current()
	if c.After != nil && (!slices.Contains(c.After, command) || !changesWorld(command, args)) {
		return
	}
	p := t.p
	if c.After != nil && !p.mayRefeed(len(p.kept)) {
		return
	}
	e := p.evidence()
	if t.like {
		e.Since, e.Inputs = t.since, e.Inputs[t.typed:]
	}
	v := c.Check(e)
	r := p.result()
	r.Of = max(v.Of, 1)
	if t.hints < 3 || t.like {
		r.Got = max(r.Got, v.Got)
	}
	if v.Done() {
		t.ok, t.last = true, v
		r.Tries++
		r.Like = t.like
		if n := len(t.said); r.Lines == 0 || n < r.Lines {
			r.Lines = n
		}
		r.Par = len(c.Solution)
		r.AsSolution = slices.Equal(t.said, c.Solution)
		t.told()
		p.finished()
		return
	}
	if v.Section == t.last.Section && maps.Equal(v.Values, t.last.Values) {
		return
	}
	t.last = v
	if v.Section != "" {
		t.told()
	}
	if v.Miss {
		r.Tries++
	}
}

// told prints what the last check found.
func (t *do) told() {
	p := t.p
	if len(t.last.Run) > 0 {
		p.say("run.shown")
		p.drawLadder(t.last.Run, false)
	}
	switch {
	case t.ok && t.like && p.about("like.done", t.last.Values):
	case t.ok:
		p.about("done", t.last.Values)
	default:
		p.about(t.last.Section, t.last.Values)
	}
}

func (t *do) hint() {
	p := t.p
	if t.ok || t.like {
		p.say("hint.none")
		return
	}
	last := 0
	if all := p.evidence().Entries(); len(all) > 0 {
		last = all[len(all)-1].N
	}
	if last == 0 && t.hints == 1 && p.about("hint2.none", nil) {
		t.hints = 2
		p.result().Hints = max(p.result().Hints, 2)
		return
	}
	if p.giveHint(&t.hints, "hint", map[string]string{"last": itoa(last)}) {
		return
	}
	p.say("hint.lines")
	for _, l := range t.t.Solution {
		p.print(Tutor, "  "+visible(orEnter(l)))
	}
	if t.t.Like == nil {
		p.result().Played = true
		return
	}
	t.like, t.next, t.said = true, 0, nil
	t.since, t.typed = len(p.entries()), len(p.screenInputs())
	t.last = lessons.Verdict{}
	p.about("like", nil)
}

func (t *do) solution() (string, bool) {
	c := t.current()
	if t.ok || t.next >= len(c.Solution) {
		return "", false
	}
	t.next++
	return c.Solution[t.next-1], true
}
