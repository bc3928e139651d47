package docs

import (
	"flag"
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the generated files anew")

// TestRFCIndex holds docs/rfc-index.md: which room decides what by which section. It is made from the comments and strings of
// the code, and from the tags of the tests; -update writes it.
func TestRFCIndex(t *testing.T) {
	cite := regexp.MustCompile(`RFC ?(\d{3,5})((?:,? ?(?:and )?§ ?\d+(?:\.\d+)*(?:\.[A-Z])?)*)`)
	section := regexp.MustCompile(`§ ?(\d+(?:\.\d+)*)`)
	index := map[int]map[string]map[string]bool{} // RFC, section, rooms
	eachSource(t, func(name string, f *ast.File, _ *token.FileSet) {
		src, err := os.ReadFile(path.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range cite.FindAllStringSubmatch(string(src), -1) {
			n, _ := strconv.Atoi(m[1])
			if index[n] == nil {
				index[n] = map[string]map[string]bool{}
			}
			all := section.FindAllStringSubmatch(m[2], -1)
			if len(all) == 0 {
				all = [][]string{{"", ""}}
			}
			for _, s := range all {
				if index[n][s[1]] == nil {
					index[n][s[1]] = map[string]bool{}
				}
				index[n][s[1]][path.Dir(name)] = true
			}
		}
	})
	if len(index) < 20 {
		t.Fatalf("only %d RFCs are cited", len(index))
	}
	got := rfcIndex(index) + requirementIndex(requirements(t), index)
	if *update {
		if err := os.WriteFile("rfc-index.md", []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("rfc-index.md")
	if err != nil || string(want) != got {
		t.Error("docs/rfc-index.md is not what the code cites: go test ./docs -run TestRFCIndex -update")
	}
}

func rfcIndex(index map[int]map[string]map[string]bool) string {
	var b strings.Builder
	b.WriteString("# Where which RFC is implemented\n\nMade from the code: each decision there names its source. " +
		"`go test ./docs -run TestRFCIndex -update` renews it.\n")
	for _, n := range slices.Sorted(maps.Keys(index)) {
		fmt.Fprintf(&b, "\n## RFC %d\n", n)
		sections := slices.SortedFunc(maps.Keys(index[n]), bySection)
		for _, s := range sections {
			name := "§" + s
			if s == "" {
				name = "as a whole"
			}
			fmt.Fprintf(&b, "- %s: %s\n", name, strings.Join(slices.Sorted(maps.Keys(index[n][s])), ", "))
		}
	}
	return b.String()
}

// bySection orders 4.2 before 4.10.
func bySection(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		m, _ := strconv.Atoi(x[i])
		n, _ := strconv.Atoi(y[i])
		if m != n {
			return m - n
		}
	}
	return len(x) - len(y)
}
