package sim

import (
	"fmt"
	"slices"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// told writes down what a recorder is told.
type told struct{ lines []string }

func (r *told) Event(s *trace.Session, e *trace.Event) {
	r.lines = append(r.lines, fmt.Sprint(s.Client, s.Server, e.Time, e.Kind, e.Verb, e.Line, e.Code, e.Lines, e.Bytes))
}

func (r *told) Session(s *trace.Session) {
	r.lines = append(r.lines, fmt.Sprint("session ", s.Client, s.Server, len(s.Transactions), len(s.Findings)))
}

// A recorder hears the same, in the same order, whether the wire is read at once or beside the world, and all of it by the
// time that a call returns.
func TestReaderKeepsOrder(t *testing.T) {
	var at, beside told
	now, err := Open(room(5, 40), Options{}, Sinks{Recorder: &at})
	if err != nil {
		t.Fatal(err)
	}
	defer now.Close()
	later, err := Open(room(5, 40), Options{TimelineCap: -1}, Sinks{Recorder: &beside, Lend: true})
	if err != nil {
		t.Fatal(err)
	}
	defer later.Close()
	for range 50 {
		now.Step()
		later.Step()
		if !slices.Equal(at.lines, beside.lines) {
			t.Fatalf("after some steps: %d lines at once, %d beside", len(at.lines), len(beside.lines))
		}
	}
	now.RunIdle()
	later.RunIdle()
	if len(at.lines) < 200*9 || !slices.Equal(at.lines, beside.lines) {
		for i := range min(len(at.lines), len(beside.lines)) {
			if at.lines[i] != beside.lines[i] {
				t.Fatalf("line %d: at once %s, beside %s", i, at.lines[i], beside.lines[i])
			}
		}
		t.Fatalf("%d lines at once, %d beside", len(at.lines), len(beside.lines))
	}
}
