package console_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/sim/console"
	"github.com/smtpsim/smtpsim/sim/scenario"
)

var update = flag.Bool("update", false, "write the scripts' answers anew")

// open is the network of mx-failover with everything working and nobody writing.
func open(t *testing.T, change func(*scenario.Scenario)) *sim.World {
	t.Helper()
	sc, err := scenario.Load(filepath.Join("..", "..", "docs", "scenarios", "mx-failover.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	sc.Mail, sc.Faults = nil, nil
	if change != nil {
		change(sc)
	}
	w, err := sim.Open(sc, sim.Options{}, sim.Sinks{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// mark is how a script writes each voice.
func mark(v console.Voice) string {
	return map[console.Voice]string{console.Tool: "| ", console.Server: "S: ", console.Event: "* ", console.Hint: "? "}[v]
}

// isAnswer reports whether a line of a script is what somebody said.
func isAnswer(line string) bool {
	return line == "|" || line == "(unknown)" || slices.ContainsFunc([]console.Voice{console.Tool, console.Server, console.Event, console.Hint},
		func(v console.Voice) bool { return strings.HasPrefix(line, mark(v)) })
}

// Each script is a learner at the console: what is typed stands behind "> " and the prompt, what follows is the answer.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got := play(t, string(want))
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got != string(want) {
			t.Errorf("%s:\n%s", file, firstDifference(got, string(want)))
		}
	}
}

// play types the lines of a script and writes it anew with the answers.
func play(t *testing.T, script string) string {
	t.Helper()
	w := open(t, nil)
	var out strings.Builder
	for line := range strings.Lines(script) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") || line == "" {
			out.WriteString(line + "\n")
			continue
		}
		if isAnswer(line) {
			continue
		}
		_, typed, ok := strings.Cut(line, "> ")
		if !ok {
			t.Fatalf("a script's line is empty, a comment, an answer, or typed behind \"> \": %q", line)
		}
		fmt.Fprintf(&out, "%s> %s\n", w.Prompt(), typed)
		var o console.Output
		if typed == "^C" {
			o = w.Leave()
		} else {
			o = w.Do(typed)
		}
		if o.Unknown {
			out.WriteString("(unknown)\n")
		}
		for _, l := range o.Lines {
			out.WriteString(strings.TrimRight(mark(l.Voice)+l.Text, " \t") + "\n")
		}
	}
	return out.String()
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			return fmt.Sprintf("line %d:\n got %q\nwant %q", i+1, a[min(i, len(a)-1)], b[min(i, len(b)-1)])
		}
	}
	return ""
}

// A line that is typed wrongly gets one line of help that begins where the error is, and changes nothing.
func TestWrongUsage(t *testing.T) {
	w := open(t, nil)
	for _, c := range []struct{ typed, hint string }{
		{"dig", "dig NAME [TYPE], for example: dig west.example MX"},
		{"dig MX", "dig NAME [TYPE]"},
		{"dig west.example BOGUS", `"BOGUS" is no type of record; the types here are a, aaaa, mx`},
		{"dig @mars west.example", `no host is called "mars"; there are alice.nord.example, msa.nord.example`},
		{"nslookup", "nslookup [-type=TYPE] NAME"},
		{"nslookup -type=bogus west.example", "nslookup -type=mx NAME; the types here are"},
		{"mailq mars", `no host is called "mars"`},
		{"mailbox", "mailbox USER [N], for example: mailbox bob"},
		{"mailbox bob 1 2", "mailbox USER [N]"},
		{"mailbox mallory", `nobody has a mailbox called "mallory" here`},
		{"mailbox bob@nord.example", `nobody has a mailbox called "bob@nord.example" here`},
		{"mailbox bob 1", "bob has no mail yet"},
		{"mailbox bob first", "bob has no mail yet"},
		{"log mars", `no host is called "mars"`},
		{"telnet", "telnet HOST [PORT], for example: telnet mx1 25"},
		{"telnet mars", `no host is called "mars"`},
		{"telnet mx1 smtp", `a port is a number such as 25 or 587, not "smtp"`},
		{"telnet mx1 0", `a port is a number such as 25 or 587, not "0"`},
		{"telnet mx1 65536", `a port is a number`},
		{"telnet mx1 25 26", "telnet HOST [PORT]"},
		{"off", "off HOST, for example: off mx1"},
		{"on", "on HOST, for example: on mx1"},
		{"silent", "silent HOST, for example: silent mx1"},
		{"off mars", `no host is called "mars"`},
		{"off mx1 mars", `no host is called "mars"`}, // and mx1 stays on
		{"clock soon", "clock +4h lets four hours pass; also +90s, +30m, +120h"},
		{"clock -4h", "clock +4h lets four hours pass"},
		{"clock +9999h", "clock +4h lets four hours pass"},
		{"send", "send FROM TO [SUBJECT], for example: send alice@nord.example bob@west.example Hello"},
		{"send alice@nord.example", "send FROM TO"},
		{"send alice bob@west.example", `"alice" is no address`},
		{"send alice@nord.example bob@", `"bob@" is no address`},
		{"send alice@nord.example bob@west.example,carol", `"carol" is no address`},
		{"zone add", "expected name, type and data; for example: zone add west.example MX 10 mx1.west.example"},
		{"zone add west.example MX mx1.west.example", `record "west.example MX mx1.west.example": `},
		{"zone add west.example A 192.0.2.256", `address "192.0.2.256", expected one of IPv4`},
		{"zone delete", "zone delete NAME TYPE, for example: zone delete west.example MX"},
		{"zone delete west.example", "zone delete NAME TYPE"},
		{"zone delete west.example BOGUS", "zone delete NAME TYPE"},
		{"zone mars.example", `there are no records of "mars.example"; zone alone lists all`},
	} {
		before := state(w)
		o := w.Do(c.typed)
		if len(o.Lines) != 1 || o.Lines[0].Voice != console.Hint || !strings.Contains(o.Lines[0].Text, c.hint) || o.Unknown {
			t.Errorf("%q: got %+v, want the hint %q", c.typed, o, c.hint)
		}
		if after := state(w); after != before {
			t.Errorf("%q changes the world:\n%s\n%s", c.typed, before, after)
		}
	}
	for _, typed := range []string{"frob", "mial bob", "EHLO me", "help", "quit"} {
		now := w.Now()
		if o := w.Do(typed); !o.Unknown || len(o.Lines) > 0 || w.Now() != now {
			t.Errorf("%q: %+v after %v", typed, o, w.Now()-now)
		}
	}
	for _, typed := range []string{"", "  ", "\t"} {
		if o := w.Do(typed); o.Unknown || len(o.Lines) > 0 {
			t.Errorf("%q: %+v", typed, o)
		}
	}
}

