package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// update rewrites the golden parts of the scripts: go test ./cmd/smtpsim -run Scripts -update
var update = flag.Bool("update", false, "rewrite testdata/script/*.txtar")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"smtpsim": main})
}

// TestScripts holds the contract of the command line: standard output, standard error, exit status.
func TestScripts(t *testing.T) {
	captures, err := filepath.Abs("../../captures")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"status": status, "lines": lines},
		Setup: func(e *testscript.Env) error {
			e.Setenv("REAL", filepath.Join(captures, "real"))
			e.Setenv("MAIL", filepath.Join(captures, "mail"))
			e.Setenv("SCENARIOS", filepath.Join(filepath.Dir(captures), "docs", "scenarios"))
			return nil
		},
	})
}

// status runs smtpsim and compares its exit status: status 2 analyze --nope
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: status N ARGUMENT...")
	}
	err := ts.Exec("smtpsim", args[1:]...)
	got := "0"
	if err != nil {
		got = err.Error()
		const prefix = "exit status "
		if len(got) > len(prefix) && got[:len(prefix)] == prefix {
			got = got[len(prefix):]
		}
	}
	if got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}

// lines counts the lines of stdout, stderr or a file: lines stderr 1
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: lines FILE N")
	}
	n := 0
	for _, c := range ts.ReadFile(args[0]) {
		if c == '\n' {
			n++
		}
	}
	if got := itoa(n); got != args[1] {
		ts.Fatalf("%s has %s lines, want %s", args[0], got, args[1])
	}
}

func itoa(n int) string {
	s := ""
	for ok := true; ok; ok = n > 0 {
		s = string(rune('0'+n%10)) + s
		n /= 10
	}
	return s
}

// process runs the app as a process would, without one.
func process(t *testing.T, env map[string]string, in string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	dir := t.TempDir()
	input := filepath.Join(dir, "in")
	if err := os.WriteFile(input, []byte(in), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(input)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out, errs buffer
	a := &app{in: f, out: &out, err: &errs, env: func(k string) string { return env[k] }, args: args}
	status = guard(a)
	return string(out), string(errs), status
}

type buffer []byte

func (b *buffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}
