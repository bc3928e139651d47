package persona

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/personalities.md anew")

// TestDocument holds docs/personalities.md to the data; -update writes its tables anew.
func TestDocument(t *testing.T) {
	const path, mark = "../../docs/personalities.md", "<!-- made from sim/persona/data; go test ./sim/persona -run TestDocument -update -->\n"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	head, _, ok := strings.Cut(string(data), mark)
	if !ok {
		t.Fatalf("%s: the line %q is not there", path, mark)
	}
	want := head + mark + "\n" + c.Table()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(data) {
		t.Errorf("%s is older than the data: go test ./sim/persona -run TestDocument -update", path)
	}
}
