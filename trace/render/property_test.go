package render

import (
	"io"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/smtpsim/smtpsim/trace"
	"pgregory.net/rapid"
)

// wire draws text as an enemy would send it.
func wire() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", " ", "250", "<x@y.test>", "\x1b[31m", "\r\n", "\u202e", "\xff", "日本", "\u0301",
			"\u2028", "\u009b", "Müller", "👍", strings.Repeat("A", 90), "\t", "\x00", "·", "\u00ad"}), 0, 8).Draw(t, "parts")
		return strings.Join(parts, "")
	})
}

func anySession() *rapid.Generator[*trace.Session] {
	kinds := []trace.EventKind{trace.KindGreeting, trace.KindCommand, trace.KindReply, trace.KindData, trace.KindChunk, trace.KindAuth,
		trace.KindTLS, trace.KindGap, trace.KindJunk, trace.KindProxy, trace.KindTLSOpaque, "new-kind"}
	return rapid.Custom(func(t *rapid.T) *trace.Session {
		s := &trace.Session{ID: rapid.IntRange(0, 1e6).Draw(t, "id"), Client: wire().Draw(t, "client"), Server: wire().Draw(t, "server"),
			ClientHost: wire().Draw(t, "ch"), Protocol: wire().Draw(t, "protocol"), End: trace.SessionEnd(wire().Draw(t, "end")), StartTLS: "accepted",
			Started: trace.Time(rapid.Int64().Draw(t, "started")), Ended: trace.Time(rapid.Int64().Draw(t, "ended"))}
		n := rapid.IntRange(0, 12).Draw(t, "events")
		for i := range n {
			s.Events = append(s.Events, &trace.Event{N: i + 1, Time: trace.Time(rapid.Int64().Draw(t, "time")), From: trace.Side(rapid.IntRange(0, 1).Draw(t, "from")),
				Packets: [2]int64{rapid.Int64Range(0, 20).Draw(t, "p"), rapid.Int64Range(0, 20).Draw(t, "q")},
				Kind:    rapid.SampledFrom(kinds).Draw(t, "kind"), Verb: rapid.SampledFrom([]string{"", "MAIL", "DATA", "BDAT", "EHLO"}).Draw(t, "verb"),
				Line: wire().Draw(t, "line"), Code: rapid.IntRange(-5, 999).Draw(t, "code"), Enhanced: wire().Draw(t, "enhanced"),
				Lines: rapid.SliceOfN(wire(), 0, 4).Draw(t, "lines"), Answers: rapid.IntRange(-1, 14).Draw(t, "answers"), Note: wire().Draw(t, "note")})
		}
		s.Findings = []trace.Finding{{ID: wire().Draw(t, "fid"), Severity: trace.Severity(rapid.IntRange(0, 3).Draw(t, "sev")), Packet: rapid.Int64Range(0, 20).Draw(t, "fp"),
			Text: wire().Draw(t, "ft"), Source: wire().Draw(t, "fs"), Evidence: wire().Draw(t, "fe")}}
		s.Transactions = []*trace.Transaction{{N: 1, ReversePath: ptr(wire().Draw(t, "rp")), Final: &trace.ReplyRef{Code: 250, Text: wire().Draw(t, "final")},
			Outcome: trace.Partial, QueueID: wire().Draw(t, "qid"), Message: &trace.Message{Subject: wire().Draw(t, "subject"), Received: []string{wire().Draw(t, "rcv")}},
			Recipients: []*trace.Recipient{{ForwardPath: wire().Draw(t, "fwd"), Code: 250, Text: wire().Draw(t, "rt"), Answered: true}, {}}}}
		return s
	})
}

