package main

import (
	"bufio"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"unicode/utf16"

	"github.com/smtpsim/smtpsim/lessons/play"
	"github.com/smtpsim/smtpsim/trace/render"
	"golang.org/x/term"
)

// stroke says how a line ended.
type stroke uint8

const (
	typed       stroke = iota // Enter
	interrupted               // Ctrl-C
	ended                     // end of input, or the system wants the program to end
)

// lineReader reads typed lines from a terminal: with history, editing and Tab where the terminal can, plainly where not.
// The terminal is in raw mode only while a line is read.
type lineReader struct {
	in      *os.File
	out     io.Writer
	term    *term.Terminal // nil: plain
	keys    *keyReader
	signals chan os.Signal
	ask     chan struct{} // a line is wanted
	lines   chan answer
	asked   bool // one was wanted and has not come
	player  *play.Player
}

// answer is one line as the terminal gave it.
type answer struct {
	line string
	how  stroke
}

// openTerminal makes a reader for whoever sits at standard input.
func (a *app) openTerminal(p *play.Player) *lineReader {
	t := &lineReader{in: terminal(a.in), out: a.out, signals: make(chan os.Signal, 4), ask: make(chan struct{}), lines: make(chan answer), player: p}
	signal.Notify(t.signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	readLine := plainLines(a.in)
	if screen := terminal(a.out); screen != nil && a.env("TERM") != "dumb" && escapes(screen) {
		t.keys = &keyReader{Reader: a.in}
		t.term = term.NewTerminal(struct {
			io.Reader
			io.Writer
		}{t.keys, a.out}, "")
		t.term.History = &history{}
		t.term.AutoCompleteCallback = t.complete
		readLine = t.editedLine
	}
	go func() { // joined by nobody: a read from a terminal cannot be ended
		for range t.ask {
			line, how := readLine()
			t.lines <- answer{line, how}
		}
	}()
	return t
}

func (t *lineReader) close() { signal.Stop(t.signals) }

// remember puts a line into the history.
func (t *lineReader) remember(line string) {
	if t.term != nil {
		t.term.History.Add(line)
	}
}

// plainLines reads lines from a terminal that edits them itself, or from anything else.
func plainLines(in io.Reader) func() (string, stroke) {
	r := bufio.NewReader(in)
	return func() (string, stroke) {
		line, err := r.ReadString('\n')
		if err != nil && line == "" {
			return "", ended
		}
		return strings.TrimRight(line, "\r\n"), typed
	}
}

func (t *lineReader) editedLine() (string, stroke) {
	line, err := t.term.ReadLine()
	switch {
	case t.keys.interrupted:
		t.keys.interrupted = false
		return "", interrupted
	case err != nil && err != term.ErrPasteIndicator:
		return "", ended
	}
	return line, typed
}

// read shows the prompt and reads a line.
func (t *lineReader) read(prompt string) (string, stroke) {
	if t.term == nil {
		io.WriteString(t.out, prompt)
	} else {
		state, err := term.MakeRaw(int(t.in.Fd()))
		if err != nil {
			return "", ended
		}
		defer term.Restore(int(t.in.Fd()), state)
		if w, h, err := term.GetSize(int(t.in.Fd())); err == nil && w > 0 {
			_ = t.term.SetSize(w, h) // an odd size only wraps oddly
		}
		t.term.SetPrompt(prompt)
	}
	if !t.asked {
		t.asked = true
		t.ask <- struct{}{}
	} else if t.term != nil {
		io.WriteString(t.term, "") // a signal came between: show the prompt again
	}
	select {
	case l := <-t.lines:
		t.asked = false
		return l.line, l.how
	case s := <-t.signals:
		io.WriteString(t.out, "\r\n")
		if s == os.Interrupt {
			return "", interrupted
		}
		return "", ended
	}
}

// keyReader watches for Ctrl-C, which x/term would take for the end of input.
type keyReader struct {
	io.Reader
	interrupted bool
}

func (k *keyReader) Read(p []byte) (int, error) {
	n, err := k.Reader.Read(p)
	if i := slices.Index(p[:n], 3); i >= 0 { // Ctrl-C: clear the line (Ctrl-U) and end it
		k.interrupted = true
		return copy(p, "\x15\r"), err
	}
	return n, err
}

// history keeps what was typed, without empty lines and without the same line twice in a row; the newest comes first.
type history struct{ lines []string }

// historyMax bounds what the arrow keys go through.
const historyMax = 500

func (h *history) Add(line string) {
	if strings.TrimSpace(line) == "" || len(h.lines) > 0 && h.lines[len(h.lines)-1] == line {
		return
	}
	h.lines = append(h.lines, line)
	h.lines = h.lines[max(0, len(h.lines)-historyMax):]
}

func (h *history) Len() int        { return len(h.lines) }
func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }

// complete fills in the word before the cursor on Tab; where several fit it shows them.
func (t *lineReader) complete(line string, pos int, key rune) (string, int, bool) {
	if key != '\t' {
		return "", 0, false
	}
	start := strings.LastIndexByte(line[:pos], ' ') + 1
	word := line[start:pos]
	fits := t.fitting(word, start == 0)
	if len(fits) == 0 {
		return line, pos, true
	}
	common := fits[0]
	for _, c := range fits[1:] {
		for !strings.HasPrefix(c, common) {
			common = common[:len(common)-1]
		}
	}
	if common = strings.ToValidUTF8(common, ""); len(fits) == 1 {
		common += " "
	} else if common == word {
		for _, l := range render.Wrap(strings.Join(fits, "  "), t.player.Options().Width-1) {
			io.WriteString(t.term, l+"\n")
		}
	}
	return line[:start] + common + line[pos:], start + len(common), true
}

// fitting lists the words that may be typed here and begin so. In a session only lesson words, which have a colon there.
func (t *lineReader) fitting(word string, first bool) []string {
	colon := ""
	if t.player.Talking() {
		if colon = ":"; first && !strings.HasPrefix(word, colon) {
			return nil
		}
	}
	var fits []string
	for _, c := range t.player.Completions(first) {
		if first {
			c = colon + c
		}
		if strings.HasPrefix(c, strings.ToLower(word)) {
			fits = append(fits, c)
		}
	}
	slices.Sort(fits)
	return slices.Compact(fits)
}

// decodeText reads what editors write: UTF-8 with or without a mark, UTF-16 of either order.
func decodeText(b []byte) string {
	if len(b) >= 2 && (b[0] == 0xff && b[1] == 0xfe || b[0] == 0xfe && b[1] == 0xff) {
		little := b[0] == 0xff
		var units []uint16
		for i := 2; i+1 < len(b); i += 2 {
			if little {
				units = append(units, uint16(b[i])|uint16(b[i+1])<<8)
			} else {
				units = append(units, uint16(b[i+1])|uint16(b[i])<<8)
			}
		}
		return string(utf16.Decode(units))
	}
	return strings.TrimPrefix(string(b), "\ufeff")
}
