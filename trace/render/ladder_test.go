package render

import (
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

func sessionText(t *testing.T, s *trace.Session, o Options) string {
	t.Helper()
	var b strings.Builder
	if err := WriteSession(&b, s, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func timelineText(t *testing.T, tl *trace.Timeline, o Options) string {
	t.Helper()
	var b strings.Builder
	if err := WriteTimeline(&b, tl, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTimelineLadder(t *testing.T) {
	keep := func(e *trace.Entry) bool { return e.Event != nil && e.Event.Verb == "RCPT" }
	golden(t, "course", timelineText(t, course(), Options{Fold: true, Keep: keep}))
	golden(t, "course_60", timelineText(t, course(), Options{Fold: true, Width: 60}))
	golden(t, "course_ascii", timelineText(t, course(), Options{Fold: true, Glyphs: ASCII, Lang: German}))
	golden(t, "course_plain", timelineText(t, course(), Options{Fold: true, Plain: true}))
	golden(t, "course_de", timelineText(t, course(), Options{Lang: German, Unfold: []int{1}, Fold: true}))
	golden(t, "course_mark", timelineText(t, course(), Options{Fold: true, Mark: 24, MarkNote: "mx1 says 450 here"}))
	golden(t, "course_color", timelineText(t, course(), Options{Fold: true, Color: true}))
}

func TestSessionLadder(t *testing.T) {
	golden(t, "session", sessionText(t, captured(), Options{}))
	golden(t, "session_60", sessionText(t, captured(), Options{Width: 60}))
	golden(t, "session_120", sessionText(t, captured(), Options{Width: 120, Whole: true}))
	golden(t, "session_ascii", sessionText(t, captured(), Options{Glyphs: ASCII}))
	golden(t, "session_de", sessionText(t, captured(), Options{Lang: German}))
	golden(t, "session_plain", sessionText(t, captured(), Options{Plain: true}))
	golden(t, "session_plain_de", sessionText(t, captured(), Options{Plain: true, Lang: German}))
	golden(t, "hostile", sessionText(t, hostile(), Options{}))
}
