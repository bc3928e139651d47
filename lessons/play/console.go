package play

import (
	"strings"

	"github.com/smtpsim/smtpsim/lessons/page"
)

// translate gives what the world's console says in a language; tool output and what it does not know stay as they are.
// The console speaks English with names and numbers in it, so each sentence is a pattern: {a} stands for anything.
func translate(lang, s string) string {
	if lang != "de" {
		return s
	}
	for _, t := range consoleGerman() {
		if values, ok := match(t[0], s); ok {
			return page.Fill(t[1], values)
		}
	}
	return s
}

// match fits s to a pattern with the placeholders {a}, {b}, {c}, each once and in this order.
func match(pattern, s string) (map[string]string, bool) {
	values := map[string]string{}
	for name := 'a'; ; name++ {
		before, after, more := strings.Cut(pattern, "{"+string(name)+"}")
		rest, ok := strings.CutPrefix(s, before)
		if !ok {
			return nil, false
		}
		if !more {
			return values, rest == ""
		}
		pattern = after
		stop := after
		if i := strings.IndexByte(after, '{'); i >= 0 {
			stop = after[:i]
		}
		at := len(rest)
		if stop != "" {
			if at = strings.Index(rest, stop); at < 0 {
				return nil, false
			}
			if !strings.Contains(after, "{") { // the last one takes as much as it can
				at = strings.LastIndex(rest, stop)
			}
		}
		values[string(name)] = rest[:at]
		s = rest[at:]
	}
}

func consoleGerman() [][2]string {
	return [][2]string{
		{"no host is called {a}; there are {b}", "kein Rechner heißt {a}; es gibt {b}"},
		{"telnet HOST [PORT], for example: {a}", "telnet RECHNER [PORT], zum Beispiel: {a}"},
		{"a port is a number such as 25 or 587, not {a}", "ein Port ist eine Zahl wie 25 oder 587, nicht {a}"},
		{"a line by hand is at most {a} octets", "eine Zeile von Hand hat höchstens {a} Bytes"},
		{"the server has said nothing for {a}", "der Server hat {a} lang nichts gesagt"},
		{"dig NAME [TYPE], for example: {a}", "dig NAME [ART], zum Beispiel: {a}"},
		{"nslookup -type=mx NAME; the types here are {a}", "nslookup -type=mx NAME; die Arten hier sind {a}"},
		{"nslookup [-type=TYPE] NAME, for example: {a}", "nslookup [-type=ART] NAME, zum Beispiel: {a}"},
		{"{a} is no type of record; the types here are {b}", "{a} ist keine Art von Eintrag; die Arten hier sind {b}"},
		{"there are no records of {a}; zone alone lists all", "es gibt keine Einträge zu {a}; zone allein zeigt alle"},
		{"there is no name server in this world", "in dieser Welt gibt es keinen Nameserver"},
		{"mailbox USER [N], for example: {a}", "mailbox NAME [N], zum Beispiel: {a}"},
		{"nobody has a mailbox called {a} here", "niemand hat hier ein Postfach {a}"},
		{"{a} has no mail yet", "{a} hat noch keine Mail"},
		{"{a} has the messages 1 to {b}", "{a} hat die Mails 1 bis {b}"},
		{"clock +4h lets four hours pass; also {a}", "clock +4h lässt vier Stunden vergehen; auch {a}"},
		{"send FROM TO [SUBJECT], for example: {a}", "send VON AN [BETREFF], zum Beispiel: {a}"},
		{"nobody here writes as {a}", "niemand schreibt hier als {a}"},
		{"{a} writes to {b}; a minute passes", "{a} schreibt an {b}; eine Minute vergeht"},
		{"{a} HOST, for example: {b}", "{a} RECHNER, zum Beispiel: {b}"},
		{"{a} is on", "{a} ist an"},
		{"{a} is off", "{a} ist aus"},
		{"{a} is silent", "{a} ist stumm"},
		{"record {a}: {b} words of data, {c} has {d}; for example: {e}", "Eintrag {a}: {b} Angaben, {c} hat {d}; zum Beispiel: {e}"},
		{"record {a}: expected name, type and data; for example: {b}", "Eintrag {a}: erwartet sind Name, Art und Daten; zum Beispiel: {b}"},
		{"record {a}: unknown type {b}, expected {c}; for example: {d}", "Eintrag {a}: unbekannte Art {b}, es gibt {c}; zum Beispiel: {d}"},
		{"record {a}: preference {b}, expected {c}; for example: {d}", "Eintrag {a}: die Zahl {b}, erwartet ist {c}; zum Beispiel: {d}"},
		{"record {a}: address {b}, expected {c}; for example: {d}", "Eintrag {a}: die Adresse {b}, erwartet ist {c}; zum Beispiel: {d}"},
		{"record {a}: no zone for it here; for example: {b}", "Eintrag {a}: dafür gibt es hier keine Zone; zum Beispiel: {b}"},
		{"zone delete NAME TYPE, for example: {a}; the types here are {b}", "zone delete NAME ART, zum Beispiel: {a}; die Arten hier sind {b}"},
		{"{a} is no address; for example: {b}", "{a} ist keine Adresse; zum Beispiel: {b}"},
		{"{a}; for example: {b}", "{a}; zum Beispiel: {b}"},
		{"added: {a}", "hinzugefügt: {a}"},
		{"deleted: {a}", "gelöscht: {a}"},
		{"nothing is left to happen; {a} passed", "es gibt nichts mehr zu tun; {a} sind vergangen"},
	}
}
