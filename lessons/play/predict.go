package play

import (
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/lessons"
	"github.com/smtpsim/smtpsim/lessons/page"
)

// predict: an answer, how sure, then the world computes and shows, then perhaps because.
type predict struct {
	p      *Player
	t      lessons.Predict
	guess  string // "", an option or "?"
	sure   int
	locked bool
	told   bool // the decisive entry is on the screen and was commented
	proved bool
	hints  int // before the lock
	after  int // hints for the proof
}

func (t *predict) phase() string {
	return t.guess + itoa(t.sure) + sign(t.locked) + sign(t.told) + sign(t.proved)
}

func sign(b bool) string {
	if b {
		return "+"
	}
	return "-"
}

func (t *predict) done() bool {
	return t.locked && t.told && !t.p.view.growing && (t.t.Because == nil || t.proved)
}

func (t *predict) show() {
	p := t.p
	switch {
	case !t.locked:
		t.options()
		t.askAnswer()
		return
	case p.view.drawn():
		p.view.again(p)
	}
	if t.told {
		t.tell()
	}
	if t.proved {
		p.about("proved", map[string]string{"n": itoa(t.t.Because.First(p.evidence()))})
	}
	t.ask()
}

func (t *predict) options() {
	p := t.p
	for _, o := range t.t.Options {
		md, _ := p.lesson.Text(p.o.Lang, p.Screen()+"."+o)
		for _, l := range page.Item("  "+o+"  ", p.glyphs(md), p.o.Width, p.style(Page)) {
			p.print(Page, l)
		}
	}
}

// askAnswer asks for the answer, or how sure it is.
func (t *predict) askAnswer() {
	keys := strings.Join(t.t.Options, ", ")
	switch {
	case t.guess == "" && len(t.t.Run) > 0:
		t.p.say("guess", "keys", keys)
	case t.guess == "":
		t.p.say("answer", "keys", keys)
	case t.guess == "?":
		t.p.say("unsure", "keys", keys)
	default:
		t.p.say("sure", "guess", t.guess)
	}
}

// ask tells how it goes on after the lock.
func (t *predict) ask() {
	p := t.p
	switch {
	case p.view.growing && (t.told && !t.t.Slow):
		p.say("more.rest")
	case p.view.growing:
		p.say("more")
	case t.t.Because != nil && !t.proved:
		if !p.about("because", nil) {
			p.say("because")
		}
	default:
		p.about("try", nil)
		p.finished()
	}
}

func (t *predict) enter() {
	switch {
	case !t.locked && t.guess == "?":
		t.lock()
	case !t.locked && t.guess == "":
		t.options()
		t.askAnswer()
	case !t.locked:
		t.askAnswer()
	case t.p.view.growing:
		t.grow()
	case t.done():
		t.p.next()
	default:
		t.ask()
	}
}

// grow shows the next line of the ladder, or after the decisive one all that is left.
func (t *predict) grow() {
	v := &t.p.view
	if t.told && !t.t.Slow {
		v.reveal(t.p, len(t.p.world.Timeline().Entries))
	} else {
		v.reveal(t.p, 1)
	}
	said := t.comment()
	if said || !v.growing {
		t.ask()
	}
}

// comment says something beside the decisive entry, once it is on the screen; it reports whether it did.
func (t *predict) comment() bool {
	v := &t.p.view
	if t.told || v.shown < v.decisive {
		return false
	}
	t.told = true
	t.note()
	t.tell()
	v.stopIfLong(t.p)
	return true
}

func (t *predict) line(s string) bool {
	key := strings.Trim(strings.ToLower(s), "().: ")
	switch {
	case t.locked && t.t.Because != nil && !t.proved && isBecause(s):
		t.because(s)
	case t.locked:
		return false
	case slices.Contains(t.t.Options, key):
		t.guess = key
		t.askAnswer()
	case slices.Contains([]string{"?", "x", "don't know", "dont know", "weiß nicht", "weiss nicht"}, key):
		t.guess = "?"
		t.askAnswer()
	case t.guess != "" && t.guess != "?" && (key == "1" || key == "2" || key == "3"):
		t.sure = int(key[0] - '0')
		t.lock()
	default:
		return false
	}
	return true
}

// stray answers what looks like an answer but is none.
func (t *predict) stray(s string) bool {
	if t.locked || len([]rune(s)) > 2 {
		return false
	}
	t.askAnswer()
	return true
}

