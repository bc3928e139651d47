package lessons

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
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
	Stop     bool     // a marked stop: a good place to leave
	Optional bool     // for the quick; counts nothing
}

// Task is something to do. Each kind is a type of its own.
type Task interface{ kind() string }

// Predict asks for a guess that is locked before the world computes. Options are the keys a, b, c…; "?" is "don't know".
// The option's text is the section ID+".a"; after the lock the world does Run and the ladder is shown from From to the
// decisive entry, with the guess beside it.
type Predict struct {
	Options  []string                  // "a".."f"
	Right    string                    // one of them
	Tag      string                    // the misconception it tests, "M5"
	Run      []string                  // world commands, done after the lock
	Decisive func(*Evidence) int       // the entry that decides; 0: none (then no ladder is shown)
	Credit   bool                      // a right answer counts (retrieval, exit ticket); else answering counts
	Because  func(*Evidence, int) bool // not nil: then "because N" is asked, and this says which N prove it
}

// Because asks which entry proves something. Near gives the section that answers a wrong but sensible number.
type Because struct {
	Proof    func(*Evidence, int) bool
	Near     func(*Evidence, int) string // section suffix, "" for the general answer
	Solution func(*Evidence) int
}

// Do asks for a state, to be reached by any means. The check runs after each typed line.
type Do struct {
	Check    func(*Evidence) Verdict
	Solution []string // typed lines, world and session
}

// Sort asks for an outcome for each item: "sort ITEM OUTCOME". Partial credit.
type Sort struct {
	Items    []string          // as typed, in order
	Outcomes []string          // keys; the texts are sections ID+"."+key
	Right    map[string]string // item to outcome
}

func (Predict) kind() string { return "predict" }
func (Because) kind() string { return "because" }
func (Do) kind() string      { return "do" }
func (Sort) kind() string    { return "sort" }

// Verdict is a check's answer: how many of how many parts hold, and what to tell.
type Verdict struct {
	Got, Of int
	Section string            // text suffix for feedback, "" for none
	Values  map[string]string // for its placeholders
}

// Done reports whether everything holds.
func (v Verdict) Done() bool { return v.Of > 0 && v.Got >= v.Of }

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
	for _, s := range l.Screens {
		if s.Task != nil && !s.Optional {
			n++
		}
	}
	return n
}

// Hash names the lesson's content: its number, screens and both languages' texts and scenarios, in hex.
func (l *Lesson) Hash() string {
	h := sha256.New()
	fmt.Fprintln(h, l.Number, l.ID)
	seen := map[string]bool{}
	for _, s := range l.Screens {
		fmt.Fprintf(h, "%s %s %q\n", s.ID, s.Scenario, s.Enter)
		if s.Scenario == "" || seen[s.Scenario] {
			continue
		}
		seen[s.Scenario] = true
		if src, err := files.ReadFile("scenarios/" + s.Scenario + ".yaml"); err == nil {
			h.Write(src)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
