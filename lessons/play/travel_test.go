package play

import (
	"bytes"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/lessons"
	"github.com/smtpsim/smtpsim/sim"
)

// ways are lists of lines: the solution of each lesson, and the clumsy way.
func ways(t testing.TB, l *lessons.Lesson) [][]string {
	var good []string
	p := start(t, l, Options{})
	solve(t, p, "", func(line string, _ []Line) { good = append(good, line) })
	return [][]string{good, everything()}
}

// place is where a learner stands: everything that he could notice.
func place(p *Player) string {
	return p.Prompt() + "\n" + p.Digest() + "\n" + screen(p.Show())
}

// record types lines and keeps the log and where each line led.
func record(t testing.TB, l *lessons.Lesson, lines []string) (log []byte, ends []int, places []string) {
	p := start(t, l, Options{Lang: "de", Seat: "X-1"})
	log = lessons.AppendLine(log, p.Header())
	ends, places = append(ends, len(log)), append(places, place(p))
	for _, line := range lines {
		if p.Ended() {
			break
		}
		p.Line(line)
		if all := p.Inputs(); len(all) > 0 {
			log = lessons.AppendLine(log, all[len(all)-1])
		}
		ends, places = append(ends, len(log)), append(places, place(p))
	}
	return log, ends, places
}

// TestResume cuts the log after every input, and in the middle of the next line: the same prompt, world and screen come back.
func TestResume(t *testing.T) {
	for _, l := range course(t) {
		for w, lines := range ways(t, l) {
			log, ends, places := record(t, l, lines)
			step := 1
			if testing.Short() {
				step = 7
			}
			for i := 0; i < len(ends); i += step {
				cut := ends[i]
				if i+1 < len(ends) {
					cut = (ends[i] + ends[i+1]) / 2 // killed while it wrote
				}
				old, err := lessons.ReadLog(bytes.NewReader(log[:cut]))
				if err != nil || len(old.Inputs) != i {
					t.Fatalf("lesson %d way %d: %d inputs of %d: %v", l.Number, w, len(old.Inputs), i, err)
				}
				p, _, err := Resume(l, old, Options{Lang: "de"})
				if err != nil {
					t.Fatal(err)
				}
				if got := place(p); got != places[i] {
					t.Errorf("lesson %d way %d: after %d inputs, the last %q:\n%s\nwant\n%s", l.Number, w, i, lastLine(old), got, places[i])
				}
				p.Close()
			}
		}
	}
}

func lastLine(l *lessons.Log) string {
	if len(l.Inputs) == 0 {
		return ""
	}
	return l.Inputs[len(l.Inputs)-1].Line
}

// TestResumeGoesOn: after a resume the same lines lead to the same screens as without it.
func TestResumeGoesOn(t *testing.T) {
	for _, l := range course(t) {
		for _, lines := range ways(t, l) {
			whole := start(t, l, Options{})
			var want []string
			for _, line := range lines {
				want = append(want, screen(whole.Line(line)))
			}
			for _, at := range []int{5, 17, 30, 55, 80} {
				half := start(t, l, Options{})
				feed(half, lines[:min(at, len(lines))]...)
				p, _, err := Resume(l, half.Log(), Options{})
				if err != nil {
					t.Fatal(err)
				}
				for i := at; i < len(lines); i++ {
					if got := screen(p.Line(lines[i])); got != want[i] {
						t.Errorf("lesson %d, resumed at %d, line %d %q:\n%s\nwant\n%s", l.Number, at, i, lines[i], got, want[i])
						break
					}
				}
				p.Close()
			}
		}
	}
}

