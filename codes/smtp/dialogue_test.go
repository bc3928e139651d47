package smtp

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata/dialogues")

// The dialogues in testdata are scripts of C: and S: lines. Behind each command stands, after "=", how it is read and what
// it tolerates; behind each reply its code, whether the session table names it, and the state reached.
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/dialogues/*.txt")
	if err != nil || len(files) < 10 {
		t.Fatalf("only %d dialogues, %v", len(files), err)
	}
	for _, file := range files {
		script, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got := replay(string(script))
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got != string(script) {
			t.Errorf("%s: got\n%s\nRun go test ./codes/smtp -update and read the difference.", file, got)
		}
	}
}

// Each code that the documents print must be one the table allows where it comes; the one exception is told in its script.
func TestDialoguesAreLegal(t *testing.T) {
	files, _ := filepath.Glob("testdata/dialogues/*.txt")
	for _, file := range files {
		script, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(string(script), "\n") {
			if !strings.HasPrefix(line, "   =") || filepath.Base(file) == "lug-200.txt" {
				continue
			}
			if strings.Contains(line, "not in the table") || strings.Contains(line, "error") ||
				strings.Contains(line, "out of order") {
				t.Errorf("%s:%d: %s", file, n+1, line)
			}
		}
	}
}

// replayer walks through a script with the same parts that a server or an analyzer has.
type replayer struct {
	state  State
	step   Verb
	reply  ReplyParser
	text   Unstuffer
	script strings.Builder
}

func replay(script string) string {
	r := &replayer{step: Connect, reply: ReplyParser{Mode: Tolerant}}
	for _, line := range strings.Split(strings.TrimSuffix(script, "\n"), "\n") {
		if strings.HasPrefix(line, "   =") {
			continue
		}
		r.script.WriteString(line + "\n")
		switch {
		case strings.HasPrefix(line, "S: "):
			r.server(line[3:])
		case strings.HasPrefix(line, "C:"):
			r.client(strings.TrimPrefix(line[2:], " "))
		}
	}
	return r.script.String()
}

func (r *replayer) expect(format string, args ...any) {
	fmt.Fprintf(&r.script, "   = "+format+"\n", args...)
}

func (r *replayer) server(line string) {
	done, err := r.reply.Line(line)
	if err != nil {
		r.expect("error: %v", err)
		return
	}
	if !done {
		return
	}
	reply := r.reply.Reply()
	verdict := ""
	if rule := Lookup(r.state, r.step); !rule.Permits(reply.Code) {
		verdict = ", not in the table for " + string(r.step)
	}
	r.state = r.state.After(r.step, reply.Code)
	r.expect("%s%s -> %s", strings.TrimSpace(fmt.Sprint(reply.Code, " ", reply.Enhanced)), verdict, r.state)
}

func (r *replayer) client(line string) {
	switch r.state {
	case StateData:
		if _, _, done := r.text.Feed([]byte(line + "\r\n")); done {
			r.text.Reset()
			r.step = EndOfData
			r.expect("%s", r.step)
		}
		return
	case StateAuth:
		r.step = AuthLine
		r.expect("%s", r.step)
		return
	}
	c, err := ParseCommand(line, Tolerant)
	if err != nil {
		r.expect("error: %v", err)
		return
	}
	r.step = c.Step()
	order := ""
	if !Lookup(r.state, r.step).Allowed {
		order = ", out of order"
	}
	notes := ""
	if len(c.Tolerances) > 0 {
		notes = " " + fmt.Sprint(c.Tolerances)
	}
	r.expect("%s%s%s", c, notes, order)
}
