package play

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/smtpsim/smtpsim/lessons"
)

func course(t testing.TB) []*lessons.Lesson {
	t.Helper()
	all, err := lessons.Course()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func lesson(t testing.TB, number int) *lessons.Lesson {
	t.Helper()
	for _, l := range course(t) {
		if l.Number == number {
			return l
		}
	}
	t.Fatalf("no lesson %d", number)
	return nil
}

// screen is what a learner sees of lines.
func screen(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%c %s\n", "pTS$|>"[l.Voice], l.Text)
	}
	return b.String()
}

// start gives a player that was started, and closes it at the end.
func start(t testing.TB, l *lessons.Lesson, o Options) *Player {
	t.Helper()
	p := New(l, o)
	t.Cleanup(p.Close)
	p.Start()
	return p
}

// feed types lines and gives what was seen last.
func feed(p *Player, lines ...string) string {
	out := ""
	for _, l := range lines {
		out = screen(p.Line(l))
	}
	return out
}

// solve types the solution, at most until a screen is reached ("": the end).
func solve(t testing.TB, p *Player, until string, f func(line string, out []Line)) {
	t.Helper()
	for n := 0; !p.Ended() && p.Screen() != until; n++ {
		if n > 2000 {
			t.Fatalf("lesson %d does not end: %s", p.lesson.Number, p.Prompt())
		}
		line := p.Solution()
		out := p.Line(line)
		if f != nil {
			f(line, out)
		}
	}
}

// TestSolution: each lesson's solution passes everything, also with other seeds.
func TestSolution(t *testing.T) {
	for _, l := range course(t) {
		for seed := range uint64(6) {
			o := Options{Seed: &seed}
			if seed == 0 {
				o.Seed = nil
			}
			p := start(t, l, o)
			solve(t, p, "", nil)
			for _, r := range p.Results() {
				if r.Counts && !r.Done() || r.Got < blankOf(l, r.Screen) {
					t.Errorf("lesson %d, seed %d, %s: %+v after the solution", l.Number, seed, r.Screen, r)
				}
			}
		}
	}
}

// blankOf is what a task that may be done for nothing has to reach.
func blankOf(l *lessons.Lesson, id string) int {
	for _, s := range l.Screens {
		if d, ok := s.Task.(lessons.Do); ok && s.ID == id && d.Check != nil {
			return 1
		}
	}
	return 0
}

// credits counts what somebody earned.
func credits(p *Player) (n int) {
	for _, r := range p.Results() {
		if r.Counts && r.Done() {
			n++
		}
	}
	return n
}

// TestStartFails: no check holds on a fresh screen, whatever screen it is.
func TestStartFails(t *testing.T) {
	for _, l := range course(t) {
		p := start(t, l, Options{})
		for !p.Ended() {
			if p.task != nil && p.task.done() {
				t.Errorf("%s is done before anything was typed", p.Screen())
			}
			if d, ok := p.task.(*do); ok {
				if v := d.t.Check(p.evidence()); v.Done() {
					t.Errorf("%s: the check holds at the start: %+v", p.Screen(), v)
				}
				if d.t.Like != nil && d.t.Like.Check(p.evidence()).Done() {
					t.Errorf("%s: the like check holds at the start", p.Screen())
				}
			}
			p.Line("next")
		}
		if n := credits(p); n != 0 {
			t.Errorf("lesson %d: %d credits for skipping everything", l.Number, n)
		}
	}
}

// TestNothingForNothing: who only presses Enter, or says the same everywhere, gets what that deserves.
func TestNothingForNothing(t *testing.T) {
	for _, l := range course(t) {
		p := start(t, l, Options{})
		for range 300 {
			p.Line("")
		}
		if n := credits(p); n != 0 || p.Ended() {
			t.Errorf("lesson %d: %d credits for Enter", l.Number, n)
		}
		for _, answer := range []string{"?", "a"} {
			p := start(t, l, Options{})
			want := 0
			for i := range l.Screens {
				if s := &l.Screens[i]; s.Task != nil && s.Counts() {
					if t, ok := s.Task.(lessons.Predict); ok && t.Because == nil && t.Right == answer {
						want++
					}
				}
			}
			for !p.Ended() {
				here := p.Screen()
				feed(p, answer, "3", "", "step all")
				if p.Screen() == here && !p.Ended() {
					p.Line("next")
				}
			}
			if n := credits(p); n != want {
				t.Errorf("lesson %d: %d credits for saying %q everywhere, want %d", l.Number, n, answer, want)
			}
		}
	}
}