// TestLeave: a log that holds q goes on after it.
func TestLeave(t *testing.T) {
	l := lesson(t, 1)
	p := start(t, l, Options{})
	feed(p, "", "b", "q")
	if !p.Ended() {
		t.Fatal("q does not leave")
	}
	again, _, err := Resume(l, p.Log(), Options{})
	if err != nil || again.Ended() || again.Prompt() != "1.1 >" {
		t.Fatalf("%v %v %s", err, again.Ended(), again.Prompt())
	}
	feed(again, "3", "", "telnet mx1 25", "q")
	if again.Ended() || again.Prompt() != "mx1:25 C:" {
		t.Errorf("q in a session is the server's: %s", again.Prompt())
	}
	again.Interrupt()
	if again.Ended() || again.Prompt() != "1.2 >" {
		t.Errorf("Ctrl-C ends the session and nothing else: %s", again.Prompt())
	}
	again.Interrupt()
	if again.Ended() {
		t.Error("Ctrl-C never ends the program")
	}
	again.Close()
}

// changing drops the lines that move in time, change the language or leave: going back over the others is what is tried.
func changing(lines []string) []string {
	var out []string
	for _, line := range lines {
		f := strings.Fields(strings.TrimPrefix(line, ":"))
		if len(f) > 0 && (contains(travelWords(), f[0]) || f[0] == "lang") {
			continue
		}
		out = append(out, line)
	}
	return out
}

// TestBackAgain: back n and the same lines again make the same world; branches lead to what was left.
func TestBackAgain(t *testing.T) {
	for _, l := range course(t) {
		for _, lines := range ways(t, l) {
			lines = changing(lines)
			for _, n := range []int{1, 2, 3, 7} {
				p := start(t, l, Options{})
				for i := 0; i < len(lines) && !p.Ended(); i++ {
					p.Line(lines[i])
					if i%11 != 5 || len(p.changes) < n || p.Ended() {
						continue
					}
					backAndForth(t, p, n)
				}
			}
		}
	}
}

func backAndForth(t *testing.T, p *Player, n int) {
	t.Helper()
	was, kept, digest := place(p), len(p.kept), p.Digest()
	var again []string
	for _, i := range p.kept[p.changes[len(p.changes)-n]:] {
		again = append(again, p.inputs[i].Line)
	}
	back := ":back " + itoa(n)
	if p.Prompt() == "data |" || p.Talking() {
		p.Line(back)
	} else {
		p.Line(back[1:])
	}
	if p.quiet || len(p.kept) != kept-len(again) {
		t.Fatalf("back %d: %d inputs kept of %d", n, len(p.kept), kept)
	}
	for _, line := range again {
		p.Line(line)
	}
	if got := p.Digest(); got != digest {
		t.Fatalf("back %d and again: %s, want %s", n, got, digest)
	}
	if got := place(p); got != was {
		t.Fatalf("back %d and %q again:\n%s\nwant\n%s", n, again, got, was)
	}
	branch := "branch " + branchName(len(p.undone)-1)
	if p.Talking() {
		branch = ":" + branch
	}
	p.Line(branch)
	if got := place(p); got != was {
		t.Fatalf("%s:\n%s\nwant\n%s", branch, got, was)
	}
}

// TestBranches: nothing is lost by going back and acting otherwise.
func TestBranches(t *testing.T) {
	p := start(t, lesson(t, 1), Options{})
	feed(p, "next", "next", "telnet mx1 25", "EHLO alice.nord.example")
	one := place(p)
	feed(p, ":back", "HELO alice.nord.example")
	two := place(p)
	if one == two {
		t.Fatal("two ways, one place")
	}
	for range 2 {
		if feed(p, ":branch A"); place(p) != one {
			t.Errorf("branch A:\n%s\nwant\n%s", place(p), one)
		}
		if feed(p, ":branch B"); place(p) != two {
			t.Errorf("branch B:\n%s\nwant\n%s", place(p), two)
		}
	}
	if out := feed(p, ":branches"); strings.Count(out, "branch ") != 2 {
		t.Errorf("two ways were left:\n%s", out)
	}
	if out := feed(p, ":branch Z"); !strings.Contains(out, "branch A") {
		t.Errorf("an unknown branch: %s", out)
	}
}

