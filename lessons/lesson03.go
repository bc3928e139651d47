package lessons

import (
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/trace"
)

// lesson3 is "Who takes the mail? DNS and MX". Its plot: a guess about one mail, the rule behind it, the same with a machine
// switched off, a refusal, five kinds of domain, an open task, and three questions on a new network.
func lesson3() *Lesson {
	toBob := []string{"send alice@nord.example bob@west.example"}
	return &Lesson{
		Number: 3, ID: "dns-mx", Minutes: 20, Extra: 10, Needs: []int{1}, Misconceptions: []string{"M4", "M5", "M6"},
		Screens: []Screen{
			{ID: "3.0"},
			{ID: "3.1", Task: Predict{Options: abc(3), Right: "b", Tag: "M1", Credit: true}},
			{ID: "3.2", Task: Predict{Options: abc(3), Right: "c", Tag: "M9", Credit: true}},
			{ID: "3.3", Scenario: "west", Task: Predict{Options: abc(3), Right: "b", Tag: "M4", Run: toBob,
				Decisive: mxAnswer("west.example"), Because: provesMX("west.example")}},
			{ID: "3.4", Task: Do{Check: askedMX("west.example"), Solution: []string{"dig west.example MX"}}},
			{ID: "3.5", Scenario: "west", Enter: []string{"off mx1"}, Task: Predict{Options: abc(4), Right: "b", Tag: "M6", Run: toBob,
				Decisive: firstReply("mx2", 250, "DATA")}},
			{ID: "3.6", Scenario: "west", Enter: []string{"off mx1", "off mx2"}, Task: Predict{Options: abc(4), Right: "c", Tag: "M6",
				Run: toBob, Decisive: firstOf(trace.EntryQueue), Because: provesDead("mx2")}},
			{ID: "3.7", Scenario: "west-550", Task: Predict{Options: abc(3), Right: "c", Tag: "M6", Run: toBob,
				Decisive: firstReply("mx1", 550, ""), Because: func(e *Evidence, n int) bool { return IsReply(e.At(n), "mx1", 550) }}},
			{ID: "3.8", Scenario: "west-450", Stop: true, Task: Predict{Options: abc(3), Right: "b", Tag: "M8", Run: append(toBob[:1:1], "clock +10m"),
				Decisive: firstOf(trace.EntryQueue)}},
			{ID: "3.9", Scenario: "five", Task: Sort{
				Items:    []string{"anna", "berta", "clara", "dora", "emil"},
				Outcomes: []string{"mx", "a", "null", "bounce", "queue"},
				Right:    map[string]string{"anna": "mx", "berta": "a", "clara": "null", "dora": "bounce", "emil": "queue"}}},
			{ID: "3.10", Scenario: "backup", Task: Do{Check: backupWorks, Solution: []string{
				"zone add nord.example MX 10 mx.nord.example", "zone add nord.example MX 20 mx.sued.example"}}},
			{ID: "3.11", Scenario: "equal", Optional: true, Task: Predict{Options: abc(3), Right: "b", Tag: "M5", Run: []string{"run"},
				Decisive: bothTook("mx1", "mx2")}},
			{ID: "3.12", Task: Predict{Options: abc(3), Right: "b", Tag: "M4", Credit: true}},
			{ID: "3.13", Scenario: "ticket", Task: Predict{Options: abc(3), Right: "a", Tag: "M5", Credit: true,
				Run: []string{"send mia@tal.example leo@berg.example"}, Decisive: mxAnswer("berg.example"), Because: provesMX("berg.example")}},
			{ID: "3.14", Scenario: "ticket", Enter: []string{"off post", "off reserve"}, Task: Predict{Options: abc(4), Right: "d", Tag: "M6", Credit: true,
				Run: []string{"send mia@tal.example leo@berg.example"}, Decisive: firstOf(trace.EntryQueue)}},
			{ID: "3.15"},
		},
	}
}

func abc(n int) []string { return strings.Split("abcdef"[:n], "")[:n] }

