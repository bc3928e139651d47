package grade

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/lessons"
	"github.com/smtpsim/smtpsim/lessons/play"
)

func course(t testing.TB) []*lessons.Lesson {
	t.Helper()
	all, err := lessons.Course()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// learn plays lesson 3 as a learner who has two wrong ideas, asks for hints, and lets one solution be shown; it gives the
// log and what was seen.
func learn(t testing.TB, l *lessons.Lesson) (*lessons.Log, string) {
	t.Helper()
	p := play.New(l, play.Options{Seat: "KRANICH-07"})
	defer p.Close()
	p.Start()
	var seen strings.Builder
	in := func(played bool, lines ...string) {
		for _, line := range lines {
			if played {
				see(&seen, p.Play(line))
			} else {
				see(&seen, p.Line(line))
			}
		}
	}
	in(false, "", "a", "3", "", "c", "2", "", "a", "3", "step all", "because 17", "becuase 14", "because 14", "")
	in(false, "hint", "dig west.example", "dig west.example MX", "", "b", "1", "step all", "", "a", "1", "step all", "because 24", "")
	in(false, "?", "", "step all", "because 24", "", "b", "2", "step all", "")
	in(false, "sort anna a", "sort anna mx", "sort berta a", "sort clara null", "hlep", "sort dora bounce", "sort emil queue", "")
	in(true, "zone delete nord.example MX", "zone add nord.example MX 10 mx.nord.example", "zone add nord.example MX 20 mx.sued.example")
	in(false, "", "next", "next", "b", "3", "", "b", "3", "step all", "because 14", "", "next", "q")
	return p.Log(), seen.String()
}

func see(b *strings.Builder, lines []play.Line) {
	for _, l := range lines {
		fmt.Fprintf(b, "%d %s\n", l.Voice, l.Text)
	}
}

func write(log *lessons.Log) []byte {
	b := lessons.AppendLine(nil, log.Header)
	for i := range log.Inputs {
		b = lessons.AppendLine(b, log.Inputs[i])
	}
	return b
}

func TestReport(t *testing.T) {
	all := course(t)
	log, seen := learn(t, all[1])
	again, err := lessons.ReadLog(bytes.NewReader(write(log)))
	if err != nil {
		t.Fatal(err)
	}
	var replayed strings.Builder
	r, err := Log(all[1], again, func(_ lessons.Input, out []play.Line) { see(&replayed, out) })
	if err != nil {
		t.Fatal(err)
	}
	if replayed.String() != seen {
		t.Error("the replay shows other screens")
	}
	if r.Seat != "KRANICH-07" || r.Check != log.Digest() || r.Inputs != len(log.Inputs) || r.Played != 3 || !r.Complete || r.Screen != "3.16" {
		t.Errorf("%+v", r)
	}
	if got := strings.Join(r.Misconceptions, " "); got != "M1 M4 M6 M5" {
		t.Errorf("misconceptions %s", got)
	}
	for _, want := range []Task{
		{Screen: "3.1", Kind: "predict", Counts: true, Of: 1, Tries: 1, Guess: "a", Right: "b", Sure: 3, Misconception: "M1"},
		{Screen: "3.2", Kind: "predict", Counts: true, Done: true, Got: 1, Of: 1, Tries: 1, Guess: "c", Right: "c", Sure: 2},
		{Screen: "3.3", Kind: "predict", Counts: true, Done: true, Got: 1, Of: 1, Tries: 3, Guess: "a", Right: "b", Sure: 3, Misconception: "M4"},
		{Screen: "3.4", Kind: "do", Counts: true, Done: true, Got: 1, Of: 1, Tries: 2, Hints: 1, Lines: 2, Par: 1},
		{Screen: "3.5", Kind: "predict", Tries: 1, Guess: "b", Right: "b", Sure: 1},
		{Screen: "3.7", Kind: "predict", Counts: true, Done: true, Got: 1, Of: 1, Tries: 2, Guess: "?", Right: "c"},
		{Screen: "3.9", Kind: "sort", Counts: true, Done: true, Got: 5, Of: 5, First: 4, Tries: 6},
		{Screen: "3.10", Kind: "do", Counts: true, Got: 3, Of: 3, Tries: 3, Played: true, AsSolution: true, Lines: 3, Par: 3},
		{Screen: "3.14", Kind: "predict", Counts: true, Got: 1, Of: 2, Tries: 2, Guess: "b", Right: "a", Sure: 3, Misconception: "M5"},
		{Screen: "3.15", Kind: "predict", Counts: true, Of: 1},
	} {
		i := slices.IndexFunc(r.Tasks, func(t Task) bool { return t.Screen == want.Screen })
		if got := r.Tasks[i]; got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
	if r.Got != 7 || r.Of != 11 {
		t.Errorf("%d of %d", r.Got, r.Of)
	}
}

// TestTwice: reading a log twice gives the same report; cut off, it gives a report of what is there.
func TestTwice(t *testing.T) {
	all := course(t)
	log, _ := learn(t, all[1])
	b := write(log)
	one, err := Read(all, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	two, _ := Read(all, bytes.NewReader(b))
	if fmt.Sprintf("%+v", one) != fmt.Sprintf("%+v", two) {
		t.Errorf("%+v\n%+v", one, two)
	}
	half, err := Read(all, bytes.NewReader(b[:len(b)*2/3]))
	if err != nil || half.Complete || half.Inputs >= one.Inputs || half.Check == one.Check {
		t.Errorf("%v %+v", err, half)
	}
}

func TestRefused(t *testing.T) {
	all := course(t)
	log, _ := learn(t, all[1])
	whole := string(write(log))
	for _, c := range []struct{ name, log, want string }{
		{"another edition", strings.Replace(whole, log.Header.Hash, strings.Repeat("0", 32), 1), "another edition"},
		{"another version", strings.Replace(whole, `"version":"`, `"version":"9`, 1), "expected a log of a world of version"},
		{"another lesson", strings.Replace(whole, `"lesson":3`, `"lesson":1`, 1), "expected a log of this edition of lesson 1"},
		{"no lesson of ours", strings.Replace(whole, `"lesson":3`, `"lesson":99`, 1), "found one of lesson 99"},
		{"moved by hand", strings.Replace(whole, `"n":9,"screen":"3.3"`, `"n":9,"screen":"3.4"`, 1), "line 10: expected a line typed at"},
		{"changed by hand", strings.Replace(whole, `"line":"a"`, `"line":"next"`, 1), "expected a line typed at"},
		{"no log", "hello\n", "line 1: expected the header"},
		{"empty", "", "found nothing"},
	} {
		if c.log == whole {
			t.Errorf("%s: nothing was changed", c.name)
		}
		if _, err := Read(all, strings.NewReader(c.log)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

// FuzzRead: whatever a file holds, reading it ends, with a report or an error that names a line.
func FuzzRead(f *testing.F) {
	all := course(f)
	log, _ := learn(f, all[1])
	short := *log
	short.Inputs = short.Inputs[:20]
	f.Add(write(&short))
	f.Add([]byte("{}\n"))
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 8<<10 {
			t.Skip()
		}
		r, err := Read(all, bytes.NewReader(b))
		if (r == nil) == (err == nil) {
			t.Errorf("%v %v", r, err)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	all := course(b)
	log, _ := learn(b, all[1])
	src := write(log)
	for b.Loop() {
		if _, err := Read(all, bytes.NewReader(src)); err != nil {
			b.Fatal(err)
		}
	}
}
