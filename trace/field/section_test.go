package field

import (
	"fmt"
	"strings"
	"testing"
)

// TestReadSection: fields with line and offset, where the body begins, and the oddities on the way.
func TestReadSection(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "A: b\r\nC: d\r\n\r\nbody", "1@0 A=b 2@6 C=d | body 14"},
		{"folded", "A: b\r\n\tc\r\n d\r\nE:f\r\n\r\n", "1@0 A=b\tc d 4@14 E=f | body 21"},
		{"LF", "A: b\nC: d\n\nbody", "1@0 A=b 2@5 C=d | body 11"},
		{"CR", "A: b\rC: d\r\rbody", "1@0 A=b 2@5 C=d | body 11 bare-cr:1*3"},
		{"mixed", "A: b\r\nC: d\n\r\nbody", "1@0 A=b 2@6 C=d | body 13 bare-lf:2*2"},
		{"CR CR LF", "A: b\r\r\nC: d\r\r\n\r\nx", "1@0 A=b 2@7 C=d | body 16"},
		{"a CR in a line", "A: b\rc\nD: e\n\n", "1@0 A=bc 2@7 D=e | body 13 bare-cr:1*1"},
		{"empty lines first", "\n\r\nA: b\n\n", "3@3 A=b | body 9 leading-blank-line:1*2"},
		{"only empty lines", "\n\nbody", " | body 1"},
		{"mbox separator", "From a Sat Nov 21 18:32:09 2026\nA: b\n\n", "2@32 A=b | body 38 mbox-from:1*1"},
		{"quoted separator", ">From a Sat\nA: b\n\n", "2@12 A=b | body 18 quoted-mbox-from:1*1"},
		{"byte order mark", "\xef\xbb\xbfA: b\n\n", "1@3 A=b | body 9 byte-order-mark:1*1"},
		{"junk between", "A: b\njunk line\nC: d\n\n", "1@0 A=b 3@15 C=d | body 21 junk-line:2*1"},
		{"no empty line", "A: b\nHello Bob,\nbye\n", "1@0 A=b | body 5 no-blank-line:2*1"},
		{"space before the colon", "A : b\n\n", "1@0 A=b | body 7 space-before-colon:1*1"},
		{"continuation of blanks", "A: b\n  \nC: d\n\n", "1@0 A=b 3@8 C=d | body 14 blank-continuation:2*1"},
		{"blanks end it", "A: b\n  \nHello\n", "1@0 A=b | body 5 no-blank-line:2*1"},
		{"continuation of nothing", " x\nA: b\n\n", "2@3 A=b | body 9 junk-line:1*1"},
		{"8 bit and NUL", "A: \xff\xfe\nB: \x00\n\n", "1@0 A=\xff\xfe 2@6 B=\x00 | body 12 eight-bit:1*2 nul-octet:2*1"},
		{"no end", "A: b", "1@0 A=b | body 4 no-end:1*1"},
		{"nothing", "", " | body 0 no-end:1*1"},
		{"empty value", "A:\n\n", "1@0 A= | body 4"},
	}
	for _, tc := range tests {
		s := ReadSection([]byte(tc.in))
		var out []string
		for _, f := range s.Fields {
			out = append(out, fmt.Sprintf("%d@%d %s=%s", f.Line, f.Start, f.Name, strings.TrimLeft(f.Body(), " ")))
		}
		got := fmt.Sprintf("%s | body %d", strings.Join(out, " "), s.Body)
		for _, n := range s.Notes {
			got += fmt.Sprintf(" %s:%d*%d", n.Oddity, n.Line, n.Count)
		}
		if got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestSectionLimits(t *testing.T) {
	many := strings.Repeat("A: b\n", MaxFields+1)
	if s := ReadSection([]byte(many + "\n")); len(s.Fields) != MaxFields || s.Notes[0].Oddity != TooLong || s.Notes[0].Line != MaxFields+1 {
		t.Errorf("%d fields, %+v", len(s.Fields), s.Notes)
	}
	if s := ReadSection([]byte(many[:5*MaxFields] + "\n")); len(s.Fields) != MaxFields || len(s.Notes) != 0 {
		t.Errorf("%d fields, %+v", len(s.Fields), s.Notes)
	}
	long := "A: " + strings.Repeat("x", MaxSection) + "\n\n"
	if s := ReadSection([]byte(long)); len(s.Fields) != 1 || s.Notes[0].Oddity != TooLong || s.End != MaxSection {
		t.Errorf("%d fields, %+v, end %d", len(s.Fields), s.Notes, s.End)
	}
	if p := ParseReceived("from a by b id " + strings.Repeat("(", MaxReceived) + "; 1 Jan 2030 00:00:00 +0000"); p.By != "b" {
		t.Errorf("by %q", p.By)
	}
}
