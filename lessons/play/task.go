package play

import (
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/lessons"
)

// task is a screen's task being done.
type task interface {
	phase() string            // changes when something was locked or reached
	ask()                     // prints the question of the present phase
	line(s string) bool       // takes a line; false: it was not meant for the task
	enter()                   // an empty line
	solution() (string, bool) // the next line that brings it on; false: done
	done() bool
}

func (p *Player) newTask(t lessons.Task) task {
	switch t := t.(type) {
	case lessons.Predict:
		return &predict{p: p, t: t}
	case lessons.Because:
		return &because{p: p, t: t}
	case lessons.Do:
		return &do{p: p, t: t}
	case lessons.Sort:
		return &sorting{p: p, t: t, answers: map[string]string{}}
	}
	return nil
}

// predict: guess, how sure, then the world computes and shows, then perhaps because.
type predict struct {
	p      *Player
	t      lessons.Predict
	guess  string
	sure   int
	ran    bool
	proved bool
	told   bool // the decisive line was commented
	more   int  // how often the way on was explained
}

func (t *predict) phase() string {
	return t.guess + itoa(t.sure) + map[bool]string{true: "r"}[t.ran] + map[bool]string{true: "b"}[t.proved]
}

func (t *predict) done() bool {
	return t.sure > 0 && t.told && !t.p.view.more() && (t.t.Because == nil || t.proved)
}

func (t *predict) ask() {
	p := t.p
	switch {
	case t.guess == "":
		for _, o := range t.t.Options {
			if md, ok := p.lesson.Text(p.o.Lang, p.Screen()+"."+o); ok {
				p.print(Page, "  "+o+"  "+md)
			}
		}
		p.say("guess", "keys", strings.Join(t.t.Options, ", "))
	case t.sure == 0:
		p.say("sure")
	case p.view.more():
		if t.more == 0 || t.more == 1 && t.told { // once, and once more after the line that decides
			p.say("more")
			t.more++
		}
	case t.t.Because != nil && !t.proved:
		if !p.section(Tutor, p.Screen()+".because", nil) {
			p.say("because")
		}
	}
}

func (t *predict) enter() {
	switch {
	case t.sure > 0 && t.p.view.more():
		t.p.view.reveal(t.p, 1)
		t.comment()
		if t.done() {
			t.p.say("enter")
			return
		}
	case t.done():
		t.p.next()
		return
	}
	t.ask()
}

func (t *predict) line(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	switch {
	case t.guess == "" && (slices.Contains(t.t.Options, s) || s == "?" || s == "x"):
		if s == "x" {
			s = "?"
		}
		t.guess = s
		t.ask()
		return true
	case t.guess != "" && t.sure == 0 && (s == "1" || s == "2" || s == "3"):
		t.sure = int(s[0] - '0')
		t.lock()
		return true
	case t.sure > 0 && t.t.Because != nil && strings.HasPrefix(s, "because"):
		t.because(s)
		return true
	}
	return false
}

// lock notes the guess for good, then lets the world compute.
func (t *predict) lock() {
	p := t.p
	r := p.result()
	if r.Guess == "" { // going back does not unlock it
		r.Guess, r.Sure = t.guess, t.sure
		if t.guess != t.t.Right {
			r.Tag = t.t.Tag
		}
		r.Tries++
	}
	for _, line := range t.t.Run {
		p.world.Do(line)
	}
	if p.Talking() {
		p.world.Leave()
	}
	t.ran = true
	if t.t.Decisive == nil {
		t.tell()
		return
	}
	p.view.begin(p, t.t.Decisive(p.evidence()))
	p.view.reveal(p, 1)
	t.comment()
	t.ask()
}

// comment says something beside the decisive line, once it is on the screen.
func (t *predict) comment() {
	if v := &t.p.view; !t.told && v.shown >= v.decisive {
		t.tell()
	}
}

func (t *predict) tell() {
	p := t.p
	t.told = true
	r := p.result()
	if t.t.Because == nil && (!t.t.Credit || r.Guess == t.t.Right) {
		r.Got = r.Of
	}
	values := map[string]string{"guess": t.guess, "n": itoa(p.view.decisive)}
	if md, ok := p.lesson.Text(p.o.Lang, p.Screen()+"."+t.guess); ok {
		values["guess"] = md
		p.say("yours", "guess", md, "sure", itoa(t.sure))
	}
	suffix := ".after." + t.guess
	if t.guess == "?" {
		suffix = ".after"
	}
	if !p.section(Tutor, p.Screen()+suffix, values) {
		p.section(Tutor, p.Screen()+".after", values)
	}
	if t.t.Decisive == nil {
		p.say("enter")
	}
}

func (t *predict) because(s string) {
	p := t.p
	n, ok := entryNumber(s)
	e := p.evidence().At(n)
	if !ok || e == nil {
		p.say("because.number", "most", itoa(len(p.world.Timeline().Entries)))
		return
	}
	r := p.result()
	r.Tries++
	if !t.t.Because(p.evidence(), n) {
		p.seen(n)
		p.section(Tutor, p.Screen()+".near", map[string]string{"n": itoa(n)})
		return
	}
	t.proved = true
	if !t.t.Credit || r.Guess == t.t.Right {
		r.Got = r.Of
	}
	p.view.reveal(p, len(p.world.Timeline().Entries))
	p.section(Tutor, p.Screen()+".proved", map[string]string{"n": itoa(n)})
	p.say("enter")
}

func (t *predict) solution() (string, bool) {
	switch {
	case t.guess == "":
		return t.t.Right, true
	case t.sure == 0:
		return "3", true
	case t.p.view.more():
		return "", true
	case t.t.Because != nil && !t.proved:
		for _, e := range t.p.world.Timeline().Entries {
			if t.t.Because(t.p.evidence(), e.N) {
				return "because " + itoa(e.N), true
			}
		}
	}
	return "", false
}

// because: which entry proves it?
type because struct {
	p  *Player
	t  lessons.Because
	ok bool
}

func (t *because) phase() string { return map[bool]string{true: "b"}[t.ok] }
func (t *because) done() bool    { return t.ok }
func (t *because) ask()          { t.p.say("because") }

func (t *because) enter() {
	if t.ok {
		t.p.next()
		return
	}
	t.ask()
}

func (t *because) line(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	if !strings.HasPrefix(s, "because") {
		return false
	}
	p := t.p
	n, ok := entryNumber(s)
	if e := p.evidence().At(n); !ok || e == nil {
		p.say("because.number", "most", itoa(len(p.world.Timeline().Entries)))
		return true
	}
	r := p.result()
	r.Tries++
	if t.t.Proof(p.evidence(), n) {
		t.ok = true
		r.Got = r.Of
		p.section(Tutor, p.Screen()+".done", map[string]string{"n": itoa(n)})
		p.say("enter")
		return true
	}
	p.seen(n)
	suffix := ""
	if t.t.Near != nil {
		suffix = t.t.Near(p.evidence(), n)
	}
	if suffix == "" || !p.section(Tutor, p.Screen()+".near."+suffix, map[string]string{"n": itoa(n)}) {
		p.section(Tutor, p.Screen()+".near", map[string]string{"n": itoa(n)})
	}
	return true
}

func (t *because) solution() (string, bool) {
	if t.ok {
		return "", false
	}
	return "because " + itoa(t.t.Solution(t.p.evidence())), true
}
