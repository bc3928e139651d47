package smtp

import (
	"errors"
	"strings"
	"testing"
)

// What Strict refuses: where it stops and what a server answers.
func TestParseCommandStrictRefuses(t *testing.T) {
	for _, c := range []struct {
		line   string
		offset int
		reply  string
	}{
		{"", 0, "500 5.5.1 Command unrecognized"},
		{".", 0, "500 5.5.1 Command unrecognized"},
		{"FOO", 0, "500 5.5.1 Command unrecognized"},
		{"GET / HTTP/1.0", 0, "500 5.5.1 Command unrecognized"},
		{"EHLO", 4, "501 5.5.4 Syntax error: expected a space and the client's domain"},
		{"EHLO ", 4, "501 5.5.4 Syntax error: expected a space and the client's domain"},
		{"EHLO bad_name", 8, "501 5.5.4 Syntax error: expected the end of the domain"},
		{"EHLO -a.example", 5, "501 5.5.4 Syntax error: expected a label"},
		{"EHLO a-.example", 7, "501 5.5.4 Syntax error: expected a letter or digit at the end of a label"},
		{"EHLO a..example", 7, "501 5.5.4 Syntax error: expected a label"},
		{"EHLO [192.0.2]", 5, "501 5.5.4 Syntax error: expected an IPv4 address, or IPv6: and an IPv6 address"},
		{"EHLO [192.0.2.1", 5, "501 5.5.4 Syntax error: expected a closing ]"},
		{"MAIL", 4, "501 5.1.7 Syntax error: expected a space and FROM:"},
		{"MAIL TO:<a@b.example>", 5, "501 5.1.7 Syntax error: expected FROM:"},
		{"MAIL FROM: <a@b.example>", 10, "501 5.1.7 Syntax error: expected < right after the colon"},
		{"MAIL FROM:a@b.example", 10, "501 5.1.7 Syntax error: expected <"},
		{"MAIL FROM:<a@b.example", 22, "501 5.1.7 Syntax error: expected >"},
		{"MAIL FROM:<a>", 12, "501 5.1.7 Syntax error: expected @ and a domain"},
		{"MAIL FROM:<a..b@c.example>", 13, "501 5.1.7 Syntax error: expected a letter before the dot"},
		{"MAIL FROM:<a.@c.example>", 13, "501 5.1.7 Syntax error: expected a letter after the dot"},
		{"MAIL FROM:<ä@b.example>", 11, "500 5.5.2 Syntax error: expected ASCII characters only"},
		{"MAIL FROM:<a@b.example> SIZE=", 29, "501 5.1.7 Syntax error: expected a value"},
		{"MAIL FROM:<a@b.example>  SIZE=1", 24, "501 5.1.7 Syntax error: expected one space only"},
		{"MAIL FROM:<a@b.example> =1", 24, "501 5.1.7 Syntax error: expected a parameter name"},
		{"MAIL FROM:<a@b.example> A=1 A=2", 31, "501 5.1.7 Syntax error: expected each parameter once"},
		{"RCPT TO:<>", 9, "501 5.1.3 Syntax error: expected a local part"},
		{"RCPT TO:<alice>", 14, "501 5.1.3 Syntax error: expected @ and a domain"},
		{"RCPT TO:<@a.example,b@c.example>", 20, "501 5.1.3 Syntax error: expected @"},
		{`RCPT TO:<"a@b.example>`, 22, `501 5.1.3 Syntax error: expected a closing "`},
		{"DATA now", 4, "501 5.5.4 Syntax error: expected the end of the line"},
		{"QUIT now", 4, "501 5.5.4 Syntax error: expected the end of the line"},
		{"BDAT", 4, "501 5.5.4 Syntax error: expected a space and the size of the chunk"},
		{"BDAT -1", 5, "501 5.5.4 Syntax error: expected the size of the chunk in octets"},
		{"BDAT 99999999999999999999", 23, "501 5.5.4 Syntax error: expected a smaller size"},
		{"BDAT 1 FIRST", 7, "501 5.5.4 Syntax error: expected LAST"},
		{"AUTH", 4, "501 5.5.4 Syntax error: expected a space and a mechanism"},
		{"AUTH PLAIN AA AA", 13, "501 5.5.4 Syntax error: expected the end of the line"},
		{"VRFY", 4, "501 5.5.4 Syntax error: expected a space and an argument"},
		{"NOOP \x01", 5, "501 5.5.4 Syntax error: expected no control character"},
	} {
		_, err := ParseCommand(c.line, Strict)
		var e *SyntaxError
		if !errors.As(err, &e) {
			t.Errorf("%q: %v, want a SyntaxError", c.line, err)
			continue
		}
		if e.Offset != c.offset || e.Reply.String() != c.reply {
			t.Errorf("%q: offset %d, %q, want %d, %q", c.line, e.Offset, e.Reply, c.offset, c.reply)
		}
	}
}

