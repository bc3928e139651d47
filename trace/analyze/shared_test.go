package analyze

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// shared finds the directory of recordings that stands beside the project.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(append([]string{filepath.Dir(dir), "shared"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the recordings are missing: %v", err)
		}
		t.Skipf("skipped: the recordings are not there (%v)", err)
	}
	return path
}

// kept is a Sink that keeps everything.
type kept struct {
	captures  []trace.Capture
	sessions  []*trace.Session
	relations []trace.Relation
	events    int
}

func (k *kept) Event(*trace.Session, *trace.Event) { k.events++ }
func (k *kept) Session(s *trace.Session)           { k.sessions = append(k.sessions, s) }
func (k *kept) Capture(c trace.Capture)            { k.captures = append(k.captures, c) }
func (k *kept) Relation(r trace.Relation)          { k.relations = append(k.relations, r) }

// read analyzes one file.
func read(t testing.TB, path string, opts Options) (*kept, error) {
	t.Helper()
	var k kept
	err := Files([]string{path}, opts, &k)
	return &k, err
}
