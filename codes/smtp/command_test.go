package smtp

import (
	"slices"
	"testing"
)

// What a tolerant reader must understand, and how it says that the line strays.
func TestParseCommandTolerant(t *testing.T) {
	for _, c := range []struct {
		line  string
		want  string // the canonical form
		notes []Tolerance
	}{
		{"EHLO client.example", "EHLO client.example", nil},
		{"ehlo client.example", "EHLO client.example", []Tolerance{LowerCase}},
		{"EHLO", "EHLO", []Tolerance{NoArgument}},
		{"EHLO bad_name!", "EHLO bad_name!", []Tolerance{BadDomain}},
		{"EHLO [192.0.2.1]", "EHLO [192.0.2.1]", nil},
		{"HELO [192.0.2.1]", "HELO [192.0.2.1]", []Tolerance{LiteralInHelo}},
		{"MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>", nil},
		{"MAIL FROM:<>", "MAIL FROM:<>", nil},
		{"MAIL FROM:< >", "MAIL FROM:<>", []Tolerance{SpaceInPath}},
		{"MAIL FROM: <a@b.example>", "MAIL FROM:<a@b.example>", []Tolerance{SpaceAfterColon}},
		{"MAIL FROM :<a@b.example>", "MAIL FROM:<a@b.example>", []Tolerance{SpaceBeforeColon}},
		{"MAIL FROM <a@b.example>", "MAIL FROM:<a@b.example>", []Tolerance{NoColon}},
		{"MAIL From: test@domain.example", "MAIL FROM:<test@domain.example>", []Tolerance{SpaceAfterColon, NoBrackets}},
		{"MAIL FROM:<a@b.example> ", "MAIL FROM:<a@b.example>", []Tolerance{TrailingSpace}},
		{"MAIL  FROM:<a@b.example>", "MAIL FROM:<a@b.example>", []Tolerance{ExtraSpace}},
		{" MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>", []Tolerance{LeadingSpace}},
		{"MAIL FROM:<a@b.example>SIZE=3", "MAIL FROM:<a@b.example> SIZE=3", []Tolerance{NoSpaceParams}},
		{"MAIL FROM:<a@b.example> SIZE=3 body=8BITMIME", "MAIL FROM:<a@b.example> SIZE=3 BODY=8BITMIME", nil},
		{"RCPT TO:a@b.example", "RCPT TO:<a@b.example>", []Tolerance{NoBrackets}},
		{"RCPT TO:<a@b.example", "RCPT TO:<a@b.example>", []Tolerance{NoBrackets}},
		{"RCPT TO:<Postmaster>", "RCPT TO:<Postmaster>", nil},
		{"RCPT TO:<alice>", "RCPT TO:<alice>", []Tolerance{NoDomain}},
		{"RCPT TO:<@h.example,@f.example:joe@b.example>", "RCPT TO:<@h.example,@f.example:joe@b.example>",
			[]Tolerance{SourceRoute}},
		{"RCPT TO:<müller@b.example>", "RCPT TO:<müller@b.example>", []Tolerance{UTF8}},
		{"RCPT TO:<a..b@c.example>", `RCPT TO:<"a..b"@c.example>`, []Tolerance{BadDots}},
		{`RCPT TO:<"a b"@c.example>`, `RCPT TO:<"a b"@c.example>`, nil},
		{`RCPT TO:<"a\.b"@c.example>`, `RCPT TO:<a.b@c.example>`, nil},
		{"DATA now", "DATA", []Tolerance{ExtraArgument}},
		{"BDAT 86 LAST", "BDAT 86 LAST", nil},
		{"auth plain AGE=", "AUTH PLAIN AGE=", []Tolerance{LowerCase}},
		{"NOOP a  b", "NOOP a  b", nil},
		{"XCLIENT NAME=x.example ADDR=192.0.2.7", "XCLIENT NAME=x.example ADDR=192.0.2.7", nil},
	} {
		got, err := ParseCommand(c.line, Tolerant)
		if err != nil {
			t.Errorf("%q: %v", c.line, err)
			continue
		}
		if got.String() != c.want || !slices.Equal(got.Tolerances, c.notes) {
			t.Errorf("%q: got %q %v, want %q %v", c.line, got, got.Tolerances, c.want, c.notes)
		}
	}
}
