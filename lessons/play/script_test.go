package play

import "strings"

// everything is a way through any lesson that a curious, tired and clumsy learner might take: wrong answers, slips, odd
// lines, time travel, sessions, text, languages. It fits no lesson in particular and must do no harm in any.
func everything() []string {
	return []string{
		"", "?", "? dig", "? world", "x", "", "back", "a", "b)", "2", "", "dig", "dig west.example MX", "hint", "hint", "hint", "next",
		"c", "?", "c", "1", "", "page", "because 2", "because", "because 99999999999", "weil 1", "14", "", "step", "step reply", "step all",
		"what-if off mx1", "what-if mx1 down at 3", "what-if", "wenn aus mx1", "ladder", "ladder 3", "ladder 999", "why 3", "why", "warum 1",
		"telnet mx1 25", "hint", ":hint", "EHLO alice.nord.example", "MIAL FROM:<a@nord.example>", ":lang de", "?", ":", "::x", ":back",
		"MAIL FROM:<alice@nord.example>", "RCPT TO:<bob@west.example>", ":why 3", ":because 3", "DATA", "Subject: x", "", ":hint", "::x",
		".", ":page", ":lang en", ":ladder", "QUIT", "mailbox bob", "mailbox bob 1", "mailbox nobody", "mailq", "log", "log mx1", "hosts", "zone",
		"zone add", "zone delete", "telnet mx1 26", "telnet nowhere", "telnet mx1", ":leave", "EHLO x", "MIAL", "nslookup -type=mx west.example",
		"back 3", "branches", "branch A", "branch Z", "branch", "back 2", "back x", "branch B", "score", "next", "", "", "3", "1", "b", "3", "step all",
		"because 14", "because 24", "", "send alice@nord.example bob@west.example", "send", "send x y", "off mx1", "on mx1", "clock +1h", "clock x", "run",
		strings.Repeat("long ", 1200), "\x1b[31mred\x00\x07", "\xff\xfe", "unknwon", "hlep", "lang xx", "lang", "sort", "sort anna mx", "anna a", "dora", "next",
		"next", "a", "1", "next", "next", "sort anna a", "sort berta mx", "clara foo", "next", "zone delete nord.example MX", "zone add nord.example MX 10 mx.nord.example",
		"zone add nord.example MX 20 mx.sued.example", "", "c", "3", "", "", "step delivery", "step foo", "next", "b", "2", "goto 5", "[3]", "3", "next", "b", "3", "", "a", "3",
		"because 14", "", "d", "1", "", "", "open", "open 9.9", "open 3.4", "dig west.example MX", "open 1.5", "because 11", "open 1.8", "open 3.14", "a", "2", "", "", "öffne 3.10",
		"verlassen", "tipp", "weiter", "stand", "zurück 2", "zweige", "zweig a",
	}
}
