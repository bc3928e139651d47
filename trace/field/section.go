package field

import (
	"bytes"
	"strings"
)

// Limits on a header section. Real ones stay below 200 fields and 64 KiB.
const (
	MaxSection = 8 << 20 // octets that are read
	MaxFields  = 10_000

	maxBlankLead = 16 // empty lines in front
)

// Oddity is what a header section may have that RFC 5322 does not.
type Oddity string

// The oddities.
const (
	BlankLead   Oddity = "leading-blank-line" // empty lines in front
	ByteMark    Oddity = "byte-order-mark"    // U+FEFF in front
	MboxFrom    Oddity = "mbox-from"          // "From " separator in front
	QuotedFrom  Oddity = "quoted-mbox-from"   // ">From " line
	JunkLine    Oddity = "junk-line"          // neither a field nor a continuation
	BareLF      Oddity = "bare-lf"            // LF and CRLF are mixed
	BareCR      Oddity = "bare-cr"            // CR that ends no line, or lines ended by CR alone
	EightBit    Oddity = "eight-bit"          // octets over 127 (RFC 6532 allows them where SMTPUTF8 was offered)
	NulOctet    Oddity = "nul-octet"
	SpaceColon  Oddity = "space-before-colon" // "Subject : x" (RFC 5322 §4.5)
	BlankFold   Oddity = "blank-continuation" // a continuation of white space only (RFC 5322 §4.2)
	NoBlankLine Oddity = "no-blank-line"      // the body begins without an empty line before it
	TooLong     Oddity = "too-long"           // a limit cut the section off
	Unfinished  Oddity = "no-end"             // the input ends before the empty line
)

// Note is an oddity and its first place.
type Note struct {
	Oddity Oddity
	Line   int // from 1
	Offset int
	Count  int // how often it occurs
}

// HeaderField is one field of a header section: Raw is section[Start:End], folded, without the last line end.
type HeaderField struct {
	Name       string
	Start, End int
	Value      int // offset of the octet behind the colon
	Line       int // of its name, from 1
	Raw        string
}

// Body is the field's value, unfolded (RFC 5322 §2.2.3) and without space around it.
func (f HeaderField) Body() string {
	v := f.Raw[f.Value-f.Start:]
	if strings.IndexByte(v, '\n') >= 0 || strings.IndexByte(v, '\r') >= 0 {
		v = strings.NewReplacer("\r\n", "", "\n", "", "\r", "").Replace(v)
	}
	return strings.Trim(v, " \t")
}

// Is compares the name, whatever the case (RFC 5322 §1.2.2).
func (f HeaderField) Is(name string) bool { return strings.EqualFold(f.Name, name) }

// Section is a header section, read.
type Section struct {
	Fields []HeaderField // topmost first
	Notes  []Note        // oddities, in order of their first place
	End    int           // offset behind the section, its empty line not included
	Body   int           // offset of the body
	Lines  int           // lines of the section, without the empty one
}

// First is the topmost field with the name.
func (s *Section) First(name string) (HeaderField, bool) {
	for _, f := range s.Fields {
		if f.Is(name) {
			return f, true
		}
	}
	return HeaderField{}, false
}

// All are the fields with the name, topmost first.
func (s *Section) All(name string) []HeaderField {
	var all []HeaderField
	for _, f := range s.Fields {
		if f.Is(name) {
			all = append(all, f)
		}
	}
	return all
}

// ReadSection reads the header section at the start of msg. It accepts CRLF, LF and CR as line ends, also mixed; an mbox
// separator, empty lines or a byte order mark in front; and lines that are no fields. RFC 5322 §2.2 says how it should be.
func ReadSection(msg []byte) Section {
	r := sectionReader{msg: msg, limit: min(len(msg), MaxSection)}
	r.crOnly = bytes.IndexByte(msg[:r.limit], '\n') < 0
	r.lead()
	for r.step() {
	}
	r.flush()
	r.scan()
	return r.out
}

// sectionReader walks the lines.
type sectionReader struct {
	msg          []byte
	limit        int
	pos, line    int // of the next line; line counts those that were read
	crOnly       bool
	crlf, lf     bool
	out          Section
	open         bool // a field is being collected
	name         string
	start, end   int
	value, first int
}

// note counts an oddity; the line of its first place is asked for only once. line 0: count the lines in front.
func (r *sectionReader) note(o Oddity, line, offset int) {
	for i := range r.out.Notes {
		if r.out.Notes[i].Oddity == o {
			r.out.Notes[i].Count++
			return
		}
	}
	if line == 0 {
		line = 1 + bytes.Count(r.msg[:offset], []byte("\n"))
	}
	r.out.Notes = append(r.out.Notes, Note{o, line, offset, 1})
}

// peek is the line that begins at pos: its end without line end, and where the next begins.
func (r *sectionReader) peek(pos int) (end, next int) {
	mark := byte('\n')
	if r.crOnly {
		mark = '\r'
	}
	i := bytes.IndexByte(r.msg[pos:r.limit], mark)
	if i < 0 {
		return r.limit, r.limit
	}
	end, next = pos+i, pos+i+1
	for !r.crOnly && end > pos && r.msg[end-1] == '\r' {
		end--
	}
	return end, next
}