// An analyzer names what it cannot read.
func TestSyntaxErrorNamesTheVerb(t *testing.T) {
	for line, want := range map[string]Verb{
		"xexch50 1 2": "XEXCH50", "rcpt to": RCPT, "": "", "\x16\x03\x01": "", "GET / HTTP/1.0": "GET", "MAIL-FROM:<a>": "",
	} {
		_, err := ParseCommand(line, Tolerant)
		var e *SyntaxError
		if !errors.As(err, &e) || e.Verb != want {
			t.Errorf("%q: %v, want the verb %q", line, err, want)
		}
	}
}

// What Strict must take, though it is not pretty: RFC 5321 says so.
func TestParseCommandStrictTakes(t *testing.T) {
	for _, line := range []string{
		"mail from:<>", "RCPT TO:<@h.example,@f.example:joe@b.example>", "RCPT TO:<POSTMASTER>", "QUIT  ",
		`MAIL FROM:<"a\"b\\c d"@b.example>`, `MAIL FROM:<""@b.example>`, "MAIL FROM:<a@[IPv6:2001:db8::1]>",
		"MAIL FROM:<a@[IPv6:::192.0.2.1]>", "MAIL FROM:<a@[X-tag:anything!]>", "EHLO 192.0.2.1", "HELO [192.0.2.1]",
		"RCPT TO:<b@a.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b+40a.example", "MAIL FROM:<a@b.example> AUTH=<>",
		"AUTH CRAM-MD5", "AUTH EXTERNAL =", "HELP MAIL", "ETRN @b.example", "ATRN", "NOOP what ever",
		"EHLO " + strings.Repeat("a", 63) + ".example",
	} {
		if _, err := ParseCommand(line, Strict); err != nil {
			t.Errorf("%q: %v", line, err)
		}
	}
	if _, err := ParseCommand("MAIL FROM:<jürgen@bücher.example> SMTPUTF8", StrictUTF8); err != nil {
		t.Errorf("RFC 6531 allows UTF-8: %v", err)
	}
	if _, err := ParseCommand("MAIL FROM:<j\xfcrgen@b.example> SMTPUTF8", StrictUTF8); err == nil {
		t.Error("Latin-1 is no UTF-8")
	}
}

