package play

import (
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/lessons"
)

// do: a state of the world, reached by any means.
type do struct {
	p    *Player
	t    lessons.Do
	got  int
	last string // the feedback last given
	next int    // line of the solution
	ok   bool
}

func (t *do) phase() string { return itoa(t.got) }
func (t *do) done() bool    { return t.ok }
func (t *do) ask()          { t.p.say("do") }

func (t *do) enter() {
	if t.ok {
		t.p.next()
		return
	}
	t.ask()
}

// line leaves the line to the world; after runs the check.
func (t *do) line(string) bool { return false }

// after looks at the world after a line that it took.
func (t *do) after() {
	if t.ok {
		return
	}
	p := t.p
	v := t.t.Check(p.evidence())
	r := p.result()
	r.Of = max(v.Of, 1)
	r.Got = max(r.Got, v.Got)
	t.got = v.Got
	if v.Done() {
		t.ok = true
		p.section(Tutor, p.Screen()+".done", v.Values)
		p.say("enter")
		return
	}
	if v.Section != "" && v.Section != t.last {
		p.section(Tutor, p.Screen()+"."+v.Section, v.Values)
		r.Tries++
	}
	t.last = v.Section
}

func (t *do) solution() (string, bool) {
	if t.ok || t.next >= len(t.t.Solution) {
		return "", false
	}
	t.next++
	return t.t.Solution[t.next-1], true
}

// sorting: an outcome for each item.
type sorting struct {
	p       *Player
	t       lessons.Sort
	answers map[string]string
}

func (t *sorting) phase() string { return itoa(len(t.answers)) + "/" + itoa(t.right()) }
func (t *sorting) done() bool    { return t.right() == len(t.t.Items) }

func (t *sorting) right() int {
	n := 0
	for _, item := range t.t.Items {
		if t.answers[item] == t.t.Right[item] {
			n++
		}
	}
	return n
}

func (t *sorting) ask() {
	for _, o := range t.t.Outcomes {
		if md, ok := t.p.lesson.Text(t.p.o.Lang, t.p.Screen()+"."+o); ok {
			t.p.print(Page, "  "+pad(o, 8)+md)
		}
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
	if len(words) == 0 || words[0] != "sort" && words[0] != "sortiere" {
		return false
	}
	p := t.p
	if len(words) != 3 || !slices.Contains(t.t.Items, words[1]) || !slices.Contains(t.t.Outcomes, words[2]) {
		t.p.say("sort", "items", strings.Join(t.t.Items, ", "), "outcomes", strings.Join(t.t.Outcomes, ", "))
		return true
	}
	r := p.result()
	r.Of = len(t.t.Items)
	r.Tries++
	t.answers[words[1]] = words[2]
	r.Got = max(r.Got, t.right())
	if t.answers[words[1]] == t.t.Right[words[1]] {
		p.say("sort.yes", "item", words[1], "got", itoa(t.right()), "of", itoa(len(t.t.Items)))
	} else if !p.section(Tutor, p.Screen()+".not."+words[1], nil) {
		p.say("sort.no", "item", words[1])
	}
	if t.done() {
		p.section(Tutor, p.Screen()+".done", nil)
		p.say("enter")
	}
	return true
}

func (t *sorting) solution() (string, bool) {
	for _, item := range t.t.Items {
		if t.answers[item] != t.t.Right[item] {
			return "sort " + item + " " + t.t.Right[item], true
		}
	}
	return "", false
}
