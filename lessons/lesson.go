package lessons

import (
	"embed"
	"fmt"
	"strings"

	"github.com/smtpsim/smtpsim/lessons/page"
	"github.com/smtpsim/smtpsim/sim/scenario"
)

// Files are the texts and the scenarios of the course.
//
//go:embed text/*.md scenarios/*.yaml
var files embed.FS

// Lesson is one lesson of the course. Texts live in text/NN.LANG.md, one section a key.
type Lesson struct {
	Number         int
	ID             string // "dns-mx"
	Edition        int    // raised when a check changes what it accepts: Hash cannot see into functions
	Minutes, Extra int    // the core; what is there for the quick
	Needs          []int  // lessons that should come before
	Misconceptions []string
	Unfold         bool // ladders show every line: the dialogue itself is the matter
	Screens        []Screen
	texts          map[string]map[string]string // language, section
}

// Screen is a page, and what the learner does there. Its text is the section with its ID.
type Screen struct {
	ID       string   // "3.2"
	Scenario string   // opens this world afresh; "" keeps the one there is
	Enter    []string // world commands done silently when the screen opens
	Task     Task     // nil: Enter goes on
	// Values are for the placeholders of the screen's own text; nil where there is nothing to cite: then the text is ID+".bare".
	Values   func(*Evidence) map[string]string
	Stop     bool // a marked stop: a good place to leave
	Optional bool // for the quick; counts nothing
}

// Counts reports whether a screen's task earns anything.
func (s *Screen) Counts() bool { return s.Task != nil && !s.Optional && s.Task.Counts() }

// Languages of the course, the first is the default.
func Languages() []string { return []string{"en", "de"} }

// Course opens all lessons with their texts.
func Course() ([]*Lesson, error) {
	all := []*Lesson{lesson1(), lesson3()}
	for _, l := range all {
		if err := l.load(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (l *Lesson) load() error {
	l.texts = map[string]map[string]string{}
	for _, lang := range Languages() {
		name := fmt.Sprintf("text/%02d.%s.md", l.Number, lang)
		src, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		sections, err := page.Split(string(src))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		l.texts[lang] = map[string]string{}
		for _, s := range sections {
			l.texts[lang][s.ID] = s.Body
		}
		head, _, _ := strings.Cut(strings.TrimPrefix(sections[0].Body, "# "), "\n")
		l.texts[lang]["name"] = head
	}
	return nil
}

// Name is the lesson's title.
func (l *Lesson) Name(lang string) string { return l.texts[lang]["name"] }

// Text is a section in a language; ok is false where there is none.
func (l *Lesson) Text(lang, section string) (string, bool) {
	s, ok := l.texts[lang][section]
	return s, ok
}

// Sections lists the section ids of a language, in no order.
func (l *Lesson) Sections(lang string) map[string]string { return l.texts[lang] }

// Scenario opens one of the course's scenarios.
func Scenario(name string) (*scenario.Scenario, error) {
	src, err := files.ReadFile("scenarios/" + name + ".yaml")
	if err != nil {
		return nil, err
	}
	return scenario.Parse(name+".yaml", src)
}

// Credits is the number of tasks that count.
func (l *Lesson) Credits() int {
	n := 0
	for i := range l.Screens {
		if l.Screens[i].Counts() {
			n++
		}
	}
	return n
}
