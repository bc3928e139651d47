package play

import "github.com/smtpsim/smtpsim/lessons"

// because: which entry proves it?
type because struct {
	p     *Player
	t     lessons.Because
	found int // the entry that was cited
	hints int
}

// prepare makes sure that there is something to cite, whatever was left out before.
func (t *because) prepare() {
	p := t.p
	if t.t.First(p.evidence()) == 0 {
		for _, line := range t.t.Run {
			p.world.Do(line)
		}
		if p.Talking() {
			p.world.Leave()
		}
	}
	p.view.shown = len(p.world.Timeline().Entries)
}

func (t *because) phase() string { return itoa(t.found) }
func (t *because) done() bool    { return t.found > 0 }

func (t *because) show() {
	p := t.p
	entries := p.evidence().Entries()
	if t.t.Show != nil {
		entries = t.t.Show(p.evidence())
	}
	p.drawLadder(entries, true)
	if t.found > 0 {
		p.about("done", map[string]string{"n": itoa(t.found)})
		p.finished()
		return
	}
	t.ask()
}

func (t *because) ask() { t.p.say("because") }

func (t *because) enter() {
	if t.done() {
		t.p.next()
		return
	}
	t.ask()
}

func (t *because) stray(string) bool { return false }

func (t *because) line(s string) bool {
	if t.done() || !isBecause(s) {
		return false
	}
	p := t.p
	n, ok := p.cited(s)
	if !ok {
		return true
	}
	r := p.result()
	r.Tries++
	if !t.t.Proof(p.evidence(), n) {
		p.near(&t.t, n)
		return true
	}
	t.found = n
	r.Got = r.Of
	p.about("done", map[string]string{"n": itoa(n)})
	p.finished()
	return true
}

func (t *because) hint() {
	p := t.p
	if t.done() {
		p.say("hint.none")
		return
	}
	n := itoa(t.t.First(p.evidence()))
	if p.giveHint(&t.hints, "hint", map[string]string{"n": n}) {
		return
	}
	p.result().Played = true
	p.say("hint.solution", "line", "because "+n)
}

func (t *because) solution() (string, bool) {
	return "because " + itoa(t.t.First(t.p.evidence())), !t.done()
}
