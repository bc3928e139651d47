package lessons

import (
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/trace"
)

// mxAnswer is the answer that names the exchangers, given to somebody other than the learner's own tools.
func mxAnswer(domain string) func(*Evidence) int {
	return func(e *Evidence) int {
		return e.Find(func(x *trace.Entry) bool { return IsAnswer(x, domain, "MX") && x.Peer != e.World.Scenario().Learner })
	}
}

// question is the first question of a type.
func question(kind string) func(*Evidence) int {
	return func(e *Evidence) int {
		return e.Find(func(x *trace.Entry) bool { return x.Kind == trace.EntryDNS && x.Type == kind })
	}
}

// provesMX asks for the answer that names the exchangers.
func provesMX(domain string) *Because {
	return &Because{Near: nearMX, Proof: func(e *Evidence, n int) bool {
		return IsAnswer(e.At(n), domain, "MX") && e.At(n).Peer != e.World.Scenario().Learner
	}}
}

func nearMX(e *Evidence, n int) string {
	x := e.At(n)
	seat := e.World.Scenario().Learner
	switch {
	case (x.Kind == trace.EntryAnswer || x.Kind == trace.EntryDNS) && (x.Peer == seat || x.Host == seat):
		return "own"
	case x.Kind == trace.EntryDNS && x.Type == "MX":
		return "question"
	case x.Kind == trace.EntryDNS:
		return "ask"
	case x.Kind == trace.EntryAnswer:
		return "address"
	case x.Session != nil && x.Session.ClientHost == seat:
		return "before"
	}
	return "after"
}

// nobodyLeft: that nobody is left to call follows from the last exchanger's refusal, or from the queue entry itself.
func nobodyLeft(last string) func(*Evidence, int) bool {
	return func(e *Evidence, n int) bool {
		x := e.At(n)
		return x.Kind == trace.EntryQueue || x.Kind == trace.EntryConnect && Short(x.Peer) == last
	}
}

func nearDead(e *Evidence, n int) string {
	switch x := e.At(n); {
	case x.Kind == trace.EntryConnect:
		return "first"
	case x.Kind == trace.EntryAnswer || x.Kind == trace.EntryDNS:
		return "dns"
	}
	return ""
}

func isReply(host string, code int) func(*Evidence, int) bool {
	return func(e *Evidence, n int) bool { return IsReply(e.At(n), host, code) }
}

