package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/trace/render"
	"github.com/smtpsim/smtpsim/trace/table"
	"golang.org/x/term"
)

const (
	exitFailure = 1
	exitUsage   = 2
)

// app is one call of the program: what it gets from the process, so that a test can run it in process.
type app struct {
	in     io.Reader
	out    io.Writer
	err    io.Writer
	env    func(string) string
	args   []string      // without the program's name
	osLang func() string // the operating system's language where the environment does not say; nil: unknown

	lang   render.Lang
	flags  globalFlags
	output *output // open while a command prints
	helped error   // what went wrong when help was printed
}

// globalFlags are the flags that every command has.
type globalFlags struct {
	lang  string
	color string
	out   string
}

// run does what the arguments say and returns the exit status.
func (a *app) run() int {
	if err := a.chooseLang(); err != nil {
		return a.report(err)
	}
	root := newRootCmd(a)
	root.SetArgs(a.args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := errors.Join(root.Execute(), a.helped)
	if err == nil || a.output != nil && a.output.file == nil { // what standard output got stays
		err = errors.Join(err, a.commit())
	}
	a.discard()
	return a.report(err)
}

// report prints err as one line, below it the line of a scenario that is wrong, and returns the status it stands for.
func (a *app) report(err error) int {
	if err == nil || isClosedPipe(err) { // | head has seen enough
		return 0
	}
	fmt.Fprintln(a.err, oneLine("smtpsim: "+a.explain(err)))
	var wrong *scenario.Error
	if errors.As(err, &wrong) {
		quoteLine(a.err, wrong)
	}
	var usage *usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailure
}

// oneLine makes any text one harmless line.
func oneLine(s string) string {
	return table.Visible(strings.ReplaceAll(strings.TrimSpace(s), "\n", " "))
}

// t is the catalog's text for key with {name} placeholders filled from pairs of name and value.
func (a *app) t(key string, pairs ...string) string {
	s, ok := english[key]
	if a.lang == render.German {
		s, ok = german[key]
	}
	if !ok {
		if s, ok = englishSim()[key]; a.lang == render.German {
			s, ok = germanSim()[key]
		}
	}
	if !ok {
		return key
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, "{"+pairs[i]+"}", pairs[i+1])
	}
	return s
}

// terminal is the file behind a stream if it is a terminal, else nil.
func terminal(stream any) *os.File {
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return f
}

// picture holds the flags of commands that print pictures.
type picture struct {
	plain, ascii, full bool
	width              int
}

// options decides how to print: what the flags say, else what the terminal and the environment say.
func (a *app) options(p picture) render.Options {
	o := render.Options{Width: p.width, Lang: a.lang, Plain: p.plain, Whole: p.full}
	screen := terminal(a.out)
	if a.flags.out != "" {
		screen = nil
	}
	if o.Width == 0 && screen != nil {
		if w, _, err := term.GetSize(int(screen.Fd())); err == nil {
			o.Width = w
		}
	}
	if p.ascii || screen != nil && !a.utf8() {
		o.Glyphs = render.ASCII
	}
	switch a.flags.color {
	case "always":
		o.Color = true
	case "auto": // https://no-color.org: NO_COLOR with any value but the empty one
		o.Color = screen != nil && a.env("NO_COLOR") == "" && a.env("TERM") != "dumb"
	}
	o.Color = o.Color && !p.plain
	return o
}

// utf8 says whether the environment names a character set other than UTF-8 (POSIX.1 §8.2); silence means UTF-8.
func (a *app) utf8() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(a.env(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return true
}
