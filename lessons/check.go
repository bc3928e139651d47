package lessons

import (
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/trace"
)

// Evidence is what a check may look at.
type Evidence struct {
	World  *sim.World
	Inputs []Input           // of this screen
	Since  int               // entries of the timeline before this screen
	Again  func() *sim.World // opens a copy of the world as the learner has made it, with nothing sent yet; the caller closes it
}

// Entries are the entries of the timeline since the screen opened.
func (e *Evidence) Entries() []*trace.Entry {
	all := e.World.Timeline().Entries
	return all[min(e.Since, len(all)):]
}

// Find is the number of the first entry since the screen opened for which f holds; 0: none.
func (e *Evidence) Find(f func(*trace.Entry) bool) int {
	for _, x := range e.Entries() {
		if f(x) {
			return x.N
		}
	}
	return 0
}

// At is entry n of the whole timeline, or nil.
func (e *Evidence) At(n int) *trace.Entry { return e.World.Timeline().At(n) }

// Short is a host's first label.
func Short(host string) string {
	s, _, _ := strings.Cut(host, ".")
	return s
}

// IsAnswer holds for a DNS answer to a question of this type about name, without its last dot.
func IsAnswer(x *trace.Entry, name, kind string) bool {
	return x.Kind == trace.EntryAnswer && x.Type == kind && strings.TrimSuffix(strings.ToLower(x.Name), ".") == name
}

// IsCommand holds for a command on the wire.
func IsCommand(x *trace.Entry, verb string) bool {
	return x.Event != nil && x.Event.Kind == trace.KindCommand && x.Event.Verb == verb
}

// IsReply holds for a reply with this code from a host with this first label; "" for any host.
func IsReply(x *trace.Entry, host string, code int) bool {
	return x.Event != nil && (x.Event.Kind == trace.KindReply || x.Event.Kind == trace.KindGreeting) && x.Event.Code == code &&
		(host == "" || Short(x.Host) == host)
}

// ToHost holds for what goes to a host: a command or a connection.
func ToHost(x *trace.Entry, host string) bool {
	return Short(x.Peer) == host && (x.Kind == trace.EntryConnect || x.Kind == trace.EntryEvent)
}

// Answers holds for a reply whose command had this verb; the reply to the text counts for DATA, the 354 does not.
func Answers(x *trace.Entry, verb string) bool {
	ev := x.Event
	if ev == nil || x.Session == nil || ev.Answers < 1 || ev.Answers > len(x.Session.Events) || ev.Interim {
		return false
	}
	cmd := x.Session.Events[ev.Answers-1]
	return cmd.Verb == verb || verb == "DATA" && cmd.Kind == trace.KindData
}

func values(name string, n int) map[string]string { return map[string]string{name: strconv.Itoa(n)} }

func merge(a, b map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range a {
		out[k] = v
	}
	for k, v := range b {
		out[k] = v
	}
	return out
}
