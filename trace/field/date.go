package field

import (
	"strings"
	"time"
)

// maxDateItems bounds how far a date is looked for.
const maxDateItems = 24

// Date is a date-time as found.
type Date struct {
	Time time.Time // in the zone that was written; a zone name from the comment is kept
	Zone string    // "+0200"; "-0000": the zone is not known (RFC 5322 §3.3); "": none was written, Time is UTC by assumption
	End  int       // offset behind the date in the text
}

// ParseDate reads a date-time at the start of s: RFC 5322 §3.3, its obsolete forms (§4.3), and the forms that Received
// fields really have: no day name, asctime, ISO 8601 with fractions, "dd/mm/yyyy", "12: 31: 43", "AM", zones with a colon or
// by name. Text after the date is left alone. ok is false when there is no whole date with a time of day.
func ParseDate(s string) (d Date, ok bool) {
	p := dateParser{s: s}
	for n := 0; n < maxDateItems && p.item(); n++ {
	}
	if !p.complete() {
		return Date{}, false
	}
	return p.date()
}

// dateParser collects the parts in any order that makes sense.
type dateParser struct {
	s                 string
	pos, end          int // end: behind the last part that belongs to the date
	day, month        int
	year              int // -1: not seen
	hour, minute, sec int
	nanos             int
	haveYear          bool
	haveTime          bool
	zone              string // "+0200"
	numeric           bool   // zone was written as digits
	name              string // of the zone, from the comment
}

func (p *dateParser) complete() bool { return p.haveYear && p.haveTime && p.month > 0 && p.day > 0 }

// item reads one part; false: the date ends here.
func (p *dateParser) item() bool {
	for p.pos < len(p.s) && (isSpace(p.s[p.pos]) || p.s[p.pos] == ',') {
		p.pos++
	}
	if p.pos >= len(p.s) {
		return false
	}
	start := p.pos
	var ok bool
	switch c := p.s[start]; {
	case c == '(':
		return p.comment()
	case isDigit(c):
		ok = p.digits()
	case c == '+' || c == '-':
		ok = p.offset()
	case isLetter(c):
		ok = p.letters()
	}
	if ok {
		p.end = p.pos
	}
	return ok
}

// comment reads "(CEST)" as the name of the zone; any other comment in front of the date's end is skipped.
func (p *dateParser) comment() bool {
	end := closeComment(p.s, p.pos)
	if end < 0 {
		return false
	}
	text := p.s[p.pos+1 : end-1]
	p.pos = end
	if !p.complete() {
		return true
	}
	if p.name != "" || p.zone == "" || !isZoneName(text) {
		return false
	}
	p.name, p.end = text, end
	return true
}

// isZoneName accepts "UTC", "MET DST", "GMT+03:00", "Central European Summer Time".
func isZoneName(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; !isLetter(c) && !isDigit(c) && strings.IndexByte(" +-:_/.", c) < 0 && c < 0x80 {
			return false
		}
	}
	return true
}

// digits reads what begins with a digit: a day, a year, a time of day, or a whole date with - or /.
func (p *dateParser) digits() bool {
	start := p.pos
	n, width := p.number()
	if p.pos < len(p.s) {
		switch p.s[p.pos] {
		case ':':
			return !p.haveTime && p.clock(n)
		case '-', '/':
			return p.month == 0 && p.joined(n, width)
		}
	}
	if p.pos < len(p.s) && isLetter(p.s[p.pos]) && p.month != 0 { // "2nd" or an id: no date
		p.pos = start
		return false
	}
	switch {
	case p.day == 0 && width <= 3 && n >= 1 && n <= 31: // also "029"
		p.day = n
	case !p.haveYear && p.month > 0:
		p.setYear(n, width)
	default:
		p.pos = start
		return false
	}
	return true
}

// number reads digits, at most nine of them.
func (p *dateParser) number() (n, width int) {
	for p.pos < len(p.s) && isDigit(p.s[p.pos]) && width < 9 {
		n = n*10 + int(p.s[p.pos]-'0')
		p.pos++
		width++
	}
	return n, width
}

// setYear applies RFC 5322 §4.3: 00-49 are 20xx, 50-99 and three digits count from 1900. "0102" is what programs wrote that
// put a zero before three digits.
func (p *dateParser) setYear(n, width int) {
	switch {
	case width <= 2 && n < 50:
		n += 2000
	case width <= 3 || n < 1000:
		n += 1900
	}
	p.year, p.haveYear = n, true
}

// clock reads ":mm[:ss[.fraction]]" after the hour. A space may follow a colon.
func (p *dateParser) clock(hour int) bool {
	part := func() (int, bool) {
		p.pos++ // the colon
		for p.pos < len(p.s) && p.s[p.pos] == ' ' {
			p.pos++
		}
		n, width := p.number()
		return n, width == 1 || width == 2
	}
	minute, ok := part()
	if !ok || hour > 24 || minute > 59 {
		return false
	}
	sec := 0
	if p.pos < len(p.s) && p.s[p.pos] == ':' {
		if sec, ok = part(); !ok || sec > 60 {
			return false
		}
		if p.pos < len(p.s) && p.s[p.pos] == '.' {
			p.fraction()
		}
	}
	p.hour, p.minute, p.sec, p.haveTime = hour, minute, sec, true
	return true
}

func (p *dateParser) fraction() {
	p.pos++
	scale := 100_000_000
	for p.pos < len(p.s) && isDigit(p.s[p.pos]) {
		p.nanos += int(p.s[p.pos]-'0') * scale
		scale /= 10
		p.pos++
	}
}

