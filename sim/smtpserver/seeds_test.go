package smtpserver_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSeedDialogues holds each dialogue of testdata/seeds to the codes printed in the document it comes from: they stand in
// the script's comment behind "Printed codes:", and in the document itself.
func TestSeedDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/seeds/*.txt")
	if err != nil || len(files) < 7 {
		t.Fatalf("dialogues of the documents: %q, %v", files, err)
	}
	for _, path := range files {
		s := readScript(t, path)
		var printed, said []string
		for _, l := range s.lines {
			if _, codes, ok := strings.Cut(l.text, "Printed codes: "); ok && l.mark == "" {
				printed = strings.Fields(codes)
			}
			if l.mark == "S:" && len(l.text) > 3 && l.text[3] == ' ' {
				said = append(said, l.text[:3])
			}
		}
		if len(printed) == 0 {
			t.Errorf("%s: no printed codes", path)
		}
		if !contains(said, printed) {
			t.Errorf("%s: the server said %q, printed are %q", path, said, printed)
		}
	}
}

// contains says whether part stands in whole in one piece.
func contains(whole, part []string) bool {
	return strings.Contains(" "+strings.Join(whole, " ")+" ", " "+strings.Join(part, " ")+" ")
}

// TestSeedLines holds the client's lines of those dialogues to the documents.
func TestSeedLines(t *testing.T) {
	document, err := filepath.Glob(filepath.Join(shared(t, "seeds"), "*.txt"))
	if err != nil || len(document) != 3 {
		t.Fatalf("documents: %q, %v", document, err)
	}
	files, _ := filepath.Glob("testdata/seeds/*.txt")
	for _, path := range files {
		text := ""
		for _, d := range document {
			if strings.HasPrefix(filepath.Base(d), filepath.Base(path)[:3]) {
				data, err := os.ReadFile(d)
				if err != nil {
					t.Fatal(err)
				}
				text = squeeze(string(data))
			}
		}
		for _, l := range readScript(t, path).lines {
			if l.mark != "C:" || len(l.text) < 2 || strings.EqualFold(l.text, "quit") {
				continue
			}
			if !strings.Contains(text, squeeze(l.text)) {
				t.Errorf("%s: %q is not printed in the document", path, l.text)
			}
		}
	}
}

var spaces = regexp.MustCompile(`\s+`)

func squeeze(s string) string { return spaces.ReplaceAllString(s, " ") }