// lead skips what may stand in front of the first field.
func (r *sectionReader) lead() {
	if bytes.HasPrefix(r.msg, []byte("\xef\xbb\xbf")) {
		r.note(ByteMark, 1, 0)
		r.pos = 3
	}
	for r.pos < r.limit {
		end, next := r.peek(r.pos)
		switch line := r.msg[r.pos:end]; {
		case len(line) == 0 && r.line < maxBlankLead && r.hasField(next):
			r.note(BlankLead, r.line+1, r.pos)
		case bytes.HasPrefix(line, []byte("From ")):
			r.note(MboxFrom, r.line+1, r.pos)
		default:
			return
		}
		r.pos, r.line = next, r.line+1
	}
}

// hasField tells whether the first line from pos on that is not empty is a field or a separator.
func (r *sectionReader) hasField(pos int) bool {
	for n := 0; n < maxBlankLead && pos < r.limit; n++ {
		end, next := r.peek(pos)
		if line := r.msg[pos:end]; len(line) > 0 {
			return bytes.HasPrefix(line, []byte("From ")) || colon(line) > 0
		}
		pos = next
	}
	return false
}

// colon is the offset of the colon behind a field name, 0 if the line begins no field (RFC 5322 §2.2: printable ASCII
// without colon; §4.5: space may stand before the colon).
func colon(line []byte) int {
	for i, c := range line {
		switch {
		case c == ':':
			return i
		case c == ' ' || c == '\t':
			rest := bytes.TrimLeft(line[i:], " \t")
			if i == 0 || len(rest) == 0 || rest[0] != ':' {
				return 0
			}
			return len(line) - len(rest)
		case c < '!' || c > '~':
			return 0
		}
	}
	return 0
}

// step reads one line; false: the section is over.
func (r *sectionReader) step() bool {
	if r.pos >= r.limit {
		r.out.End, r.out.Body = r.limit, r.limit
		if r.limit < len(r.msg) {
			r.note(TooLong, r.line, r.limit)
		} else {
			r.note(Unfinished, max(r.line, 1), r.limit)
		}
		return false
	}
	end, next := r.peek(r.pos)
	r.lineEnd(end, next)
	line := r.msg[r.pos:end]
	if len(line) == 0 {
		r.out.End, r.out.Body = r.pos, next
		return false
	}
	if !r.take(line, end, next) {
		r.out.End, r.out.Body = r.pos, r.pos
		return false
	}
	r.pos, r.line = next, r.line+1
	return true
}

// lineEnd notes mixed line ends.
func (r *sectionReader) lineEnd(end, next int) {
	switch {
	case r.crOnly && next > end:
		r.note(BareCR, r.line+1, end)
	case next == end+1:
		r.lf = true
	case next > end:
		r.crlf = true
	}
	if r.crlf && r.lf {
		r.note(BareLF, r.line+1, end)
	}
}

// take puts a line where it belongs; false: it is the body's first.
func (r *sectionReader) take(line []byte, end, next int) bool {
	at := r.line + 1
	if line[0] == ' ' || line[0] == '\t' {
		if len(bytes.TrimLeft(line, " \t")) == 0 {
			if !r.goesOn(next) {
				r.note(NoBlankLine, at, r.pos)
				return false
			}
			r.note(BlankFold, at, r.pos)
		}
		if r.open {
			r.end = end
		} else {
			r.note(JunkLine, at, r.pos)
		}
		return true
	}
	c := colon(line)
	if c == 0 {
		if bytes.HasPrefix(line, []byte(">From ")) {
			r.note(QuotedFrom, at, r.pos)
		} else if r.goesOn(next) {
			r.note(JunkLine, at, r.pos)
		} else {
			r.note(NoBlankLine, at, r.pos)
			return false
		}
		r.flush()
		return true
	}
	r.flush()
	if len(r.out.Fields) >= MaxFields {
		r.note(TooLong, at, r.pos)
		return false
	}
	name := bytes.TrimRight(line[:c], " \t")
	if len(name) < c {
		r.note(SpaceColon, at, r.pos)
	}
	r.open, r.name, r.start, r.end, r.value, r.first = true, string(name), r.pos, end, r.pos+c+1, at
	return true
}

// goesOn tells whether the header section continues within three lines from pos: what stands between is junk in it, not
// the body's start.
func (r *sectionReader) goesOn(pos int) bool {
	for n := 0; n < 3 && pos < r.limit; n++ {
		end, next := r.peek(pos)
		line := r.msg[pos:end]
		if len(line) == 0 {
			return n == 0
		}
		if c := colon(line); c > 0 && c+1 < len(line) && (line[c+1] == ' ' || line[c+1] == '\t') {
			return true
		}
		pos = next
	}
	return false
}

// flush closes the field in work.
func (r *sectionReader) flush() {
	if r.open {
		r.out.Fields = append(r.out.Fields, HeaderField{Name: r.name, Start: r.start, End: r.end, Value: r.value, Line: r.first,
			Raw: string(r.msg[r.start:r.end])})
	}
	r.open = false
}

// scan notes odd octets.
func (r *sectionReader) scan() {
	r.out.Lines = r.line
	for i, c := range r.msg[:r.out.End] {
		switch {
		case c >= 0x80:
			if i >= 3 || len(r.out.Notes) == 0 || r.out.Notes[0].Oddity != ByteMark {
				r.note(EightBit, 0, i)
			}
		case c == 0:
			r.note(NulOctet, 0, i)
		case c == '\r' && !r.crOnly && i+1 < len(r.msg) && r.msg[i+1] != '\n' && r.msg[i+1] != '\r':
			r.note(BareCR, 0, i)
		}
	}
}
