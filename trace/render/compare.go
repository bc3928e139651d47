package render

import (
	"bufio"
	"io"
	"slices"

	"github.com/smtpsim/smtpsim/trace"
)

// FirstDifference is the number of the first entry in which two runs say or do something different, whenever they do
// it; 0 where they are the same.
func FirstDifference(a, b []*trace.Entry) int {
	for i := range min(len(a), len(b)) {
		if !sameEntry(a[i], b[i]) {
			return a[i].N
		}
	}
	switch {
	case len(a) > len(b):
		return a[len(b)].N
	case len(b) > len(a):
		return b[len(a)].N
	}
	return 0
}

func sameEntry(a, b *trace.Entry) bool {
	if a.Kind != b.Kind || a.Host != b.Host || a.Peer != b.Peer || a.Name != b.Name || a.Type != b.Type || a.Code != b.Code ||
		!slices.Equal(a.Answers, b.Answers) || (a.Event == nil) != (b.Event == nil) {
		return false
	}
	if a.Event == nil {
		return true
	}
	v, w := a.Event, b.Event
	return v.Kind == w.Kind && v.From == w.From && v.Line == w.Line && v.Code == w.Code && v.Bytes == w.Bytes && slices.Equal(v.Lines, w.Lines)
}

// WriteCompare prints two runs side by side from their first difference on. With Plain the second follows the first.
func WriteCompare(w io.Writer, a, b *trace.Timeline, titles [2]string, o Options) error {
	out := bufio.NewWriter(w)
	n := FirstDifference(a.Entries, b.Entries)
	if n == 0 {
		out.WriteString(o.t("compare.same") + "\n")
		return out.Flush()
	}
	if n > 1 {
		out.WriteString(o.paint(o.t("ladder.same", "a", "1", "b", itoa(int64(n-1))), dim) + "\n")
	}
	o.Start = startOf(a.Entries, o.Start)
	mark := o.t("ladder.first", "n", itoa(int64(n)))
	if o.MarkNote != "" {
		mark = o.t("ladder.mark", "n", itoa(int64(n)), "why", o.visible(o.MarkNote))
	}
	out.WriteString(o.paint(mark, strong) + "\n")
	sides := [2][]*trace.Entry{after(a.Entries, n), after(b.Entries, n)}
	if o.Plain {
		for i, side := range sides {
			out.WriteString(o.visible(titles[i]) + ":\n")
			for _, line := range NewLadder(HostsOf(side), n+len(side), false, o).Lines(side...) {
				out.WriteString(line + "\n")
			}
		}
		return out.Flush()
	}
	half := (o.width() - 3) / 2
	left, right := o.half(sides[0], titles[0], half), o.half(sides[1], titles[1], half)
	for i := range max(len(left), len(right)) {
		c := newCanvas(o.width())
		if i < len(left) {
			c.put(0, left[i].text, left[i].cl)
		}
		c.put(half+1, o.glyph().life, dim)
		if i < len(right) {
			c.put(half+3, right[i].text, right[i].cl)
		}
		out.WriteString(o.line(c) + "\n")
	}
	return out.Flush()
}

// after are the entries from number n on.
func after(entries []*trace.Entry, n int) []*trace.Entry {
	i := slices.IndexFunc(entries, func(e *trace.Entry) bool { return e.N >= n })
	if i < 0 {
		return nil
	}
	return entries[i:]
}

// half is one run in w cells: number, time, who to whom, what.
func (o *Options) half(entries []*trace.Entry, title string, w int) []gridCell {
	lines := []gridCell{{text: o.fit(o.visible(title), w), cl: strong}}
	l := NewLadder(HostsOf(entries), 0, false, *o)
	if len(entries) > 0 {
		l.o.Mark = entries[0].N // never folded away
	}
	for _, it := range l.o.fold(entries) {
		r := l.rowOf(it)
		s := padLeft(itoa(int64(r.number)), 3) + " " + padLeft(r.time, timeCells) + " "
		if r.from != "" {
			s += l.o.short(r.from)
		}
		if r.to != "" {
			s += o.glyph().arrow + l.o.short(r.to)
		}
		if len(r.label) > 0 {
			s += " " + r.label[0]
		}
		lines = append(lines, gridCell{text: o.fit(s, w), cl: r.cl})
	}
	return lines
}
