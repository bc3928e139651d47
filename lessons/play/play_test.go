package play

import (
	"testing"

	"github.com/smtpsim/smtpsim/lessons"
)

func course(t *testing.T) []*lessons.Lesson {
	t.Helper()
	all, err := lessons.Course()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestPlayed plays each lesson's solution and looks at the result of every task.
func TestPlayed(t *testing.T) {
	for _, l := range course(t) {
		p := New(l, Options{})
		show := func(lines []Line) {
			for _, x := range lines {
				t.Logf("%d %s", x.Voice, x.Text)
			}
		}
		show(p.Start())
		for n := 0; !p.Ended() && n < 1000; n++ {
			line := p.Solution()
			t.Logf("-------- %s %s", p.Prompt(), line)
			show(p.Line(line))
		}
		for _, r := range p.Results() {
			if r.Got < r.Of {
				t.Errorf("lesson %d, %s: %d of %d after the solution", l.Number, r.Screen, r.Got, r.Of)
			}
		}
		p.Close()
	}
}
