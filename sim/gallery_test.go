package sim

import (
	"bytes"
	"testing"

	"github.com/smtpsim/smtpsim/sim/scenario"
)

// gallerySeeds are those that every scenario of the gallery is run with: its own twice, and another.
func gallerySeeds(sc *scenario.Scenario) []uint64 { return []uint64{sc.Seed, sc.Seed, sc.Seed + 1001} }

// Every scenario of the gallery says on top what it shows, fits on a page, ends in expectations, and they hold; the same seed
// gives the same world again.
func TestGallery(t *testing.T) {
	names := scenario.Gallery()
	if len(names) == 0 {
		t.Fatal("the gallery is empty")
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			src, _ := scenario.GallerySource(name)
			sc, err := scenario.Parse("sim/scenario/gallery/"+name+".yaml", src)
			if err != nil {
				t.Fatal(err)
			}
			if n := bytes.Count(src, []byte("\n")); n > 60 {
				t.Errorf("%s.yaml has %d lines; expected 60 at most", name, n)
			}
			if !bytes.HasPrefix(src, []byte("# ")) {
				t.Errorf("%s.yaml: expected a comment in the first line that says what it shows", name)
			}
			if sc.Name != name {
				t.Errorf("%s.yaml: the scenario is called %q", name, sc.Name)
			}
			if len(sc.Expects) == 0 {
				t.Errorf("%s.yaml: expected expectations at the end (expect: …)", name)
			}
			digests := map[uint64]string{}
			for _, seed := range gallerySeeds(sc) {
				digest := hold(t, sc, name, seed)
				if first, again := digests[seed]; again && first != digest {
					t.Errorf("%s.yaml, seed %d: the second run went another way than the first", name, seed)
				}
				digests[seed] = digest
			}
		})
	}
}

// hold runs a scenario, names each expectation that fails, and gives the digest of all that happened.
func hold(t *testing.T, sc *scenario.Scenario, name string, seed uint64) string {
	t.Helper()
	w, err := Open(sc, Options{Seed: &seed}, Sinks{})
	if err != nil {
		t.Fatalf("%s.yaml: %v", name, err)
	}
	defer w.Close()
	w.RunIdle()
	for _, v := range w.Verdicts() {
		if !v.Held {
			t.Errorf("%s.yaml, seed %d: %s", name, seed, v)
		}
	}
	return w.ev.sum()
}
