package lessons

import (
	"bytes"
	"strings"

	"github.com/smtpsim/smtpsim/trace"
)

// lesson1 is "A dialogue by hand": the learner is the client and types what a mail program would send.
func lesson1() *Lesson {
	hello := []string{"telnet mx1 25", "EHLO alice.nord.example"}
	envelope := append(hello[:2:2], "MAIL FROM:<alice@nord.example>", "RCPT TO:<bob@west.example>")
	whole := append(envelope[:4:4], "DATA", "Subject: by hand", "", "Hello Bob.", ".")
	header := append(envelope[:4:4], "DATA", "From: alice@nord.example", "To: carol@west.example", "Subject: who gets it?", "", "Hello.", ".", "QUIT", "run")
	return &Lesson{
		Number: 1, ID: "dialogue", Minutes: 20, Extra: 5, Misconceptions: []string{"M2", "M7", "M9"}, Unfold: true,
		Screens: []Screen{
			{ID: "1.0"},
			{ID: "1.1", Scenario: "hand", Task: Predict{Options: abc(2), Right: "b", Run: []string{"telnet mx1 25"},
				Decisive: firstReply("mx1", 220, "")}},
			{ID: "1.2", Scenario: "hand", Task: Do{Check: said("EHLO", 250), Solution: hello}},
			{ID: "1.3", Scenario: "hand", Task: Predict{Options: abc(3), Right: "b", Tag: "M9",
				Run: append(hello[:2:2], "MIAL FROM:<alice@nord.example>"), Decisive: anyRefusal}},
			{ID: "1.4", Scenario: "hand", Task: Do{Check: mailed, Solution: whole}},
			{ID: "1.5", Stop: true, Task: Because{Proof: tookOver, Near: nearPromise, Solution: takeOver}},
			{ID: "1.6", Scenario: "hand", Task: Predict{Options: abc(3), Right: "a", Tag: "M2", Run: header, Decisive: firstOf(trace.EntryDeliver)}},
			{ID: "1.7", Scenario: "hand", Task: Do{Check: oneRefused, Solution: append(hello[:2:2], "MAIL FROM:<alice@nord.example>",
				"RCPT TO:<nobody@west.example>", "RCPT TO:<bob@west.example>", "DATA", "Subject: two", "", "Hello.", ".", "QUIT")}},
			{ID: "1.8", Scenario: "hand", Task: Do{Check: lonelyDot, Solution: append(envelope[:4:4], "DATA", "Subject: dot", "",
				"One", "..", "Two", ".", "QUIT")}},
			{ID: "1.9", Task: Predict{Options: abc(3), Right: "c", Tag: "M7", Credit: true}},
			{ID: "1.10", Task: Predict{Options: abc(3), Right: "b", Tag: "M2", Credit: true}},
			{ID: "1.11", Task: Predict{Options: abc(3), Right: "a", Tag: "M9", Credit: true}},
			{ID: "1.12"},
		},
	}
}

// said holds when the learner's host has said verb and got code for it.
func said(verb string, code int) func(*Evidence) Verdict {
	return func(e *Evidence) Verdict {
		v := Verdict{Of: 1}
		if n := e.Find(func(x *trace.Entry) bool { return IsReply(x, "", code) && Answers(x, verb) }); n > 0 {
			return Verdict{Got: 1, Of: 1, Values: values("n", n)}
		}
		switch no := e.Find(refusal); {
		case no > 0:
			v.Section, v.Values = "refused", values("n", no)
		case e.Find(func(x *trace.Entry) bool { return IsReply(x, "", 220) }) > 0:
			v.Section = "connected"
		}
		return v
	}
}

func refusal(x *trace.Entry) bool {
	return x.Event != nil && x.Event.Kind == trace.KindReply && x.Event.Code >= 400
}

func anyRefusal(e *Evidence) int { return e.Find(refusal) }

// mailed counts the four steps of a mail by hand (RFC 5321 §3.3).
func mailed(e *Evidence) Verdict {
	steps := []struct {
		section string
		verb    string
		code    int
	}{{"mail", "MAIL", 250}, {"rcpt", "RCPT", 250}, {"data", "DATA", 354}, {"dot", "DATA", 250}}
	v := Verdict{Of: len(steps)}
	for _, s := range steps {
		n := e.Find(func(x *trace.Entry) bool {
			if s.code == 354 {
				return IsReply(x, "", 354)
			}
			return IsReply(x, "", s.code) && Answers(x, s.verb)
		})
		if n == 0 {
			v.Section = "next." + s.section
			break
		}
		v.Got++
		v.Values = values("n", n)
	}
	if v.Got == 0 {
		v.Section = "" // nothing to say before the first step
	}
	return v
}

// takeOver is the reply with which the server takes responsibility (RFC 5321 §6.1), anywhere in the timeline.
func takeOver(e *Evidence) int {
	for _, x := range e.World.Timeline().Entries {
		if IsReply(x, "", 250) && Answers(x, "DATA") {
			return x.N
		}
	}
	return 0
}

func tookOver(e *Evidence, n int) bool { return n > 0 && n == takeOver(e) }

func nearPromise(e *Evidence, n int) string {
	switch x := e.At(n); {
	case IsReply(x, "", 354):
		return "354"
	case IsReply(x, "", 250):
		return "250"
	}
	return ""
}

// oneRefused: a refused RCPT, an accepted one and a delivery in the same session.
func oneRefused(e *Evidence) Verdict {
	no := e.Find(func(x *trace.Entry) bool { return refusal(x) && Answers(x, "RCPT") })
	v := Verdict{Of: 3, Values: values("n", no)}
	if no == 0 {
		return v
	}
	v.Got = 1
	s := e.At(no).Session
	yes := e.Find(func(x *trace.Entry) bool { return x.Session == s && IsReply(x, "", 250) && Answers(x, "RCPT") })
	if yes == 0 {
		v.Section = "refused"
		return v
	}
	v.Got = 2
	if n := e.Find(func(x *trace.Entry) bool { return x.Session == s && IsReply(x, "", 250) && Answers(x, "DATA") }); n > 0 {
		v.Got, v.Values = 3, values("n", n)
	}
	return v
}

// lonelyDot: a mail whose text holds a line with nothing but a dot lies in Bob's mailbox (RFC 5321 §4.5.2).
func lonelyDot(e *Evidence) Verdict {
	v := Verdict{Of: 2}
	for _, m := range e.World.Mailboxes() {
		if m.User != "bob" || !strings.HasPrefix(m.Host, "mx1") {
			continue
		}
		for _, msg := range m.Messages {
			v.Got = 1
			if bytes.Contains(msg, []byte("\r\n.\r\n")) {
				v.Got = 2
				return v
			}
		}
	}
	if v.Got == 1 {
		v.Section = "nodot"
	}
	return v
}
