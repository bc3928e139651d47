package render

import (
	"bufio"
	"io"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/hops"
)

const (
	hopNumberCells = 3
	hopTimeCells   = 8 // 15:04:05
	hopBarCells    = 8
	hopTextMin     = 30 // with less room the bar goes
	hopLinesMax    = 6  // of one hop
)

// WriteHops prints the way of a message, the first hop in time first: when, how long it took, who took it from whom, and
// what is odd beneath the hop it concerns. With Plain each hop is a sentence.
func WriteHops(w io.Writer, m *hops.Message, o Options) error {
	b := bufio.NewWriter(w)
	for _, line := range o.way(m) {
		b.WriteString(line + "\n")
	}
	return b.Flush()
}

func (o *Options) way(m *hops.Message) []string {
	lines := o.wayHeading(m)
	l := o.hopLines(m)
	if !o.Plain && len(m.Hops) > 0 {
		lines = append(lines, l.header())
	}
	lines = append(lines, l.date()...)
	for i := range m.Hops {
		lines = append(lines, l.hop(&m.Hops[i])...)
	}
	lines = append(lines, o.waySummary(m)...)
	if m.Report != nil {
		lines = append(lines, o.reportLines(m.Report)...)
	}
	return lines
}

func (o *Options) wayHeading(m *hops.Message) []string {
	first := []string{o.visible(m.File)}
	if m.Index > 1 {
		first = append(first, o.t("way.message", "n", itoa(int64(m.Index))))
	}
	first = append(first, o.count("way.hops", int64(len(m.Hops))))
	if m.Elapsed != nil && len(m.Hops) > 1 {
		first = append(first, o.t("way.elapsed", "time", o.visible(span(time.Duration(*m.Elapsed)))))
	}
	var second []string
	if m.ReturnPath != nil {
		second = append(second, o.t("way.return", "path", "<"+o.visible(*m.ReturnPath)+">"))
	}
	if m.Subject != "" {
		second = append(second, "Subject: "+o.visible(m.Subject))
	}
	if m.MessageID != "" {
		second = append(second, "<"+o.visible(m.MessageID)+">")
	}
	lines := o.items(first, strong)
	if len(second) > 0 {
		lines = append(lines, o.items(second, plainText)...)
	}
	return lines
}

// hopLines measures the delays of m.
func (o *Options) hopLines(m *hops.Message) hopLines {
	l := hopLines{o: o, m: m, delayW: cells(o.t("way.delay"))}
	for i := range m.Hops {
		if d := m.Hops[i].Delay; d != nil {
			l.longest = max(l.longest, magnitude(time.Duration(*d)))
			l.delayW = max(l.delayW, cells(o.delayText(*d)))
		}
	}
	return l
}

// delayText is a delay with its sign.
func (o *Options) delayText(delay trace.Seconds) string {
	s := span(time.Duration(delay))
	if delay >= 0 {
		s = "+" + s
	}
	return o.visible(s)
}

// magnitude is d without its sign.
func magnitude(d time.Duration) time.Duration {
	if d < 0 {
		return -max(d, -1<<63+1)
	}
	return d
}

// hopLines draws the hops of one message.
type hopLines struct {
	o       *Options
	m       *hops.Message
	longest time.Duration
	delayW  int    // width of the delay column
	day     string // of the hop before
}

// columns are the cells where delay, bar (-1: none) and text begin.
func (l *hopLines) columns() (delayX, barX, textX int) {
	delayX = hopNumberCells + 1 + hopTimeCells + 1
	textX = delayX + l.delayW + 2
	if l.longest < time.Second || l.o.width()-textX-hopBarCells-1 < hopTextMin {
		return delayX, -1, textX
	}
	return delayX, textX, textX + hopBarCells + 1
}

func (l *hopLines) header() string {
	c := newCanvas(l.o.width())
	delayX, _, textX := l.columns()
	c.put(hopNumberCells-1, "#", strong)
	c.put(hopNumberCells+1, "UTC", strong)
	c.put(delayX, padLeft(l.o.t("way.delay"), l.delayW), strong)
	c.put(textX, l.o.t("way.what"), strong)
	return l.o.line(c)
}

