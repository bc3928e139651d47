package render

import (
	"io"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// gridColumn is a column of a table for people.
type gridColumn struct {
	title string
	right bool // numbers stand at the right
	wrap  bool // long texts go on below instead of ending in an ellipsis
	min   int  // never narrower; 0: never narrower than its widest cell
	drop  int  // columns are left out, lowest first, where the width is too small; 0: never
}

// gridCell is a visible text with its colour.
type gridCell struct {
	text string
	cl   class
	once bool // one line only, though its column wraps
}

const (
	columnGap    = 2 // cells between columns
	cellLinesMax = 6 // lines of a wrapped cell
)

// grid prints rows as a table within the width; in Plain each row is one sentence "title value, title value".
func (o *Options) grid(w io.Writer, cols []gridColumn, rows [][]gridCell) error {
	if o.Plain {
		return o.plainGrid(w, cols, rows)
	}
	cols, rows = o.dropColumns(cols, rows)
	widths := o.gridWidths(cols, rows)
	var b strings.Builder
	t := tablewriter.NewTable(&b, o.gridOptions(cols)...)
	head := make([]string, len(cols))
	for i, c := range cols {
		head[i] = o.paint(aligned(o.fit(c.title, widths[i]), widths[i], c.right), strong)
	}
	t.Header(head)
	for _, row := range rows {
		for _, line := range o.gridLines(cols, widths, row) {
			if err := t.Append(line); err != nil {
				return err
			}
		}
	}
	if err := t.Render(); err != nil {
		return err
	}
	for line := range strings.Lines(b.String()) {
		if _, err := io.WriteString(w, strings.TrimRight(line, " \n")+"\n"); err != nil {
			return err
		}
	}
	return nil
}

func aligned(s string, w int, right bool) string {
	if right {
		return padLeft(s, w)
	}
	return pad(s, w)
}

// gridLines are the lines of one row, each cell exactly as wide as its column, so that nothing is left to measure.
func (o *Options) gridLines(cols []gridColumn, widths []int, row []gridCell) [][]string {
	parts := make([][]string, len(cols))
	height := 1
	for i, c := range cols {
		parts[i] = []string{o.fit(row[i].text, widths[i])}
		if c.wrap && !row[i].once {
			parts[i] = o.clip(wrap(row[i].text, widths[i]), cellLinesMax, widths[i])
		}
		height = max(height, len(parts[i]))
	}
	lines := make([][]string, height)
	for k := range lines {
		lines[k] = make([]string, len(cols))
		for i, c := range cols {
			s := ""
			if k < len(parts[i]) {
				s = parts[i][k]
			}
			lines[k][i] = o.paint(aligned(s, widths[i], c.right), row[i].cl)
		}
	}
	return lines
}

// naturalWidths are the widths that the cells would like.
func naturalWidths(cols []gridColumn, rows [][]gridCell) []int {
	widths := make([]int, len(cols))
	for i, c := range cols {
		widths[i] = cells(c.title)
		for _, row := range rows {
			widths[i] = max(widths[i], cells(row[i].text))
		}
	}
	return widths
}

// smallest is how narrow a column may become.
func (c gridColumn) smallest(natural int) int {
	if c.min == 0 {
		return natural
	}
	return min(c.min, natural)
}

// dropColumns leaves out the least important columns, and before them those with nothing in them, until the others fit at
// their smallest.
func (o *Options) dropColumns(cols []gridColumn, rows [][]gridCell) ([]gridColumn, [][]gridCell) {
	rows = slices.Clone(rows)
	for {
		total, least := -columnGap, -1
		for i, n := range naturalWidths(cols, rows) {
			total += cols[i].smallest(n) + columnGap
			if cols[i].drop > 0 && (least < 0 || importance(cols, rows, i) < importance(cols, rows, least)) {
				least = i
			}
		}
		if total <= o.width() || least < 0 {
			return cols, rows
		}
		cols = slices.Concat(cols[:least], cols[least+1:])
		for k, row := range rows {
			rows[k] = slices.Concat(row[:least], row[least+1:])
		}
	}
}

// importance of a column that may be dropped; one without any text has none.
func importance(cols []gridColumn, rows [][]gridCell, i int) int {
	if !slices.ContainsFunc(rows, func(row []gridCell) bool { return row[i].text != "" }) {
		return 0
	}
	return cols[i].drop
}

// gridWidths narrows the widest columns, cell by cell, until all fit.
func (o *Options) gridWidths(cols []gridColumn, rows [][]gridCell) []int {
	natural := naturalWidths(cols, rows)
	widths := slices.Clone(natural)
	total := -columnGap
	for _, n := range widths {
		total += n + columnGap
	}
	narrow := func(smallest func(i int) int) {
		for ; total > o.width(); total-- {
			widest := -1
			for i, n := range widths {
				if n > smallest(i) && (widest < 0 || n > widths[widest]) {
					widest = i
				}
			}
			if widest < 0 {
				return
			}
			widths[widest]--
		}
	}
	narrow(func(i int) int { return cols[i].smallest(natural[i]) })
	narrow(func(int) int { return 1 }) // a very small width: what is there is cut
	return widths
}

// gridOptions switch off everything that tablewriter would guess: East Asian widths from the environment, capitals in
// headers, wrapping and trimming. What remains is the drawing.
func (o *Options) gridOptions(cols []gridColumn) []tablewriter.Option {
	dash := o.glyph().dash
	cell := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
		Alignment:  tw.CellAlignment{Global: tw.AlignLeft},
		Padding:    tw.CellPadding{Global: tw.Padding{Right: strings.Repeat(" ", columnGap), Overwrite: true}},
	}
	last := cell.Padding.Global
	last.Right = ""
	cell.Padding.PerColumn = make([]tw.Padding, len(cols))
	for i := range cols {
		cell.Padding.PerColumn[i] = cell.Padding.Global
	}
	cell.Padding.PerColumn[len(cols)-1] = last
	return []tablewriter.Option{
		tablewriter.WithConfig(tablewriter.Config{Header: cell, Row: cell,
			Behavior: tw.Behavior{TrimSpace: tw.Off, TrimLine: tw.Off, AutoHide: tw.Off}}),
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders: tw.BorderNone,
			Symbols: tw.NewSymbolCustom("smtpsim").WithRow(dash).WithColumn("").WithCenter(dash).WithMidLeft(dash).WithMidRight(dash),
			Settings: tw.Settings{
				Separators: tw.Separators{ShowHeader: tw.On, BetweenRows: tw.Off, BetweenColumns: tw.Off},
				Lines:      tw.Lines{ShowTop: tw.Off, ShowBottom: tw.Off, ShowHeaderLine: tw.On},
			}})),
		tablewriter.WithEastAsian(tw.Off),
	}
}

// plainGrid says each row as one sentence.
func (o *Options) plainGrid(w io.Writer, cols []gridColumn, rows [][]gridCell) error {
	var b strings.Builder
	for _, row := range rows {
		sep := ""
		for i, c := range cols {
			if row[i].text == "" {
				continue
			}
			b.WriteString(sep)
			if c.title != "" {
				b.WriteString(c.title + " ")
			}
			b.WriteString(strings.TrimSpace(row[i].text))
			sep = ", "
		}
		b.WriteString(".\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
