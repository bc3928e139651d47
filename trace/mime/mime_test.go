package mime

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDecodeHeader(t *testing.T) {
	tests := []struct{ in, want string }{
		{"plain", "plain"},
		{"=?utf-8?Q?Gr=C3=BC=C3=9Fe?= an =?ISO-8859-1?B?TfxsbGVy?=", "Grüße an Müller"},
		{"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"},
		{"=?windows-1252?Q?=93x=94_=80?=", "“x” €"},
		{"=?iso-8859-15?Q?=A4?=", "€"},
		{"=?koi8-r?Q?=C1?=", "=?koi8-r?Q?=C1?="},
		{"=?utf-8?X?a?=", "=?utf-8?X?a?="},
		{"=?utf-8?B?", "=?utf-8?B?"},
	}
	for _, tc := range tests {
		if got := DecodeHeader(tc.in); got != tc.want {
			t.Errorf("%q: got %q, want %q", tc.in, got, tc.want)
		}
	}
}

func TestDecodeHeaderIsBounded(t *testing.T) {
	for _, n := range []int{maxHeader, maxHeader + 1} {
		if got := len(DecodeHeader(strings.Repeat("x", n))); got != maxHeader {
			t.Errorf("%d octets: %d, want %d", n, got, maxHeader)
		}
	}
}

func outline(p *Part) string {
	s := p.Type
	if p.Filename != "" {
		s += "=" + p.Filename
	}
	if p.Cut {
		s += "!"
	}
	var in []string
	for _, q := range p.Parts {
		in = append(in, outline(q))
	}
	if in != nil {
		s += "(" + strings.Join(in, " ") + ")"
	}
	return s
}

func TestTree(t *testing.T) {
	const nested = "Content-Type: multipart/mixed; boundary=\"a b\"\r\n\r\npreamble\r\n--a b\r\n" +
		"Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\nplain\r\n--c\r\nContent-Type: TEXT/HTML\r\n\r\n<p>\r\n--c--\r\n" +
		"--a b  \r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ny\r\n--a b\r\n" +
		"Content-Disposition: attachment; filename==?utf-8?Q?=C3=BC.txt?=\r\n\r\nz\r\n--a b--\r\nepilogue"
	tests := []struct{ name, in, want string }{
		{"no MIME", "Subject: x\n\nbody", "text/plain"},
		{"nested", nested, "multipart/mixed(multipart/alternative(text/plain text/html) message/rfc822(text/plain) text/plain=ü.txt)"},
		{"LF", strings.ReplaceAll(nested, "\r", ""), "multipart/mixed(multipart/alternative(text/plain text/html) message/rfc822(text/plain) text/plain=ü.txt)"},
		{"cut off", nested[:strings.Index(nested, "<p>")+3], "multipart/mixed!(multipart/alternative!(text/plain text/html))"},
		{"no boundary", "Content-Type: multipart/mixed\n\n--x\n\n", "multipart/mixed!"},
		{"boundary given twice", "Content-Type: multipart/mixed; boundary=x; boundary=y\n\n--x\n\na\n--x--\n", "multipart/mixed(text/plain)"},
	}
	for _, tc := range tests {
		if got := outline(Tree([]byte(tc.in))); got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.name, got, tc.want)
		}
	}
	part := Tree([]byte(nested)).Parts[0].Parts[0]
	if got := nested[part.Body:part.End]; got != "plain" {
		t.Errorf("body %q", got)
	}
}

func TestTreeIsBounded(t *testing.T) {
	deep := strings.Repeat("Content-Type: message/rfc822\n\n", 500)
	depth := 0
	for p := Tree([]byte(deep)); len(p.Parts) > 0; p = p.Parts[0] {
		depth++
	}
	if depth != MaxDepth {
		t.Errorf("depth %d, want %d", depth, MaxDepth)
	}
	wide := "Content-Type: multipart/mixed; boundary=x\n\n" + strings.Repeat("--x\n\na\n", 5000) + "--x--\n"
	if p := Tree([]byte(wide)); len(p.Parts) != MaxParts-1 || !p.Cut {
		t.Errorf("%d parts, cut %v", len(p.Parts), p.Cut)
	}
}

// TestPublicMail: no real message breaks the reader, and leaf bodies lie within the message, in order.
func TestPublicMail(t *testing.T) {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "..", "..", "..", "shared", "mail", "*", "*.eml"))
	if len(files) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("the recordings are missing")
		}
		t.Skip("the recordings are not here")
	}
	kinds := map[string]int{}
	for _, f := range files {
		msg, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		Tree(msg).Walk(func(p *Part) {
			if p.Start < at || p.Body < p.Start || p.End < p.Body || p.End > len(msg) {
				t.Fatalf("%s: part at %d, body %d to %d, after %d", f, p.Start, p.Body, p.End, at)
			}
			at = p.Start
			kinds[strings.SplitN(p.Type, "/", 2)[0]]++
		})
	}
	t.Log(len(files), "messages", fmt.Sprint(kinds))
}

func FuzzTree(f *testing.F) {
	f.Add([]byte("Content-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--x--\n"))
	f.Add([]byte("Content-Type: message/rfc822\n\nA: b\n\n"))
	f.Fuzz(func(t *testing.T, msg []byte) {
		Tree(msg).Walk(func(p *Part) {
			if p.Start > p.Body || p.Body > p.End || p.End > len(msg) {
				t.Fatalf("%+v of %d", p, len(msg))
			}
		})
	})
}
