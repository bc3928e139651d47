package sim

import (
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/smtpsim/smtpsim/sim/console"
	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/node"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/policy"
	"github.com/smtpsim/smtpsim/sim/policy/auth"
	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/sim/vnet"
	"github.com/smtpsim/smtpsim/trace"
)

// DefaultTimelineCap is how many entries a world keeps unless told otherwise.
const DefaultTimelineCap = 200_000

// Sinks are what evidence flows to while the world runs; nil fields are not fed.
type Sinks struct {
	Recorder trace.Recorder        // sessions and events
	Lend     bool                  // Recorder keeps no event: without a timeline, each is valid during the call only
	Claims   host.Claims           // what the engines say they did
	Packet   func(vnet.PacketInfo) // each frame; Data is valid during the call only
	Secrets  func(line []byte)     // TLS key log lines, each once, before the packets that need them
}

// Options of a world. The zero value takes the scenario's seed and keeps a timeline.
type Options struct {
	Seed        *uint64 // nil: the scenario's
	TimelineCap int     // 0: DefaultTimelineCap; negative: nobody looks but the sinks that are set, and digests and logs are empty
	Mechanism   vnet.Mechanism
	Ports       func(*host.Host)   // called for each host before its node starts: tests watch or break it there; nil: nothing
	Node        func(*node.Config) // the last word on what a host does; nil: none
}

// World is a scenario that lives. It is used from one goroutine; only Inject may be called from others.
type World struct {
	scenario  *scenario.Scenario
	net       *vnet.Network
	ev        *evidence
	reader    *reader                     // of the wire, where only a recorder looks; nil: ev does it, or nobody
	greylists map[string]*policy.Greylist // shared ones, by their word
	nodes     map[string]*node.Node
	order     []string // hosts, as the scenario lists them
	zones     *dns.Zones
	keys      map[string]*auth.Key // by selector, domain and algorithm
	serving   []*scenario.Host     // the name servers
	troubles  troubles
	personas  map[string]*persona.Persona
	memory    node.Memory
	console   *console.Console
	journal   Journal
	steps     *Act // the open "steps" act, if the last one was
	outside   outside
	until     time.Duration // a run ends here at the latest; 0: when nothing is left to happen
	closed    bool
}

// Open builds the world of a scenario; nothing has happened in it yet.
func Open(sc *scenario.Scenario, o Options, s Sinks) (*World, error) {
	seed := sc.Seed
	if o.Seed != nil {
		seed = *o.Seed
	}
	cap := o.TimelineCap
	if cap == 0 {
		cap = DefaultTimelineCap
	}
	w := &World{scenario: sc, until: sc.Until, ev: newEvidence(s, max(cap, 0)), journal: Journal{Header: newHeader(sc.Hash(), seed)}}
	no := vnet.Options{Seed: seed, Start: sc.Start, Mechanism: o.Mechanism, Packet: s.Packet, Claims: s.Claims,
		DefaultLink: vnetLink(sc.Default)}
	switch {
	case cap > 0 || len(sc.Expects) > 0:
		no.Flows, no.Datagram, no.Claims = w.ev, w.ev.datagram, w.ev
	case s.Recorder != nil:
		w.reader = newReader(s.Recorder, s.Lend)
		no.Flows = w.reader
	}
	w.net = vnet.New(no)
	w.ev.now, w.ev.witness = w.net.Time, newWitness(w)
	if err := w.build(s.Secrets, o.Ports, o.Node); err != nil {
		w.net.Close()
		w.reader.stop()
		return nil, err
	}
	w.console = console.New(seat{w}, sc.Learner)
	return w, nil
}

// Now is the true time since the scenario's start.
func (w *World) Now() time.Duration { return w.net.Time().Sub(trace.FromStd(w.scenario.Start)) }

// Scenario is what the world was opened with.
func (w *World) Scenario() *scenario.Scenario { return w.scenario }

// Seed is the seed that is in force.
func (w *World) Seed() uint64 { return w.journal.Header.Seed }

// Hosts lists the full names, as the scenario does.
func (w *World) Hosts() []string { return append([]string(nil), w.order...) }

// Timeline is what was seen so far.
func (w *World) Timeline() *trace.Timeline { return w.ev.timeline }

// Step lets one event happen, and all that follows from it at once; false: nothing is left to happen.
func (w *World) Step() bool {
	a := w.steps
	if a == nil {
		a = w.begin(OpSteps, "")
	}
	more := w.net.Step()
	if more {
		a.Count++
	}
	w.end(a)
	w.steps = a
	return more
}

// maxRun bounds a world's life.
const maxRun = 100 * year

// upTo is t, or the end of the world's life: the kernel counts nanoseconds, up to the year 2262.
func (w *World) upTo(t time.Duration) time.Duration {
	return min(t, maxRun, time.Date(2261, 1, 1, 0, 0, 0, 0, time.UTC).Sub(w.scenario.Start))
}

// RunUntil lets everything happen up to t after the scenario's start, at most 100 years.
func (w *World) RunUntil(t time.Duration) {
	t = w.upTo(t)
	var a *Act
	if n := len(w.journal.Acts); n > 0 && w.journal.Acts[n-1].Op == OpUntil {
		a = &w.journal.Acts[n-1] // one act for a stretch of paced time
	} else {
		a = w.begin(OpUntil, "")
	}
	a.Count = int64(t)
	w.net.RunUntil(w.scenario.Start.Add(t))
	w.end(a)
}

