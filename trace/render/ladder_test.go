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

// manyHosts is a timeline among more hosts than a line has room for.
func manyHosts() *trace.Timeline {
	tl := &trace.Timeline{Cap: 100}
	hosts := []string{"alice.nord.example", "msa.nord.example", "ns.west.example", "mx1.west.example", "mx2.west.example", "filter.west.example", "store.west.example", "list.sued.example"}
	for i := range hosts {
		s := &trace.Session{ClientHost: hosts[i], ServerHost: hosts[(i+1)%len(hosts)]}
		v := &trace.Event{N: 1, Kind: trace.KindCommand, Verb: "RCPT", Line: "RCPT TO:<bob@west.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bob@west.example"}
		tl.Add(&trace.Entry{Time: at(int64(i) * 40), Host: hosts[i], Peer: s.ServerHost, Kind: trace.EntryEvent, Session: s, Event: v})
	}
	tl.Add(&trace.Entry{Time: at(400), Host: hosts[6], Kind: trace.EntryDeliver, Name: "bob"})
	tl.Add(&trace.Entry{Time: at(500), Kind: trace.EntryLearner, Text: "because 11"})
	return tl
}

func TestManyHosts(t *testing.T) {
	golden(t, "hosts_list", timelineText(t, manyHosts(), Options{}))
	tl := manyHosts()
	tl.Entries = tl.Entries[:5]
	golden(t, "hosts_six", timelineText(t, tl, Options{}))
	golden(t, "hosts_120", timelineText(t, manyHosts(), Options{Width: 120}))
}

func TestCompare(t *testing.T) {
	a, b := course(), course()
	if n := FirstDifference(a.Entries, b.Entries); n != 0 {
		t.Errorf("the same run differs at %d", n)
	}
	b.Entries[21].Event.Code, b.Entries[21].Event.Lines = 250, []string{"2.1.5 Ok"}
	b.Entries = b.Entries[:24]
	if n := FirstDifference(a.Entries, b.Entries); n != 22 {
		t.Errorf("first difference %d, want 22", n)
	}
	var buf strings.Builder
	for _, o := range []Options{{Fold: true, MarkNote: "greylisting is off"}, {Plain: true, Fold: true, Lang: German}} {
		if err := WriteCompare(&buf, a, b, [2]string{"as it was", "what-if greylisting off"}, o); err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "compare", buf.String())
}

// TestLadderGrows holds that a ladder drawn entry by entry is the ladder drawn at once.
func TestLadderGrows(t *testing.T) {
	tl := course()
	l := NewLadder(HostsOf(tl.Entries), len(tl.Entries), false, Options{})
	lines := l.Header()
	for _, e := range tl.Entries {
		lines = append(lines, l.Lines(e)...)
	}
	if got, want := strings.Join(lines, "\n")+"\n", timelineText(t, tl, Options{}); got != want {
		t.Errorf("grown:\n%s\nat once:\n%s", got, want)
	}
}

// TestLoopbackTogether holds that a host that talks to itself has two columns and a relay one.
func TestLoopbackTogether(t *testing.T) {
	self := dialogue(&trace.Session{ID: 1, Client: "127.0.0.1:40000", Server: "127.0.0.1:25", End: trace.SessionQuit}, "0 1 G: 220 a\n1 2 C: QUIT\n2 3 S: 221 b")
	in := dialogue(&trace.Session{ID: 2, Client: "192.0.2.1:40000", Server: "192.0.2.2:25", End: trace.SessionQuit}, "5 4 G: 220 c\n6 5 C: QUIT")
	out := dialogue(&trace.Session{ID: 3, Client: "192.0.2.2:40001", Server: "192.0.2.3:25", End: trace.SessionRefused}, "7 6 C: QUIT")
	out.Events = nil
	var b strings.Builder
	if err := WriteTogether(&b, []*trace.Session{self, in, out}, Options{Width: 100}); err != nil {
		t.Fatal(err)
	}
	golden(t, "together", b.String())
}

// TestFoldNamesNothingItDoesNotHold holds that only runs with a command are folded: what was said with commands shown
// beside it is shown too.
func TestFoldNamesNothingItDoesNotHold(t *testing.T) {
	keep := func(e *trace.Entry) bool { return e.Event != nil && e.Event.Kind == trace.KindCommand }
	for _, o := range []Options{{Fold: true, Keep: keep}, {Fold: true, Keep: keep, Plain: true}} {
		got := timelineText(t, course(), o)
		if strings.Contains(got, "0 commands") || strings.Count(got, "text") < 2 {
			t.Errorf("a run without commands is folded:\n%s", got)
		}
	}
}

// TestNoRecipientLeft holds what the server's no to DATA means, by what became of the recipients (RFC 5321 §3.3).
func TestNoRecipientLeft(t *testing.T) {
	const left, never = "5 no recipient was left", "5 never: bounce it"
	for _, c := range []struct{ name, script, want string }{
		{"all refused", "C: RCPT TO:<a@b.test>\nS: 550 no\nC: DATA\nS: 554 no valid recipients", left},
		{"two refused, 503", "C: RCPT TO:<a@b.test>\nS: 550 no\nC: RCPT TO:<c@b.test>\nS: 450 no\nC: DATA\nS: 503 RCPT first", left},
		{"one taken", "C: RCPT TO:<a@b.test>\nS: 250 ok\nC: RCPT TO:<c@b.test>\nS: 550 no\nC: DATA\nS: 554 no", never},
		{"none named", "C: DATA\nS: 554 no", never},
		{"the text refused", "C: RCPT TO:<a@b.test>\nS: 250 ok\nC: DATA\nS: 354 go\nD: 9\nS: 554 no", never},
		{"an earlier mail", "C: RCPT TO:<a@b.test>\nS: 550 no\nC: MAIL FROM:<x@y.test>\nS: 250 ok\nC: DATA\nS: 554 no", never},
	} {
		script := "1 1 " + strings.ReplaceAll("G: 220 x\nC: MAIL FROM:<x@y.test>\nS: 250 ok\n"+c.script, "\n", "\n1 1 ")
		got := sessionText(t, dialogue(&trace.Session{ID: 1, Client: "192.0.2.1:1", Server: "192.0.2.2:25"}, script), Options{})
		if strings.Contains(got, left) != (c.want == left) || strings.Contains(got, never) != (c.want == never) {
			t.Errorf("%s: want %q in\n%s", c.name, c.want, got)
		}
	}
}

// TestFaults holds that what was switched is told in the reader's language; a state without words keeps the text it has.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		lang              Lang
		peer, state, want string
	}{
		{English, "", "off", "mx1.west is off"},
		{German, "", "silent", "mx1.west ist stumm"},
		{German, "mx2.west.example", "off", "die Leitung zwischen mx1.west und mx2.west ist aus"},
		{German, "", "odd", "as it is called"},
	} {
		tl := &trace.Timeline{Cap: 10}
		tl.Add(&trace.Entry{Host: "mx1.west.example", Peer: c.peer, Kind: trace.EntryFault, Code: c.state, Text: "as it is called"})
		for _, plain := range []bool{false, true} {
			got := timelineText(t, tl, Options{Lang: c.lang, Plain: plain, Width: 200})
			if !strings.Contains(got, c.want) {
				t.Errorf("want %q in\n%s", c.want, got)
			}
		}
	}
}
