package lessons

import "github.com/smtpsim/smtpsim/trace"

// lesson1 is "A dialogue by hand": the learner is the client and types what a mail program would send.
func lesson1() *Lesson {
	hello := []string{"telnet mx1 25", "EHLO alice.nord.example"}
	to := func(forward ...string) []string {
		out := append(hello[:2:2], "MAIL FROM:<alice@nord.example>")
		for _, f := range forward {
			out = append(out, "RCPT TO:<"+f+"@west.example>")
		}
		return append(out, "DATA")
	}
	text := func(start []string, lines ...string) []string {
		return append(append(start[:len(start):len(start)], lines...), ".")
	}
	bye := func(lines []string) []string { return append(lines[:len(lines):len(lines)], "QUIT") }
	whole := text(to("bob"), "Subject: by hand", "", "Hello Bob.")
	return &Lesson{
		Number: 1, ID: "dialogue", Edition: 2, Minutes: 20, Extra: 5, Misconceptions: []string{"M2", "M7", "M9"}, Unfold: true,
		Screens: []Screen{
			{ID: "1.0"},
			{ID: "1.1", Scenario: "hand", Task: Predict{Options: abc(2), Right: "b", Run: hello[:1], Decisive: firstReply("mx1", 220, "")}},
			{ID: "1.2", Scenario: "hand", Task: Do{Check: greeted, Solution: hello,
				Like: &Do{Check: asked("VRFY", "NOOP"), Solution: append(hello[:2:2], "NOOP")}}},
			{ID: "1.3", Scenario: "hand", Task: Predict{Options: abc(3), Right: "b", Tag: "M9",
				Run: append(hello[:2:2], "MIAL FROM:<alice@nord.example>"), From: unknownCommand, Decisive: anyRefusal}},
			{ID: "1.4", Scenario: "hand", Task: Do{Check: mailed("bob"), Solution: whole,
				Like: &Do{Check: mailed("carol"), Solution: text(to("carol"), "Subject: once more", "", "Hello Carol.")}}},
			{ID: "1.5", Stop: true, Task: Because{Run: bye(whole), Proof: tookOver, Near: nearPromise, Show: lastSession}},
			{ID: "1.6", Scenario: "hand", Task: Predict{Options: abc(3), Right: "a", Tag: "M2", From: commandOf("RCPT"),
				Run:      bye(text(to("bob"), "From: alice@nord.example", "To: carol@west.example", "Subject: who gets it?", "", "Hello.")),
				Decisive: firstOf(trace.EntryDeliver)}},
			{ID: "1.7", Scenario: "hand", Task: Do{Check: oneRefused("bob"), Solution: text(to("nobody", "bob"), "Subject: two", "", "Hello."),
				Like: &Do{Check: oneRefused("carol"), Solution: text(to("nobody", "carol"), "Subject: two", "", "Hello.")}}},
			{ID: "1.8", Scenario: "hand", Enter: append(hello[:2:2], "MAIL FROM:<alice@nord.example>", "RCPT TO:<bob@wset.example>",
				"DATA", "QUIT"), Task: Because{Proof: noRecipient, Near: nearFault, Show: lastSession}},
			{ID: "1.9", Scenario: "hand", Optional: true, Task: Do{Check: lonelyDot, Solution: text(to("bob"), "Subject: dot", "", "One", "..", "Two")}},
			{ID: "1.10", Task: Predict{Options: abc(3), Right: "c", Tag: "M7", Credit: true}},
			{ID: "1.11", Task: Predict{Options: abc(3), Right: "b", Tag: "M2", Credit: true}},
			{ID: "1.12", Task: Predict{Options: abc(3), Right: "a", Tag: "M9", Credit: true}},
			{ID: "1.13"},
		},
	}
}
