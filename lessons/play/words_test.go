package play

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/lessons"
	"github.com/smtpsim/smtpsim/lessons/page"
	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/sim/console"
)

// TestTexts: the console says the same in both languages, with the same placeholders, and blames nobody.
func TestTexts(t *testing.T) {
	blame := regexp.MustCompile(`(?i)\b(wrong|false|falsch|great|super|toll|prima|leider|sorry)\b|!`)
	for _, key := range slices.Sorted(maps.Keys(english)) {
		en, de := english[key], german[key]
		if en == "" || de == "" {
			t.Errorf("%s: %q, %q", key, en, de)
		}
		a, b := slices.Sorted(slices.Values(page.Placeholders(en))), slices.Sorted(slices.Values(page.Placeholders(de)))
		if !slices.Equal(a, b) {
			t.Errorf("%s: placeholders %v and %v", key, a, b)
		}
		if blame.MatchString(en) || blame.MatchString(de) {
			t.Errorf("%s: %q, %q", key, en, de)
		}
		if n := len(page.Render(de, 78, page.Plain())); n > 3 && !strings.HasPrefix(key, "help.") {
			t.Errorf("%s has %d lines", key, n)
		}
	}
	if len(english) != len(german) {
		t.Errorf("%d texts in English, %d in German", len(english), len(german))
	}
}

// TestCommandNames: each world command is explained and completed, and each alias leads to it.
func TestCommandNames(t *testing.T) {
	p := start(t, lesson(t, 1), Options{})
	feed(p, "", "next")
	known := map[string]bool{}
	for _, name := range p.world.Commands() {
		first := commandName(name)
		known[first] = true
		if !contains(commandNames(), first) || text("en", "use."+first) == "" || text("de", "use."+first) == "" {
			t.Errorf("%s (%s) is not explained", name, first)
		}
		if out := feed(p, "? "+name); !strings.Contains(out, first) {
			t.Errorf("? %s: %s", name, out)
		}
	}
	for _, name := range commandNames() {
		if !known[name] {
			t.Errorf("%s is explained, and no command", name)
		}
	}
}

// TestExamples: what a text shows as typed is something that can be typed.
func TestExamples(t *testing.T) {
	p := start(t, lesson(t, 1), Options{})
	feed(p, "", "next")
	known := map[string]bool{"smtpsim": true, "?": true, "::": true, "status:": true, "data": true, "--restart": true}
	for _, w := range words() {
		for _, n := range w.names {
			known[n] = true
		}
	}
	for _, w := range append(travelWords(), p.world.Commands()...) {
		known[w] = true
	}
	for _, v := range verbs() {
		known[strings.ToLower(string(v))] = true
	}
	span := regexp.MustCompile("`([^`]+)`")
	typed := regexp.MustCompile(`^:?[a-z?][a-zü-]*$`)
	check := func(where, md string) {
		for _, m := range span.FindAllStringSubmatch(md, -1) {
			first, rest, _ := strings.Cut(m[1], " ")
			if typed.MatchString(first) && (rest != "" || strings.HasPrefix(first, ":")) && !known[strings.TrimPrefix(first, ":")] && !fits(m[1]) {
				t.Errorf("%s shows `%s`, which nobody knows", where, m[1])
			}
			if (first == "dig" || first == "nslookup" || first == "zone" || first == "send" || first == "telnet") && !strings.Contains(m[1], "NAME") && !strings.ContainsAny(m[1], "{") && !strings.Contains(m[1], "SERVER") {
				tryInWorld(t, where, m[1])
			}
		}
	}
	for _, l := range course(t) {
		for _, lang := range lessons.Languages() {
			for _, id := range slices.Sorted(maps.Keys(l.Sections(lang))) {
				md, _ := l.Text(lang, id)
				check(lang+" "+id, md)
			}
		}
	}
	for key, s := range english {
		check("en "+key, s)
		check("de "+key, german[key])
	}
}

// fits holds for answers of a sort.
func fits(s string) bool { return s == "dora mx" }