// joined reads the rest of "2024-03-15", "15-Mar-2024", "20/06/2002" after the first number.
func (p *dateParser) joined(first, width int) bool {
	sep := p.s[p.pos]
	p.pos++
	var second int
	start := p.pos
	for p.pos < len(p.s) && isLetter(p.s[p.pos]) {
		p.pos++
	}
	if p.pos > start {
		second = monthOf(p.s[start:p.pos])
	} else {
		second, _ = p.number()
	}
	if p.pos >= len(p.s) || p.s[p.pos] != sep {
		return false
	}
	p.pos++
	third, thirdWidth := p.number()
	if width == 4 {
		p.year, p.haveYear, p.month, p.day = first, true, second, third
	} else {
		p.day, p.month = first, second
		p.setYear(third, thirdWidth)
	}
	if p.pos+1 < len(p.s) && p.s[p.pos] == 'T' && isDigit(p.s[p.pos+1]) { // ISO 8601
		p.pos++
	}
	return p.month >= 1 && p.month <= 12 && p.day >= 1 && p.day <= 31
}

// offset reads "+0200", "-08:00"; one stray character among the digits is forgiven ("+090#0").
func (p *dateParser) offset() bool {
	if !p.haveTime || p.numeric {
		return false
	}
	zone := make([]byte, 1, 5)
	zone[0] = p.s[p.pos]
	strays := 0
	i := p.pos + 1
	for ; i < len(p.s) && len(zone) < 5; i++ {
		switch c := p.s[i]; {
		case isDigit(c):
			zone = append(zone, c)
		case len(zone) > 1 && !isSpace(c) && c != '(' && strays == 0:
			strays++
		default:
			return false
		}
	}
	if len(zone) < 5 || zone[3] > '5' || (zone[1]-'0')*10+zone[2]-'0' > 24 {
		return false
	}
	p.pos, p.zone, p.numeric = i, string(zone), true
	return true
}

// letters reads a day name, a month name, AM or PM, or a zone name.
func (p *dateParser) letters() bool {
	start := p.pos
	for p.pos < len(p.s) && (isLetter(p.s[p.pos]) || p.s[p.pos] == '.') {
		p.pos++
	}
	w := strings.TrimSuffix(p.s[start:p.pos], ".")
	switch {
	case p.month == 0 && monthOf(w) > 0:
		p.month = monthOf(w)
	case p.day == 0 && !p.haveTime && isDayName(w), len(w) > 2 && isDayName(w) && !p.complete():
	case p.haveTime && len(w) == 2 && (w[0]|0x20 == 'a' || w[0]|0x20 == 'p') && w[1]|0x20 == 'm':
		p.halfDay(w[0] | 0x20)
	case p.haveTime && !p.numeric && p.zone == "" && len(w) <= 6:
		p.zone = namedZone(w)
	case p.haveTime && p.zone != "" && namedZone(w) != "-0000": // "-0400 EST"
	case p.complete() && w == "m" && strings.HasPrefix(p.s[p.pos:], "=+"): // a Go program printed its own clock's reading
		for p.pos < len(p.s) && !isSpace(p.s[p.pos]) {
			p.pos++
		}
	default:
		p.pos = start
		return false
	}
	return true
}

func (p *dateParser) halfDay(c byte) {
	if c == 'p' && p.hour < 12 {
		p.hour += 12
	} else if c == 'a' && p.hour == 12 {
		p.hour = 0
	}
}

// date builds the result. Years outside of 1970 to 2200 are no clock's reading.
func (p *dateParser) date() (Date, bool) {
	if p.year < 1970 || p.year > 2200 {
		return Date{}, false
	}
	off := 0
	if p.zone != "" {
		off = int(p.zone[1]-'0')*36000 + int(p.zone[2]-'0')*3600 + int(p.zone[3]-'0')*600 + int(p.zone[4]-'0')*60
		if p.zone[0] == '-' {
			off = -off
		}
	}
	loc := time.UTC
	if off != 0 || p.name != "UTC" {
		loc = time.FixedZone(p.name, off)
	}
	t := time.Date(p.year, time.Month(p.month), p.day, p.hour, p.minute, p.sec, p.nanos, loc)
	if t.Day() != p.day && p.hour < 24 && p.sec < 60 {
		return Date{}, false // 31 February
	}
	return Date{Time: t, Zone: p.zone, End: p.end}, true
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// monthOf is the number of a month's English name, short or long; 0: none.
func monthOf(w string) int {
	if len(w) < 3 || len(w) > 9 {
		return 0
	}
	for m := time.January; m <= time.December; m++ {
		if strings.EqualFold(w[:3], monthName(m)) && (len(w) == 3 || strings.EqualFold(w, m.String()) || strings.EqualFold(w, "Sept")) {
			return int(m)
		}
	}
	return 0
}

func isDayName(w string) bool {
	if len(w) < 3 {
		return false
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(w[:3], dayName(d)) {
			return len(w) <= 5 || strings.EqualFold(w, d.String())
		}
	}
	return false
}

// namedZone is the offset of a zone name. RFC 5322 §4.3 defines the first nine; single letters other than Z and names it
// does not know mean "-0000", because nobody agrees on them. The European ones are unambiguous in practice.
func namedZone(w string) string {
	switch strings.ToUpper(w) {
	case "UT", "UTC", "GMT", "Z", "WET":
		return "+0000"
	case "EDT":
		return "-0400"
	case "EST", "CDT":
		return "-0500"
	case "CST", "MDT":
		return "-0600"
	case "MST", "PDT":
		return "-0700"
	case "PST":
		return "-0800"
	case "CET", "MET", "BST", "WEST":
		return "+0100"
	case "CEST", "MEST", "METDST", "EET":
		return "+0200"
	case "EEST", "MSK":
		return "+0300"
	case "JST":
		return "+0900"
	}
	return "-0000"
}
