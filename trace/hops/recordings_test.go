package hops

import (
	"os"
	"path/filepath"
	"testing"
)

// recordings is a place in the folder of recorded data beside the repository, or the test is skipped.
func recordings(t testing.TB, parts ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test's directory")
		}
		dir = filepath.Dir(dir)
	}
	place := filepath.Join(append([]string{filepath.Dir(dir), "shared"}, parts...)...)
	if _, err := os.Stat(place); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the recordings are missing: %v", err)
		}
		t.Skipf("the recordings are not here: %v", err)
	}
	return place
}

// messages are the .eml files of a folder of the recordings.
func messages(t testing.TB, parts ...string) []string {
	files, err := filepath.Glob(filepath.Join(recordings(t, parts...), "*.eml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no messages", err)
	}
	return files
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
