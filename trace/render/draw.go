package render

import (
	"strings"

	"github.com/smtpsim/smtpsim/trace"
)

// row is one line of a ladder before it is drawn, with its texts visible already.
type row struct {
	number   int    // 0: none
	packet   string // "": none
	time     string
	from, to string   // hosts; to "": beside the lifeline of from; both "": right across
	label    []string // on the arrow; further strings come below it in a ladder of two hosts
	brief    []string // shorter forms of the label for an arrow without room, longest first
	note     string
	lost     bool // the arrow does not arrive
	cl       class
	marked   bool
	whole    bool // do not shorten
	below    []below
}

// below is a text under a row: a finding about it.
type below struct {
	text  string
	cl    class
	times int // further times that it was found
}

const labelLinesMax = 3 // of a label that is too long for its arrow

// draw makes the lines of r.
func (l *Ladder) draw(r row) []string {
	var lines []string
	if l.lay.cols == nil {
		lines = l.drawList(r)
	} else {
		lines = l.drawArrow(r)
	}
	for _, b := range r.below {
		lines = append(lines, l.drawBelow(b)...)
	}
	return lines
}

func (l *Ladder) column(host string) int {
	for i, h := range l.hosts {
		if h == host {
			return i
		}
	}
	return -1
}

// left draws number, packet and time.
func (l *Ladder) left(c canvas, r row) {
	if r.number > 0 {
		c.put(0, padLeft(itoa(int64(r.number)), l.lay.number), plainText)
	}
	if r.marked {
		c.put(0, l.o.glyph().mark, strong)
	}
	if l.lay.packetX >= 0 {
		c.put(l.lay.packetX, padLeft(r.packet, packetCells), dim)
	}
	c.put(l.lay.timeX, padLeft(r.time, timeCells), dim)
}

func (l *Ladder) lifelines(c canvas) {
	for _, x := range l.lay.cols {
		c.put(x, l.o.glyph().life, dim)
	}
}

func (l *Ladder) drawArrow(r row) []string {
	from, to := l.column(r.from), l.column(r.to)
	labels, x := l.labelLines(r, from, to)
	notes := wrap(r.note, l.lay.noteW)
	var lines []string
	for i := range max(1, len(labels), len(notes)) {
		c := newCanvas(l.o.width())
		l.lifelines(c)
		if i == 0 {
			l.left(c, r)
			if from >= 0 && to >= 0 && from != to {
				l.arrow(c, from, to, r)
			}
		}
		if i < len(labels) {
			c.put(x, labels[i], r.cl)
		}
		if i < len(notes) {
			c.put(l.lay.noteX, notes[i], plainText)
		}
		lines = append(lines, l.o.line(c))
	}
	return lines
}

// arrow draws the shaft from lifeline to lifeline; the label goes over it.
func (l *Ladder) arrow(c canvas, from, to int, r row) {
	g := l.o.glyph()
	a, b := l.lay.cols[from], l.lay.cols[to]
	lo, hi := min(a, b), max(a, b)
	c.fill(lo+1, hi, g.dash, r.cl)
	for i, x := range l.lay.cols {
		if lo < x && x < hi && i != from && i != to {
			c.put(x, g.cross, r.cl)
		}
	}
	if a < b {
		c.put(a, g.fromLeft, r.cl)
		c.put(b-1, g.right, r.cl)
	} else {
		c.put(a, g.fromRight, r.cl)
		c.put(b+1, g.left, r.cl)
	}
	if r.lost {
		end := b - 3
		if a > b {
			end = b + 3
		}
		c.fill(min(end, b)+1, max(end, b), " ", plainText)
		c.put(end, g.lost, r.cl)
	}
}

