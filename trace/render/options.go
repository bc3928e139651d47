package render

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/table"
)

// Lang is a language of labels and notes. Wire text stays as it is.
type Lang string

const (
	English Lang = "en"
	German  Lang = "de"
)

// Glyphs is the set of characters that pictures are drawn with.
type Glyphs uint8

const (
	WGL4  Glyphs = iota // box drawing and arrows that every common font has
	ASCII               // nothing above 0x7e, foreign text included
)

const (
	defaultWidth = 80
	minWidth     = 40
	maxWidth     = 400
)

// Options say how to print. The zero value prints English at 80 columns with WGL4 glyphs and no colour.
type Options struct {
	Width  int    // columns; 0: 80; clamped to 40…400
	Lang   Lang   // "": English
	Glyphs Glyphs // what pictures are drawn with
	Plain  bool   // each line a sentence with number and actor, no pictures: for a screen reader
	Color  bool   // SGR colours for what the text says anyway

	// Meaning is the note at the right of a ladder line, "" for none; nil: [DefaultMeaning].
	Meaning func(*trace.Entry) string
	// FindingText is the sentence printed for a finding; nil: its own Text, which is English, behind the title that its
	// kind has in other languages.
	FindingText func(trace.Finding) string

	Start    trace.Time               // times are relative to it; 0: the first entry with a time
	Fold     bool                     // fold runs of routine commands and replies into one line
	Keep     func(*trace.Entry) bool  // entries that are never folded; nil: none
	Unfold   []int                    // numbers of entries whose run, or whose long reply, is shown whole
	Whole    bool                     // every line and reply whole, nothing shortened
	Mark     int                      // number of the first entry that differs from another run; 0: none
	MarkNote string                   // why it differs
	Short    func(name string) string // how a host or domain name is abbreviated in narrow columns; nil: as it is
}

func (o *Options) width() int {
	if o.Width == 0 {
		return defaultWidth
	}
	return min(max(o.Width, minWidth), maxWidth)
}

// Text is any text made harmless for where o prints: see table.Visible; with ASCII glyphs it is plain ASCII.
func (o Options) Text(s string) string { return o.visible(s) }

// visible makes somebody else's text harmless and, with ASCII glyphs, plain ASCII.
func (o *Options) visible(s string) string {
	s = table.Visible(s)
	if o.Glyphs == ASCII {
		s = toASCII(s)
	}
	return s
}

// toASCII writes what the catalog uses above ASCII in the customary way and escapes everything else.
func toASCII(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x80 {
			b.WriteRune(r)
		} else if a := asciiFor(r); a != "" {
			b.WriteString(a)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return b.String()
}

func asciiFor(r rune) string {
	switch r {
	case 'ä':
		return "ae"
	case 'ö':
		return "oe"
	case 'ü':
		return "ue"
	case 'Ä':
		return "Ae"
	case 'Ö':
		return "Oe"
	case 'Ü':
		return "Ue"
	case 'ß':
		return "ss"
	case '·', '–', '—', '−':
		return "-"
	case '→', '►':
		return "->"
	case '…':
		return "..."
	case '•':
		return "*"
	case 'µ':
		return "u"
	case '§':
		return "sec. "
	case '„', '“', '”':
		return `"`
	}
	return ""
}

// t is the catalog's text for key with {name} placeholders filled from pairs of name and value.
func (o *Options) t(key string, pairs ...string) string {
	s := text(o.Lang, key)
	for i := 0; i+1 < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, "{"+pairs[i]+"}", pairs[i+1])
	}
	if o.Glyphs == ASCII {
		s = toASCII(s)
	}
	return s
}

// count is the catalog's text for n things: key + ".1" for one, key + ".n" else.
func (o *Options) count(key string, n int64) string {
	if n == 1 {
		return o.t(key + ".1")
	}
	return o.t(key+".n", "n", strconv.FormatInt(n, 10))
}

func (o *Options) meaning(e *trace.Entry) string {
	if o.Meaning != nil {
		return o.visible(o.Meaning(e))
	}
	return o.visible(o.defaultMeaning(e))
}

func (o *Options) findingText(f trace.Finding) string {
	if o.FindingText != nil {
		if s := o.FindingText(f); s != "" {
			return o.visible(s)
		}
	}
	if title, _ := o.explained(f.ID); o.Lang == German && title != "" { // the values stand in the English sentence
		return title + ". " + o.visible(f.Text)
	}
	return o.visible(f.Text)
}

func (o *Options) short(name string) string {
	if o.Short != nil {
		name = o.Short(name)
	}
	return o.visible(name)
}

// clock is d as seven cells at most: 0.283, 5:00.6, 1:02:03, 13h04m, 2d03:04.
func clock(d time.Duration) string {
	if d < 0 {
		return "-" + clock(-max(d, -math.MaxInt64))
	}
	ms := int64(d / time.Millisecond)
	s := ms / 1000
	switch {
	case s < 60:
		return itoa(s) + "." + digits(ms%1000, 3)
	case s < 3600:
		return itoa(s/60) + ":" + digits(s%60, 2) + "." + itoa(ms/100%10)
	case s < 36000:
		return itoa(s/3600) + ":" + digits(s/60%60, 2) + ":" + digits(s%60, 2)
	case s < 86400:
		return itoa(s/3600) + "h" + digits(s/60%60, 2) + "m"
	case s < 10*86400:
		return itoa(s/86400) + "d" + digits(s/3600%24, 2) + ":" + digits(s/60%60, 2)
	}
	return itoa(s/86400) + "d" + digits(s/3600%24, 2) + "h"
}

// span is a duration in words short enough for a column: 340 ms, 1.5 s, 30 s, 5 min, 61 min 12 s, 2 h, 5 d.
func span(d time.Duration) string {
	if d < 0 {
		return "-" + span(-max(d, -math.MaxInt64))
	}
	s := int64(d / time.Second)
	switch {
	case d == 0:
		return "0 s"
	case d < time.Millisecond:
		return itoa(int64(d/time.Microsecond)) + " µs"
	case d < time.Second:
		return itoa(int64(d/time.Millisecond)) + " ms"
	case s < 10 && d%time.Second >= 100*time.Millisecond:
		return itoa(s) + "." + itoa(int64(d%time.Second/(100*time.Millisecond))) + " s"
	case s < 120:
		return itoa(s) + " s"
	case s%60 == 0 && s < 7200:
		return itoa(s/60) + " min"
	case s < 7200:
		return itoa(s/60) + " min " + itoa(s%60) + " s"
	case s < 2*86400:
		return twoUnits(s/3600, " h", s/60%60, " min")
	}
	return twoUnits(s/86400, " d", s/3600%24, " h")
}

func twoUnits(a int64, unitA string, b int64, unitB string) string {
	if b == 0 {
		return itoa(a) + unitA
	}
	return itoa(a) + unitA + " " + itoa(b) + unitB
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// digits is n with leading zeros.
func digits(n int64, width int) string {
	s := itoa(n)
	for len(s) < width {
		s = "0" + s
	}
	return s
}
