package sim

import (
	"path/filepath"
	"testing"

	"github.com/smtpsim/smtpsim/sim/scenario"
)

func example(t testing.TB, name string) *scenario.Scenario {
	t.Helper()
	sc, err := scenario.Load(filepath.Join("..", "docs", "scenarios", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

func open(t testing.TB, name string) *World {
	t.Helper()
	w, err := Open(example(t, name), Options{}, Sinks{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}
