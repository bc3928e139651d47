package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/smtpsim/smtpsim/lessons/play"
	"golang.org/x/term"
)

// stroke says how a line ended.
type stroke uint8

const (
	typed       stroke = iota // Enter
	interrupted               // Ctrl-C
	ended                     // end of input
)

// lineReader reads typed lines from a terminal: with history, editing and Tab where the terminal can, plainly where not.
type lineReader struct {
	in    *os.File
	out   io.Writer
	term  *term.Terminal
	keys  *keyReader
	plain *bufio.Reader
}

// keyReader watches the keys that x/term would take for the end of input.
type keyReader struct {
	io.Reader
	interrupted bool
}

func (k *keyReader) Read(p []byte) (int, error) {
	n, err := k.Reader.Read(p)
	if i := slices.Index(p[:n], 3); i >= 0 { // Ctrl-C: clear the line (Ctrl-U) and end it
		k.interrupted = true
		copy(p, "\x15\r")
		return min(2, len(p)), err
	}
	return n, err
}

func (a *app) openTerminal() (*lineReader, error) {
	in := terminal(a.in)
	t := &lineReader{in: in, out: a.out}
	if terminal(a.out) == nil || a.env("TERM") == "dumb" {
		t.plain = bufio.NewReader(a.in)
		return t, nil
	}
	t.keys = &keyReader{Reader: a.in}
	t.term = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{t.keys, a.out}, "")
	return t, nil
}

func (t *lineReader) close() {}

// read shows the prompt and reads a line. The terminal is in raw mode only meanwhile, so a kill leaves it usable between lines.
func (t *lineReader) read(prompt string, p *play.Player) (string, stroke) {
	if t.plain != nil {
		io.WriteString(t.out, prompt)
		line, err := t.plain.ReadString('\n')
		if err != nil && line == "" {
			return "", ended
		}
		return strings.TrimRight(line, "\r\n"), typed
	}
	state, err := term.MakeRaw(int(t.in.Fd()))
	if err != nil {
		t.plain = bufio.NewReader(t.in)
		return t.read(prompt, p)
	}
	defer term.Restore(int(t.in.Fd()), state)
	if w, h, err := term.GetSize(int(t.in.Fd())); err == nil && w > 0 {
		_ = t.term.SetSize(w, h) // an odd size only wraps oddly
	}
	t.term.SetPrompt(prompt)
	t.term.AutoCompleteCallback = func(line string, pos int, key rune) (string, int, bool) { return complete(p, line, pos, key) }
	t.keys.interrupted = false
	line, err := t.term.ReadLine()
	switch {
	case t.keys.interrupted:
		return "", interrupted
	case errors.Is(err, term.ErrPasteIndicator):
		return line, typed
	case err != nil:
		return "", ended
	}
	return line, typed
}

// complete fills in the word before the cursor on Tab.
func complete(p *play.Player, line string, pos int, key rune) (string, int, bool) {
	if key != '\t' {
		return "", 0, false
	}
	head := line[:pos]
	start := strings.LastIndexByte(head, ' ') + 1
	word := head[start:]
	var fits []string
	for _, c := range p.Completions(start == 0) {
		if strings.HasPrefix(c, word) && word != "" {
			fits = append(fits, c)
		}
	}
	if len(fits) == 0 {
		return line, pos, true
	}
	common := fits[0]
	for _, c := range fits[1:] {
		for !strings.HasPrefix(c, common) {
			common = common[:len(common)-1]
		}
	}
	if len(fits) == 1 {
		common += " "
	}
	return head[:start] + common + line[pos:], start + len(common), true
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
