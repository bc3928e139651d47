package sim

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/scenario"
)

func example(t *testing.T, name string) *scenario.Scenario {
	t.Helper()
	sc, err := scenario.Load(filepath.Join("..", "docs", "scenarios", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

func open(t *testing.T, name string) *World {
	t.Helper()
	w, err := Open(example(t, name), Options{}, Sinks{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func TestOneMail(t *testing.T) {
	w := open(t, "one-mail")
	w.RunIdle()
	for _, e := range w.Timeline().Entries {
		ev := ""
		if e.Event != nil {
			ev = string(e.Event.Kind) + " " + e.Event.Line
		}
		t.Log(e.N, e.Time, e.Host, e.Peer, e.Kind, e.Text, ev)
	}
	for _, m := range w.Mailboxes() {
		for _, msg := range m.Messages {
			t.Logf("%s %s\n%s", m.Host, m.User, msg)
		}
	}
	t.Log(w.Stuck(), w.Now(), time.Second)
}