// lock notes the answer for good, then lets the world compute.
func (t *predict) lock() {
	p := t.p
	t.locked = true
	r := p.result()
	if r.Guess == "" { // going back does not unlock it
		r.Guess, r.Sure, r.Right = t.guess, t.sure, t.t.Right
		if t.guess != t.t.Right && t.guess != "?" {
			r.Tag = t.t.Tag
		}
		r.Tries++
	}
	p.begin()
	for _, line := range t.t.Run {
		p.world.Do(line)
	}
	if p.Talking() {
		p.world.Leave()
	}
	e := p.evidence()
	from, decisive := 0, 0
	if t.t.From != nil {
		from = t.t.From(e)
	}
	if t.t.Decisive != nil {
		decisive = t.t.Decisive(e)
	}
	p.view.begin(p, from, decisive)
	t.comment()
	t.ask()
}

// note records what the answer and the proof are worth.
func (t *predict) note() {
	r := t.p.result()
	r.Of = t.t.Of()
	got := 0
	if t.t.Credit && r.Guess == t.t.Right {
		got++
	}
	if t.proved {
		got++
	}
	r.Got = max(r.Got, got)
}

// tell shows the answer beside the entry that decides.
func (t *predict) tell() {
	p := t.p
	if p.quiet {
		return
	}
	values := t.values()
	if md, ok := p.lesson.Text(p.o.Lang, p.Screen()+"."+t.guess); ok {
		p.markdown(Tutor, t.yours(md))
	}
	if r := p.result(); t.t.Credit && r.Guess != t.guess {
		first := r.Guess
		if first == "?" {
			first = text(p.o.Lang, "sure.0")
		}
		p.say("first.counts", "guess", first)
	}
	if t.guess == "?" || !p.section(Tutor, p.Screen()+".after."+t.guess, values) {
		p.section(Tutor, p.Screen()+".after", values)
	}
}

// yours is the learner's answer, cut so that it stays on one line.
func (t *predict) yours(md string) string {
	p := t.p
	line := func(md string) string {
		return page.Fill(text(p.o.Lang, "yours"), map[string]string{"key": t.guess, "guess": md, "sure": text(p.o.Lang, "sure."+itoa(t.sure))})
	}
	words := strings.Fields(strings.ReplaceAll(md, "`", ""))
	for n := len(words); n > 0; n-- {
		s := page.Escape(strings.Join(words[:n], " "))
		if n < len(words) {
			s += " …"
		}
		if len(page.Render(p.glyphs(line(s)), p.o.Width-2, page.Plain())) == 1 {
			return line(s)
		}
	}
	return line("")
}

// values are what the texts after the lock may cite.
func (t *predict) values() map[string]string {
	values := map[string]string{"n": itoa(t.p.view.decisive)}
	if t.t.Values != nil {
		for k, v := range t.t.Values(t.p.evidence()) {
			values[k] = v
		}
	}
	return values
}

func (t *predict) because(s string) {
	p := t.p
	n, ok := p.cited(s)
	if !ok {
		return
	}
	p.result().Tries++
	if !t.t.Because.Proof(p.evidence(), n) {
		p.near(t.t.Because, n)
		return
	}
	t.proved = true
	p.finishLadder()
	t.note()
	p.about("proved", map[string]string{"n": itoa(n)})
	t.ask()
}

func (t *predict) hint() {
	p := t.p
	switch {
	case !t.locked:
		if p.giveHint(&t.hints, "hint", nil) {
			return
		}
		if !t.t.Credit {
			p.say("hint.guess")
			return
		}
		p.result().Played = true
		p.say("hint.solution", "line", t.t.Right)
	case t.t.Because != nil && !t.proved && !p.view.growing:
		n := itoa(t.t.Because.First(p.evidence()))
		if p.giveHint(&t.after, "bhint", map[string]string{"n": n}) {
			return
		}
		p.result().Played = true
		p.say("hint.solution", "line", "because "+n)
	default:
		t.ask()
	}
}

func (t *predict) solution() (string, bool) {
	switch {
	case !t.locked && t.guess == "":
		return t.t.Right, true
	case !t.locked && t.guess != "?":
		return "3", true
	case !t.locked || t.p.view.growing:
		return "", true
	case t.t.Because != nil && !t.proved:
		return "because " + itoa(t.t.Because.First(t.p.evidence())), true
	}
	return "", false
}
