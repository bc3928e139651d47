package table

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// Kind says what the values of a column are.
type Kind uint8

const (
	Text    Kind = iota // somebody else's text, Visible
	Word                // one of a closed set, or a number with letters: written by smtpsim itself
	Number              // decimal digits
	Seconds             // a decimal number of seconds, possibly negative
	Moment              // RFC 3339 in UTC
)

// Column is one column of a Table.
type Column struct {
	Name string // stable, lower case, with its unit last: "duration_seconds"
	Kind Kind
}

// Table is rows of values for machines. "" means not known.
type Table struct {
	Name    string
	Columns []Column
	Rows    [][]string
}

// Index is the position of the column called name, or -1.
func (t Table) Index(name string) int {
	for i, c := range t.Columns {
		if c.Name == name {
			return i
		}
	}
	return -1
}

// CSV writes t as RFC 4180: a header line, CRLF line ends, quotes where needed. A cell of a Text column that begins with
// one of = + - @ gets an apostrophe in front, because a spreadsheet would run it as a formula; the other kinds hold
// nothing that a stranger wrote, so a negative number stays a number.
func (t Table) CSV(w io.Writer) error {
	if err := t.CSVHeader(w); err != nil {
		return err
	}
	return t.CSVRows(w)
}

// CSVHeader writes the header line alone, for rows that come later in several tables with the same columns.
func (t Table) CSVHeader(w io.Writer) error {
	b := bufio.NewWriter(w)
	for i, c := range t.Columns {
		writeCell(b, i, c.Name)
	}
	b.WriteString("\r\n")
	return b.Flush()
}

// CSVRows writes the rows without the header line.
func (t Table) CSVRows(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, row := range t.Rows {
		for i, v := range row {
			if t.Columns[i].Kind == Text {
				v = disarm(v)
			}
			writeCell(b, i, v)
		}
		b.WriteString("\r\n")
	}
	return b.Flush() // the first error of any write comes out here
}

func disarm(v string) string {
	if v != "" && strings.IndexByte("=+-@", v[0]) >= 0 {
		return "'" + v
	}
	return v
}

// RFC 4180 §2.5–2.7.
func writeCell(b *bufio.Writer, i int, v string) {
	if i > 0 {
		b.WriteByte(',')
	}
	if !strings.ContainsAny(v, "\",\r\n") && !strings.HasPrefix(v, " ") && !strings.HasSuffix(v, " ") {
		b.WriteString(v)
		return
	}
	b.WriteByte('"')
	b.WriteString(strings.ReplaceAll(v, `"`, `""`))
	b.WriteByte('"')
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// known is n, or "" where 0 stands for not known.
func known(n int64) string {
	if n == 0 {
		return ""
	}
	return number(n)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func seconds(d *trace.Seconds) string {
	if d == nil {
		return ""
	}
	return SecondsText(time.Duration(*d))
}

// SecondsText is d as a decimal number of seconds, as the JSON has it.
func SecondsText(d time.Duration) string {
	b, _ := trace.Seconds(d).MarshalJSON() // never fails
	return string(b)
}
