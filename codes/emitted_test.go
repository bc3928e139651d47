package codes

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Whatever finding the code can report is explained: its id is in the list. Lines that name one are found by their looks.
func TestEmittedFindingsAreExplained(t *testing.T) {
	line := regexp.MustCompile(`kind\{"|ID: *"[a-z0-9-]+", Severity|find(At|Hop)?\(.*"[a-z0-9]+-|^\tcase "[a-z0-9]+-`)
	id := regexp.MustCompile(`"([a-z0-9]+(?:-[a-z0-9]+)+)"|kind\{"([a-z]+)"`)
	found := 0
	err := filepath.WalkDir("../trace", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for n, l := range strings.Split(string(source), "\n") {
			if !line.MatchString(l) || strings.HasPrefix(l, "\tcase") && filepath.Base(path) != "finding.go" {
				continue
			}
			for _, m := range id.FindAllStringSubmatch(l, -1) {
				found++
				if _, ok := Lookup(KindFinding, m[1]+m[2]); !ok {
					t.Errorf("%s:%d reports %q, which registry/findings.tsv does not list", path, n+1, m[1]+m[2])
				}
			}
		}
		return nil
	})
	if err != nil || found < 30 { // those that use the constants of findings.go are held by the compiler
		t.Errorf("%d ids found, %v", found, err)
	}
}
