package play

import (
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/lessons"
	"github.com/smtpsim/smtpsim/lessons/page"
)

// sorting: an outcome for each item.
type sorting struct {
	p       *Player
	t       lessons.Sort
	answers map[string]string
	hints   int
}

func (t *sorting) phase() string {
	s := ""
	for _, item := range t.t.Items {
		s += t.answers[item] + "/"
	}
	return s
}

func (t *sorting) done() bool { return t.right() == len(t.t.Items) }

func (t *sorting) right() int {
	n := 0
	for _, item := range t.t.Items {
		if t.answers[item] == t.t.Right[item] {
			n++
		}
	}
	return n
}

func (t *sorting) show() {
	p := t.p
	for _, o := range t.t.Outcomes {
		md, _ := p.lesson.Text(p.o.Lang, p.Screen()+"."+o)
		for _, l := range page.Item("  "+pad(o, 8), p.glyphs(md), p.o.Width, p.style(Page)) {
			p.print(Page, l)
		}
	}
	if len(t.answers) > 0 {
		t.placed()
	}
	t.ask()
}

// placed lists the answers given so far.
func (t *sorting) placed() {
	var have []string
	for _, item := range t.t.Items {
		if a := t.answers[item]; a != "" {
			have = append(have, item+" "+a)
		}
	}
	t.p.say("sort.placed", "list", strings.Join(have, ", "), "got", itoa(t.right()), "of", itoa(len(t.t.Items)))
}

func (t *sorting) ask() {
	if t.done() {
		t.p.finished()
		return
	}
	t.p.say("sort", "items", strings.Join(t.t.Items, ", "), "outcomes", strings.Join(t.t.Outcomes, ", "))
}

func (t *sorting) enter() {
	if t.done() {
		t.p.next()
		return
	}
	t.ask()
}

func (t *sorting) line(s string) bool {
	words := strings.Fields(strings.ToLower(s))
	if firstWord(s, "sort", "sortiere") {
		words = words[1:]
	} else if len(words) != 2 {
		return false
	}
	item := ""
	if len(words) > 0 {
		item = strings.TrimSuffix(strings.TrimSuffix(words[0], ":"), ".example")
	}
	known := slices.Contains(t.t.Items, item)
	switch {
	case known && len(words) == 2 && slices.Contains(t.t.Outcomes, words[1]):
		t.place(item, words[1])
	case known || firstWord(s, "sort", "sortiere"):
		t.ask()
	default:
		return false
	}
	return true
}

func (t *sorting) stray(s string) bool {
	if !slices.Contains(t.t.Items, strings.ToLower(s)) && !slices.Contains(t.t.Outcomes, strings.ToLower(s)) {
		return false
	}
	t.ask()
	return true
}

func (t *sorting) place(item, outcome string) {
	p := t.p
	r := p.result()
	r.Of = len(t.t.Items)
	r.Tries++
	right := outcome == t.t.Right[item]
	if !r.tried(item) && right {
		r.First++
	}
	t.answers[item] = outcome
	r.Got = max(r.Got, t.right())
	switch {
	case right:
		p.say("sort.yes", "item", item, "got", itoa(t.right()), "of", itoa(len(t.t.Items)))
	case !p.about("not."+item+"."+outcome, nil) && !p.about("not."+item, nil):
		p.say("sort.no", "item", item)
	}
	if t.done() {
		p.about("done", nil)
		p.finished()
	}
}

func (t *sorting) hint() {
	p := t.p
	if t.done() {
		p.say("hint.none")
		return
	}
	if p.giveHint(&t.hints, "hint", nil) {
		return
	}
	p.result().Played = true
	line, _ := t.solution()
	p.say("hint.solution", "line", line)
}

func (t *sorting) solution() (string, bool) {
	for _, item := range t.t.Items {
		if t.answers[item] != t.t.Right[item] {
			return "sort " + item + " " + t.t.Right[item], true
		}
	}
	return "", false
}
