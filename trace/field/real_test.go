package field

import (
	"os"
	"path/filepath"
	"testing"
)

// TestFormatRealLines writes every Received field of the recorded mail again, octet by octet.
func TestFormatRealLines(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(recordings(t, "mail", "real"), "*.eml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no recorded mail", err)
	}
	exact := map[Style]int{}
	for _, file := range files {
		msg, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s := ReadSection(msg)
		for _, f := range s.All("Received") {
			p := ParseReceived(f.Raw)
			switch p.Style {
			case StylePostfix, StyleExim, StyleOpenSMTPD, StyleSendmail, StyleDovecot:
				if got := Format(p.Received, p.Style); got != f.Raw {
					t.Errorf("%s, %s:\n got %q\nwant %q", filepath.Base(file), p.Style, got, f.Raw)
				}
			case StyleDMA:
			default:
				t.Errorf("%s: style %q of %q", filepath.Base(file), p.Style, f.Raw)
			}
			if len(p.Unparsed) > 0 {
				t.Errorf("%s: %q left of %q", filepath.Base(file), p.Unparsed, f.Raw)
			}
			exact[p.Style]++
		}
	}
	t.Logf("fields written again exactly: %v", exact)
	if exact[StylePostfix] < 40 || exact[StyleExim] < 20 {
		t.Errorf("too few fields: %v", exact)
	}
}
