// Package page turns the Markdown of a lesson into lines of a terminal.
//
//  1. A lesson's text is one Markdown file a language; [Split] cuts it at its level-two headings into named sections.
//  2. [Fill] puts values into the placeholders of a section.
//  3. [Render] wraps it for a width: paragraphs, lists, code, emphasis; no alternate screen, no cursor movement.
//
// Floor 6; read [Render] first.
package page

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Section is a named piece of a lesson's text.
type Section struct {
	ID   string
	Body string // Markdown
}

// Split cuts a file at its "## id" lines; the text before the first is section "". An id that comes twice is an error.
func Split(src string) ([]Section, error) {
	sections := []Section{{}}
	seen := map[string]bool{}
	for n, line := range strings.Split(src, "\n") {
		if id, ok := strings.CutPrefix(line, "## "); ok {
			id = strings.TrimSpace(id)
			if seen[id] {
				return nil, fmt.Errorf("line %d: expected a new section, %q stands above already", n+1, id)
			}
			seen[id] = true
			sections = append(sections, Section{ID: id})
			continue
		}
		sections[len(sections)-1].Body += line + "\n"
	}
	for i := range sections {
		sections[i].Body = strings.Trim(sections[i].Body, "\n")
	}
	return sections, nil
}

// Fill replaces {name} by values[name]; names that are not among the values stay as they are.
func Fill(s string, values map[string]string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '{')
		if i < 0 {
			break
		}
		j := strings.IndexByte(s[i:], '}')
		if j < 0 {
			break
		}
		v, ok := values[s[i+1:i+j]]
		b.WriteString(s[:i])
		if ok {
			b.WriteString(v)
		} else {
			b.WriteString(s[i : i+j+1])
		}
		s = s[i+j+1:]
	}
	return b.String() + s
}

// Escape makes somebody's words safe to stand in Markdown: what Render makes of it shows them as they are. Inside a code span
// it must not be used.
func Escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte("\\`*_<>&[]#!|~", s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Placeholders lists the {names} of s in order of appearance, each once.
func Placeholders(s string) []string {
	var names []string
	seen := map[string]bool{}
	for {
		_, rest, ok := strings.Cut(s, "{")
		if !ok {
			return names
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok {
			return names
		}
		if !seen[name] {
			names = append(names, name)
		}
		seen[name] = true
		s = after
	}
}

// Item renders Markdown behind a mark such as "a", with the following lines set under the first.
func Item(mark, md string, width int, st Style) []string {
	lines := Render(md, max(width-utf8.RuneCountInString(mark), 20), st)
	for i := range lines {
		if i > 0 {
			mark = strings.Repeat(" ", utf8.RuneCountInString(mark))
		}
		lines[i] = mark + lines[i]
	}
	return lines
}

// Words counts the words of a Markdown text that a reader reads, code blocks included.
func Words(md string) int { return len(strings.Fields(strings.Join(Render(md, 10_000, Plain()), " "))) }

// Style says how emphasis looks; empty strings leave the text as it is.
type Style struct {
	StrongOn, StrongOff string
	CodeOn, CodeOff     string // around `code`; Plain writes the backquotes
	Bullet              string
}

// Plain is the style without terminal sequences.
func Plain() Style { return Style{CodeOn: "`", CodeOff: "`", Bullet: "- "} }

// Colour is the style for terminals that can.
func Colour() Style {
	return Style{StrongOn: "\x1b[1m", StrongOff: "\x1b[22m", CodeOn: "\x1b[36m", CodeOff: "\x1b[39m", Bullet: "- "}
}

// Render wraps Markdown for a width in columns. Lines carry no line end.
func Render(md string, width int, st Style) []string {
	src := []byte(md)
	doc := goldmark.New().Parser().Parse(text.NewReader(src))
	r := renderer{src: src, width: width, st: st}
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if len(r.lines) > 0 {
			r.lines = append(r.lines, "")
		}
		r.block(n, "", "")
	}
	return r.lines
}

type renderer struct {
	src   []byte
	width int
	st    Style
	lines []string
}

// block renders one block; its first line begins with first, the others with rest.
func (r *renderer) block(n ast.Node, first, rest string) {
	switch n := n.(type) {
	case *ast.List:
		i := n.Start
		for item := n.FirstChild(); item != nil; item = item.NextSibling() {
			mark := r.st.Bullet
			if n.IsOrdered() {
				mark = fmt.Sprintf("%d. ", i)
				i++
			}
			pad := strings.Repeat(" ", utf8.RuneCountInString(mark))
			for c, k := item.FirstChild(), 0; c != nil; c, k = c.NextSibling(), k+1 {
				lead := rest + pad
				if k == 0 {
					lead = rest + mark
				}
				r.block(c, lead, rest+pad)
			}
		}
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		for i := range n.Lines().Len() {
			seg := n.Lines().At(i)
			r.lines = append(r.lines, rest+strings.TrimRight(string(seg.Value(r.src)), "\r\n"))
		}
	case *ast.Blockquote:
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			r.block(c, rest+"| ", rest+"| ")
		}
	case *ast.Heading:
		r.wrap(r.st.StrongOn+r.inline(n)+r.st.StrongOff, first, rest)
	case *ast.ThematicBreak:
		r.lines = append(r.lines, rest+strings.Repeat("-", min(r.width, 40)))
	default:
		r.wrap(r.inline(n), first, rest)
	}
}