// tryInWorld types an example in each world of lesson 3; in one of them it must work.
func tryInWorld(t *testing.T, where, line string) {
	t.Helper()
	for _, name := range []string{"west", "five", "backup", "hand"} {
		sc, err := lessons.Scenario(name)
		if err != nil {
			t.Fatal(err)
		}
		w, err := sim.Open(sc, sim.Options{}, sim.Sinks{})
		if err != nil {
			t.Fatal(err)
		}
		out := w.Do(line)
		w.Close()
		if !out.Unknown && !slices.ContainsFunc(out.Lines, func(l console.Line) bool { return l.Voice == console.Hint }) {
			return
		}
	}
	if f := strings.Fields(line); len(f) < 2 || f[0] == "zone" && len(f) < 5 {
		return // the beginning of a command, to be completed by the learner
	}
	t.Errorf("%s shows `%s`, which no world takes", where, line)
}

// TestTranslate: in a German lesson the world's console says nothing in English.
func TestTranslate(t *testing.T) {
	sc, err := lessons.Scenario("west")
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.Open(sc, sim.Options{}, sim.Sinks{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	said := 0
	for _, line := range []string{
		"telnet", "telnet nowhere", "telnet mx1 x", "dig", "dig @nowhere x", "nslookup", "nslookup -type=foo x", "mailbox", "mailbox nobody", "mailbox bob 7",
		"clock x", "send", "send x@nord.example y@west.example", "send alice@nord.example bob@west.example", "off", "off nowhere", "off mx2", "silent mx2", "on mx2",
		"zone add foo bar baz", "zone add nord.example MX mx1.west.example", "zone add nord.example MX x mx1.west.example", "zone add nord.example A x",
		"zone add other.test A 192.0.2.1", "zone add nord.example FOO 1", "zone nowhere.example", "dig west.example FOO", "send alice bob", "zone add west.example MX 10 mx9.west.example", "zone delete west.example FOO", "zone delete west.example MX", "run", "log nowhere", "mailq nowhere",
		"telnet mx1", strings.Repeat("x", 5000), "QUIT", "x",
	} {
		for _, l := range w.Do(line).Lines {
			if l.Voice != console.Hint && l.Voice != console.Event {
				continue
			}
			said++
			if de := translate("de", l.Text); de == l.Text || regexp.MustCompile(`\b(the|expected|for example|words of|no record)\b`).MatchString(de) {
				t.Errorf("%q: not translated: %q", line, l.Text)
			}
			if translate("en", l.Text) != l.Text {
				t.Errorf("%q: changed in English", l.Text)
			}
		}
	}
	if said < 20 {
		t.Errorf("only %d sentences were tried", said)
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, s, want string
		ok               bool
	}{
		{"{a} is off", "mx1.west.example is off", "mx1.west.example", true},
		{"{a} is off", "mx1 is on", "", false},
		{"{a} writes to {b}; a minute passes", "x writes to y; a minute passes; a minute passes", "x|y; a minute passes", true},
		{"no host is called {a}; there are {b}", `no host is called "{b}"; there are p, q`, `"{b}"|p, q`, true},
		{"fixed", "fixed", "", true},
		{"fixed", "fixed and more", "", false},
	} {
		values, ok := match(c.pattern, c.s)
		var got []string
		for _, k := range slices.Sorted(maps.Keys(values)) {
			got = append(got, values[k])
		}
		if ok != c.ok || strings.Join(got, "|") != c.want {
			t.Errorf("%q in %q: %v %v", c.pattern, c.s, got, ok)
		}
	}
}

// TestSlips: a slip of the fingers names what was meant, and is no attempt.
func TestSlips(t *testing.T) {
	p := start(t, lesson(t, 3), Options{})
	feed(p, "next", "next", "next", "b", "3", "step all", "because 14", "")
	for line, want := range map[string]string{
		"MIAL FROM:<a@nord.example>": "MIAL is for a server", "mial": "telnet mx1 25", "digg west.example MX": "Did you mean `dig`",
		"hnit": "Did you mean `hint`", "z": "is no word here", "bakc": "Did you mean `back`", "braches": "Did you mean `branches`",
		"zzzzzz": "`?` lists all", "EHLO x": "you are not connected", "\x1b[31m*`x`": "<001B>[31m*`x`", "": "Your turn", ":hint": "takes a name",
		strings.Repeat("w", 3000): "…",
	} {
		before := p.results["3.4"]
		tries := 0
		if before != nil {
			tries = before.Tries
		}
		out := strings.ReplaceAll(strings.ReplaceAll(feed(p, line), "\nT ", " "), "  ", " ")
		if !strings.Contains(out, want) {
			t.Errorf("%.40q: %s, want %q", line, out, want)
		}
		if r := p.results["3.4"]; r != nil && r.Tries != tries {
			t.Errorf("%.40q was an attempt", line)
		}
	}
	one := lesson(t, 1)
	p = start(t, one, Options{})
	feed(p, "", "next", "telnet mx1 25", "EHLO a", "", "next")
	feed(p, "telnet mx1 25", "EHLO a", "MIAL FROM:<alice@nord.example>")
	if r := p.results["1.4"]; r != nil && r.Tries != 0 {
		t.Errorf("MIAL is no attempt: %+v", r)
	}
	if out := feed(p, "RCPT TO:<bob@west.example>"); !strings.Contains(out, "at a moment that does not fit") || p.results["1.4"].Tries != 1 {
		t.Errorf("503 is one: %s", out)
	}
}

// TestBecauseCites: what is answered depends on what was cited.
func TestBecauseCites(t *testing.T) {
	p := start(t, lesson(t, 3), Options{})
	feed(p, "next", "next", "next", "b", "3", "step all")
	for n, want := range map[string]string{
		"12": "Which line answers it?", "16": "knows the name already", "17": "gives mx1's address. Who named mx1?", "2": "only as far as the sender's own",
		"18": "mx1 at work", "99": "takes the number of a line", "x": "takes the number",
	} {
		out := strings.ReplaceAll(feed(p, "because "+n), "\nT ", " ")
		if !strings.Contains(out, want) {
			t.Errorf("because %s: %s, want %q", n, out, want)
		}
	}
	if r := p.Results()[2]; r.Got != 0 || r.Tries != 6 {
		t.Errorf("%+v", r)
	}
	if out := feed(p, "[2]"); !strings.Contains(out, "MAIL FROM:<alice@nord.example>") {
		t.Errorf("[2] opens what is folded: %s", out)
	}
	if out := feed(p, "#14"); !strings.Contains(out, "an MX record holds a number and a name") {
		t.Errorf("#14: %s", out)
	}
	if out := feed(p, "2"); !strings.Contains(out, "MAIL FROM:<alice@nord.example>") {
		t.Errorf("2 opens it too, where no line is asked for: %s", out)
	}
}

// TestSession: in a session everything goes to the server; what was meant for somebody else is told so.
func TestSession(t *testing.T) {
	p := start(t, lesson(t, 1), Options{})
	feed(p, "", "next", "next", "next", "telnet mx1 25")
	for _, c := range []struct{ line, want string }{
		{"hint", "`:hint` asks me"}, {"mailbox bob", "`mailbox` is for your own computer"}, {":mailbox bob", "`mailbox` is for your own computer"},
		{"?", "Enter                   go on"}, {":", "mx1:25 C:"}, {"", ":leave"}, {":nonsense", "is no word here"},
		{"HELO alice", "hello is said"}, {"MAIL FROM: <alice@nord.example>", "It takes this spelling"},
		{"RCPT TO:carol@west.example", "Now say that text follows"}, {"DATA", "`data |`"}, {"hint", ""}, {":hint", "Each step has an answer"},
		{"::hint", ""}, {"..", ""}, {".", "for somebody else"}, {"QUIT", "Connection closed"}, {"mailbox carol 1", ":hint"},
	} {
		out := strings.ReplaceAll(feed(p, c.line), "\nT ", " ")
		if !strings.Contains(out, c.want) || c.want == "" && out != "" {
			t.Errorf("%q: %q, want %q", c.line, out, c.want)
		}
	}
	if p.Talking() {
		t.Error("QUIT leaves the session open")
	}
}