// RunIdle lets everything happen that will, or stops at the scenario's Until.
func (w *World) RunIdle() {
	a := w.begin(OpIdle, "")
	a.Count = int64(w.until)
	w.runIdle()
	w.end(a)
}

func (w *World) runIdle() {
	if w.until == 0 {
		w.net.RunIdle()
		return
	}
	end := trace.FromStd(w.scenario.Start.Add(w.until))
	for {
		at, ok := w.net.NextTime()
		if !ok || at > end {
			return
		}
		w.net.Step()
	}
}

// Idle reports whether nothing is left to happen.
func (w *World) Idle() bool {
	_, ok := w.net.NextTime()
	return !ok
}

// NextIn is when the next thing will happen, since the scenario's start; ok is false when nothing is left.
func (w *World) NextIn() (at time.Duration, ok bool) {
	t, ok := w.net.NextTime()
	return t.Sub(trace.FromStd(w.scenario.Start)), ok
}

// HasEndpoint tells why s ("mx1:25") is no endpoint of this world; nil if it is one.
func (w *World) HasEndpoint(s string) error {
	_, err := w.endpoint(s)
	return err
}

// Stuck says who waits for what that cannot come any more, after a run.
func (w *World) Stuck() []string { return w.net.Stuck() }

// Frames is the number of packets so far.
func (w *World) Frames() int64 { return w.net.Frames() }

// Do takes a line that a learner typed. A typed line takes one virtual second.
func (w *World) Do(line string) console.Output {
	if len(line) > MaxTyped {
		return console.Output{Lines: []console.Line{{Voice: console.Hint, Text: fmt.Sprintf("a line by hand is at most %d octets", MaxTyped)}}}
	}
	a := w.begin(OpDo, line)
	if !utf8.ValidString(line) {
		a.Text, a.Data = "", []byte(line)
	}
	out := w.console.Do(line)
	w.end(a)
	return out
}

// Leave ends an open session, as Ctrl-C does.
func (w *World) Leave() console.Output {
	a := w.begin(OpLeave, "")
	out := w.console.Leave()
	w.end(a)
	return out
}

// Commands and Usage are the names of the console's commands, and a line on each.
func (w *World) Commands() []string { return w.console.Commands() }
func (w *World) Usage() []string    { return w.console.Usage() }

// Prompt is what to show before the next line: "" at rest, "mx1:25 C:" in a session, "data |" while a message is typed.
func (w *World) Prompt() string { return w.console.Prompt() }

// Close ends the world; no goroutine is left.
func (w *World) Close() {
	if !w.closed {
		if w.ev.witness != nil {
			w.ev.witness.judge(0)
		}
		w.closed = true
		w.net.Close()
		w.reader.stop()
	}
}

// Journal is everything that was done to the world so far.
func (w *World) Journal() *Journal { return &w.journal }

// begin opens an act of the journal.
func (w *World) begin(op Op, text string) *Act {
	w.steps = nil
	w.journal.Acts = append(w.journal.Acts, Act{N: len(w.journal.Acts) + 1, At: int64(w.Now()), Op: op, Text: text})
	return &w.journal.Acts[len(w.journal.Acts)-1]
}

// end notes what the act led to.
func (w *World) end(a *Act) {
	w.reader.sync()
	a.Events, a.Digest = len(w.ev.timeline.Entries)+int(w.ev.timeline.Dropped), w.ev.sum()
}

// Replay opens the scenario anew and does everything that the journal lists. It stops with an error at the first act whose
// digest differs: then scenario, program or journal is not the one that the journal was written with.
func Replay(sc *scenario.Scenario, j *Journal, o Options, s Sinks) (*World, error) {
	if sc.Hash() != j.Header.Scenario {
		return nil, fmt.Errorf("the journal belongs to another scenario file (SHA-256 %.12s…, this one is %.12s…)", j.Header.Scenario, sc.Hash())
	}
	o.Seed = &j.Header.Seed
	w, err := Open(sc, o, s)
	if err != nil {
		return nil, err
	}
	if err := w.replay(j); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// replay does all acts of j, each with the same digest.
func (w *World) replay(j *Journal) error {
	for i := range j.Acts {
		a := &j.Acts[i]
		w.Act(a)
		if n := len(w.journal.Acts); n != i+1 || w.journal.Acts[i].Digest != a.Digest {
			return fmt.Errorf("act %d (%s %q): the world went another way than the journal says: "+
				"it was written by version %s (%s), this is %s (%s)", a.N, a.Op, a.Typed(), j.Header.Version, j.Header.Go, Version, w.journal.Header.Go)
		}
	}
	return nil
}

// Act does again what an act of a journal says.
func (w *World) Act(a *Act) {
	switch a.Op {
	case OpDo:
		w.Do(a.Typed())
	case OpLeave:
		w.Leave()
	case OpUntil:
		w.RunUntil(time.Duration(a.Count))
	case OpIdle:
		w.until = w.upTo(time.Duration(a.Count))
		w.RunIdle()
	case OpSteps:
		for range a.Count {
			if !w.Step() {
				break
			}
		}
	default:
		w.outsideAgain(a)
	}
}
