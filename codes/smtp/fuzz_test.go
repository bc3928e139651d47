package smtp

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

// FuzzParseCommand: no line panics; what is taken prints to a line that means the same.
func FuzzParseCommand(f *testing.F) {
	for _, line := range []string{"EHLO a.example", "HELO [192.0.2.1]", "MAIL FROM:<>", "mail from: a@b.example size=1",
		`RCPT TO:<@x,@y:"q \" p"@[IPv6:2001:db8::1]> NOTIFY=NEVER`, "BDAT 10 LAST", "AUTH PLAIN =", "RCPT TO:<ä@b>",
		"XCLIENT A=B", "NOOP \t x", "RCPT TO:<\"a\".b@c>", " MAIL FROM:<a@b.>"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		for _, mode := range []Mode{Strict, StrictUTF8, Tolerant} {
			c, err := ParseCommand(line, mode)
			if err != nil {
				if e, ok := err.(*SyntaxError); !ok || e.Offset < 0 || e.Offset > len(line) || e.Reply.Code < 500 {
					t.Fatalf("%q: %#v", line, err)
				}
				continue
			}
			if mode == Tolerant && odd(c) {
				continue // what prints can mean something else than what came
			}
			again, err := ParseCommand(c.String(), mode)
			if err != nil {
				t.Fatalf("%q -> %q: %v", line, c, err)
			}
			again.Line, again.Tolerances, c.Tolerances = c.Line, nil, nil
			if !reflect.DeepEqual(again, c) {
				t.Fatalf("%q: %+v -> %q: %+v", line, c, c, again)
			}
		}
	})
}

// odd says that a line was taken for which RFC 5321 has no way to write the same.
func odd(c Command) bool {
	for _, t := range c.Tolerances {
		switch t {
		case NoArgument, ExtraArgument, BadDomain, BadLiteral, BadParam, TrailingDot, EightBit, LongPath, LongLine:
			return true
		}
	}
	return false
}

// FuzzReplyParser: no line panics; a finished reply prints to one that reads the same, and to as many lines.
func FuzzReplyParser(f *testing.F) {
	for _, wire := range []string{"250 ok", "250-2.1.5 a\n250 2.1.5 b", "250", "250-a\n251 b", "334 ", "220-a\n220-\n220 b",
		"550 5.1.1", "999 x", "25 x", "250_ok", "550-5.1.1 a\n550 5.2.1 b"} {
		f.Add(wire)
	}
	f.Fuzz(func(t *testing.T, wire string) {
		for _, mode := range []Mode{Strict, Tolerant} {
			p := ReplyParser{Mode: mode}
			for _, line := range strings.Split(wire, "\n") {
				done, err := p.Line(line)
				if err != nil || !done {
					continue
				}
				r := p.Reply()
				out := r.Append(nil)
				if bytes.Count(out, []byte("\r\n")) != len(r.Lines) || bytes.Count(out, []byte("\n")) != len(r.Lines) {
					t.Fatalf("%q: %q has not %d lines", wire, out, len(r.Lines))
				}
				again, err := ParseReply(string(out), Tolerant)
				if err != nil || again.Code != r.Code || again.Enhanced != r.Enhanced {
					t.Fatalf("%q -> %q: %+v %v", wire, out, again, err)
				}
			}
		}
	})
}

// FuzzUnstuffer: however the octets are cut, text, rest and notes are the same.
func FuzzUnstuffer(f *testing.F) {
	for _, wire := range []string{".\r\n", "a\r\n.\r\nb", "a\n.\nb", "a\r.\r\n.\r\n", "..\r\n.x\r\n.\r\r\n", "a\n.\r\r\n.\n"} {
		f.Add([]byte(wire), uint8(3), false)
		f.Add([]byte(wire), uint8(1), true)
	}
	f.Fuzz(func(t *testing.T, wire []byte, size uint8, lenient bool) {
		whole, parts := Unstuffer{Ends: lax(lenient)}, Unstuffer{Ends: lax(lenient)}
		before := bytes.Clone(wire)
		text1, rest1, done1 := feedInParts(&whole, wire, func(left int) int { return left })
		text2, rest2, done2 := feedInParts(&parts, wire, func(left int) int { return min(left, int(size)+1) })
		if !bytes.Equal(text1, text2) || !bytes.Equal(rest1, rest2) || done1 != done2 {
			t.Fatalf("%q: %q %q %v, in parts of %d: %q %q %v", wire, text1, rest1, done1, size+1, text2, rest2, done2)
		}
		if !reflect.DeepEqual(whole.Tolerances(), parts.Tolerances()) {
			t.Fatalf("%q: %v, in parts %v", wire, whole.Tolerances(), parts.Tolerances())
		}
		if !bytes.Equal(wire, before) {
			t.Fatal("the input was changed")
		}
	})
}
