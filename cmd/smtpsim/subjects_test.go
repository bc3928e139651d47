package main

import (
	"testing"

	"github.com/smtpsim/smtpsim/sim/scenario"
)

// TestSubjects holds that every scenario of the gallery is listed under a subject, and that no word of one is left over.
func TestSubjects(t *testing.T) {
	used := map[string]bool{}
	for _, name := range scenario.Gallery() {
		s := subjectOf(name)
		if s == "" {
			t.Errorf("%s: no subject of cmd/smtpsim/subjects.go takes it", name)
		}
		used[s] = true
	}
	for _, s := range subjects() {
		if !used[s.key] {
			t.Errorf("subject %s has no scenario", s.key)
		}
	}
}