// TestLanguage: switching the language keeps the place, the world and what was answered.
func TestLanguage(t *testing.T) {
	for _, l := range course(t) {
		for _, lines := range ways(t, l) {
			a, b := start(t, l, Options{Lang: "de"}), start(t, l, Options{Lang: "en"})
			for i, line := range changing(lines) {
				if a.Ended() {
					break
				}
				a.Line(line)
				b.Line(line)
				if i%3 == 0 && !b.Ended() {
					b.Line(":lang de")
					if a.Prompt() != b.Prompt() || a.Digest() != b.Digest() || screen(a.Show()) != screen(b.Show()) {
						t.Fatalf("lesson %d, %q:\n%s\n%s", l.Number, line, place(a), place(b))
					}
					b.Line(":lang en")
				}
			}
			for i, r := range a.Results() {
				if x := b.Results()[i]; r.Got != x.Got || r.Tries != x.Tries || r.Guess != x.Guess {
					t.Errorf("%+v in German, %+v in English", r, x)
				}
			}
		}
	}
}

// TestLocked: going back does not unlock an answer that counts.
func TestLocked(t *testing.T) {
	p := start(t, lesson(t, 3), Options{})
	feed(p, "", "a", "3")
	out := feed(p, "back 2", "b", "3")
	if !strings.Contains(out, "first answer is the one that counts: a") {
		t.Errorf("it is told that the first answer counts:\n%s", out)
	}
	if r := p.Results()[0]; r.Guess != "a" || r.Got != 0 || r.Tag != "M1" || r.Tries != 1 {
		t.Errorf("%+v", r)
	}
}

// TestOpen: what was left open can be gone back to, from the last page too, and the lesson is over when nothing is.
func TestOpen(t *testing.T) {
	for _, l := range course(t) {
		p := start(t, l, Options{})
		last := l.Screens[len(l.Screens)-1].ID
		for p.Screen() != last {
			p.Line(":next")
		}
		if out := screen(p.Show()); p.Ended() || !strings.Contains(out, "Still open: ") || !strings.Contains(out, "Enter ends the lesson") {
			t.Fatalf("lesson %d: %v\n%s", l.Number, p.Ended(), out)
		}
		if out := feed(p, "open 99"); !strings.Contains(out, "to `open "+last+"`") {
			t.Error(out)
		}
		for i := range l.Screens {
			if s := &l.Screens[i]; s.Counts() {
				p.Line("open " + s.ID)
				solve(t, p, l.Screens[i+1].ID, nil)
			}
		}
		for _, r := range p.Results() {
			if r.Counts && !r.Done() {
				t.Errorf("opened and solved: %+v", r)
			}
		}
		if !p.Ended() {
			t.Errorf("lesson %d is not over", l.Number)
		}
		again, _, err := Resume(l, p.Log(), Options{})
		if err != nil || !again.Ended() {
			t.Errorf("resumed: %v %v", err, again.Ended())
		}
		again.Close()
	}
}

// TestTap: each world has sinks, also the one that comes back.
func TestTap(t *testing.T) {
	var opened []string
	p := start(t, lesson(t, 3), Options{Tap: func(screen string) sim.Sinks { opened = append(opened, screen); return sim.Sinks{} }})
	feed(p, "next", "next", "next", "b", "3", "step all", "back")
	if got := strings.Join(opened, " "); got != "3.3 3.3" {
		t.Errorf("worlds opened on %s", got)
	}
}

// TestFull: a full log says so and takes nothing more; going back has a budget.
func TestFull(t *testing.T) {
	p := start(t, lesson(t, 1), Options{})
	p.inputs = make([]lessons.Input, lessons.MaxInputs)
	if out := feed(p, "x"); !strings.Contains(out, "full") || len(p.inputs) != lessons.MaxInputs {
		t.Error(out)
	}
	p = start(t, lesson(t, 1), Options{})
	feed(p, "", "b")
	p.refed = maxRefed
	if out := feed(p, "back"); !strings.Contains(out, "so often") {
		t.Error(out)
	}
}
