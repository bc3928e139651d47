package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// recordings lists files below a directory of the recordings that lie beside the checkout.
func recordings(t *testing.T, dir string, suffixes ...string) []string {
	t.Helper()
	root := filepath.Join("..", "..", "..", "shared", dir)
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		for _, s := range suffixes {
			if err == nil && !d.IsDir() && strings.HasSuffix(path, s) {
				files = append(files, path)
			}
		}
		return err
	})
	if err != nil || len(files) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no recordings in %s: %v", root, err)
		}
		t.Skipf("no recordings in %s beside the checkout", root)
	}
	return files
}

// harmless holds what people see to the rules of trace/render: nothing steers the terminal, no line is too wide.
func harmless(t *testing.T, what, out string, width int) {
	t.Helper()
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		if i := strings.IndexFunc(line, func(r rune) bool { return !unicode.IsPrint(r) && !unicode.Is(unicode.Mn, r) }); i >= 0 {
			t.Errorf("%s: %q is not printable at %d", what, line, i)
		}
		if n := utf8.RuneCountInString(line); width > 0 && n > width {
			t.Errorf("%s: %d cells in %d: %s", what, n, width, line)
		}
	}
}

// TestEveryCapturePrints holds that analyze has something to say of every capture in every form: no panic, one line on
// standard error at most, valid JSON, harmless text.
func TestEveryCapturePrints(t *testing.T) {
	for _, file := range recordings(t, "captures", ".pcap", ".pcapng", ".cap", ".trace") {
		for _, format := range []string{"auto", "ladder", "table", "json", "ndjson", "csv"} {
			out, errs, status := process(t, nil, "", "analyze", "--format", format, file)
			what := filepath.Base(file) + " as " + format
			if status > 1 || strings.Count(errs, "\n") != status || strings.Contains(errs, "internal error") {
				t.Errorf("%s: status %d, %s", what, status, errs)
			}
			switch format {
			case "json":
				if !json.Valid([]byte(out)) {
					t.Errorf("%s: not JSON", what)
				}
			case "ndjson":
				for line := range strings.Lines(out) {
					if !json.Valid([]byte(line)) {
						t.Errorf("%s: not JSON: %s", what, line)
					}
				}
			case "csv":
			default:
				harmless(t, what, out, 80)
			}
		}
		plain, _, _ := process(t, nil, "", "analyze", "--plain", "--lang", "de", file)
		harmless(t, filepath.Base(file)+" in sentences", plain, 0)
	}
}

// TestEveryMessagePrints is the same for trace.
func TestEveryMessagePrints(t *testing.T) {
	for _, file := range recordings(t, "mail", ".eml") {
		for _, format := range []string{"timeline", "json", "csv"} {
			out, errs, status := process(t, nil, "", "trace", "--format", format, file)
			what := filepath.Base(file) + " as " + format
			if status > 1 || strings.Count(errs, "\n") != status || strings.Contains(errs, "internal error") {
				t.Errorf("%s: status %d, %s", what, status, errs)
			}
			switch {
			case format == "json" && status == 0 && !json.Valid([]byte(out)):
				t.Errorf("%s: not JSON", what)
			case format == "timeline":
				harmless(t, what, out, 80)
			}
		}
	}
}
