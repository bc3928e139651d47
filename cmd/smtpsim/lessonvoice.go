package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/smtpsim/smtpsim/lessons/play"
	"github.com/smtpsim/smtpsim/trace/table"
)

// voices prints a lesson so that the page, the tutor, a server and a tool never look alike, with or without colour, and so
// that a screen reader hears who speaks.
type voices struct {
	w     io.Writer
	color bool
	plain bool
	ascii bool
	width func() int
	last  play.Voice
	any   bool // something was printed since the last prompt
	asked bool // there was a prompt already
}

func newVoices(w io.Writer, p *play.Player) *voices {
	o := p.Options()
	return &voices{w: w, color: o.Color, plain: o.Plain, ascii: o.ASCII, width: func() int { return p.Options().Width }}
}

// lines prints what a typed line led to, with an empty line before a page and where the voice changes to or from it.
func (v *voices) lines(all []play.Line) {
	if v.asked && len(all) > 0 && all[0].Voice == play.Page {
		fmt.Fprintln(v.w)
	}
	v.asked = true
	for _, l := range all {
		if v.any && l.Voice != v.last && (l.Voice == play.Page || v.last == play.Page || l.Voice == play.Tutor || v.last == play.Tutor) {
			fmt.Fprintln(v.w)
		}
		v.last, v.any = l.Voice, true
		fmt.Fprintln(v.w, v.dress(l))
	}
	if len(all) > 0 {
		fmt.Fprintln(v.w)
		v.any = false
	}
}

// dress gives a line the mark and colour of its voice. Only the page and the ladder were made by this program throughout:
// everything else may hold somebody's words, also the tutor's voice, which repeats them, and is made harmless.
func (v *voices) dress(l play.Line) string {
	switch l.Voice {
	case play.Page, play.Ladder:
		return l.Text
	case play.Server:
		return v.paint("S: "+table.Visible(expandTabs(l.Text)), "33")
	case play.Tool:
		return table.Visible(expandTabs(l.Text))
	default:
		return v.paint(v.tutorMark(), "36") + v.harmless(l.Text)
	}
}

// harmless makes a text visible but for the bold print and the colour that pages use.
func (v *voices) harmless(s string) string {
	if !v.color {
		return table.Visible(s)
	}
	var b strings.Builder
	for s != "" {
		at, style := len(s), ""
		for _, x := range []string{"\x1b[1m", "\x1b[22m", "\x1b[36m", "\x1b[39m"} {
			if i := strings.Index(s, x); i >= 0 && i < at {
				at, style = i, x
			}
		}
		b.WriteString(table.Visible(s[:at]) + style)
		s = s[at+len(style):]
	}
	return b.String()
}

// tabStop is where terminals put tabs, which dig prints.
const tabStop = 8

// expandTabs writes tabs as the spaces that they stand for.
func expandTabs(s string) string {
	if !strings.Contains(s, "\t") {
		return s
	}
	var b strings.Builder
	column := 0
	for _, r := range s {
		if r != '\t' {
			b.WriteRune(r)
			column++
			continue
		}
		n := tabStop - column%tabStop
		b.WriteString(strings.Repeat(" ", n))
		column += n
	}
	return b.String()
}

func (v *voices) tutorMark() string {
	if v.ascii || v.plain {
		return "> "
	}
	return "» "
}

func (v *voices) paint(s, sgr string) string {
	if !v.color {
		return s
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}

// echo shows a line that nobody typed, as if it had been.
func (v *voices) echo(prompt, line string) {
	fmt.Fprintln(v.w, strings.TrimRight(prompt+" "+table.Visible(line), " "))
}

// note is a word about the lesson itself: saved, resumed. Names of files stay whole.
func (v *voices) note(s string) {
	mark := v.tutorMark()
	line := ""
	for _, word := range strings.Fields(table.Visible(s)) {
		if line != "" && len([]rune(mark+line+" "+word)) > v.width() {
			fmt.Fprintln(v.w, v.paint(mark, "36")+line)
			line = word
			continue
		}
		line = strings.TrimLeft(line+" "+word, " ")
	}
	fmt.Fprintln(v.w, v.paint(mark, "36")+line)
}
