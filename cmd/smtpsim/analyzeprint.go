package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/render"
)

const (
	fewEvents    = 150 // more are not shown as ladders without being asked to
	relationsMax = 20  // of a table
	rowsMax      = 100 // of an overview that nobody asked for
)

// printSessions prints sessions for people: few as ladders, many as tables, or as --format says.
func (a *app) printSessions(w io.Writer, f analyzeFlags, g *gathered) error {
	o := a.options(f.picture)
	o.Unfold = f.unfold
	p := &pages{w: w}
	events := 0
	for _, s := range g.Sessions {
		events += len(s.Events)
	}
	ladders := f.format == "ladder" || f.together || len(f.sessions) > 0 || g.count <= fewSessions && events <= fewEvents
	if f.format == "table" {
		ladders = false
	}
	if len(f.sessions) == 0 && g.readable() {
		p.page(func() error { return a.printCaptures(w, g, o) })
	}
	if f.format != "ladder" && len(f.sessions) == 0 && !f.together && len(g.Sessions) > 1 || f.format == "table" && len(g.Sessions) > 0 {
		p.page(func() error { return a.printOverview(w, f, g, o) })
	}
	switch {
	case f.together && len(g.Sessions) > 0:
		p.page(func() error { return render.WriteTogether(w, g.Sessions, o) })
	case ladders:
		for _, s := range g.Sessions {
			p.page(func() error { return render.WriteSession(w, s, o) })
		}
	}
	a.printTables(p, f, g, o)
	if len(g.Relations) > 0 {
		some := g.Relations
		if !ladders && !f.full {
			some = some[:min(len(some), relationsMax)]
		}
		p.page(func() error { return render.WriteRelations(w, some, o) })
	}
	if !ladders && !f.together && len(g.Sessions) > 1 {
		p.page(func() error {
			return say(w, a.t("analyze.many", "n", strconv.Itoa(g.count),
				"first", strconv.Itoa(g.Sessions[0].ID), "file", oneLine(g.Captures[g.Sessions[0].Capture].File)), o)
		})
	}
	return p.err
}

// printOverview prints a row for each session. Where they are very many and nobody asked for all, those come first that did
// not go smoothly.
func (a *app) printOverview(w io.Writer, f analyzeFlags, g *gathered, o render.Options) error {
	all := g.Sessions
	if g.count <= rowsMax || f.format == "table" || f.full {
		return render.WriteSessions(w, all, o)
	}
	some := make([]*trace.Session, 0, rowsMax)
	for _, s := range all {
		if len(some) < rowsMax && !smooth(s) {
			some = append(some, s)
		}
	}
	key := "analyze.rough"
	if len(some) == 0 {
		key, some = "analyze.first", all[:rowsMax]
	}
	if err := render.WriteSessions(w, some, o); err != nil {
		return err
	}
	return say(w, a.t(key, "n", strconv.Itoa(len(some)), "all", strconv.Itoa(g.count)), o)
}

// say prints a remark within the width.
func say(w io.Writer, text string, o render.Options) error {
	width := o.Width
	if width == 0 {
		width = helpWidth
	}
	for _, line := range render.Wrap(o.Text(text), width) {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

// smooth says that a session ended by QUIT, had every mail accepted and shows nothing to warn of.
func smooth(s *trace.Session) bool {
	for _, f := range s.Findings {
		if f.Severity >= trace.Warning {
			return false
		}
	}
	for _, tr := range s.Transactions {
		if tr.Outcome != trace.Accepted {
			return false
		}
	}
	return s.End == trace.SessionQuit
}

// printTables prints who got what, for --format table, and explains what was found.
func (a *app) printTables(p *pages, f analyzeFlags, g *gathered, o render.Options) {
	mails, findings := 0, 0
	for _, s := range g.Sessions {
		mails += len(s.Transactions)
		findings += len(s.Findings)
	}
	if f.format == "table" && mails > 0 {
		p.page(func() error { return render.WriteRecipients(p.w, g.Sessions, o) })
	}
	if findings > 0 {
		p.page(func() error { return render.WriteFindings(p.w, g.Sessions, o) })
	}
}

func (a *app) printCaptures(w io.Writer, g *gathered, o render.Options) error {
	for i, c := range g.Captures {
		if c.Format == "" { // standard error says why it could not be read
			continue
		}
		if err := render.WriteCapture(w, c, g.sessionsOf(i), o); err != nil {
			return err
		}
	}
	return nil
}

// pages puts an empty line between what is printed and keeps the first error.
type pages struct {
	w    io.Writer
	some bool
	err  error
}

func (p *pages) page(print func() error) {
	if p.err == nil && p.some {
		_, p.err = io.WriteString(p.w, "\n")
	}
	if p.err == nil {
		p.err = print()
	}
	p.some = true
}
