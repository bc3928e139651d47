package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestCatalogs holds that both languages have the same keys and placeholders.
func TestCatalogs(t *testing.T) {
	for _, pair := range [][2]map[string]string{{english, german}, {german, english}} {
		for k, s := range pair[0] {
			other, ok := pair[1][k]
			if !ok {
				t.Errorf("%s is missing in one language", k)
			} else if !slices.Equal(placeholders(s), placeholders(other)) {
				t.Errorf("%s has other placeholders: %q, %q", k, s, other)
			}
		}
	}
}

func placeholders(s string) []string {
	var all []string
	for _, part := range strings.Split(s, "{")[1:] {
		name, _, _ := strings.Cut(part, "}")
		all = append(all, name)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestEveryKeyIsThere holds that what the sources ask of the catalog is in it.
func TestEveryKeyIsThere(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	a := &app{}
	for _, name := range names {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			place := map[string]int{"t": 0, "usage": 0, "need": 0, "fail": 1}
			if !ok {
				return true
			}
			i, ok := place[sel.Sel.Name]
			if !ok || i >= len(call.Args) {
				return true
			}
			if lit, ok := call.Args[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if key, _ := strconv.Unquote(lit.Value); strings.Contains(key, ".") && a.t(key) == key {
					t.Errorf("%s: no text for %s", name, key)
				}
			}
			return true
		})
	}
}

func TestLanguageOfTheSystem(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		os   string
		want string
	}{
		{nil, "", "en"}, {nil, "de", "de"},
		{map[string]string{"LANG": "de_DE.UTF-8"}, "en", "de"},
		{map[string]string{"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "de", "en"},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_MESSAGES": "de_AT"}, "", "de"},
		{map[string]string{"LANG": "fr_FR.UTF-8"}, "", "en"},
		{map[string]string{"LANG": "fr_FR.UTF-8", "SMTPSIM_LANG": "de-CH"}, "", "de"},
	} {
		a := &app{env: func(k string) string { return c.env[k] }, osLang: func() string { return c.os }}
		if err := a.chooseLang(); err != nil || string(a.lang) != c.want {
			t.Errorf("%v, system %q: %s, %v; want %s", c.env, c.os, a.lang, err, c.want)
		}
	}
}

func TestLangFlag(t *testing.T) {
	for _, c := range []struct {
		args  string
		want  string
		given bool
	}{{"", "", false}, {"analyze --lang de x", "de", true}, {"--lang=en --lang=de", "de", true}, {"codes -- --lang de", "", false}, {"--lang", "", false}} {
		if got, given := langFlag(strings.Fields(c.args)); got != c.want || given != c.given {
			t.Errorf("%q: %q %v", c.args, got, given)
		}
	}
}

// TestCharacterSet holds that only a named other character set takes the Unicode glyphs away.
func TestCharacterSet(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want bool
	}{{nil, true}, {map[string]string{"LANG": "de_DE.UTF-8"}, true}, {map[string]string{"LANG": "de_DE.utf8"}, true},
		{map[string]string{"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, false}, {map[string]string{"LC_CTYPE": "de_DE.ISO-8859-1"}, false}} {
		a := &app{env: func(k string) string { return c.env[k] }}
		if got := a.utf8(); got != c.want {
			t.Errorf("%v: %v", c.env, got)
		}
	}
}

// closed is a pipe whose reader is gone.
type closed struct{}

func (closed) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}
}

func TestClosedPipeIsQuiet(t *testing.T) {
	var errs buffer
	a := &app{in: strings.NewReader(""), out: closed{}, err: &errs, env: func(string) string { return "" }, args: []string{"codes", "550"}}
	if status := guard(a); status != 0 || len(errs) > 0 {
		t.Errorf("status %d, %s", status, errs)
	}
}

// broken is a stream that fails.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestFullDiskIsAFailure(t *testing.T) {
	var errs buffer
	a := &app{in: strings.NewReader(""), out: broken{}, err: &errs, env: func(string) string { return "" }, args: []string{"codes", "550"}}
	if status := guard(a); status != exitFailure || strings.Count(string(errs), "\n") != 1 {
		t.Errorf("status %d, %q", status, errs)
	}
}

// full is standard output on a full disk.
type full struct{}

func (full) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: os.Stdout.Name(), Err: syscall.ENOSPC}
}

// TestFullDiskIsNamed holds that the one line says what is full, in the user's language, once; help is output like any other.
func TestFullDiskIsNamed(t *testing.T) {
	for _, args := range []string{"version", "--help", "help trace", "codes list replies"} {
		var errs buffer
		a := &app{in: strings.NewReader(""), out: full{}, err: &errs, env: func(string) string { return "" }, args: strings.Fields(args + " --lang de")}
		if status := guard(a); status != exitFailure || string(errs) != "smtpsim: Standardausgabe: der Datenträger ist voll\n" {
			t.Errorf("%s: status %d, %q", args, status, errs)
		}
	}
}

// TestDefectIsOneLine holds that the process wrapper prints no stack.
func TestDefectIsOneLine(t *testing.T) {
	var errs buffer
	a := &app{err: &errs, args: []string{"version"}, env: func(string) string { panic("a\nb\x1b") }}
	if status := guard(a); status != exitFailure {
		t.Errorf("status %d", status)
	}
	if got := string(errs); got != "smtpsim: internal error: a b\\x1b; please report it with the command and the input that led here\n" {
		t.Errorf("%q", got)
	}
}

func TestProcess(t *testing.T) {
	out, errs, status := process(t, map[string]string{"SMTPSIM_LANG": "de"}, "", "codes", "250")
	if status != 0 || errs != "" || !strings.Contains(out, "Antwortcode 250") {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
}
