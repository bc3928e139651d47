package play

import (
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/lessons"
	"github.com/smtpsim/smtpsim/sim/scenario"
)

// word is one of the lesson's own words.
type word struct {
	names []string // the first is English, the others are aliases
	run   func(p *Player, args []string)
}

// words lists the lesson's words; time travel has its own place (travel.go).
func words() []word {
	return []word{
		{[]string{"help", "?", "hilfe", "h"}, (*Player).help},
		{[]string{"hint", "tipp", "hinweis"}, func(p *Player, _ []string) { p.hint() }},
		{[]string{"next", "skip", "auslassen"}, func(p *Player, _ []string) { p.next() }},
		{[]string{"enter", "weiter", "continue"}, func(p *Player, _ []string) { p.enter() }}, // typed instead of pressed
		{[]string{"open", "öffne", "oeffne"}, (*Player).reopen},
		{[]string{"page", "again", "seite"}, func(p *Player, _ []string) { p.showPage() }},
		{[]string{"why", "warum"}, (*Player).why},
		{[]string{"step", "schritt"}, (*Player).step},
		{[]string{"ladder", "leiter", "goto"}, (*Player).ladder},
		{[]string{"what-if", "whatif", "wenn"}, (*Player).whatIf},
		{[]string{"lang", "sprache"}, (*Player).lang},
		{[]string{"score", "stand"}, func(p *Player, _ []string) { p.score() }},
		{[]string{"leave", "verlassen"}, func(p *Player, _ []string) { p.say("not-connected.leave") }},
		{[]string{"because", "weil"}, func(p *Player, _ []string) { p.say("because.none") }},
		{[]string{"sort", "sortiere"}, func(p *Player, _ []string) { p.say("sort.none") }},
		{[]string{"quit", "exit", "q", "ende"}, func(p *Player, _ []string) { p.leave() }},
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

// firstWord reports whether a line begins with one of these words.
func firstWord(s string, names ...string) bool {
	f := strings.Fields(strings.ToLower(s))
	return len(f) > 0 && slices.Contains(names, f[0])
}

func (p *Player) hint() {
	if p.task == nil {
		p.say("hint.none")
		return
	}
	p.task.hint()
}

func orEnter(line string) string {
	if line == "" {
		return "Enter"
	}
	return line
}

func (p *Player) lang(args []string) {
	if len(args) != 1 || !slices.Contains(lessons.Languages(), strings.ToLower(args[0])) {
		p.say("lang")
		return
	}
	p.o.Lang = strings.ToLower(args[0])
	p.showPage()
}

// reopen goes to another screen of the lesson: "open 3.4". Where the screen goes on with the world of the one before, that
// is opened for it.
func (p *Player) reopen(args []string) {
	to := -1
	for i := range p.lesson.Screens {
		if len(args) == 1 && p.lesson.Screens[i].ID == args[0] {
			to = i
		}
	}
	if to < 0 {
		first, last := p.lesson.Screens[0].ID, p.lesson.Screens[len(p.lesson.Screens)-1].ID
		p.say("open", "first", first, "last", last)
		p.sayOpen(p.openTasks())
		return
	}
	for i := to; i >= 0; i-- {
		if name := p.lesson.Screens[i].Scenario; name != "" {
			if i < to {
				p.screen = i
				p.newWorld(name)
			}
			break
		}
	}
	p.open(to)
}

func (p *Player) leave() {
	p.say("saved", "screen", p.Screen(), "lesson", itoa(p.lesson.Number))
	p.ended = !p.logged // a log may hold lines that left the lesson; it was entered again
}

// unknown answers a word that nobody knows; it is never an attempt.
func (p *Player) unknown(word string) {
	low := strings.ToLower(strings.TrimPrefix(word, ":"))
	if p.world == nil && (contains(commandNames(), commandName(low)) || nearVerb(low) != "") {
		p.say("no-world", "word", low)
		return
	}
	if v := nearVerb(low); v != "" && !p.Talking() {
		p.say("not-connected", "word", cut(strings.ToUpper(word), 20, p.o.ASCII), "host", p.server())
		return
	}
	var all []string
	for _, w := range words() {
		all = append(all, w.names...)
	}
	all = append(all, "back", "branches", "branch")
	if p.world != nil {
		all = append(all, p.world.Commands()...)
	}
	word = cut(word, 30, p.o.ASCII)
	if near := nearest(low, all); near != "" {
		p.say("unknown.near", "word", word, "near", near)
		return
	}
	p.say("unknown", "word", word)
	if t, ok := p.task.(*predict); ok && t.guess == "" {
		t.askAnswer() // whoever types "mx2" means one of the options
	}
}

// server is a machine of this world that takes mail from others, as it is typed.
func (p *Player) server() string {
	sc, best := p.world.Scenario(), ""
	for i := range sc.Hosts {
		h := &sc.Hosts[i]
		if h.Is(scenario.MTA) && h.Name != sc.Learner && (best == "" || !h.Is(scenario.MSA)) {
			best = h.Name
			if !h.Is(scenario.MSA) {
				break
			}
		}
	}
	first, _, _ := strings.Cut(best, ".")
	if _, unique := sc.Host(first); unique {
		return first
	}
	return short(best)
}

// verbs are what one says to a server.
func verbs() []smtp.Verb {
	return []smtp.Verb{smtp.EHLO, smtp.HELO, smtp.MAIL, smtp.RCPT, smtp.DATA, smtp.RSET, smtp.NOOP, smtp.VRFY, smtp.EXPN, smtp.QUIT,
		smtp.STARTTLS, smtp.AUTH}
}

// nearVerb is the verb that a word is, or is a slip of (MIAL); "" if none.
func nearVerb(low string) string {
	for _, v := range verbs() {
		if s := strings.ToLower(string(v)); s == low || len(low) == 4 && swapped(s, low) {
			return string(v)
		}
	}
	return ""
}

// swapped reports whether two words differ in two neighbouring letters that changed places.
func swapped(a, b string) bool {
	for i := 0; i+1 < len(a) && len(a) == len(b); i++ {
		if a[i] != b[i] {
			return a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		}
	}
	return false
}

// nearest is the candidate at most two edits away, the closest and then first one; "" if there is none. Of very short words
// everything would be near.
func nearest(s string, candidates []string) string {
	best, dist := "", 3
	switch {
	case len(s) < 3 || len(s) > 30:
		return ""
	case len(s) < 5:
		dist = 2
	}
	for _, c := range candidates {
		if d := edits(s, c); d < dist && len(c) > 1 {
			best, dist = c, d
		}
	}
	return best
}

// edits is the Levenshtein distance in octets, with two swapped neighbours as one.
func edits(a, b string) int {
	if swapped(a, b) {
		return 1
	}
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