// state is what a typed line might change: evidence, records, queues, mailboxes, machines.
func state(w *sim.World) string {
	var b strings.Builder
	fmt.Fprintln(&b, len(w.Timeline().Entries), w.Frames(), w.Prompt())
	for _, m := range w.Mailboxes() {
		fmt.Fprintln(&b, m.Host, m.User, len(m.Messages))
	}
	for _, h := range w.Hosts() {
		fmt.Fprintln(&b, h, w.Queue(h))
	}
	return b.String()
}

// A typed command takes one second of the world's time, a question also the time until its answer.
func TestTimePasses(t *testing.T) {
	w := open(t, nil)
	for _, c := range []struct {
		typed string
		takes time.Duration
	}{
		{"hosts", time.Second},
		{"dig west.example", time.Second + 40*time.Millisecond}, // there and back
		{"clock +4h", 4*time.Hour + time.Second},
		{"telnet www", time.Second + 40*time.Millisecond}, // SYN, RST
		{"off mx1", time.Second},
	} {
		now := w.Now()
		w.Do(c.typed)
		if got := w.Now() - now; got != c.takes {
			t.Errorf("%q takes %v, want %v", c.typed, got, c.takes)
		}
	}
}

// A server that says nothing, one that is silent, and one that hangs up while the learner thinks.
func TestTalkWithTrouble(t *testing.T) {
	w := open(t, nil)
	w.Do("silent mx1")
	o := w.Do("telnet mx1")
	if len(o.Lines) != 2 || o.Lines[1].Text != "telnet: Unable to connect to remote host: Connection timed out" || w.Prompt() != "" {
		t.Errorf("%+v", o)
	}
	w.Do("on mx1")
	w.Do("telnet mx1")
	w.Do("EHLO alice.nord.example")
	w.RunUntil(w.Now() + time.Hour) // the server gives up on a silent client (RFC 5321 §4.5.3.2.7)
	o = w.Do("NOOP")
	if n := len(o.Lines); n < 2 || !strings.HasPrefix(o.Lines[0].Text, "421 ") || o.Lines[n-1].Text != "Connection closed by foreign host." || w.Prompt() != "" {
		t.Errorf("%+v, prompt %q", o, w.Prompt())
	}
	o = w.Do("telnet www 80") // a server that waits for the client to speak, a minute long
	if n := len(o.Lines); n < 2 || o.Lines[n-1].Text != "Connection closed by foreign host." {
		t.Errorf("%+v", o)
	}
	w.Do("telnet mx2")
	if o = w.Do(strings.Repeat("x", 4097)); len(o.Lines) != 1 || o.Lines[0].Voice != console.Hint {
		t.Errorf("%+v", o)
	}
	if o = w.Leave(); len(o.Lines) != 1 || o.Lines[0].Text != "Connection closed." || w.Prompt() != "" {
		t.Errorf("%+v", o)
	}
	if o = w.Leave(); len(o.Lines) != 0 {
		t.Errorf("nothing to leave: %+v", o)
	}
}

// Names that do not answer: servfail and silence are not the same.
func TestBrokenNames(t *testing.T) {
	w := open(t, func(sc *scenario.Scenario) {
		sc.Broken = []scenario.Broken{{Name: "west.example.", How: "servfail"}, {Name: "lost.example.", How: "silent"}}
	})
	var out []string
	for _, typed := range []string{"dig west.example MX", "nslookup west.example", "dig mx.lost.example", "nslookup -type=mx lost.example"} {
		for _, l := range w.Do(typed).Lines {
			out = append(out, l.Text)
		}
	}
	for _, want := range []string{"status: SERVFAIL", "** server can't find west.example: SERVFAIL", ";; connection timed out; no servers could be reached"} {
		if !slices.ContainsFunc(out, func(l string) bool { return strings.Contains(l, want) }) {
			t.Errorf("want %q in\n%s", want, strings.Join(out, "\n"))
		}
	}
}

// Commands, Usage and the aliases belong together: each alias leads to a command, each command has its line.
func TestEveryCommandIsListed(t *testing.T) {
	w := open(t, nil)
	var usage []string
	for _, u := range w.Usage() {
		name, _, _ := strings.Cut(u, " ")
		usage = append(usage, name)
	}
	for _, name := range w.Commands() {
		o := w.Do(name)
		if o.Unknown {
			t.Errorf("%s is listed, but unknown", name)
		}
		w.Leave()
	}
	for _, name := range usage {
		if !slices.Contains(w.Commands(), name) {
			t.Errorf("%s has a usage, but is not listed", name)
		}
	}
	if o := w.Do("aus mx1"); len(o.Lines) != 1 || o.Lines[0].Text != "mx1.west.example is off" {
		t.Errorf("%+v", o)
	}
}