// labelLines are the lines of r's label and the cell where they begin.
func (l *Ladder) labelLines(r row, from, to int) (lines []string, x int) {
	if len(r.label) == 0 {
		return nil, 0
	}
	cols := l.lay.cols
	switch {
	case from < 0: // right across the lifelines
		x = l.lay.timeX + timeCells + 1
		return l.shorten(r, l.lay.noteX-1-x), x
	case to < 0 || to == from: // beside one lifeline, to its right if there is a next one
		if from+1 < len(cols) {
			return []string{l.briefest(r, cols[from+1]-cols[from]-3)}, cols[from] + 2
		}
		if len(cols) == 1 {
			return l.shorten(r, l.lay.noteX-1-cols[0]-2), cols[0] + 2
		}
		s := l.briefest(r, cols[from]-cols[from-1]-3)
		return []string{s}, cols[from] - 1 - cells(s)
	}
	a, b := cols[from], cols[to]
	x, room := a+2, b-a-3
	if a > b {
		x, room = b+3, a-b-3
	}
	if r.lost {
		room = max(room-3, 1)
	}
	if len(cols) == 2 {
		if a > b {
			room-- // a dash before the sender's lifeline
		}
		return l.shorten(r, room), x
	}
	return []string{l.briefest(r, room)}, x
}

// briefest is the longest form of r's label that fits into w cells, the last one cut if none does.
func (l *Ladder) briefest(r row, w int) string {
	s := r.label[0]
	for _, brief := range r.brief {
		if cells(s) <= w {
			break
		}
		s = brief
	}
	return l.o.fit(s, w)
}

// shorten wraps a label into at most labelLinesMax lines of w cells, the last with an ellipsis where text is missing.
func (l *Ladder) shorten(r row, w int) []string {
	var lines []string
	for i, s := range r.label {
		part := wrapFirst(s, w, w-1)
		for k := range part {
			if i+k > 0 {
				part[k] = " " + part[k]
			}
		}
		lines = append(lines, part...)
	}
	if r.whole {
		return lines
	}
	return l.o.clip(lines, labelLinesMax, w)
}

// drawBelow writes a finding under its line, over the whole width that the lifelines have.
func (l *Ladder) drawBelow(b below) []string {
	x := l.lay.timeX + timeCells + 1
	g := l.o.glyph()
	var lines []string
	for i, s := range wrap(b.text, l.o.width()-x-2) {
		c := newCanvas(l.o.width())
		if i == 0 {
			c.put(x, g.up, b.cl)
		}
		c.put(x+2, s, b.cl)
		lines = append(lines, l.o.line(c))
	}
	return lines
}

// drawList draws a row where the hosts have no columns: who → whom, what was said, and what it means.
func (l *Ladder) drawList(r row) []string {
	x := l.lay.timeX + timeCells + 1
	who := l.o.short(r.from)
	if r.to != "" {
		who += " " + l.o.glyph().arrow + " " + l.o.short(r.to)
	}
	said := who
	if len(r.label) > 0 {
		what := r.label[0]
		if len(r.brief) > 0 && cells(what) > l.lay.noteX-x {
			what = r.brief[0]
		}
		said = strings.TrimPrefix(who+": ", ": ") + what
	}
	if r.lost {
		said += " " + l.o.glyph().lost
	}
	left := wrapFirst(said, l.lay.noteX-1-x, l.lay.noteX-3-x)
	if !r.whole {
		left = l.o.clip(left, labelLinesMax, l.lay.noteX-3-x)
	}
	notes := wrap(r.note, l.lay.noteW)
	var lines []string
	for i := range max(len(left), len(notes), 1) {
		c := newCanvas(l.o.width())
		if i == 0 {
			l.left(c, r)
		}
		if i < len(left) {
			c.put(x+2*min(i, 1), left[i], r.cl)
		}
		if i < len(notes) {
			c.put(l.lay.noteX, notes[i], plainText)
		}
		lines = append(lines, l.o.line(c))
	}
	return lines
}

// classOf is the colour of an event: replies by the first digit of their code, commands as talk.
func classOf(e *trace.Event) class {
	switch e.Kind {
	case trace.KindReply, trace.KindGreeting:
		return codeClass(e.Code)
	case trace.KindGap, trace.KindJunk:
		return bad
	}
	return talk
}

func codeClass(code int) class {
	switch code / 100 {
	case 2:
		return good
	case 3, 4:
		return pending
	case 5:
		return bad
	}
	return plainText
}