// mxAnswer is the answer that names the exchangers.
func mxAnswer(domain string) func(*Evidence) int {
	return func(e *Evidence) int {
		return e.Find(func(x *trace.Entry) bool { return IsAnswer(x, domain, "MX") })
	}
}

func provesMX(domain string) func(*Evidence, int) bool {
	return func(e *Evidence, n int) bool { return IsAnswer(e.At(n), domain, "MX") }
}

// firstReply is the first reply with a code from a host; verb, if set, is the command it answers.
func firstReply(host string, code int, verb string) func(*Evidence) int {
	return func(e *Evidence) int {
		return e.Find(func(x *trace.Entry) bool { return IsReply(x, host, code) && (verb == "" || Answers(x, verb)) })
	}
}

func firstOf(kind trace.EntryKind) func(*Evidence) int {
	return func(e *Evidence) int { return e.Find(func(x *trace.Entry) bool { return x.Kind == kind }) }
}

// provesDead: that nobody else is called follows from the last exchanger's refusal, or from the queue entry itself.
func provesDead(host string) func(*Evidence, int) bool {
	return func(e *Evidence, n int) bool {
		x := e.At(n)
		return x.Kind == trace.EntryQueue || x.Kind == trace.EntryConnect && Short(x.Peer) == host
	}
}

// bothTook is the first mail taken by the second of two hosts to take one.
func bothTook(a, b string) func(*Evidence) int {
	return func(e *Evidence) int {
		return max(e.Find(func(x *trace.Entry) bool { return IsReply(x, a, 250) && Answers(x, "DATA") }),
			e.Find(func(x *trace.Entry) bool { return IsReply(x, b, 250) && Answers(x, "DATA") }))
	}
}

// askedMX holds when the learner's own host has put the question.
func askedMX(domain string) func(*Evidence) Verdict {
	return func(e *Evidence) Verdict {
		seat := e.World.Scenario().Learner
		n := e.Find(func(x *trace.Entry) bool { return IsAnswer(x, domain, "MX") && x.Peer == seat })
		if n > 0 {
			return Verdict{Got: 1, Of: 1, Values: values("n", n)}
		}
		other := e.Find(func(x *trace.Entry) bool { return x.Kind == trace.EntryAnswer && x.Peer == seat })
		if other > 0 {
			return Verdict{Of: 1, Section: "near", Values: values("n", other)}
		}
		return Verdict{Of: 1}
	}
}

// backupWorks judges the learner's zone in three runs: all up, mx down for two hours, both exchangers down for a day.
func backupWorks(e *Evidence) Verdict {
	const mail = "send alice@west.example bob@nord.example"
	v := Verdict{Of: 3}
	runs := []struct {
		name, down string
		wait       time.Duration
		keeps      string // who must hold the mail meanwhile
	}{{"up", "", 0, ""}, {"mx", "off mx.nord.example", 2 * time.Hour, "mx.sued.example"},
		{"both", "off mx.nord.example mx.sued.example", 24 * time.Hour, "msa.west.example"}}
	for _, r := range runs {
		ok, web := backupRun(e.Again(), mail, r.down, r.keeps, r.wait)
		if ok && web == 0 {
			v.Got++
			continue
		}
		if v.Section == "" {
			v.Section = "miss." + r.name
			if web > 0 {
				v.Section = "web." + r.name
			}
			v.Values = values("n", web)
		}
	}
	v.Values = merge(v.Values, values("got", v.Got))
	return v
}

// backupRun sends one mail into w and says whether it was kept where it should be and came in, and which entry called the
// web server.
func backupRun(w *sim.World, mail, down, keeps string, wait time.Duration) (ok bool, web int) {
	defer w.Close()
	if down != "" {
		w.Do(down)
	}
	w.Do(mail)
	held := keeps == "" || len(w.Queue(keeps)) == 1
	if wait > 0 {
		w.Do("clock +" + wait.String())
		w.Do(strings.Replace(down, "off", "on", 1))
	}
	w.RunIdle()
	for _, x := range w.Timeline().Entries {
		if ToHost(x, "www") {
			return false, x.N
		}
	}
	return held && Mails(w, "mx", "bob") == 1, 0
}
