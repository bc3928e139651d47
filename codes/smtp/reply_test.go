package smtp

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What goes over the wire for a reply.
func TestReplyAppend(t *testing.T) {
	x := strings.Repeat("x", 600)
	for _, c := range []struct {
		reply Reply
		want  string
	}{
		{NewReply(250, "2.1.0", "Ok"), "250 2.1.0 Ok\r\n"},
		{NewReply(250, "", "mail.server.example", "SIZE 1000", "HELP"), "250-mail.server.example\r\n250-SIZE 1000\r\n250 HELP\r\n"},
		{NewReply(550, "5.1.1", "no", "really"), "550-5.1.1 no\r\n550 5.1.1 really\r\n"},
		{NewReply(334, ""), "334 \r\n"}, // an empty challenge, RFC 4954 §4
		{NewReply(250, "2.0.0", ""), "250 2.0.0\r\n"},
		{NewReply(250, "nonsense", "a"), "250 a\r\n"},
		{Reply{Code: 221}, "221 \r\n"},
		{NewReply(550, "", "a\r\n250 forged\x00"), "550 a??250 forged?\r\n"},
		{NewReply(550, "5.1.1", x), "550 5.1.1 " + x[:500] + "\r\n"}, // RFC 5321 §4.5.3.1.5
		{NewReply(550, "", x[:505]+"üü"), "550 " + x[:505] + "\r\n"},
	} {
		if got := string(c.reply.Append(nil)); got != c.want || len(got) > MaxReplyLine && len(c.reply.Lines) == 1 {
			t.Errorf("%+v: %q, want %q", c.reply, got, c.want)
		}
	}
	if got := NewReply(550, "5.1.1", "no", "really").Text(); got != "no\nreally" {
		t.Errorf("Text: %q", got)
	}
}

// Which replies are read how, strictly and with tolerance.
func TestReplyParser(t *testing.T) {
	long := "250 " + strings.Repeat("x", 507) // 513 octets with CRLF
	for _, c := range []struct {
		lines string
		want  string // in Tolerant mode
		notes []Tolerance
		bad   string // in Strict mode: the error
	}{
		{"250 Ok", "250 Ok", nil, ""},
		{"250-2.1.5 a\n250 2.1.5 b", "250-2.1.5 a\r\n250 2.1.5 b", nil, ""},
		{"250-2.1.5 a\n250 b", "250-2.1.5 a\r\n250 2.1.5 b", nil, ""}, // the code stands for the whole reply
		{"550 4.2.2 full", "550 4.2.2 full", nil, ""},                 // class differs: no enhanced code
		{"250", "250 ", []Tolerance{BareCode}, ""},
		{"250-a\n250", "250-a\r\n250 ", []Tolerance{BareCode}, ""},
		{"250- 9 byte chunk\n250 OK id=x", "250- 9 byte chunk\r\n250 OK id=x", nil, ""},
		{"250-a\n251 b", "250-a\r\n250 b", []Tolerance{CodeChanges}, "line 2 of the reply: expected the code 250"},
		{"250_a", "250 _a", []Tolerance{OddSeparator}, "line 1 of the reply: expected a space or a hyphen after the code"},
		{"199 a", "199 a", []Tolerance{OddCode}, "line 1 of the reply: expected a code from 200 to 559 with a second digit up to 5"},
		{"571 a", "571 a", []Tolerance{OddCode}, "line 1 of the reply: expected a code from 200 to 559 with a second digit up to 5"},
		{long, long[:510], []Tolerance{LongReplyLine}, "line 1 of the reply: expected at most 512 octets"},
	} {
		for _, mode := range []Mode{Tolerant, Strict} {
			p := ReplyParser{Mode: mode}
			var err error
			done := false
			for _, line := range strings.Split(c.lines, "\n") {
				if done, err = p.Line(line); err != nil {
					break
				}
			}
			if mode == Strict && c.bad != "" {
				if err == nil || err.Error() != c.bad {
					t.Errorf("%q, strict: %v, want %q", c.lines, err, c.bad)
				}
				continue
			}
			if err != nil || !done || p.Open() || p.Reply().String() != c.want || !slices.Equal(p.Tolerances(), c.notes) {
				t.Errorf("%q, mode %d: %v %v %q %v", c.lines, mode, err, done, p.Reply(), p.Tolerances())
			}
		}
	}
}

// After an error and after an end the parser begins anew; what is no reply is told.
func TestReplyParserGoesOn(t *testing.T) {
	p := ReplyParser{Mode: Tolerant}
	for _, step := range []struct {
		line string
		want string
	}{
		{"250-a", "false <nil>"},
		{"HTTP/1.1 400 Bad Request", "false line 2 of the reply: expected three digits and a text"},
		{"220 b", "true <nil>"},
		{"", "false line 1 of the reply: expected three digits and a text"},
		{"12", "false line 1 of the reply: expected three digits and a text"},
		{"2500 x", "false line 1 of the reply: expected three digits and a text"},
	} {
		done, err := p.Line(step.line)
		if got := fmt.Sprint(done, " ", err); got != step.want {
			t.Errorf("%q: %s, want %s", step.line, got, step.want)
		}
	}
	if _, err := ParseReply("250-a\r\n", Strict); !errors.As(err, new(*ReplyError)) {
		t.Errorf("half a reply: %v", err)
	}
	if r, err := ParseReply("250-a\n", Tolerant); err != nil || r.Code != 250 {
		t.Errorf("half a reply, tolerant: %v %v", r, err)
	}
}

// A reply without end does not fill the memory.
func TestReplyParserBounds(t *testing.T) {
	p := ReplyParser{Mode: Tolerant}
	for range MaxReplyLines + 10 {
		if _, err := p.Line("250-x"); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.Reply().Lines) != MaxReplyLines || !slices.Contains(p.Tolerances(), LongReply) {
		t.Errorf("%d lines, %v", len(p.Reply().Lines), p.Tolerances())
	}
	s := ReplyParser{}
	var err error
	for range MaxReplyLines + 1 {
		if _, err = s.Line("250-x"); err != nil {
			break
		}
	}
	if err == nil {
		t.Error("strict takes a reply without end")
	}
}

// The first digit decides (RFC 5321 §4.2.1).
func TestReplyClasses(t *testing.T) {
	for code, want := range map[int]string{250: "true false false false", 354: "false true false false",
		451: "false false true false", 550: "false false false true", 199: "false false false false"} {
		r := NewReply(code, "")
		if got := fmt.Sprint(r.Positive(), r.Intermediate(), r.Temporary(), r.Permanent()); got != want {
			t.Errorf("%d: %s", code, got)
		}
	}
}
