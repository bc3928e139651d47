package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/sim/scenario"
)

// TestActors holds docs/actors.md: the scenarios and tests that it names are there.
func TestActors(t *testing.T) {
	text, err := os.ReadFile("actors.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if len(cells) != 3 || !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| what") || strings.HasPrefix(line, "| ---") {
			continue
		}
		rows++
		what, scenarios, tests := strings.TrimPrefix(cells[0], "| "), cells[1], strings.TrimSuffix(cells[2], " |")
		for name := range strings.SplitSeq(scenarios, ", ") {
			if _, ok := scenario.GallerySource(name); !ok && name != "–" {
				t.Errorf("%s: the gallery has no %s", what, name)
			}
		}
		for part := range strings.SplitSeq(tests, "; ") {
			room, names, ok := strings.Cut(part, " ")
			if !ok {
				t.Errorf("%s: %q names no test", what, part)
			}
			switch room {
			case "server", "client", "suite":
				for name := range strings.SplitSeq(names, ", ") {
					mustBe(t, what, dialogueFile(room, name))
				}
			default:
				for name := range strings.FieldsSeq(names) {
					mustTest(t, what, room, name)
				}
			}
		}
	}
	if rows < 30 {
		t.Errorf("docs/actors.md has %d rows that could be read", rows)
	}
}

func dialogueFile(place, name string) string {
	switch place {
	case "server":
		return "../sim/smtpserver/testdata/dialogues/" + name + ".txt"
	case "client":
		return "../sim/smtpclient/testdata/dialogues/" + name + ".txt"
	}
	return "../sim/conform/testdata/" + name + ".txt"
}

func mustBe(t *testing.T, what, file string) {
	t.Helper()
	if _, err := os.Stat(filepath.FromSlash(file)); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// mustTest says if a room has no test of that name.
func mustTest(t *testing.T, what, room, name string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(room), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	is := regexp.MustCompile(`(?m)^func ` + name + `\(t \*testing\.T\)`)
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil && is.Match(text) {
			return
		}
	}
	t.Errorf("%s: %s has no test %s", what, room, name)
}
