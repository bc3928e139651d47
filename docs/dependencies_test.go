package docs

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestDependencies holds docs/dependencies.md to go.mod: each direct dependency has a row with its reason, and no row is of
// anything else.
func TestDependencies(t *testing.T) {
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\| (\S+\.\S+/\S+|\S+\.\S+)(?: v\S+)? \| .+ \| (.+) \|$`).FindAllStringSubmatch(string(text), -1) {
		reasons[m[1]] = m[2]
	}
	direct := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^(?:require)?\s+(\S+) v\S+(.*)$`).FindAllStringSubmatch(string(mod), -1) {
		if strings.Contains(m[2], "// indirect") {
			continue
		}
		direct[m[1]] = true
		if len(reasons[m[1]]) < 20 {
			t.Errorf("docs/dependencies.md gives no reason for %s", m[1])
		}
	}
	for name := range reasons {
		if !direct[name] {
			t.Errorf("docs/dependencies.md has %s, which go.mod does not require", name)
		}
	}
	if len(direct) < 10 {
		t.Errorf("only %d direct dependencies were read in go.mod", len(direct))
	}
}
