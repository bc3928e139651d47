package render

import (
	"strings"
)

const (
	timeCells   = 7
	packetCells = 6
	noteMin     = 16 // narrower notes are not worth a column
	stepMin     = 9  // cells from lifeline to lifeline: room for a code and an arrow
	stepMax     = 22 // more makes arrows longer, not clearer
	stepTwoMax  = 60 // two hosts have their whole lines on the arrow
)

// layout says where things stand on a ladder's line, in cells from 0.
type layout struct {
	number  int // width of the number column, its mark included
	packetX int // -1: no packets
	timeX   int
	cols    []int // lifelines; nil: the hosts do not fit, each line names its two
	noteX   int
	noteW   int
	names   [][]string // header of each column, upper line first
}

// layout places the columns: lifelines first, at least stepMin apart, then notes in what is left; notes are at least
// noteMin wide. Hosts that do not fit so get no columns.
func (o *Options) layout(hosts []string, most int, packets bool) layout {
	lay := layout{number: max(3, 1+len(itoa(int64(most)))), packetX: -1}
	x := lay.number + 1
	if packets {
		lay.packetX = x
		x += packetCells + 1
	}
	lay.timeX = x
	x += timeCells + 1
	room := o.width() - x
	k := len(hosts)
	noteW := max(noteMin, min(room*3/8, 40))
	limit := stepMax
	if k == 2 {
		limit = stepTwoMax
		noteW = max(noteMin, min(room*2/5, 40))
	}
	if k < 2 {
		lay.cols = []int{x}
		lay.noteX = min(x+24, o.width()-noteMin)
	} else {
		step := (room - noteW - 3) / (k - 1)
		if step < stepMin {
			step = (room - noteMin - 3) / (k - 1)
		}
		if step < stepMin {
			return o.listLayout(lay, x)
		}
		step = min(step, limit)
		for i := range hosts {
			lay.cols = append(lay.cols, x+i*step)
		}
		lay.noteX = lay.cols[k-1] + 3
	}
	lay.noteW = o.width() - lay.noteX
	lay.names = o.columnNames(hosts, lay)
	return lay
}

// listLayout is the layout without columns: the actors' names begin at x.
func (o *Options) listLayout(lay layout, x int) layout {
	lay.cols = nil
	lay.noteX = x + (o.width()-x)*3/5
	lay.noteW = o.width() - lay.noteX
	return lay
}

// columnNames breaks each host's name into the lines that fit above its lifeline: at dots and colons where it can, cut
// with an ellipsis where it must. Two hosts have room enough to stay whole.
func (o *Options) columnNames(hosts []string, lay layout) [][]string {
	names := make([][]string, len(hosts))
	w := o.width()
	switch {
	case len(hosts) == 2:
		room := lay.noteX - 2 - lay.cols[0]
		if cells(o.short(hosts[0]))+cells(o.short(hosts[1])) > room {
			w = room / 2
		}
	case len(hosts) > 2:
		w = lay.cols[1] - lay.cols[0] - 1
		sum := len(hosts) - 1
		for _, h := range hosts {
			sum += min(w, cells(o.short(h)))
		}
		if room := lay.noteX - 1 - lay.cols[0]; sum > room {
			w = (room+1)/len(hosts) - 1
		}
	}
	for i, h := range hosts {
		names[i] = o.nameLines(o.short(h), w)
	}
	return names
}

const nameLinesMax = 3

func (o *Options) nameLines(name string, w int) []string {
	var lines []string
	for len(lines) < nameLinesMax-1 && cells(name) > w {
		head, _ := cut(name, w)
		i := strings.LastIndexAny(head, ".:-")
		if port := strings.LastIndexByte(name, ':'); port >= 0 && cells(name[:port]) <= w {
			i = port - 1 // address and port part before the colon
		}
		if i < 1 {
			break
		}
		lines = append(lines, name[:i+1])
		name = name[i+1:]
	}
	return append(lines, o.fit(name, w))
}

// header draws the names above the lifelines, centred where there is room, and the titles of the other columns.
func (l *Ladder) header() []string {
	height := 1
	for _, n := range l.lay.names {
		height = max(height, len(n))
	}
	lines := make([]string, height)
	for row := range lines {
		c := newCanvas(l.o.width())
		if row == height-1 {
			c.put(l.lay.number-1, "#", strong)
			if l.lay.packetX >= 0 {
				c.put(l.lay.packetX, padLeft(l.o.fit(l.o.t("head.packet"), packetCells), packetCells), strong)
			}
			c.put(l.lay.timeX, padLeft(l.o.t("head.time"), timeCells), strong)
			c.put(l.lay.noteX, l.o.fit(l.o.t("head.meaning"), l.lay.noteW), strong)
		}
		for i, x := range l.nameCells(row, height) {
			c.put(x, l.nameAt(i, row, height), strong)
		}
		lines[row] = l.o.line(c)
	}
	return lines
}

// nameAt is what stands of the name of column i in one of the header's lines; names end at the lowest.
func (l *Ladder) nameAt(i, row, height int) string {
	if i >= len(l.lay.names) { // a ladder without hosts
		return ""
	}
	n := l.lay.names[i]
	if k := row - (height - len(n)); k >= 0 {
		return n[k]
	}
	return ""
}

// nameCells are the cells where names begin: centred, but clear of each other and of the columns beside the lifelines.
func (l *Ladder) nameCells(row, height int) []int {
	cols := l.lay.cols
	xs := make([]int, len(cols))
	limit := l.lay.noteX - 1
	for i := len(cols) - 1; i >= 0; i-- {
		w := cells(l.nameAt(i, row, height))
		xs[i] = min(cols[i]-w/2, limit-w)
		limit = xs[i] - 1
	}
	edge := l.lay.timeX + timeCells + 1
	for i := range xs {
		xs[i] = max(xs[i], edge)
		edge = xs[i] + cells(l.nameAt(i, row, height)) + 1
	}
	return xs
}
