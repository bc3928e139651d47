package play

import (
	"slices"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace"
)

// word is one of the lesson's own words.
type word struct {
	names []string // the first is English, the others are aliases
	run   func(p *Player, args []string)
}

// words lists the lesson's words; time travel has its own place (travel.go).
func words() []word {
	return []word{
		{[]string{"?", "help", "hilfe", "h"}, (*Player).help},
		{[]string{"hint", "tipp", "hinweis"}, (*Player).hint},
		{[]string{"next", "skip", "weiter"}, func(p *Player, _ []string) { p.next() }},
		{[]string{"page", "again", "seite"}, func(p *Player, _ []string) { p.showPage() }},
		{[]string{"why", "warum"}, (*Player).why},
		{[]string{"step", "schritt"}, (*Player).step},
		{[]string{"ladder", "leiter", "goto"}, (*Player).ladder},
		{[]string{"what-if", "whatif", "wenn"}, (*Player).whatIf},
		{[]string{"lang", "sprache"}, (*Player).lang},
		{[]string{"score", "stand"}, func(p *Player, _ []string) { p.score() }},
		{[]string{"leave", "verlassen"}, func(p *Player, _ []string) { p.say("not-connected.leave") }},
		{[]string{"quit", "exit", "q", "ende"}, (*Player).leave},
	}
}

func findWord(name string) (word, bool) {
	for _, w := range words() {
		if slices.Contains(w.names, name) {
			return w, true
		}
	}
	return word{}, false
}

// dispatch gives a line to whoever it is for.
func (p *Player) dispatch(line string) {
	if p.Talking() {
		p.inSession(line)
		return
	}
	s := strings.TrimSpace(line)
	if s == "" {
		p.enter()
		return
	}
	s = strings.TrimPrefix(s, ":") // the colon of a session does no harm outside
	fields := strings.Fields(s)
	if len(fields) == 0 {
		p.enter()
		return
	}
	if p.task != nil && p.task.line(s) {
		return
	}
	if w, ok := findWord(strings.ToLower(fields[0])); ok {
		w.run(p, fields[1:])
		return
	}
	p.toWorld(s, fields[0])
}

func (p *Player) enter() {
	if p.task == nil {
		p.next()
		return
	}
	p.task.enter()
}

// toWorld hands a line to the world's console and shows what became known.
func (p *Player) toWorld(s, first string) {
	if p.world == nil || !slices.Contains(p.commands(), strings.ToLower(first)) {
		p.unknown(first)
		return
	}
	if pr, ok := p.task.(*predict); ok && pr.sure == 0 && changesWorld(first) {
		p.say("guess.first")
		return
	}
	before := len(p.world.Timeline().Entries)
	p.relay(p.world.Do(s))
	switch strings.ToLower(first) {
	case "send", "sende", "run", "lauf", "clock", "uhr":
		p.view.fresh(p, before)
	}
	p.after()
}

// changesWorld says that a command would give the answer of a prediction away.
func changesWorld(first string) bool {
	return slices.Contains([]string{"send", "sende", "run", "lauf", "clock", "uhr", "telnet", "talk", "nc"}, strings.ToLower(first))
}

// after lets the task look at the world.
func (p *Player) after() {
	if d, ok := p.task.(*do); ok {
		d.after()
	}
}

// commands are the names of the world's commands, aliases too.
func (p *Player) commands() []string { return p.world.Commands() }

// inSession: everything goes to the server; one colon makes a lesson word, two a literal one.
func (p *Player) inSession(line string) {
	if s, ok := strings.CutPrefix(line, ":"); ok && !strings.HasPrefix(s, ":") {
		fields := strings.Fields(s)
		if len(fields) == 0 {
			return
		}
		name := strings.ToLower(fields[0])
		if name == "leave" || name == "verlassen" {
			p.relay(p.world.Leave())
			p.after()
			return
		}
		if w, ok := findWord(name); ok {
			w.run(p, fields[1:])
			return
		}
		p.unknown(":" + fields[0])
		return
	}
	data := p.Prompt() == "data |"
	if line == "" && !data {
		p.enter() // an empty line is no command (RFC 5321 §4.1.1); "::" sends one
		return
	}
	p.relay(p.world.Do(line))
	if w := strings.ToLower(strings.TrimSpace(line)); !data && (w == "hint" || w == "tipp" || w == "back" || w == "zurück") {
		p.say("session.word", "word", w)
	}
	p.after()
}

