package scenario

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/scenario-file.md and testdata anew")

// TestDocs: docs/scenario-file.md has a table of every struct of file.go, as the struct has it.
func TestDocs(t *testing.T) {
	const name = "../../docs/scenario-file.md"
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	for _, part := range parts() {
		begin, end := fmt.Sprintf("<!-- keys of %s -->\n", part.path), "<!-- end -->\n"
		_, after, found := strings.Cut(text, begin)
		table := part.table()
		if !found {
			if !*update {
				t.Errorf("%s says nothing of %s; go test ./sim/scenario -run TestDocs -update", name, part.path)
			}
			text += fmt.Sprintf("\n## %s\n%s%s%s", part.path, begin, table, end)
			continue
		}
		have, rest, _ := strings.Cut(after, end)
		if have != table {
			if !*update {
				t.Errorf("%s does not have the keys of %s as file.go has them; go test ./sim/scenario -run TestDocs -update", name, part.path)
			}
			text = strings.Replace(text, begin+have+end+rest, begin+table+end+rest, 1)
		}
	}
	if *update && text != string(page) {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// part is a struct of file.go and the key that it stands under.
type part struct {
	path string
	kind reflect.Type
}

func parts() []part {
	var out []part
	seen := map[reflect.Type]bool{}
	var walk func(path string, kind reflect.Type)
	walk = func(path string, kind reflect.Type) {
		for kind.Kind() == reflect.Pointer || kind.Kind() == reflect.Slice || kind.Kind() == reflect.Map {
			kind = kind.Elem()
		}
		if kind.Kind() != reflect.Struct || kind == reflect.TypeFor[word]() || seen[kind] || len(keysOf(kind)) == 0 {
			return
		}
		seen[kind] = true
		out = append(out, part{path, kind})
		for _, k := range keysOf(kind) {
			walk(strings.TrimPrefix(path+"."+k.name, "the file."), k.kind)
		}
	}
	walk("the file", reflect.TypeFor[file]())
	return out
}

func (p part) table() string {
	var b strings.Builder
	b.WriteString("| key | what it says |\n| --- | --- |\n")
	for _, k := range keysOf(p.kind) {
		fmt.Fprintf(&b, "| `%s` | %s%s |\n", k.name, listed(k.kind), strings.ReplaceAll(k.doc, "|", "\\|"))
	}
	return b.String()
}

// listed says of a value that it is not single.
func listed(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Slice:
		return "(list) "
	case reflect.Map:
		return "(keys of your own) "
	}
	return ""
}