// TestHints: each task has its hints, and the third leads on.
func TestHints(t *testing.T) {
	for _, l := range course(t) {
		for _, lang := range lessons.Languages() {
			p := start(t, l, Options{Lang: lang})
			for !p.Ended() {
				if p.task != nil {
					seen := map[string]bool{}
					for n := range 3 {
						out := feed(p, "hint")
						if !strings.HasPrefix(out, "T ") || seen[out] || strings.Contains(out, "{") || strings.Contains(out, "#0") {
							t.Errorf("%s %s: hint %d is %q", p.Screen(), lang, n+1, out)
						}
						seen[out] = true
					}
				}
				p.Line("next")
			}
		}
	}
}

// TestLike: after the third hint a like task is there for credit, and its solution earns it.
func TestLike(t *testing.T) {
	for _, l := range course(t) {
		p := start(t, l, Options{})
		for !p.Ended() {
			d, ok := p.task.(*do)
			if ok && d.t.Like != nil {
				id := p.Screen()
				feed(p, "hint", "hint", "hint")
				for n := 0; n < 40 && !d.ok; n++ {
					p.Line(p.Solution())
				}
				if r := p.results[id]; !r.Done() || !r.Like || r.Hints != 3 {
					t.Errorf("%s: %+v after the like task", id, r)
				}
			}
			feed(p, ":next")
		}
	}
}

var update = flag.Bool("update", false, "write the golden transcripts anew")

// TestTranscript holds the whole of each lesson's solution, per language and form.
func TestTranscript(t *testing.T) {
	for _, l := range course(t) {
		for _, c := range []struct {
			name string
			o    Options
		}{{"en", Options{Lang: "en"}}, {"de", Options{Lang: "de"}}, {"de-60-ascii", Options{Lang: "de", Width: 60, ASCII: true}},
			{"en-plain", Options{Lang: "en", Plain: true}}} {
			var b bytes.Buffer
			p := start(t, l, c.o)
			b.WriteString(screen(p.Show()))
			last := p.Prompt()
			solve(t, p, "", func(line string, out []Line) {
				fmt.Fprintf(&b, "%s %s\n%s", last, line, screen(out))
				last = p.Prompt()
			})
			golden(t, fmt.Sprintf("lesson%02d.%s.txt", l.Number, c.name), b.Bytes())
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
		for i := range min(len(a), len(b)) {
			if a[i] != b[i] {
				t.Fatalf("%s, line %d: %q, want %q (-update writes it anew)", name, i+1, a[i], b[i])
			}
		}
		t.Fatalf("%s: %d lines, want %d", name, len(a), len(b))
	}
}

// TestWidth holds every line to the width, at 80 and at 60 columns; what a screen reader reads has no width.
func TestWidth(t *testing.T) {
	for _, l := range course(t) {
		for _, width := range []int{80, 60} {
			for _, ascii := range []bool{false, true} {
				for _, lang := range lessons.Languages() {
					p := start(t, l, Options{Lang: lang, Width: width, ASCII: ascii})
					look := func(what string, out []Line) {
						for _, x := range out {
							room := width - map[Voice]int{Tutor: 2, Server: 3}[x.Voice]
							if n := utf8.RuneCountInString(x.Text); n > room {
								t.Errorf("%s %s at %d, after %q: %d columns: %q", p.Screen(), lang, width, what, n, x.Text)
							}
							if strings.ContainsAny(x.Text, "\t\n\r") {
								t.Errorf("%s: a control in %q", p.Screen(), x.Text)
							}
							if ascii && x.Voice == Ladder && strings.ContainsFunc(x.Text, func(r rune) bool { return r > '~' }) && lang == "en" || ascii && strings.ContainsAny(x.Text, "…·„“–│►◄") {
								t.Errorf("%s: not ASCII: %q", p.Screen(), x.Text)
							}
						}
					}
					look("start", p.Show())
					for _, line := range everything() {
						look(line, p.Line(line))
					}
					p = start(t, l, Options{Lang: lang, Width: width, ASCII: ascii})
					solve(t, p, "", look)
				}
			}
		}
	}
}

// TestLeaks: a closed player leaves no goroutine behind, nor do the worlds that it left.
func TestLeaks(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, l := range course(t) {
		p := New(l, Options{})
		p.Start()
		for range 3 {
			feed(p, everything()...)
			p.ended = false
		}
		p.Close()
	}
	for range 200 { // one that has returned is counted until the runtime has taken it away
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines before, %d after", before, n)
	}
}

// BenchmarkFirstPage is everything between the start of the program and the first page, and the first page with a world.
func BenchmarkFirstPage(b *testing.B) {
	for b.Loop() {
		all, err := lessons.Course()
		if err != nil {
			b.Fatal(err)
		}
		p := New(all[1], Options{})
		p.Start()
		p.Close()
	}
}

// BenchmarkLesson plays the solution of lesson 3 from beginning to end.
func BenchmarkLesson(b *testing.B) {
	l := lesson(b, 3)
	for b.Loop() {
		p := New(l, Options{})
		p.Start()
		solve(b, p, "", nil)
		p.Close()
	}
}
