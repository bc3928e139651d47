package conform_test

import (
	"net"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/sim/conform"
	"github.com/smtpsim/smtpsim/sim/realnet"
)

// TestParse holds that a script which cannot count is refused, with the line.
func TestParse(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"side: server\nrequires: R5321-029\ndeviation: R5321-029 config old\nC: NOOP\nS: 250\n", ""},
		{"side: server\nrequires: R5321-029\nC: NOOP\n", "R5321-029 has no deviation"},
		{"side: server\nrequires: 5321\n", "x.txt:2: expected an id"},
		{"side: server\ndeviation: R5321-029 config old\n", `x.txt:2: deviation of "R5321-029", which the script does not require`},
		{"side: both\n", "expected side:"},
		{"side: server\nRCPT TO:<x>\n", "x.txt:2: expected a mark"},
	} {
		_, err := conform.Parse("x.txt", []byte(c.text))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}

// TestReplyWant holds what an expectation of a reply lets pass.
func TestReplyWant(t *testing.T) {
	for _, c := range []struct {
		want, reply string
		holds       bool
	}{
		{"250", "250 2.1.0 Ok", true}, {"250", "251 Ok", false}, {"5xx", "554 no", true}, {"5xx", "454 no", false},
		{"501|555", "555 x", true}, {"250 2.1.x", "250 2.1.5 Ok", true}, {"250 2.1.x", "250 Ok", false},
		{"250 -", "250 Ok", true}, {"250 -", "250 2.0.0 Ok", false}, {"250 ~ \\nSIZE", "250-mx|250 SIZE", true},
		{"250 !~ SIZE", "250-mx|250 SIZE", false}, {"250 2.x.x", "250-2.0.0 a|250 b", false}, {"250", "250", true},
	} {
		w, err := conform.ParseReplyWant(c.want)
		if err != nil {
			t.Errorf("%s: %v", c.want, err)
			continue
		}
		if what := w.Check(strings.Split(c.reply, "|")); (what == "") != c.holds {
			t.Errorf("%s of %q: %q, want %v", c.want, c.reply, what, c.holds)
		}
	}
	for _, bad := range []string{"", "abc", "25", "250 what", "250 ~ ("} {
		if _, err := conform.ParseReplyWant(bad); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
}

// TestMutations holds what a mutation makes of the lines of a connection.
func TestMutations(t *testing.T) {
	const said = "250-a\r\n250 b\r\n"
	for _, c := range []struct{ mutation, want string }{
		{`out /^250 b/ => "550 c"`, "250-a\r\n550 c\r\n"},
		{`out /^250(.)/ => "251$1"`, "251-a\r\n251 b\r\n"},
		{`out /^250/ nth 2 => "251"`, "250-a\r\n251 b\r\n"},
		{`out /^250-a$/ => ""`, "250 b\r\n"},
		{`out /^250 b$/ => "250 b\n"`, "250-a\r\n250 b\n"},
		{`out /^250 b$/ => "$0\r\n$0"`, "250-a\r\n250 b\r\n250 b\r\n"},
		{`out /^250 b$/ after /^NOOP$/ => "x"`, said},
		{`out /^250 b$/ => close`, "250-a\r\n"},
		{`out /^250-a$/ => "$0" close`, "250-a\r\n"},
	} {
		m, err := conform.ParseMutation(c.mutation)
		if err != nil {
			t.Errorf("%s: %v", c.mutation, err)
			continue
		}
		near, far := net.Pipe()
		w := &conform.Wire{Host: realnet.New(realnet.Options{Name: "mx.example"}), Mutations: []*conform.Mutation{m}}
		go func() {
			conn := w.Conn(near, false)
			_, _ = conn.Write([]byte(said)) // it fails where the mutation closes
			_ = conn.Close()
		}()
		var got strings.Builder
		buf := make([]byte, 1024)
		for {
			n, err := far.Read(buf)
			got.Write(buf[:n])
			if err != nil {
				break
			}
		}
		if got.String() != c.want {
			t.Errorf("%s: %q, want %q", c.mutation, got.String(), c.want)
		}
	}
	for _, bad := range []string{"", "up /x/ => \"\"", "out x => \"\"", "out /x => \"\"", "out /x/ \"\"", "out /x/ => y", "out /x/ nth z => \"\""} {
		if _, err := conform.ParseMutation(bad); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
	if _, err := conform.Edit("a: b", `/c/ => "d"`); err == nil {
		t.Error("an edit that changes nothing passes")
	}
}

// TestTag holds that a tagged test runs twice, and that Fatalf ends the broken run only.
func TestTag(t *testing.T) {
	const anyID = "R5321-001" // not in the index: this is about Tag
	runs := 0
	conform.Tag(t, anyID, "the answer is wrong", func(r conform.Report, broken bool) {
		if runs++; broken {
			r.Fatalf("broken")
			runs += 100
		}
	})
	if runs != 2 {
		t.Errorf("%d runs, want 2", runs)
	}
}
