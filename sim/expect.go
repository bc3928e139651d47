package sim

import (
	"bytes"
	"fmt"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/trace"
)

// Verdict says whether an expectation of the scenario holds.
type Verdict struct {
	Expect  *scenario.Expect
	Held    bool
	Reached bool   // false: the run ended before the time came, or was not judged yet
	Found   string // what was there, in the file's words: "messages: 0", "count: 0 (250 2.1.5 ×2)"
}

// String is one line: the place in the file, what was expected, what was there.
func (v Verdict) String() string {
	if !v.Reached {
		return fmt.Sprintf("line %d: %s: the run ended before", v.Expect.Line, v.Expect)
	}
	return fmt.Sprintf("line %d: expected %s; found %s", v.Expect.Line, v.Expect, v.Found)
}

// witness holds a world to the expectations of its scenario; a world without any has none.
type witness struct {
	w        *World
	verdicts []Verdict
	wire     []*lookout // what looks at the timeline as it grows
	findings []*lookout
	open     []*trace.Session
	secret   map[conversation]*talkInTLS
}

func newWitness(w *World) *witness {
	all := w.scenario.Expects
	if len(all) == 0 {
		return nil
	}
	k := &witness{w: w, verdicts: make([]Verdict, len(all))}
	for i := range all {
		e := &all[i]
		k.verdicts[i].Expect = e
		s := &lookout{expect: e, verdict: &k.verdicts[i]}
		switch e.Kind {
		case scenario.ExpectMailbox, scenario.ExpectQueue:
		case scenario.ExpectFinding:
			k.findings = append(k.findings, s)
		default:
			k.wire = append(k.wire, s)
		}
	}
	return k
}

// times are those at which something must hold, in order.
func (k *witness) times() []time.Duration {
	var out []time.Duration
	for i := range k.verdicts {
		if at := k.verdicts[i].Expect.At; at > 0 {
			out = append(out, at)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// plan starts the process that looks at these times. It lives on the first host.
func (k *witness) plan() {
	times := k.times()
	if len(times) == 0 {
		return
	}
	keeper := k.w.net.Host(k.w.order[0])
	k.w.net.Spawn(keeper, "expects", func() {
		last := time.Duration(0)
		for _, t := range times {
			keeper.Ports().Clock.Sleep(t - last)
			last = t
			k.judge(t)
		}
	})
}

// judge settles what must hold at t; 0 is the end.
func (k *witness) judge(t time.Duration) {
	for i := range k.verdicts {
		v := &k.verdicts[i]
		switch e := v.Expect; {
		case e.At != t:
			continue
		case e.Kind == scenario.ExpectMailbox:
			v.Held, v.Found = k.mailbox(e)
		case e.Kind == scenario.ExpectQueue:
			v.Held, v.Found = k.queue(e)
		case e.Kind == scenario.ExpectFinding:
			k.lookoutOf(k.findings, v).settle(k.openFindings)
		default:
			k.lookoutOf(k.wire, v).settle(nil)
		}
		v.Held, v.Reached = v.Held != v.Expect.Never, true
	}
}

func (k *witness) lookoutOf(all []*lookout, v *Verdict) *lookout {
	return all[slices.IndexFunc(all, func(s *lookout) bool { return s.verdict == v })] // newWitness made one for each
}

// Verdicts tells which expectations of the scenario hold, in the order of the file. What must hold at the end is judged as
// things stand now, or stood when the world was closed.
func (w *World) Verdicts() []Verdict {
	k := w.ev.witness
	if k == nil {
		return nil
	}
	if !w.closed {
		k.judge(0)
	}
	return slices.Clone(k.verdicts)
}

// mailbox counts what lies in the mailbox of an address, on all hosts that have one for it.
func (k *witness) mailbox(e *scenario.Expect) (held bool, found string) {
	user, domain, _ := strings.Cut(e.What, "@")
	n, exists, subjects := 0, false, []string(nil)
	subject, text := e.Subject == "", e.Text == ""
	for _, b := range k.w.Mailboxes() {
		if !strings.EqualFold(b.User, user) || !slices.Contains(b.Domains, domain) || e.From != "" && e.From != b.Host {
			continue
		}
		exists = true
		n += len(b.Messages)
		for _, m := range b.Messages {
			s := subjectOf(m)
			subjects = append(subjects, fmt.Sprintf("%q", s))
			subject = subject || strings.Contains(s, e.Subject)
			text = text || strings.Contains(string(m), e.Text)
		}
	}
	if !exists {
		return e.Never, "no host with this mailbox" // holds neither way
	}
	found = fmt.Sprintf("messages: %d", n)
	if n > 0 {
		found += " (" + few(subjects) + ")"
	}
	if !text {
		found += ", none with this text"
	}
	return subject && text && (e.Messages < 0 || e.Messages == n), found
}

// queue counts the messages that wait on a host.
func (k *witness) queue(e *scenario.Expect) (held bool, found string) {
	var ids, to []string
	for _, it := range k.w.Queue(e.What) {
		if !slices.Contains(ids, it.ID) {
			ids = append(ids, it.ID)
		}
		to = append(to, it.Recipient)
	}
	found = fmt.Sprintf("messages: %d", len(ids))
	if len(to) > 0 {
		found += " (for " + few(to) + ")"
	}
	return len(ids) == e.Messages, found
}

// subjectOf is a message's Subject, decoded (RFC 2047) where that is possible.
func subjectOf(text []byte) string {
	m, err := mail.ReadMessage(bytes.NewReader(text))
	if err != nil {
		return ""
	}
	s := m.Header.Get("Subject")
	if plain, err := new(mime.WordDecoder).DecodeHeader(s); err == nil {
		s = plain
	}
	return s
}

// few joins the first different texts of a list, each with how often it is there.
func few(all []string) string {
	const most = 5
	var order []string
	times := map[string]int{}
	for _, s := range all {
		if times[s]++; times[s] == 1 {
			order = append(order, s)
		}
	}
	for i, s := range order {
		if times[s] > 1 {
			order[i] = fmt.Sprintf("%s ×%d", s, times[s])
		}
	}
	if len(order) > most {
		order = append(order[:most], "…")
	}
	return strings.Join(order, ", ")
}
