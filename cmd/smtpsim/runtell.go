package main

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/render"
)

// seenSessions keeps what the world's dialogues were, for tables and JSON.
type seenSessions struct {
	trace.Discard
	all []*trace.Session
}

func (s *seenSessions) Session(x *trace.Session) { s.all = append(s.all, x) }

// sorted lists the sessions in the order in which they began.
func (s *seenSessions) sorted() []*trace.Session {
	slices.SortStableFunc(s.all, func(x, y *trace.Session) int { return x.ID - y.ID })
	return s.all
}

// runEnd is how a world stood when the run was over.
type runEnd struct {
	world    *sim.World
	now      time.Duration
	mails    []string // a line for each mailbox and each mail that waits
	stuck    []string
	verdicts []sim.Verdict
	digest   string // of the events; "" if nothing was done
	acts     int
}

func (a *app) endOf(w *sim.World, full bool) runEnd {
	e := runEnd{world: w, now: w.Now(), acts: len(w.Journal().Acts)}
	if w.Idle() { // else something is still to come
		e.stuck = w.Stuck()
	}
	e.mails = a.whereMailIs(w, full)
	if e.acts > 0 {
		e.digest = w.Journal().Acts[e.acts-1].Digest
	}
	return e
}

// tellRun prints what happened.
func (a *app) tellRun(name string, end runEnd, all []*trace.Session, f runFlags, files *runFiles) error {
	out, err := a.open()
	if err != nil {
		return err
	}
	o := a.options(f.picture)
	o.Unfold = f.unfold
	switch f.format {
	case "json":
		return render.JSON(out, render.Report{Captures: files.captures(), Sessions: all, Expectations: expectations(end.verdicts)})
	case "ndjson":
		n := render.NewNDJSON(out, true)
		for _, c := range files.captures() {
			n.Capture(c)
		}
		for _, s := range all {
			n.Session(s)
		}
		for _, e := range expectations(end.verdicts) {
			n.Expectation(e)
		}
		return n.End()
	case "ladder":
		a.tellTitle(out, end.world, o)
		a.tellLadder(out, end.world, o, f.picture.full)
	default:
		a.tellTitle(out, end.world, o)
		if err := a.tellTables(out, all, o); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(all, func(s *trace.Session) bool { return s.End == trace.SessionTLSOpaque }) {
		end.mails = append([]string{a.t("run.encrypted")}, end.mails...)
	}
	for _, text := range slices.Concat(a.endLines(end, f, files), a.tellVerdicts(end.verdicts, o), a.next(end, name, f, len(all))) {
		tell(out, text, o.Width)
	}
	return nil
}

// tell prints a line, wrapped and with what follows indented.
func tell(out io.Writer, text string, width int) {
	if width == 0 {
		width = 80
	}
	for i, l := range render.Wrap(oneLine(text), width-2) {
		if i > 0 {
			l = "  " + l
		}
		fmt.Fprintln(out, l)
	}
}

// tellTitle says what scenario it was.
func (a *app) tellTitle(out io.Writer, w *sim.World, o render.Options) {
	if title := w.Scenario().Title; title != "" {
		tell(out, o.Text(title), o.Width)
		fmt.Fprintln(out)
	}
}

// Lines of a ladder that are drawn at its beginning and at its end before it is shortened.
const (
	ladderHead = 400
	ladderTail = 100
)

// tellLadder draws the timeline with the columns in the order in which a mail travels.
func (a *app) tellLadder(out io.Writer, w *sim.World, o render.Options, full bool) {
	entries := w.Timeline().Entries
	if len(entries) == 0 {
		return
	}
	o.Fold = !full
	l := render.NewLadder(w.Scenario().Columns(render.HostsOf(entries)), len(entries), false, o)
	lines := append(l.Header(), l.Lines(entries...)...)
	if left := len(lines) - ladderHead - ladderTail; left > 1 && !full {
		more := []string{"", a.t("run.ladder.more", "n", strconv.Itoa(left)), ""}
		lines = slices.Concat(lines[:ladderHead], more, lines[len(lines)-ladderTail:])
	}
	for _, line := range lines {
		fmt.Fprintln(out, line)
	}
	fmt.Fprintln(out)
}

// Sessions that a table shows before it shortens: at the beginning and at the end.
const (
	sessionsHead = 12
	sessionsTail = 3
)

// tellTables prints the sessions and their mails, long runs shortened.
func (a *app) tellTables(out io.Writer, all []*trace.Session, o render.Options) error {
	if len(all) == 0 {
		return nil
	}
	shown := named(all)
	if left := len(all) - sessionsHead - sessionsTail; left > 0 && !o.Whole {
		shown = slices.Concat(shown[:sessionsHead], shown[len(shown)-sessionsTail:])
		defer fmt.Fprintf(out, "%s\n\n", a.t("run.more", "n", strconv.Itoa(left), "first", strconv.Itoa(sessionsHead+1), "last", strconv.Itoa(sessionsHead+left)))
	}
	if err := render.WriteSessions(out, shown, o); err != nil {
		return err
	}
	fmt.Fprintln(out)
	if !slices.ContainsFunc(shown, func(s *trace.Session) bool { return len(s.Transactions) > 0 }) {
		return nil
	}
	if err := render.WriteRecipients(out, shown, o); err != nil {
		return err
	}
	fmt.Fprintln(out)
	return nil
}

// named gives copies of the sessions with names of hosts instead of their addresses: in a simulation they are certain.
func named(all []*trace.Session) []*trace.Session {
	out := make([]*trace.Session, len(all))
	for i, s := range all {
		c := *s
		if c.ClientHost != "" {
			c.Client = short(c.ClientHost)
		}
		if at := strings.LastIndexByte(c.Server, ':'); at >= 0 && c.ServerHost != "" {
			c.Server = short(c.ServerHost) + c.Server[at:]
		}
		out[i] = &c
	}
	return out
}

// short is a host's name without the top-level domain that all have here.
func short(host string) string { return strings.TrimSuffix(host, ".example") }

// endLines say where the mail is now, and what the run was.
func (a *app) endLines(end runEnd, f runFlags, files *runFiles) []string {
	lines := slices.Clone(end.mails)
	for _, s := range end.stuck {
		lines = append(lines, a.t("run.stuck", "who", s))
	}
	if end.world.Frames() == 0 {
		lines = append(lines, a.t("run.none"))
	}
	lines = append(lines, a.t("run.summary", "events", strconv.Itoa(len(end.world.Timeline().Entries)), "time", a.span(end.now),
		"packets", strconv.FormatInt(end.world.Frames(), 10), "seed", strconv.FormatUint(end.world.Seed(), 10)))
	if f.replay != "" {
		lines = append(lines, a.t("run.replayed", "n", strconv.Itoa(end.acts), "digest", end.digest))
	}
	if files.packets != nil {
		lines = append(lines, a.t("run.pcap", "file", files.packets.path, "packets", strconv.FormatInt(files.packets.facts.Packets, 10)))
	}
	if files.journal != nil {
		lines = append(lines, a.t("run.journal", "file", files.journal.path, "digest", end.digest))
	}
	return lines
}

// subject is a message's Subject, decoded (RFC 2047) where that is possible.
func (a *app) subject(msg []byte) string {
	m, err := mail.ReadMessage(bytes.NewReader(msg))
	if err != nil {
		return a.t("run.unreadable")
	}
	s := m.Header.Get("Subject")
	if plain, err := new(mime.WordDecoder).DecodeHeader(s); err == nil {
		s = plain
	}
	if s == "" {
		return a.t("run.nosubject")
	}
	return a.t("run.subject", "subject", s)
}

// span is a duration in the units that people would use.
func (a *app) span(d time.Duration) string {
	type unit struct {
		size time.Duration
		name string
	}
	units := []unit{{24 * time.Hour, a.t("unit.day")}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}}
	if d < time.Second {
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	}
	if d < 10*time.Second {
		return strings.Replace(strconv.FormatFloat(d.Round(100*time.Millisecond).Seconds(), 'f', 1, 64), ".", a.t("unit.point"), 1) + " s"
	}
	d = d.Round(time.Second)
	var out []string
	for _, u := range units {
		if n := d / u.size; n > 0 && len(out) < 2 {
			out = append(out, strconv.FormatInt(int64(n), 10)+" "+u.name)
		} else if len(out) > 0 {
			break
		}
		d %= u.size
	}
	return strings.Join(out, " ")
}
