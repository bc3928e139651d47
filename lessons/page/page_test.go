package page

import (
	"slices"
	"strings"
	"testing"
)

func TestRender(t *testing.T) {
	md := "Alice writes to *bob* at `west.example IN MX`,\nand her server  \nasks.\n\n1. one\n2. a long second item that wraps\n\n- x\n\n```\n220 mx1   ready\n```\n\n> quoted words that are long\n"
	want := []string{
		"Alice writes to bob at", "`west.example IN MX`, and", "her server", "asks.", "",
		"1. one", "2. a long second item", "   that wraps", "", "- x", "", "220 mx1   ready", "", "| quoted words that are", "| long",
	}
	if got := Render(md, 25, Plain()); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestColourDoesNotCount(t *testing.T) {
	a, b := Render("eins **zwei** drei `vier`", 14, Plain()), Render("eins **zwei** drei `vie`", 14, Colour())
	if len(a) != len(b) || !strings.Contains(strings.Join(b, ""), "\x1b[1mzwei\x1b[22m") {
		t.Errorf("%q %q", a, b)
	}
}

func TestSplitFill(t *testing.T) {
	s, err := Split("# Title\n\nhead\n\n## 3.1\n\nfirst {n}\n\n## 3.2\nsecond\n")
	if err != nil || len(s) != 3 || s[1].ID != "3.1" || s[1].Body != "first {n}" || s[2].Body != "second" {
		t.Fatalf("%v %q", err, s)
	}
	if got := Fill("#{n} of {all} {other}", map[string]string{"n": "3", "all": "31"}); got != "#3 of 31 {other}" {
		t.Error(got)
	}
	if got := Placeholders("{a} {b} {a} {"); !slices.Equal(got, []string{"a", "b"}) {
		t.Error(got)
	}
	if _, err := Split("## a\n## a\n"); err == nil {
		t.Error("a section that comes twice was taken")
	}
}
