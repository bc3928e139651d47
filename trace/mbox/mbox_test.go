package mbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"pgregory.net/rapid"
)

func all(t interface {
	Helper()
	Fatal(...any)
}, r *Reader) []Message {
	t.Helper()
	var ms []Message
	for {
		m, err := r.Next()
		if err == io.EOF {
			return ms
		}
		if err != nil {
			t.Fatal(err)
		}
		ms = append(ms, m)
	}
}

func TestSplit(t *testing.T) {
	const sep = "From a@b.example Sat Nov 21 18:32:09 2026\n"
	tests := []struct {
		name, in string
		want     []string // "offset/line data"
	}{
		{"nothing", "", nil},
		{"one message", "A: b\n\nFrom here on\n\nFrom x Sat Nov 21 18:32:09 2026\n", []string{"0/1 A: b\n\nFrom here on\n\nFrom x Sat Nov 21 18:32:09 2026\n"}},
		{"two in an mbox", sep + "A: b\n\nx\n\n" + sep + "C: d\n\ny\n", []string{"42/2 A: b\n\nx\n", "93/7 C: d\n\ny\n"}},
		{"CRLF", sep + "A: b\r\n\r\nx\r\n\r\n" + sep + "C: d\r\n", []string{"42/2 A: b\r\n\r\nx\r\n", "97/7 C: d\r\n"}},
		{"no empty line, no separator", sep + "A: b\n\nx\n" + sep, []string{"42/2 A: b\n\nx\n" + sep}},
		{"no date, no separator", sep + "A: b\n\nFrom now on\n", []string{"42/2 A: b\n\nFrom now on\n"}},
		{"only a separator", sep, []string{"42/2 "}},
		{"separator without a line end", "From x", []string{"6/1 "}},
	}
	for _, tc := range tests {
		var got []string
		for _, m := range all(t, NewReader(iotest.OneByteReader(strings.NewReader(tc.in)), Options{})) {
			got = append(got, fmt.Sprintf("%d/%d %s", m.Offset, m.Line, m.Data))
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestLimits(t *testing.T) {
	in := "A: b\n\n" + strings.Repeat("x", 200_000) + "\n"
	for _, tc := range []struct {
		limit int
		cut   bool
	}{{len(in) - 1, true}, {len(in), false}, {100_000, true}} {
		m := all(t, NewReader(strings.NewReader(in), Options{MaxMessage: tc.limit}))
		if len(m) != 1 || m[0].Truncated != tc.cut || len(m[0].Data) != min(tc.limit, len(in)) {
			t.Errorf("limit %d: %d messages, %d octets, truncated %v", tc.limit, len(m), len(m[0].Data), m[0].Truncated)
		}
	}
	bad := errors.New("disk on fire")
	if _, err := NewReader(iotest.ErrReader(bad), Options{}).Next(); !errors.Is(err, bad) {
		t.Errorf("error %v", err)
	}
}

// TestAppendSplit: what is appended is what is read, ">From " lines and all.
func TestAppendSplit(t *testing.T) {
	line := rapid.SampledFrom([]string{"", "text", "From x Sat Nov 21 18:32:09 2026", ">From y", ">>From z", "From", "> From"})
	rapid.Check(t, func(t *rapid.T) {
		var box []byte
		var want []string
		for range rapid.IntRange(1, 4).Draw(t, "messages") {
			msg := "Subject: x\n\n"
			for _, l := range rapid.SliceOf(line).Draw(t, "lines") {
				msg += l + "\n"
			}
			want = append(want, msg)
			box = Append(box, "From a@b.example Sat Nov 21 18:32:09 2026", []byte(msg))
		}
		ms := all(t, NewReader(bytes.NewReader(box), Options{}))
		for i, m := range ms {
			got := string(Unquote(m.Data, MboxRD))
			if i == len(ms)-1 {
				got = strings.TrimSuffix(got, "\n") // the empty line that closes the mbox
			}
			if i >= len(want) || got != want[i] {
				t.Fatalf("message %d of %q: %q", i, want, got)
			}
		}
		if len(ms) != len(want) {
			t.Fatalf("%d messages, want %d", len(ms), len(want))
		}
	})
}

func TestMaildir(t *testing.T) {
	fsys := fstest.MapFS{"m/cur/2:2,S": {}, "m/cur/1:2,": {}, "m/new/3": {}, "m/new/.hidden": {}, "m/tmp/4": {}, "x/y": {}}
	got, err := Maildir(fsys, "m")
	if err != nil || !slices.Equal(got, []string{"cur/1:2,", "cur/2:2,S", "new/3"}) {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := Maildir(fsys, "x"); !errors.Is(err, ErrNoMaildir) {
		t.Errorf("error %v", err)
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("From x Sat Nov 21 18:32:09 2026\nA: b\n\nFrom y Sat Nov 21 18:32:09 2026\n"))
	f.Add([]byte("A: b\n\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		total := 0
		for _, m := range all(t, NewReader(bytes.NewReader(in), Options{MaxMessage: 1000})) {
			total += len(m.Data)
			if m.Offset > int64(len(in)) {
				t.Fatalf("offset %d of %d", m.Offset, len(in))
			}
			if !m.Truncated && !bytes.HasPrefix(in[m.Offset:], m.Data) {
				t.Fatalf("%q is not at %d", m.Data, m.Offset)
			}
		}
		if total > len(in) {
			t.Fatalf("%d octets out of %d", total, len(in))
		}
	})
}

// TestQuoting: the most that a writer quoted decides, wherever it stands in the message.
func TestQuoting(t *testing.T) {
	const sep = "From a@b.example Sat Nov 21 18:32:09 2026\n"
	for body, want := range map[string]Quoting{
		"x\n": Unquoted, ">From x\n": MboxO, ">>From x\n": MboxRD, ">From x\ny\n": MboxO, ">>From x\n>From y\nz\n": MboxRD,
		">From x\n>>From y\n": MboxRD, "> From x\n": Unquoted,
	} {
		if m := all(t, NewReader(strings.NewReader(sep+"A: b\n\n"+body), Options{})); len(m) != 1 || m[0].Quoting != want {
			t.Errorf("%q: %+v, want %d", body, m, want)
		}
	}
}
