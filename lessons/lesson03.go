package lessons

import (
	"strings"

	"github.com/smtpsim/smtpsim/trace"
)

// lesson3 is "Who takes the mail? DNS and MX". Its plot: a guess about one mail, the rule behind it, the same with a machine
// switched off, a refusal, five kinds of domain, an open task, and three questions on a new network.
func lesson3() *Lesson {
	toBob := []string{"send alice@nord.example bob@west.example"}
	toLeo := []string{"send mia@tal.example leo@berg.example"}
	return &Lesson{
		Number: 3, ID: "dns-mx", Edition: 2, Minutes: 20, Extra: 10, Needs: []int{1}, Misconceptions: []string{"M4", "M5", "M6", "M8"},
		Screens: []Screen{
			{ID: "3.0"},
			{ID: "3.1", Task: Predict{Options: abc(3), Right: "b", Tag: "M1", Credit: true}},
			{ID: "3.2", Task: Predict{Options: abc(3), Right: "c", Tag: "M9", Credit: true}},
			{ID: "3.3", Scenario: "west", Task: Predict{Options: abc(3), Right: "b", Tag: "M4", Run: toBob, Slow: true,
				From: question("MX"), Decisive: mxAnswer("west.example"), Because: provesMX("west.example")}},
			{ID: "3.4", Values: ruleSeen, Task: Do{Check: askedMX("west.example"), Solution: []string{"dig west.example MX"},
				Like: &Do{Check: askedMX("nord.example"), Solution: []string{"dig nord.example MX"}}}},
			{ID: "3.5", Scenario: "west", Enter: []string{"off mx1"}, Task: Predict{Options: abc(4), Right: "b", Tag: "M6", Run: toBob,
				From: firstOf(trace.EntryConnect), Decisive: firstReply("mx2", 250, "DATA")}},
			{ID: "3.6", Scenario: "west", Enter: []string{"off mx1", "off mx2"}, Task: Predict{Options: abc(4), Right: "c", Tag: "M6", Run: toBob,
				From: firstOf(trace.EntryConnect), Decisive: firstOf(trace.EntryQueue), Because: &Because{Proof: nobodyLeft("mx2"), Near: nearDead}}},
			{ID: "3.7", Scenario: "west-550", Task: Predict{Options: abc(3), Right: "c", Tag: "M6", Run: toBob,
				From: firstReply("mx1", 220, ""), Decisive: firstReply("mx1", 550, ""), Because: &Because{Proof: isReply("mx1", 550), Near: nearReply}}},
			{ID: "3.8", Scenario: "west-450", Stop: true, Task: Predict{Options: abc(3), Right: "b", Tag: "M8", Run: append(toBob[:1:1], "clock +10m"),
				From: firstReply("mx1", 220, ""), Decisive: firstOf(trace.EntryQueue)}},
			{ID: "3.9", Scenario: "five", Task: Sort{
				Items:    []string{"anna", "berta", "clara", "dora", "emil"},
				Outcomes: []string{"mx", "a", "null", "bounce", "queue"},
				Right:    map[string]string{"anna": "mx", "berta": "a", "clara": "null", "dora": "bounce", "emil": "queue"}}},
			{ID: "3.10", Scenario: "backup", Task: Do{Check: backup("nord", "sued").works, After: edits(),
				Solution: []string{"zone delete nord.example MX", "zone add nord.example MX 10 mx.nord.example", "zone add nord.example MX 20 mx.sued.example"},
				Like:     &Do{Check: backup("sued", "nord").works, After: edits(), Solution: []string{"zone add sued.example MX 20 mx.nord.example"}}}},
			{ID: "3.11", Scenario: "equal", Optional: true, Task: Predict{Options: abc(4), Right: "c", Tag: "M5", Run: []string{"run"},
				From: bothTook("mx1", "mx2"), Decisive: bothTook("mx1", "mx2"), Values: shares("mx1", "mx2")}},
			{ID: "3.12", Scenario: "backup", Optional: true, Enter: []string{"zone delete nord.example MX",
				"zone add nord.example MX 10 mx.nord.example", "zone add nord.example MX 20 mx.sued.example", "off mx.nord.example"},
				Task: Predict{Options: abc(4), Right: "b", Tag: "M6", Run: []string{"send alice@west.example bob@nord.example"},
					From: firstReply("mx", 220, ""), Decisive: queuedAt("mx.sued.example")}},
			{ID: "3.13", Task: Predict{Options: abc(3), Right: "b", Tag: "M4", Credit: true}},
			{ID: "3.14", Scenario: "ticket", Task: Predict{Options: abc(3), Right: "a", Tag: "M5", Credit: true, Run: toLeo,
				From: question("MX"), Decisive: mxAnswer("berg.example"), Because: provesMX("berg.example")}},
			{ID: "3.15", Scenario: "ticket", Enter: []string{"off post", "off reserve"}, Task: Predict{Options: abc(4), Right: "d", Tag: "M6", Credit: true,
				Run: toLeo, From: firstOf(trace.EntryConnect), Decisive: firstOf(trace.EntryQueue)}},
			{ID: "3.16"},
		},
	}
}

func abc(n int) []string { return strings.Split("abcdef"[:n], "")[:n] }

// edits are the world commands that change records and machines.
func edits() []string { return []string{"zone", "on", "off", "silent"} }
