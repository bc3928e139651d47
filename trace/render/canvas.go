package render

import (
	"strings"
	"unicode/utf8"
)

// glyphSet is what pictures are drawn with; each but dots takes one cell.
type glyphSet struct {
	life, dash       string // lifeline, arrow shaft
	fromLeft         string // the sender's lifeline where the arrow leaves to the right: ├
	fromRight        string // … to the left: ┤
	right, left      string // arrow heads
	cross            string // a lifeline that an arrow passes
	lost             string // where an arrow ends that does not arrive
	pause            string // a lifeline while much time passes
	up               string // in front of a finding about the line above
	mark             string // in front of the first difference
	bar, back        string // delay bar, forwards and backwards in time
	dots, dot, arrow string // ellipsis, separator, "to" in a sentence
}

func (o *Options) glyph() glyphSet {
	if o.Glyphs == ASCII {
		return glyphSet{life: "|", dash: "-", fromLeft: "|", fromRight: "|", right: ">", left: "<", cross: "+", lost: "x",
			pause: ":", up: "^", mark: ">", bar: "#", back: "-", dots: "...", dot: "-", arrow: "->"}
	}
	return glyphSet{life: "│", dash: "─", fromLeft: "├", fromRight: "┤", right: "►", left: "◄", cross: "┼", lost: "x",
		pause: ":", up: "▲", mark: "»", bar: "█", back: "░", dots: "…", dot: "·", arrow: "→"}
}

// class says what a stretch of text is; colours follow from it.
type class uint8

const (
	plainText class = iota
	dim             // lifelines, times
	strong          // headings
	good            // 2yz
	pending         // 3yz, 4yz, warnings
	bad             // 5yz, errors
	talk            // commands
)

// sgr is the Select Graphic Rendition parameter of a class (ECMA-48 §8.3.117).
func (c class) sgr() string {
	return [...]string{"", "2", "1", "32", "33", "31", "36"}[c]
}

// paint is s in the colour of c, if colours are wanted.
func (o *Options) paint(s string, c class) string {
	if !o.Color || c == plainText || s == "" {
		return s
	}
	return "\x1b[" + c.sgr() + "m" + s + "\x1b[0m"
}

type cell struct {
	s string // one character with its combining marks; "" after a wide one
	c class
}

// canvas is one line of cells.
type canvas []cell

func newCanvas(w int) canvas {
	c := make(canvas, w)
	for i := range c {
		c[i].s = " "
	}
	return c
}

// put writes visible text from cell x on; what does not fit is dropped.
func (c canvas) put(x int, s string, cl class) {
	for s != "" {
		r, n := utf8.DecodeRuneInString(s)
		w := runeWidth(r)
		if w == 0 {
			if x > 0 && x <= len(c) {
				c[x-1].s += s[:n]
			}
			s = s[n:]
			continue
		}
		if x < 0 || x+w > len(c) {
			return
		}
		c[x] = cell{s[:n], cl}
		if w == 2 {
			c[x+1] = cell{"", cl}
		}
		x += w
		s = s[n:]
	}
}

// fill repeats the one-cell glyph s over [x, to).
func (c canvas) fill(x, to int, s string, cl class) {
	for ; x < to && x < len(c); x++ {
		c[x] = cell{s, cl}
	}
}

// line is the canvas as text, without spaces at its end.
func (o *Options) line(c canvas) string {
	end := len(c)
	for end > 0 && c[end-1].s == " " {
		end--
	}
	var b strings.Builder
	for i := 0; i < end; {
		j := i
		var run strings.Builder
		for ; j < end && c[j].c == c[i].c; j++ {
			run.WriteString(c[j].s)
		}
		b.WriteString(o.paint(run.String(), c[i].c))
		i = j
	}
	return b.String()
}