// nbsp keeps the words of a code span on one line until they are printed.
const nbsp = "\x00"

// inline is the text of a block's children with emphasis; hard line breaks are "\n".
func (r *renderer) inline(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.Write(util.UnescapePunctuations(c.Segment.Value(r.src)))
			if c.HardLineBreak() {
				b.WriteByte('\n')
			} else if c.SoftLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		case *ast.CodeSpan:
			b.WriteString(r.st.CodeOn + strings.ReplaceAll(r.inline(c), " ", nbsp) + r.st.CodeOff)
		case *ast.Emphasis:
			b.WriteString(r.st.StrongOn + r.inline(c) + r.st.StrongOff)
		case *ast.AutoLink:
			b.Write(c.Label(r.src))
		default:
			b.WriteString(r.inline(c))
		}
	}
	return b.String()
}

func (r *renderer) wrap(s, first, rest string) {
	for i, para := range strings.Split(s, "\n") {
		if i > 0 {
			first = rest
		}
		line, width := first, visible(first)
		empty := true
		for _, w := range r.words(para, max(r.width-visible(rest), 1)) {
			n := visible(w)
			if !empty && width+1+n > r.width {
				r.lines = append(r.lines, r.out(line))
				line, width, empty = rest, visible(rest), true
			}
			if !empty {
				line += " "
				width++
			}
			line += w
			width += n
			empty = false
		}
		r.lines = append(r.lines, r.out(line))
	}
}

// words cuts a paragraph at its spaces. A code span stays whole if it fits into room columns; else it is cut at its spaces
// too, and a word that is still too long is cut where it must be.
func (r *renderer) words(para string, room int) []string {
	var out []string
	for _, w := range strings.Fields(para) {
		if visible(w) <= room {
			out = append(out, w)
			continue
		}
		for _, part := range strings.Split(w, nbsp) {
			for visible(part) > room {
				n := cutAt(part, room)
				out = append(out, part[:n])
				part = part[n:]
			}
			out = append(out, part)
		}
	}
	return out
}

// cutAt is the length in octets of the first n columns of s.
func cutAt(s string, n int) int {
	esc := false
	for i, c := range s {
		switch {
		case c == '\x1b':
			esc = true
		case esc:
			esc = c != 'm'
		case n == 0:
			return i
		default:
			n--
		}
	}
	return len(s)
}

func (r *renderer) out(line string) string { return strings.ReplaceAll(line, nbsp, " ") }

// visible is the number of columns of s: runes without terminal sequences.
func visible(s string) int {
	n, esc := 0, false
	for _, c := range s {
		switch {
		case c == '\x1b':
			esc = true
		case esc:
			esc = c != 'm'
		default:
			n++
		}
	}
	return n
}
