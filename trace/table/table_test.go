package table

import (
	"encoding/csv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/hops"
)

func TestVisible(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"250 2.1.5 Ok", "250 2.1.5 Ok"},
		{"\x1b[31mred\x07", `\x1b[31mred\x07`},
		{"a\r\nb\tc", `a\r\nb\tc`},
		{"\x7f\x00", `\x7f\x00`},
		{"\u0085\u009b31m", `\u0085\u009b31m`},
		{"\xff\xc3", `\xff\xc3`},
		{"Müller 日本 👍", "Müller 日本 👍"},
		{"abc\u202etxt.exe", `abc\u202etxt.exe`},
		{"\u2066x\u2069\u200f", `\u2066x\u2069\u200f`},
		{"line\u2028sep\u2029", `line\u2028sep\u2029`},
		{"zero\u200bwidth\ufeff\u00ad", `zero\u200bwidth\ufeff\u00ad`},
		{"no\u00a0break", `no\u00a0break`},
		{"tag\U000e0041", `tag\U000e0041`},
		{"e\u0301 e\u0301\u0302\u0303\u0304", "e\u0301 e\u0301\u0302" + `\u0303\u0304`},
		{"\u0301lone", `\u0301lone`},
		{`back\slash`, `back\slash`},
	} {
		if got := Visible(c.in); got != c.want {
			t.Errorf("Visible(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzVisible(f *testing.F) {
	for _, s := range []string{"", "plain", "\x1b]0;title\x07", "\xc2\x9b", "\u202e", "e\u0301\u0301\u0301", "\xed\xa0\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Visible(s)
		if !utf8.ValidString(got) {
			t.Fatalf("Visible(%q) is not UTF-8", s)
		}
		for _, r := range got {
			if !unicode.IsPrint(r) {
				t.Fatalf("Visible(%q) leaves %U", s, r)
			}
		}
		if Visible(got) != got {
			t.Fatalf("Visible(%q) changes when applied again", s)
		}
	})
}

func TestCSVQuotesAndDisarms(t *testing.T) {
	tab := Table{Columns: []Column{{"text", Text}, {"n_seconds", Seconds}}, Rows: [][]string{
		{`=HYPERLINK("http://x.test")`, "-3.5"}, {"+1", ""}, {"-1", "1"}, {"@x", "2"}, {`say "hi", you`, "3"},
		{" lead", "4"}, {"plain", "5"}}}
	var b strings.Builder
	if err := tab.CSV(&b); err != nil {
		t.Fatal(err)
	}
	want := "text,n_seconds\r\n" +
		`"'=HYPERLINK(""http://x.test"")",-3.5` + "\r\n'+1,\r\n'-1,1\r\n'@x,2\r\n" +
		`"say ""hi"", you",3` + "\r\n\" lead\",4\r\nplain,5\r\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	if _, err := csv.NewReader(strings.NewReader(b.String())).ReadAll(); err != nil {
		t.Error(err)
	}
}

func TestRowsFitTheirColumns(t *testing.T) {
	null, alice := "", "alice@nord.example"
	sum := strings.Repeat("ab", 32)
	delay := trace.Seconds(-61e9)
	ss := []*trace.Session{{ID: 1, Client: "192.0.2.1:40000", Server: "192.0.2.2:25", Protocol: "smtp", Started: 1, Ended: 1500000001,
		Phases:   []trace.Phase{{Helo: &trace.Helo{Verb: "EHLO", Name: "\x1bevil"}, TLS: &trace.TLSInfo{Version: "TLSv1.3"}}},
		Findings: []trace.Finding{{ID: "bare-lf", Severity: trace.Error, Packet: 7}},
		Auth:     []trace.Auth{{Mechanism: "PLAIN", Identity: "alice", Outcome: "accepted"}},
		Transactions: []*trace.Transaction{
			{N: 1, ReversePath: &alice, Outcome: trace.Partial, Body: &trace.Body{Via: "DATA", Bytes: 12, SHA256: &sum},
				Final:      &trace.ReplyRef{Code: 250, Text: "ok"},
				Recipients: []*trace.Recipient{{ForwardPath: "bob@west.example", Code: 250, Answered: true}, {ForwardPath: "x@west.example", Code: 550, Answered: true}}},
			{N: 2, ReversePath: &null, Outcome: trace.Unfinished, Recipients: []*trace.Recipient{{ForwardPath: "y"}}},
			{N: 3, Outcome: trace.Unknown}}}}
	tabs := []Table{Sessions(ss, []string{"a.pcap"}), Transactions(ss), Recipients(ss), Findings(ss),
		Hops([]hops.Message{{File: "a.eml", Index: 1, Hops: []trace.Hop{{N: 1, Line: 2, Delay: &delay, TLS: &trace.HopTLS{Version: "TLSv1.2"}}}}})}
	for _, tab := range tabs {
		if len(tab.Rows) == 0 {
			t.Errorf("%s: no rows", tab.Name)
		}
		for _, row := range tab.Rows {
			if len(row) != len(tab.Columns) {
				t.Errorf("%s: %d cells for %d columns", tab.Name, len(row), len(tab.Columns))
			}
		}
	}
	check := func(tab Table, row int, column, want string) {
		t.Helper()
		if got := tab.Rows[row][tab.Index(column)]; got != want {
			t.Errorf("%s row %d %s = %q, want %q", tab.Name, row, column, got, want)
		}
	}
	check(tabs[0], 0, "duration_seconds", "1.5")
	check(tabs[0], 0, "helo", `\x1bevil`)
	check(tabs[0], 0, "errors", "1")
	check(tabs[0], 0, "auth", "PLAIN alice accepted")
	check(tabs[1], 0, "accepted_recipients", "1")
	check(tabs[1], 1, "reverse_path", "<>")
	check(tabs[1], 2, "reverse_path", "")
	check(tabs[2], 0, "outcome", "accepted")
	check(tabs[2], 1, "outcome", "refused")
	check(tabs[2], 2, "outcome", "unknown")
	check(tabs[4], 0, "delay_seconds", "-61")
}
