package smtp

import (
	"fmt"
	"strings"
	"testing"
)

// Where mail data ends, what is text, and what is noted: the table behind "smuggling".
func TestUnstuffer(t *testing.T) {
	for _, c := range []struct {
		wire    string
		lenient bool   // EndLF
		text    string // "" with rest "-": no end
		rest    string
		notes   string
	}{
		{".\r\nQ", false, "", "Q", "[]"},
		{"a\r\n.\r\nQ", false, "a\r\n", "Q", "[]"},
		{"..a\r\n.b\r\n...\r\n.\r\n", false, ".a\r\nb\r\n..\r\n", "", "[]"},
		{"a\n.\nb\r\n.\r\n", false, "a\n.\nb\r\n", "", "[bare-lf bare-lf-end]"},
		{"a\n.\nb\r\n.\r\n", true, "a\n", "b\r\n.\r\n", "[bare-lf bare-lf-end]"},
		{"a\n.\r\nb\r\n.\r\n", false, "a\n.\r\nb\r\n", "", "[bare-lf bare-lf-end]"},
		{"a\n.\r\nb\r\n.\r\n", true, "a\n", "b\r\n.\r\n", "[bare-lf bare-lf-end]"},
		{"a\r\n.\nb\r\n.\r\n", false, "a\r\n\nb\r\n", "", "[bare-lf bare-lf-end]"},
		{"a\r\n.\nb\r\n.\r\n", true, "a\r\n", "b\r\n.\r\n", "[bare-lf bare-lf-end]"},
		{"a\r.\rb\r\n.\r\n", false, "a\r.\rb\r\n", "", "[bare-cr bare-lf-end]"},
		{"a\r.\r\nb\r\n.\r\n", false, "a\r.\r\nb\r\n", "", "[bare-cr bare-lf-end]"},
		{"a\r\n.\rb\r\n.\r\n", false, "a\r\n\rb\r\n", "", "[bare-cr bare-lf-end]"},
		{"a\r\n.\r.\r\n.\r\n", false, "a\r\n\r.\r\n", "", "[bare-cr bare-lf-end]"},
		{"a\r\r\n.\r\n", false, "a\r\r\n", "", "[bare-cr]"},
		{"a\n\n..b\r\n.\r\n", false, "a\n\n..b\r\n", "", "[bare-lf]"},
		{"a\n..b\r\n.\r\n", true, "a\n.b\r\n", "", "[bare-lf]"},
		{"a\nb\r\n.\r\n", true, "a\nb\r\n", "", "[bare-lf]"},
		{"a\r\n" + strings.Repeat("x", 998) + "\r\n.\r\n", false, "a\r\n" + strings.Repeat("x", 998) + "\r\n", "", "[]"},
		{"a\r\n" + strings.Repeat("x", 999) + "\r\n.\r\n", false, "a\r\n" + strings.Repeat("x", 999) + "\r\n", "", "[long-line]"},
		{strings.Repeat("x", 998) + "\r\n.\r\n", false, strings.Repeat("x", 998) + "\r\n", "", "[]"},
		{strings.Repeat("x", 999) + "\r\n.\r\n", false, strings.Repeat("x", 999) + "\r\n", "", "[long-line]"},
		{"." + strings.Repeat(".", 998) + "\r\n.\r\n", false, strings.Repeat(".", 998) + "\r\n", "", "[]"},
		{"a\r\n.\r", false, "a\r\n", "-", "[]"},
	} {
		for size := 1; size <= len(c.wire); size++ { // every way to cut it evenly
			u := Unstuffer{Ends: lax(c.lenient)}
			text, rest, done := feedInParts(&u, []byte(c.wire), func(left int) int { return min(size, left) })
			if !done {
				rest = []byte("-")
			}
			if string(text) != c.text || string(rest) != c.rest || fmt.Sprint(u.Tolerances()) != c.notes {
				t.Fatalf("%q (lenient %v) in parts of %d: %q, rest %q, %v; want %q, %q, %s", c.wire, c.lenient, size,
					text, rest, u.Tolerances(), c.text, c.rest, c.notes)
			}
			if bare := c.lenient && c.rest != "" && c.rest != "-"; u.BareEnd != bare {
				t.Fatalf("%q (lenient %v): BareEnd %v", c.wire, c.lenient, u.BareEnd)
			}
		}
	}
}

// After the end the Unstuffer takes nothing more; Reset makes it new and keeps the option.
func TestUnstufferEnds(t *testing.T) {
	u := Unstuffer{Ends: EndLF}
	u.Feed([]byte("a\n.\r\n"))
	if text, rest, done := u.Feed([]byte("b")); !done || len(text) != 0 || string(rest) != "b" || !u.Done() {
		t.Errorf("after the end: %q %q %v", text, rest, done)
	}
	u.Reset()
	if u.Done() || u.Tolerances() != nil || u.Ends != EndLF {
		t.Errorf("after Reset: %+v", u)
	}
	if !HasEightBit([]byte("0123456789\xff")) || !HasEightBit([]byte("\xff1234567")) || HasEightBit([]byte("012345678\x7f")) {
		t.Error("HasEightBit misjudges")
	}
}

func lax(yes bool) TextEnds {
	if yes {
		return EndLF
	}
	return 0
}

// TestTextEnds smuggles by each way past each server: the text must end where the set says, and nowhere else.
func TestTextEnds(t *testing.T) {
	ways := map[string]string{"lf-lf": "\n.\n", "lf-crlf": "\n.\r\n", "crlf-lf": "\r\n.\n", "cr-cr": "\r.\r", "nul": "\r\n.\x00\r\n"}
	for set := TextEnds(0); set < 1<<len(textEnds); set++ {
		for name, way := range ways {
			const inner = "MAIL FROM:<b@x.example>\r\nthe rest\r\n.\r\n"
			for _, cut := range []int{1, 7, 100} { // octets at a time
				u := Unstuffer{Ends: set}
				var got []byte
				rest, done := "outer"+way+inner, false
				for rest != "" && !done {
					n := min(cut, len(rest))
					text, left, ended := u.Feed([]byte(rest[:n]))
					got, done = append(got, text...), ended
					rest = rest[n-len(left):]
				}
				smuggled := done && rest == inner
				if want := set.Has(TextEndByName(name)); smuggled != want || u.BareEnd && !want {
					t.Errorf("%s at a server that takes %s, %d at a time: text %q, rest %q", name, set, cut, got, rest)
				}
				if !smuggled && (!done || rest != "") {
					t.Errorf("%s at a server that takes %s: no end was found, text %q", name, set, got)
				}
				if !smuggled && set == 0 && name != "nul" && name != "crlf-lf" && string(got) != "outer"+way+inner[:len(inner)-3] {
					t.Errorf("%s: the text changed: %q", name, got)
				}
			}
		}
	}
}