// RFC 5321 §4.1.3: the IPv6 forms and what is none.
func TestAddressLiterals(t *testing.T) {
	for text, want := range map[string]string{
		"[192.0.2.1]": "192.0.2.1", "[192.0.2.010]": "192.0.2.10", "[256.0.2.1]": "", "[192.0.2.1.]": "", "[1.2.3]": "",
		"[IPv6:2001:db8::1]": "2001:db8::1", "[ipv6:2001:DB8::1]": "2001:db8::1", "[IPv6:::]": "::", "[IPv6:::1]": "::1",
		"[IPv6:1::]": "1::", "[IPv6:1:2:3:4:5:6:7:8]": "1:2:3:4:5:6:7:8", "[IPv6:1:2:3:4:5:6:7]": "",
		"[IPv6:1:2:3:4:5:6:7:8:9]": "", "[IPv6:1:2:3:4:5:6::]": "1:2:3:4:5:6::", "[IPv6:1:2:3:4:5:6:7::]": "",
		"[IPv6:1::2::3]": "", "[IPv6:12345::]": "", "[IPv6::1]": "", "[IPv6:1:]": "", "[IPv6:]": "", "[IPv6::::]": "",
		"[IPv6:::192.0.2.1]": "::c000:201", "[IPv6:1:2:3:4:5:6:192.0.2.1]": "1:2:3:4:5:6:c000:201",
		"[IPv6:1:2:3:4:192.0.2.1]": "", "[IPv6:1:2:3:4::192.0.2.1]": "1:2:3:4::c000:201",
		"[IPv6:1:2:3:4:5::192.0.2.1]": "", "[2001:db8::1]": "", "[IPv6:fe80::1%25eth0]": "", "": "", "[": "", "[]": "",
	} {
		addr, ok := LiteralAddr(text)
		if ok != (want != "") || ok && addr.StringExpanded() != expanded(want) {
			t.Errorf("%s: %v %v, want %q", text, addr, ok, want)
		}
		_, err := ParseDomain(text, Strict)
		if text != "[2001:db8::1]" && (err == nil) != (want != "") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// The sizes of §4.5.3.1, at the limit and one past it.
func TestLimits(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	domain := func(n int) string { // labels of 50 and a rest
		d := ""
		for ; n > 52; n -= 51 {
			d += x(50) + "."
		}
		return d + x(n)
	}
	for _, c := range []struct {
		name    string
		ok, bad string
	}{
		{"local part", "MAIL FROM:<" + x(64) + "@b.example>", "MAIL FROM:<" + x(65) + "@b.example>"},
		{"label", "EHLO " + x(63), "EHLO " + x(64)},
		{"domain", "EHLO " + domain(255), "EHLO " + domain(256)},
		{"path", "RCPT TO:<a@" + domain(252) + ">", "RCPT TO:<a@" + domain(253) + ">"},
		{"command line", "NOOP " + x(505), "NOOP " + x(506)},
		{"MAIL line", "MAIL FROM:<> X=" + x(MaxMailLine-17), "MAIL FROM:<> X=" + x(MaxMailLine-16)},
		{"RCPT line", "RCPT TO:<a@b> X=" + x(MaxRcptLine-18), "RCPT TO:<a@b> X=" + x(MaxRcptLine-17)},
		{"AUTH line", "AUTH PLAIN " + x(MaxAuthLine-13), "AUTH PLAIN " + x(MaxAuthLine-12)},
		{"parameters", "MAIL FROM:<>" + params(MaxParams), "MAIL FROM:<>" + params(MaxParams+1)},
		{"source route", "RCPT TO:<" + route(MaxRoute) + ":a@b>", "RCPT TO:<" + route(MaxRoute+1) + ":a@b>"},
		{"mechanism", "AUTH " + x(20), "AUTH " + x(21)}, // RFC 4422 §3.1
	} {
		if _, err := ParseCommand(c.ok, Strict); err != nil {
			t.Errorf("%s at its limit: %v", c.name, err)
		}
		if _, err := ParseCommand(c.bad, Strict); err == nil {
			t.Errorf("%s one past its limit is taken", c.name)
		}
		got, err := ParseCommand(c.bad, Tolerant)
		if refused := c.name == "parameters" || c.name == "source route" || c.name == "mechanism"; refused != (err != nil) {
			t.Errorf("%s one past its limit, tolerant: %v", c.name, err)
		} else if !refused && (err != nil || !got.Tolerated(LongPath) && !got.Tolerated(LongLine)) {
			t.Errorf("%s one past its limit, tolerant: %v %v", c.name, got.Tolerances, err)
		}
	}
	if _, err := ParseCommand("NOOP "+x(MaxTolerantLine), Tolerant); err == nil {
		t.Error("a line without end is taken")
	}
}

func route(n int) string { return strings.TrimSuffix(strings.Repeat("@a,", n), ",") }

func params(n int) string {
	s := ""
	for i := range n {
		s += " P" + string(rune('A'+i%26)) + string(rune('A'+i/26))
	}
	return s
}
