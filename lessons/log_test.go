package lessons

import (
	"bytes"
	"strings"
	"testing"
)

func aLog(t testing.TB) []byte {
	t.Helper()
	b := AppendLine(nil, course(t)[0].Header(nil, "KRANICH-07"))
	for i, line := range []string{"", "b", "3", "MAIL FROM:<a@nord.example>", "grüße \u2028 \x00 \"", "q"} {
		b = AppendLine(b, Input{N: i + 1, Screen: "1.1", Prompt: "1.1 >", Line: line, Played: i%2 == 0})
	}
	return b
}

// TestLogCut cuts a log at every octet: a kill while it was written loses at most the last line.
func TestLogCut(t *testing.T) {
	whole := aLog(t)
	full, err := ReadLog(bytes.NewReader(whole))
	if err != nil || len(full.Inputs) != 6 || full.Header.Seat != "KRANICH-07" || full.Octets != int64(len(whole)) {
		t.Fatalf("%v %+v", err, full)
	}
	head := bytes.IndexByte(whole, '\n') + 1
	for n := range whole {
		l, err := ReadLog(bytes.NewReader(whole[:n]))
		if n < head {
			if err == nil {
				t.Errorf("%d octets: no header, and no error", n)
			}
			continue
		}
		lines := bytes.Count(whole[:n], []byte("\n"))
		if err != nil || len(l.Inputs) != lines-1 || l.Octets != int64(bytes.LastIndexByte(whole[:n], '\n')+1) {
			t.Errorf("%d octets: %v, %d inputs, want %d", n, err, len(l.Inputs), lines-1)
		}
		for i := range l.Inputs {
			if l.Inputs[i] != full.Inputs[i] {
				t.Errorf("%d octets: input %d is %+v", n, i+1, l.Inputs[i])
			}
		}
	}
}

func TestLogDamage(t *testing.T) {
	whole := string(aLog(t))
	for _, c := range []struct{ name, log, want string }{
		{"empty", "", "line 1: expected the header"},
		{"another format", strings.Replace(whole, "smtpsim-lesson", "smtpsim-journal", 1), "line 1: expected the header"},
		{"a line is gone", strings.Replace(whole, `{"n":2,"screen":"1.1","prompt":"1.1 \u003e","line":"b"}`+"\n", "", 1), "line 3: expected input number 2, found 3"},
		{"an unknown field", strings.Replace(whole, `{"n":2,`, `{"n":2,"x":1,`, 1), "line 3: expected a typed line"},
		{"more on the line", strings.Replace(whole, "\n{\"n\":2,", "{}\n{\"n\":2,", 1), "line 2: expected a typed line"},
		{"no JSON", whole + "hello\n", "line 8: expected a typed line"},
		{"endless line", whole + strings.Repeat("x", 1<<20) + "\n", "line 8: expected at most"},
		{"endless log", whole + strings.Repeat("\n", maxLog), "expected a log of at most"},
	} {
		if _, err := ReadLog(strings.NewReader(c.log)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

func TestFits(t *testing.T) {
	all := course(t)
	seed := uint64(7)
	h := all[1].Header(&seed, "")
	if err := h.Fits(all[1]); err != nil {
		t.Error(err)
	}
	for want, change := range map[string]func(*LogHeader){
		"expected a log of lesson 3, found one of lesson 1": func(h *LogHeader) { h.Lesson = 1 },
		"another edition":                      func(h *LogHeader) { h.Hash = "00" },
		"expected a log of a world of version": func(h *LogHeader) { h.Version = "0" },
	} {
		x := h
		change(&x)
		if err := x.Fits(all[1]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestHash holds that everything a replay depends on changes the hash, and that the texts do not.
func TestHash(t *testing.T) {
	base := lesson3().Hash()
	if again := lesson3().Hash(); again != base {
		t.Fatalf("%s, then %s", base, again)
	}
	for name, change := range map[string]func(*Lesson){
		"edition":     func(l *Lesson) { l.Edition++ },
		"a screen":    func(l *Lesson) { l.Screens = l.Screens[1:] },
		"a scenario":  func(l *Lesson) { l.Screens[3].Scenario = "five" },
		"the entry":   func(l *Lesson) { l.Screens[5].Enter = []string{"off mx2"} },
		"an answer":   func(l *Lesson) { p := l.Screens[1].Task.(Predict); p.Right = "a"; l.Screens[1].Task = p },
		"a run":       func(l *Lesson) { p := l.Screens[3].Task.(Predict); p.Run = nil; l.Screens[3].Task = p },
		"a solution":  func(l *Lesson) { d := l.Screens[4].Task.(Do); d.Solution = nil; l.Screens[4].Task = d },
		"an optional": func(l *Lesson) { l.Screens[4].Optional = true },
	} {
		l := lesson3()
		change(l)
		if l.Hash() == base {
			t.Errorf("%s does not change the hash", name)
		}
	}
	l := lesson3()
	l.texts = map[string]map[string]string{"en": {"3.1": "x"}}
	if l.Hash() != base {
		t.Error("a text changes the hash")
	}
}