// unknown answers a word that nobody knows; it is never an attempt.
func (p *Player) unknown(word string) {
	low := strings.ToLower(word)
	if isVerb(low) {
		p.say("not-connected", "word", strings.ToUpper(word))
		return
	}
	var all []string
	for _, w := range words() {
		all = append(all, w.names...)
	}
	all = append(all, "back", "branches", "because", "sort")
	if p.world != nil {
		all = append(all, p.commands()...)
	}
	if near := nearest(strings.TrimPrefix(low, ":"), all); near != "" {
		p.say("unknown.near", "word", word, "near", near)
		return
	}
	p.say("unknown", "word", word)
}

// isVerb reports whether a word is what one says to a server, or a near miss of it (MIAL).
func isVerb(low string) bool {
	verbs := []smtp.Verb{smtp.EHLO, smtp.HELO, smtp.MAIL, smtp.RCPT, smtp.DATA, smtp.RSET, smtp.NOOP, smtp.VRFY, smtp.EXPN, smtp.STARTTLS, smtp.AUTH}
	for _, v := range verbs {
		if strings.ToLower(string(v)) == low {
			return true
		}
	}
	return false
}

// nearest is the candidate at most two edits away, the closest and then first one; "" if there is none.
func nearest(s string, candidates []string) string {
	best, dist := "", 3
	if len(s) < 4 {
		dist = 2
	}
	for _, c := range candidates {
		if d := edits(s, c); d < dist {
			best, dist = c, d
		}
	}
	return best
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diag, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diag+cost)
		}
	}
	return row[len(b)]
}

func (p *Player) help(_ []string) {
	p.say("help.lesson")
	if p.world != nil {
		p.say("help.world")
		for _, l := range p.world.Usage() {
			p.print(Tool, "  "+l)
		}
		p.say("help.session")
	}
}

// hint gives the next of three: the third plays the solution.
func (p *Player) hint(_ []string) {
	if p.task == nil || p.task.done() {
		p.say("hint.none")
		return
	}
	r := p.result()
	r.Hints = min(r.Hints+1, 3)
	if r.Hints < 3 {
		if p.section(Tutor, p.Screen()+".hint"+itoa(r.Hints), p.hintValues()) {
			return
		}
		r.Hints = 3
	}
	r.Played = true
	if line, ok := p.task.solution(); ok {
		p.say("hint.solution", "line", orEnter(line))
	}
}

func orEnter(line string) string {
	if line == "" {
		return "Enter"
	}
	return line
}

// hintValues cites what this run showed: {n} is the decisive entry.
func (p *Player) hintValues() map[string]string {
	v := map[string]string{}
	if p.world == nil {
		return v
	}
	v["last"] = itoa(len(p.world.Timeline().Entries))
	switch t := p.task.(type) {
	case *because:
		v["n"] = itoa(t.t.Solution(p.evidence()))
	case *predict:
		if t.t.Decisive != nil {
			v["n"] = itoa(t.t.Decisive(p.evidence()))
		}
	}
	return v
}

func (p *Player) lang(args []string) {
	if len(args) != 1 || args[0] != "en" && args[0] != "de" {
		p.say("lang")
		return
	}
	p.o.Lang = args[0]
	p.showPage()
}

func (p *Player) leave(_ []string) {
	p.say("saved", "screen", p.Screen(), "lesson", itoa(p.lesson.Number))
	p.ended = true
}

// seen is the first line of a feedback: the entry that was named, in words.
func (p *Player) seen(n int) {
	if e := p.world.Timeline().At(n); e != nil {
		p.print(Tutor, "#"+itoa(n)+" "+sentence(e))
	}
}

// sentence tells an entry in one line.
func sentence(e *trace.Entry) string {
	from, to := short(e.Host), short(e.Peer)
	if ev := e.Event; ev != nil {
		switch {
		case ev.Code > 0:
			text := ""
			if len(ev.Lines) > 0 {
				text = ev.Lines[0]
			}
			return from + " > " + to + ": " + itoa(ev.Code) + " " + text
		case ev.Line != "":
			return from + " > " + to + ": " + ev.Line
		}
		return from + " > " + to + ": " + string(ev.Kind)
	}
	if e.Text != "" {
		return e.Text
	}
	return from + " > " + to + ": " + string(e.Kind)
}

func short(host string) string {
	s, _, _ := strings.Cut(strings.TrimSuffix(host, ".example"), ".example")
	return s
}

// entryNumber reads "because 11" or "because #11".
func entryNumber(s string) (int, bool) {
	f := strings.Fields(s)
	if len(f) != 2 {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimPrefix(f[1], "#"))
	return n, err == nil && n > 0
}

func itoa(n int) string { return strconv.Itoa(n) }

func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(1, n-len([]rune(s))))
}