func nearReply(e *Evidence, n int) string {
	switch x := e.At(n); {
	case IsCommand(x, "RCPT"):
		return "rcpt"
	case x.Kind == trace.EntryBounce || x.Kind == trace.EntryDeliver:
		return "after"
	case x.Event != nil && x.Event.Code/100 == 2:
		return "yes"
	}
	return ""
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

func queuedAt(host string) func(*Evidence) int {
	return func(e *Evidence) int {
		return e.Find(func(x *trace.Entry) bool { return x.Kind == trace.EntryQueue && x.Host == host })
	}
}

// bothTook is the first mail taken by the second of two hosts to take one.
func bothTook(a, b string) func(*Evidence) int {
	return func(e *Evidence) int {
		return max(firstReply(a, 250, "DATA")(e), firstReply(b, 250, "DATA")(e))
	}
}

// shares counts the mails that two hosts took: {a}, {b}, {all}.
func shares(a, b string) func(*Evidence) map[string]string {
	return func(e *Evidence) map[string]string {
		took := map[string]int{}
		for _, x := range e.Entries() {
			if IsReply(x, "", 250) && Answers(x, "DATA") {
				took[Short(x.Host)]++
			}
		}
		return merge(merge(values("a", took[a]), values("b", took[b])), values("all", took[a]+took[b]))
	}
}

// askedMX holds when the learner's own host has put the question.
func askedMX(domain string) func(*Evidence) Verdict {
	return func(e *Evidence) Verdict {
		seat := e.World.Scenario().Learner
		mine := func(f func(*trace.Entry) bool) int {
			return e.Find(func(x *trace.Entry) bool { return x.Kind == trace.EntryAnswer && x.Peer == seat && f(x) })
		}
		if n := mine(func(x *trace.Entry) bool { return IsAnswer(x, domain, "MX") }); n > 0 {
			return Verdict{Got: 1, Of: 1, Values: values("n", n)}
		}
		v := Verdict{Of: 1}
		if n := mine(func(x *trace.Entry) bool { return x.Type == "MX" }); n > 0 {
			v.Section, v.Miss, v.Values = "name", true, values("n", n)
		} else if n := mine(func(*trace.Entry) bool { return true }); n > 0 {
			v.Section, v.Miss, v.Values = "near", true, values("n", n)
		}
		return v
	}
}

// zoneTask is the open task of lesson 3: a domain's own exchanger and a neighbour's that keeps its mail.
type zoneTask struct{ domain, own, keeper string }

func backup(domain, neighbour string) zoneTask {
	return zoneTask{domain + ".example", "mx." + domain + ".example", "mx." + neighbour + ".example"}
}

// works judges the learner's zone in three runs: all up, the exchanger down for two hours, both down for a day.
func (t zoneTask) works(e *Evidence) Verdict {
	v := Verdict{Of: 3}
	runs := []struct {
		name, down string
		wait       time.Duration
		keeps      string // who must hold the mail meanwhile
	}{{"up", "", 0, ""}, {"mx", t.own, 2 * time.Hour, t.keeper}, {"both", t.own + " " + t.keeper, 24 * time.Hour, "msa.west.example"}}
	for _, r := range runs {
		ok, web, seen := t.run(e.Again(), r.down, r.keeps, r.wait)
		if ok && web == 0 {
			v.Got++
			continue
		}
		if v.Section != "" {
			continue
		}
		v.Section, v.Miss, v.Values, v.Run = "miss."+r.name, true, values("n", web), seen
		if web > 0 {
			v.Section = "web." + r.name
		}
	}
	v.Values = merge(v.Values, values("got", v.Got))
	return v
}

// run sends one mail into w and says whether it was kept where it should be and came in, which entry called the web server,
// and what was seen of the first try.
func (t zoneTask) run(w *sim.World, down, keeps string, wait time.Duration) (ok bool, web int, seen []*trace.Entry) {
	defer w.Close()
	if down != "" {
		w.Do("off " + down)
	}
	w.Do("send alice@west.example bob@" + t.domain)
	held := keeps == "" || len(w.Queue(keeps)) == 1
	seen = firstTry(w.Timeline().Entries)
	if wait > 0 {
		w.Do("clock +" + wait.String())
		w.Do("on " + down)
	}
	w.RunIdle()
	for _, x := range w.Timeline().Entries {
		if ToHost(x, "www") {
			return false, x.N, seen
		}
	}
	return held && t.mails(w) == 1, 0, seen
}

// firstTry is what the first server did with the mail, from its first question on.
func firstTry(entries []*trace.Entry) []*trace.Entry {
	for i, x := range entries {
		if x.Kind == trace.EntryDNS {
			return entries[i:]
		}
	}
	return nil
}

// mails counts what lies in Bob's mailbox on the domain's own exchanger.
func (t zoneTask) mails(w *sim.World) int {
	for _, m := range w.Mailboxes() {
		if m.Host == t.own && strings.HasPrefix(m.User, "bob") {
			return len(m.Messages)
		}
	}
	return 0
}

// ruleSeen cites the entries of the first mail in which each part of the rule was at work.
func ruleSeen(e *Evidence) map[string]string {
	all := &Evidence{World: e.World}
	out := map[string]string{}
	for name, n := range map[string]int{"question": question("MX")(all), "mx": mxAnswer("west.example")(all),
		"address": all.Find(func(x *trace.Entry) bool { return x.Kind == trace.EntryAnswer && x.Type == "A" }), "call": firstReply("mx1", 220, "")(all)} {
		if n == 0 {
			return nil
		}
		out[name] = values("n", n)["n"]
	}
	return out
}
