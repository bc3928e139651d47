package render

import (
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// TestTroubles holds that a scenario's faults are told in the reader's language, and that what was switched by hand stays as it is.
func TestTroubles(t *testing.T) {
	for _, c := range []struct {
		code, host, peer, text, en, de string
	}{
		{"clog", "msa.nord.example", "mx1.west.example", "the link between msa.nord.example and mx1.west.example: clog",
			"msa.nord.example – mx1.west.example: clog", "msa.nord.example – mx1.west.example: verstopft"},
		{"reply", "mx1.west.example", "", "mx1.west.example: reply at RCPT", "mx1.west.example: reply at RCPT", "mx1.west.example: falsche Antwort bei RCPT"},
		{"silent", "mx1.west.example", "", "mx1.west.example: silent", "mx1.west.example: silent", "mx1.west.example: stumm"},
		{"end", "mx1.west.example", "", "mx1.west.example: disk-full has ended", "mx1.west.example: disk-full has ended", "mx1.west.example: Platte voll – vorbei"},
		{"restart", "mx1.west.example", "", "mx1.west.example is up again", "mx1.west.example is up again", "mx1.west.example läuft wieder"},
		{"off", "mx1.west.example", "", "mx1.west.example is off", "mx1.west.example is off", "mx1.west.example ist aus"},
		{"zone", "ns.example", "", "the zones change: a. MX", "the zones change: a. MX", "die Zonen ändern sich: a. MX"},
	} {
		e := &trace.Entry{Kind: trace.EntryFault, Host: c.host, Peer: c.peer, Code: c.code, Text: c.text}
		for lang, want := range map[Lang]string{English: c.en, German: c.de} {
			if got := DefaultMeaning(lang)(e); got != want {
				t.Errorf("%s: %q, want %q", lang, got, want)
			}
		}
	}
}
