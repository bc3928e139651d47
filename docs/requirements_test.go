package docs

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/sim/conform"
)

// testedMin is how many requirements were tested when this was last written: it never goes down.
const testedMin = 318

// requirement is one row of ../shared/requirements.tsv, and what shows it.
type requirement struct {
	id, section, level, role, text string
	shown                          []shown
	reason                         string // why it is not tested here (untested.tsv)
}

// shown is one test of a requirement, and the deviation with which that test fails.
type shown struct{ test, deviation string }

// shared finds a file beside the repository; without it the test is skipped, in CI it fails.
func shared(t *testing.T, name string) string {
	t.Helper()
	file := filepath.Join("..", "..", "shared", name)
	if _, err := os.Stat(file); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("../shared/%s is not there", name)
		}
		t.Skipf("../shared/%s is not there", name)
	}
	return file
}

// requirements are the rows, with what scripts and tagged tests show of them.
func requirements(t *testing.T) []*requirement {
	t.Helper()
	var rows []*requirement
	byID := map[string]*requirement{}
	for _, f := range table(t, shared(t, "requirements.tsv"), 5)[1:] {
		r := &requirement{id: f[0], section: f[1], level: f[2], role: f[3], text: f[4]}
		rows = append(rows, r)
		byID[r.id] = r
	}
	note := func(where, id, deviation string) {
		if byID[id] == nil {
			t.Errorf("%s: %s is no requirement", where, id)
			return
		}
		byID[id].shown = append(byID[id].shown, shown{where, deviation})
	}
	fromScripts(t, note)
	fromTags(t, note)
	for _, f := range table(t, "untested.tsv", 2) {
		switch r := byID[f[0]]; {
		case r == nil:
			t.Errorf("untested.tsv: %s is no requirement", f[0])
		case len(r.shown) > 0:
			t.Errorf("untested.tsv: %s is tested by %s", f[0], r.shown[0].test)
		default:
			r.reason = f[1]
		}
	}
	return rows
}

// table reads a file of fields between tabs.
func table(t *testing.T, file string, fields int) (rows [][]string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		f := strings.Split(line, "\t")
		if len(f) < fields {
			t.Fatalf("%s:%d: expected %d fields, found %d", file, n+1, fields, len(f))
		}
		rows = append(rows, f)
	}
	return rows
}

// fromScripts notes the deviations of the suite's scripts.
func fromScripts(t *testing.T, note func(where, id, deviation string)) {
	t.Helper()
	root := filepath.Join("..", "sim", "conform", "testdata")
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "pending" {
			return fs.SkipDir
		}
		if !strings.HasSuffix(file, ".txt") {
			return nil
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		s, err := conform.Parse(file, data)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(file, root+string(filepath.Separator)))
		for _, x := range s.Deviations {
			note(name, x.ID, x.Text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// fromTags notes the calls of conform.Tag in the tests of all rooms.
func fromTags(t *testing.T, note func(where, id, deviation string)) {
	t.Helper()
	tag := regexp.MustCompile(`conform\.Tag\(t, "(R\d+-\d+)", "([^"]*)"`)
	test := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := filepath.WalkDir(filepath.Join("..", "sim"), func(file string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, "_test.go") {
			return err
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		for _, m := range tag.FindAllStringSubmatchIndex(string(data), -1) {
			in := "?"
			for _, f := range test.FindAllStringSubmatchIndex(string(data[:m[0]]), -1) {
				in = string(data[f[2]:f[3]])
			}
			room := filepath.ToSlash(strings.TrimPrefix(filepath.Dir(file), ".."+string(filepath.Separator)))
			note(room+" "+in, string(data[m[2]:m[3]]), string(data[m[4]:m[5]]))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestRequirements counts the requirements that a test shows, each with a deviation that makes this test fail.
func TestRequirements(t *testing.T) {
	rows := requirements(t)
	tested := 0
	for _, r := range rows {
		if len(r.shown) > 0 {
			tested++
		} else if r.reason == "" {
			t.Logf("%s (%s, %s): neither tested nor in untested.tsv: %s", r.id, r.section, r.role, r.text)
		}
	}
	t.Logf("tested %d of %d", tested, len(rows))
	if tested < testedMin {
		t.Errorf("%d of %d requirements are tested; there were %d", tested, len(rows), testedMin)
	}
}

// requirementIndex writes what stands for each requirement: code, tests, deviations.
func requirementIndex(rows []*requirement, index map[int]map[string]map[string]bool) string {
	tested := 0
	for _, r := range rows {
		tested += min(len(r.shown), 1)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n# Requirements\n\n%d of %d are tested. Scripts are named by their path under sim/conform/testdata; what stands "+
		"behind *fails with* is the deviation that makes the test fail: `go test ./sim/conform -deviations=all` tries them.\n\n", tested, len(rows))
	for _, r := range rows {
		fmt.Fprintf(&b, "- **%s** %s %s, %s: %s\n", r.id, r.section, r.level, r.role, r.text)
		if code := places(index, r.section); code != "" {
			fmt.Fprintf(&b, "  - code: %s\n", code)
		}
		for i, x := range r.shown {
			switch {
			case i == 0:
				fmt.Fprintf(&b, "  - %s fails with", x.test)
			case x.test == r.shown[i-1].test:
				b.WriteString(",")
			default:
				fmt.Fprintf(&b, "\n  - %s fails with", x.test)
			}
			fmt.Fprintf(&b, " `%.160s`", x.deviation)
		}
		if len(r.shown) > 0 {
			b.WriteString("\n")
		}
		if r.reason != "" {
			fmt.Fprintf(&b, "  - not tested: %s\n", r.reason)
		}
	}
	return b.String()
}

// places are the rooms that cite a section such as "RFC5321 §4.5.3.1", or the section above it.
func places(index map[int]map[string]map[string]bool, where string) string {
	var n int
	var section string
	if _, err := fmt.Sscanf(where, "RFC%d §%s", &n, &section); err != nil {
		return ""
	}
	for {
		if rooms := index[n][section]; len(rooms) > 0 {
			var all []string
			for room := range rooms {
				all = append(all, room)
			}
			slices.Sort(all)
			return fmt.Sprintf("%s (§%s)", strings.Join(all, ", "), section)
		}
		up := strings.LastIndexByte(section, '.')
		if up < 0 {
			return ""
		}
		section = section[:up]
	}
}
