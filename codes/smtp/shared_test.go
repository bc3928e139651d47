package smtp

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// recordings finds the directory of shared data beside the repository.
func recordings(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		t.Fatal("no go.mod above the test")
	}
	shared := filepath.Join(dir, "..", "shared")
	if _, err := os.Stat(shared); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the recordings (../shared) are missing")
		}
		t.Skip("needs the recordings in ../shared")
	}
	return shared
}

// rows reads a table of the recordings, without its heading.
func rows(t *testing.T, file string) [][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(recordings(t), file))
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		out = append(out, strings.Split(line, "\t"))
	}
	return out
}

// A reply line that the three founding documents print must stand in a dialogue of testdata, but for what is no reply in
// a dialogue, or was misread in the documents' scanning.
func TestDialoguesAreComplete(t *testing.T) {
	var spoken strings.Builder
	files, _ := filepath.Glob("testdata/dialogues/*.txt")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			if strings.HasPrefix(line, "S: ") {
				spoken.WriteString(squeeze(line[3:]) + "\n")
			}
		}
	}
	excused := map[string]string{
		"220 HELP":                          "openssl prints the last line of a reply it has read itself",
		"250 HELP":                          "the same",
		"250-BBITMIME":                      "8BITMIME misread",
		"250-domain greeting":               "a schema, not a dialogue",
		"250-unterstuetzte ESMTP Kommandos": "the same",
		"250 letztes Kommando":              "the same",
		"250 2.1.5 1 < liste@majestix.physik.home>":        "\"1\" misread",
		"250 2.1.5 linux@lug-erding.de>":                   "a bracket lost",
		"250-mail.lug-erding.de Hello [92.64.98.12], plea": "cut at the edge of the slide",
	}
	printed := regexp.MustCompile(`^\s*([2-5][0-5][0-9][ -].*)$`)
	seeds, err := filepath.Glob(filepath.Join(recordings(t), "seeds", "*.txt"))
	if err != nil || len(seeds) != 3 {
		t.Fatalf("%d documents, %v", len(seeds), err)
	}
	found := 0
	for _, seed := range seeds {
		text, err := os.ReadFile(seed)
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(string(text), "\n") {
			m := printed.FindStringSubmatch(line)
			if m == nil || excused[strings.TrimSpace(m[1])] != "" {
				continue
			}
			found++
			if !strings.Contains(spoken.String(), squeeze(m[1])) {
				t.Errorf("%s:%d: %q stands in no dialogue", filepath.Base(seed), n+1, line)
			}
		}
	}
	if found < 60 {
		t.Errorf("only %d printed replies found", found)
	}
}

// squeeze takes away what the scanning of slides changes: spaces, the continuation mark, what follows the prompt.
func squeeze(s string) string {
	s = strings.TrimSuffix(strings.TrimSpace(s), "\\")
	if i := strings.Index(s, "HELO mac"); i > 0 {
		s = s[:i]
	}
	s = strings.TrimSuffix(s, "subject: hello")
	return strings.NewReplacer(" ", "", `\`, "", "setminus", "").Replace(s)
}
