package scenario

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestAllErrors: everything that is wrong in a file is told at once, in its order, each with its line.
func TestAllErrors(t *testing.T) {
	const src = `scenario: wrong
sed: 3
hosts:
  - name: A b
    addresses: [192.0.2.1]
    roles: [mua, mta]
    limits: [3]
  - name: mx.example
    addresses: 192.0.2.2
    roles: [ms]
mail:
  - {from: "<>", to: [x], at: soon}
expect:
  - replay: 354
  - {mailbox: a@b.example}
  - {reply: 9}
  - {finding: nothing}
  - {queue: mars, messages: 1}
  - {queue: mx, messages: 1, verb: RCPT}
  - {reply: 250, command: QUIT}
  - never: {mailbox: a@b.example, messages: 1}
    reply: 250
  - {text: x}
`
	s, errs := Check("w.yaml", []byte(src))
	if s != nil && len(errs) == 0 {
		t.Fatal("nothing was found")
	}
	var got strings.Builder
	for _, e := range errs {
		fmt.Fprintf(&got, "%s\n%s\n%s^\n", e, e.Text, strings.Repeat(" ", e.Caret))
	}
	want, err := os.ReadFile("testdata/wrong.txt")
	if *update {
		err = os.WriteFile("testdata/wrong.txt", []byte(got.String()), 0o644)
		want = []byte(got.String())
	}
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got.String(), want)
	}
}

// TestLongLine: of a long line only what is near the place is quoted, and no character is cut.
func TestLongLine(t *testing.T) {
	src := "scenario: x\ntitle: " + strings.Repeat("ä", 500) + "\nhosts: [" + strings.Repeat(" ", 300) + "{nam: ü}" + strings.Repeat(",", 0) + "]\n"
	_, errs := Check("w.yaml", []byte(src))
	if len(errs) == 0 {
		t.Fatal("nothing was found")
	}
	for _, e := range errs {
		if e.Line == 3 && (utf8.RuneCountInString(e.Text) > quoteMax || !utf8.ValidString(e.Text) || !strings.Contains(e.Text[e.Caret:], "nam")) {
			t.Errorf("%v: %q, caret %d", e, e.Text, e.Caret)
		}
	}
}
