package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/spf13/cobra"
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

// TestExamplesAreThere holds that the scenarios which the help of commands names are in the gallery or among the examples.
func TestExamplesAreThere(t *testing.T) {
	seen := 0
	var look func(cmd *cobra.Command)
	look = func(cmd *cobra.Command) {
		for line := range strings.Lines(cmd.Example) {
			words := strings.Fields(line)
			if len(words) < 3 || words[1] != "run" {
				continue
			}
			seen++
			if _, ok := scenario.GallerySource(words[2]); ok {
				continue
			}
			if _, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(words[2]))); err != nil {
				t.Errorf("%s --help: %s is not there", cmd.CommandPath(), words[2])
			}
		}
		for _, sub := range cmd.Commands() {
			look(sub)
		}
	}
	look(newRootCmd(&app{env: func(string) string { return "" }}))
	if seen < 4 {
		t.Errorf("only %d examples were looked at", seen)
	}
}