// newDay is a line with the date, where it is another than before.
func (l *hopLines) newDay(t trace.Time) []string {
	if t == 0 || l.o.Plain {
		return nil
	}
	day := t.Std().Format("2006-01-02")
	if day == l.day {
		return nil
	}
	l.day = day
	return []string{strings.Repeat(" ", hopNumberCells+1) + l.o.paint(day, dim)}
}

// date is the line of the Date field: the author's own clock.
func (l *hopLines) date() []string {
	m := l.m
	if m.Date == 0 {
		return nil
	}
	what := l.o.t("way.date", "raw", l.o.visible(m.DateRaw))
	if l.o.Plain {
		return []string{sentenceEnd(m.Date.Std().Format("2006-01-02 15:04:05 UTC") + ": " + what)}
	}
	return append(l.newDay(m.Date), l.rows("", timeOfDay(m.Date), nil, []string{what}, plainText)...)
}

func (l *hopLines) hop(h *trace.Hop) []string {
	o := l.o
	var lines []string
	if o.Plain {
		lines = append(lines, l.hopSentence(h))
	} else {
		lines = append(l.newDay(h.Time), l.rows(itoa(int64(h.N)), timeOfDay(h.Time), h.Delay, o.hopParts(h), plainText)...)
	}
	_, _, x := l.columns()
	for _, f := range h.Findings {
		text := o.finding(f)
		if o.Plain {
			lines = append(lines, "   "+text)
			continue
		}
		for i, s := range wrap(text, o.width()-x-2) {
			c := newCanvas(o.width())
			if i == 0 {
				c.put(x, o.glyph().up, severityClass(f.Severity))
			}
			c.put(x+2, s, severityClass(f.Severity))
			lines = append(lines, o.line(c))
		}
	}
	return lines
}

// rows draws number, time, delay with its bar, and text in as many lines as it needs.
func (l *hopLines) rows(number, clock string, delay *trace.Seconds, parts []string, cl class) []string {
	o := l.o
	delayX, barX, x := l.columns()
	var lines []string
	text := o.clip(o.flow(parts, o.width()-x), hopLinesMax, o.width()-x)
	for i := range max(1, len(text)) {
		c := newCanvas(o.width())
		if i == 0 {
			c.put(0, padLeft(number, hopNumberCells), plainText)
			c.put(hopNumberCells+1, clock, dim)
			l.delay(c, delay, delayX, barX)
		}
		if i < len(text) {
			c.put(x, text[i], cl)
		}
		lines = append(lines, o.line(c))
	}
	return lines
}

// delay writes a signed delay and a bar as long as its share of the longest; a step back in time has another glyph.
func (l *hopLines) delay(c canvas, delay *trace.Seconds, delayX, barX int) {
	if delay == nil {
		return
	}
	d := time.Duration(*delay)
	cl := plainText
	if d < 0 {
		cl = pending
	}
	c.put(delayX, padLeft(l.o.delayText(*delay), l.delayW), cl)
	if barX < 0 {
		return
	}
	n := int(magnitude(d) / (l.longest/hopBarCells + 1))
	if magnitude(d) == l.longest {
		n = hopBarCells
	} else if d != 0 && n == 0 && magnitude(d) >= time.Second {
		n = 1
	}
	glyph := l.o.glyph().bar
	if d < 0 {
		glyph = l.o.glyph().back
	}
	c.fill(barX, barX+n, glyph, cl)
}

// flow joins parts with dots and breaks between them where it can; further lines are indented.
func (o *Options) flow(parts []string, w int) []string {
	sep := " " + o.glyph().dot + " "
	var lines []string
	line := ""
	flush := func() {
		for _, s := range wrapFirst(line, w-min(len(lines), 1)*2, w-2) {
			if len(lines) > 0 {
				s = "  " + s
			}
			lines = append(lines, s)
		}
	}
	for i, p := range parts {
		room := w - min(len(lines), 1)*2
		switch {
		case i == 0:
			line = p
		case i == 1 || cells(line)+cells(sep)+cells(p) > room: // who took it from whom stands alone
			flush()
			line = p
		default:
			line += sep + p
		}
	}
	flush()
	return lines
}
