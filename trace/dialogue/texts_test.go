package dialogue

import (
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// What is remembered is told in the same memory; what must not be, is not: secrets, and replies that are cut otherwise.
func TestTexts(t *testing.T) {
	x := NewTexts()
	said := func(line string) *saidCommand { _, s, _ := x.command([]byte(line)); return s }
	for line, want := range map[string]bool{"RCPT TO:<b@mx.example>": true, "AUTH PLAIN AGEAYg==": false, "AGEAYg==": false} {
		said(line)
		first, again := said(line), said(line)
		if (first != nil) != want || first != again {
			t.Errorf("%s: remembered: %t, want %t", line, first != nil, want)
		}
	}
	take := func(lines ...string) reply {
		s := server{reply: reply{code: 250}}
		for _, l := range lines {
			s.texts = append(s.texts, l...)
			s.ends = append(s.ends, len(s.texts))
		}
		return s.take(x)
	}
	for range 3 {
		for _, lines := range [][]string{{"2.1.0 a", "b"}, {"2.1.0 ", "ab"}} { // the same octets
			if r := take(lines...); len(r.lines) != 2 || r.lines[0] != lines[0] || r.lines[1] != lines[1] || r.enhanced != "2.1.0" {
				t.Errorf("%q became %q, %q", lines, r.lines, r.enhanced)
			}
		}
	}
	r, s := take("2.1.0 a", "b"), take("2.1.0 a", "b")
	r.hide("2.1.0")
	if s.lines[0] != "2.1.0 a" || take("2.1.0 a", "b").lines[0] != "2.1.0 a" || r.lines[0] == "2.1.0 a" {
		t.Errorf("a reply in which something was hidden: %q, the others %q", r.lines, s.lines)
	}
}

// BenchmarkAgain is a session of one mail after many of the same server, as a simulated world has them.
func BenchmarkAgain(b *testing.B) {
	chunks := benchSession(1, 1<<10)
	s, _ := parseScript("")
	var r counting
	d := New(s.flow, Options{Texts: NewTexts()}, &r)
	b.ReportAllocs()
	for b.Loop() {
		for _, c := range chunks {
			d.Chunk(c)
		}
		d.Close(trace.EndServer, scriptStart, 0)
		d.Reset(s.flow)
	}
}
