package hops

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// TestSeeds reads the two examples of Received fields that mail courses print, field by field: the golden files are the JSON
// as users see it, checked by eye.
func TestSeeds(t *testing.T) {
	for _, name := range []string{"seed-lug-erding", "seed-four-hops"} {
		file := "testdata/" + name + ".eml"
		m := Trace(readFile(t, file), name+".eml", 1, Options{})
		got, err := json.MarshalIndent(m, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, '\n')
		golden := "testdata/" + name + ".json"
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want := readFile(t, golden); string(got) != string(want) {
			t.Errorf("%s differs from %s; run with -update and look at the difference", name, golden)
		}
	}
}

// TestSeedDate: the sender's Date lies 61 min 12 s after the first stamp; that is a wrong zone, not a forgery.
func TestSeedDate(t *testing.T) {
	m := Trace(readFile(t, "testdata/seed-four-hops.eml"), "x", 1, Options{})
	if len(m.Findings) != 2 || m.Findings[1].ID != "date-wrong-zone" {
		t.Fatalf("findings %+v", m.Findings)
	}
	f := m.Findings[1]
	for _, part := range []string{"61 min 12 s after the first stamp", "hertz.uni2.dk", "+0200 instead of +0100", "1 min 12 s after it", "no sign of forgery"} {
		if !strings.Contains(f.Text, part) {
			t.Errorf("%q is not in %q", part, f.Text)
		}
	}
	if f.Line != 18 || f.Severity.String() != "note" {
		t.Errorf("line %d, severity %s", f.Line, f.Severity)
	}
	delays := ""
	for _, h := range m.Hops {
		b, err := json.Marshal(h.Delay)
		if err != nil {
			t.Fatal(err)
		}
		delays += " " + string(b)
		for _, f := range h.Findings {
			t.Errorf("hop %d: %s", h.N, f.Text)
		}
	}
	if delays != " null 2 5 91" {
		t.Errorf("delays%s", delays)
	}
}
