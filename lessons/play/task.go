package play

import "github.com/smtpsim/smtpsim/lessons"

// task is a screen's task being done. Its state is made by inputs only.
type task interface {
	phase() string            // changes when something was locked or reached
	show()                    // prints what was done and the question of the present phase
	line(s string) bool       // takes a line; false: it was not meant for the task
	stray(s string) bool      // answers a line that nobody knows, if it looks like an answer
	enter()                   // an empty line
	hint()                    // the next of three
	solution() (string, bool) // the next line that brings it on; false: done
	done() bool
}

func (p *Player) newTask(t lessons.Task) task {
	switch t := t.(type) {
	case lessons.Predict:
		return &predict{p: p, t: t}
	case lessons.Because:
		b := &because{p: p, t: t}
		b.prepare()
		return b
	case lessons.Do:
		return &do{p: p, t: t}
	case lessons.Sort:
		return &sorting{p: p, t: t, answers: map[string]string{}}
	}
	return nil
}

// giveHint prints one of the two free hints; false: they are used up, and the third is due.
func (p *Player) giveHint(level *int, prefix string, values map[string]string) bool {
	*level = min(*level+1, 3)
	r := p.result()
	r.Hints = max(r.Hints, *level)
	return *level < 3 && p.section(Tutor, p.Screen()+"."+prefix+itoa(*level), values)
}

// cited checks the number of a "because" and answers if it is none; ok is false then.
func (p *Player) cited(s string) (n int, ok bool) {
	n, ok = entryNumber(s)
	shown := p.view.shown
	switch {
	case !ok || n > len(p.world.Timeline().Entries):
		p.say("because.number", "most", itoa(shown))
	case n > shown:
		p.say("because.unseen", "n", itoa(n))
	default:
		return n, true
	}
	return 0, false
}

// near answers an entry that does not prove it: what it is, then where to look.
func (p *Player) near(b *lessons.Because, n int) {
	p.seen(n)
	values := map[string]string{"n": itoa(n)}
	if b.Near != nil {
		if suffix := b.Near(p.evidence(), n); suffix != "" && p.about("near."+suffix, values) {
			return
		}
	}
	p.about("near", values)
}

// isBecause reports whether a line cites an entry: "because 11", "weil 11", or just "11".
func isBecause(s string) bool {
	_, number := entryNumber(s)
	return number || firstWord(s, "because", "weil", "denn")
}