// TestEverythingIsHarmlessAndFits holds the rules of doc.go for whatever a capture may hold: nothing steers a terminal,
// no line is wider than asked, ASCII is ASCII, and the same input gives the same bytes.
func TestEverythingIsHarmlessAndFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ss := rapid.SliceOfN(anySession(), 1, 4).Draw(t, "sessions")
		o := Options{Width: rapid.IntRange(40, 140).Draw(t, "width"), Glyphs: Glyphs(rapid.IntRange(0, 1).Draw(t, "glyphs")),
			Plain: rapid.Bool().Draw(t, "plain"), Fold: rapid.Bool().Draw(t, "fold"), Whole: rapid.Bool().Draw(t, "whole"),
			Lang: rapid.SampledFrom([]Lang{"", English, German}).Draw(t, "lang"), Mark: rapid.IntRange(0, 5).Draw(t, "mark")}
		text := func() string {
			var b strings.Builder
			for _, s := range ss {
				if err := WriteSession(&b, s, o); err != nil {
					t.Fatal(err)
				}
			}
			for _, write := range []func(io.Writer, []*trace.Session, Options) error{WriteTogether, WriteSessions, WriteRecipients, WriteFindings} {
				if err := write(&b, ss, o); err != nil {
					t.Fatal(err)
				}
			}
			return b.String()
		}
		got := text()
		if got != text() {
			t.Fatal("two runs differ")
		}
		checkHarmless(t, got, o)
	})
}

// checkHarmless holds printed text to the rules of doc.go.
func checkHarmless(t *rapid.T, got string, o Options) {
	for line := range strings.Lines(got) {
		line = strings.TrimSuffix(line, "\n")
		if i := strings.IndexFunc(line, func(r rune) bool { return !unicode.IsPrint(r) && !unicode.In(r, unicode.Mn, unicode.Me) }); i >= 0 {
			t.Fatalf("%q is not printable at %d", line, i)
		}
		if !o.Plain && cells(line) > o.width() {
			t.Fatalf("%d cells in %d:\n%s", cells(line), o.width(), line)
		}
		if i := strings.IndexFunc(line, func(r rune) bool { return r > '~' }); o.Glyphs == ASCII && i >= 0 {
			t.Fatalf("%q is not ASCII at %d", line, i)
		}
	}
}

// TestGlyphsAreWGL4 holds the drawing to characters that every common font has.
func TestGlyphsAreWGL4(t *testing.T) {
	allowed := "─│├┤┼►◄▲█░…·»«–→µ§„“äöüÄÖÜß"
	all := timelineText(t, course(), Options{}) + timelineText(t, course(), Options{Lang: German}) +
		sessionText(t, captured(), Options{}) + sessionText(t, captured(), Options{Lang: German})
	for _, m := range []map[string]string{english, german} {
		for _, s := range m {
			all += s
		}
	}
	for _, r := range all {
		if r > '~' && !strings.ContainsRune(allowed, r) {
			t.Errorf("%q (%U) is not among the glyphs", r, r)
		}
	}
}

// TestCatalogs holds that both languages have the same keys and placeholders, and that no text is empty.
func TestCatalogs(t *testing.T) {
	for _, pair := range [][2]map[string]string{{english, german}, {german, english}} {
		for k, s := range pair[0] {
			other, ok := pair[1][k]
			if !ok {
				t.Errorf("%s is missing in one language", k)
			}
			if !slices.Equal(placeholders(s), placeholders(other)) {
				t.Errorf("%s has other placeholders: %q, %q", k, s, other)
			}
			if strings.TrimSpace(s) == "" {
				t.Errorf("%s is empty", k)
			}
		}
	}
}

func placeholders(s string) []string {
	var all []string
	for _, part := range strings.Split(s, "{")[1:] {
		name, _, _ := strings.Cut(part, "}")
		all = append(all, name)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestEveryWordHasALabel holds that the closed sets of the model are in the catalog.
func TestEveryWordHasALabel(t *testing.T) {
	var keys []string
	for _, e := range []trace.SessionEnd{trace.SessionQuit, trace.Session421, trace.SessionServerClose, trace.SessionClientClose, trace.SessionReset,
		trace.SessionTimeout, trace.SessionRefused, trace.SessionUnanswered, trace.SessionTLSOpaque, trace.SessionCapture} {
		keys = append(keys, "end."+string(e), "short."+string(e))
	}
	for _, x := range []trace.Outcome{trace.Accepted, trace.Partial, trace.Refused, trace.Aborted, trace.Unfinished, trace.Unknown} {
		keys = append(keys, "outcome."+string(x))
	}
	for _, x := range []trace.Severity{trace.Note, trace.Warning, trace.Error} {
		keys = append(keys, "severity."+x.String(), "count."+x.String()+".1", "count."+x.String()+".n")
	}
	for _, x := range []string{"accepted", "refused", "aborted", "unknown"} {
		keys = append(keys, "auth."+x)
	}
	for _, k := range keys {
		if _, ok := english[k]; !ok {
			t.Errorf("no text for %s", k)
		}
	}
}
