package main

import (
	"errors"
	"os"
	"runtime"
	"slices"
	"strconv"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/analyze"
	"github.com/smtpsim/smtpsim/trace/capture"
	"github.com/smtpsim/smtpsim/trace/render"
	"github.com/spf13/cobra"
)

// analyzeFlags are the flags of analyze.
type analyzeFlags struct {
	picture
	format   string
	rows     string
	sessions []int
	unfold   []int
	together bool
	events   bool
	narrow
	keylogs []string
}

// newAnalyzeCmd shows the SMTP sessions in captures.
func newAnalyzeCmd(a *app) *cobra.Command {
	var f analyzeFlags
	cmd := &cobra.Command{
		Use:     a.t("analyze.use"),
		Short:   a.t("analyze.short"),
		Long:    a.t("analyze.long"),
		Example: "smtpsim analyze mail.pcapng\nsmtpsim analyze --session 3 --full mail.pcapng\ntcpdump -w - port 25 | smtpsim analyze --format ndjson -",
		Args:    a.need("error.files.capture"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.checkAnalyze(cmd, f); err != nil {
				return err
			}
			return a.analyze(f, args)
		},
	}
	a.formatFlag(cmd, &f.format, "auto", "ladder", "table", "json", "ndjson", "csv")
	a.pictureFlags(cmd.Flags(), &f.picture)
	fl := cmd.Flags()
	fl.IntSliceVar(&f.sessions, "session", nil, a.t("analyze.session"))
	fl.IntSliceVar(&f.unfold, "unfold", nil, a.t("analyze.unfold"))
	fl.BoolVar(&f.together, "together", false, a.t("analyze.together"))
	fl.BoolVar(&f.events, "events", false, a.t("analyze.events"))
	fl.StringArrayVar(&f.keylogs, "keylog", nil, a.t("analyze.keylog"))
	a.narrowFlags(fl, &f.narrow)
	fl.StringVar(&f.rows, "rows", "sessions", a.t("analyze.rows"))
	return cmd
}

func (a *app) checkAnalyze(cmd *cobra.Command, f analyzeFlags) error {
	if err := a.oneOf("--format", f.format, "auto", "ladder", "table", "json", "ndjson", "csv"); err != nil {
		return err
	}
	if err := a.oneOf("--rows", f.rows, "sessions", "transactions", "recipients", "findings"); err != nil {
		return err
	}
	for _, n := range f.sessions {
		if n < 1 {
			return a.usage("error.session.number", "n", strconv.Itoa(n))
		}
	}
	switch changed := cmd.Flags().Changed; {
	case changed("rows") && f.format != "csv":
		return a.usage("error.flag.with", "flag", "--rows", "other", "--format csv")
	case changed("events") && f.format != "ndjson":
		return a.usage("error.flag.with", "flag", "--events", "other", "--format ndjson")
	case f.follow && f.format != "ndjson" && f.format != "csv" && f.format != "auto":
		return a.usage("error.flag.with", "flag", "--follow", "other", "--format ndjson")
	case f.together && f.format != "auto" && f.format != "ladder":
		return a.usage("error.flag.with", "flag", "--together", "other", "--format ladder")
	}
	return a.checkPicture(f.picture)
}

// analyze reads the captures and prints in the form asked for.
func (a *app) analyze(f analyzeFlags, files []string) error {
	inputs, err := a.captureInputs(files)
	if err != nil {
		return err
	}
	keys, err := a.readKeys(f.keylogs)
	if err != nil {
		return err
	}
	w, err := a.open(append(files, f.keylogs...)...)
	if err != nil {
		return err
	}
	opts := analyze.Options{Workers: runtime.GOMAXPROCS(0), Events: true, Keys: keys}
	progress := a.progress()
	opts.Progress = progress.tell
	if err := a.narrowed(&opts, f.narrow); err != nil {
		return err
	}
	run := func(sink analyze.Sink) error {
		if f.follow {
			sink = flushing{sink, a}
		}
		err := analyze.Run(inputs, opts, chosen{sink, f.sessions})
		progress.clear()
		return a.captureError(err)
	}
	switch f.format {
	case "ndjson":
		n := render.NewNDJSON(w, f.events)
		opts.Events = f.events
		err := run(n)
		return errors.Join(err, n.End())
	case "csv":
		c := &csvRows{rows: f.rows, inputs: inputs, out: w}
		opts.Events = f.rows == "sessions" // which counts commands
		return errors.Join(run(c), c.err)
	case "json":
		g := &gathered{keep: -1}
		err := run(g)
		return errors.Join(err, render.JSON(w, g.Report))
	}
	if f.follow && f.format == "auto" {
		return run(&onePerLine{a: a, w: w})
	}
	g := &gathered{keep: fewSessions, mails: f.format == "table"}
	if f.format == "ladder" || f.together || len(f.sessions) > 0 {
		g.keep = -1
	}
	if f.format == "auto" && !f.picture.full && g.keep >= 0 {
		g.most = manySessions
	}
	err = run(g)
	if missing := g.missing(f.sessions); err == nil && missing != 0 {
		return a.fail(nil, "error.session", "n", strconv.Itoa(missing), "last", strconv.Itoa(g.seen))
	}
	return errors.Join(err, a.printSessions(w, f, g))
}

// captureError makes what was wrong with captures one line: the first, and how many more.
func (a *app) captureError(err error) error {
	if err == nil {
		return nil
	}
	more := ""
	if all, ok := err.(interface{ Unwrap() []error }); ok && len(all.Unwrap()) > 1 {
		more = a.t("error.more", "n", strconv.Itoa(len(all.Unwrap())-1))
		err = all.Unwrap()[0]
	} else if ok {
		err = all.Unwrap()[0]
	}
	var format *capture.FormatError
	switch {
	case errors.As(err, &format) && len(format.Got) == 0:
		return a.fail(err, "error.capture.empty", "file", format.Name, "more", more)
	case errors.As(err, &format):
		return a.fail(err, "error.capture", "file", format.Name, "got", hex(format.Got), "more", more)
	}
	var path *os.PathError
	if errors.As(err, &path) {
		return a.fileError(path.Path, err)
	}
	return &failure{err.Error() + more, err}
}

func hex(b []byte) string {
	const digits = "0123456789abcdef"
	s := ""
	for i, c := range b {
		if i > 0 {
			s += " "
		}
		s += string(digits[c>>4]) + string(digits[c&15])
	}
	return s
}

// chosen lets only some sessions through; none chosen means all.
type chosen struct {
	analyze.Sink
	only []int
}

func (c chosen) wanted(id int) bool { return len(c.only) == 0 || slices.Contains(c.only, id) }

func (c chosen) Event(s *trace.Session, e *trace.Event) {
	if c.wanted(s.ID) {
		c.Sink.Event(s, e)
	}
}

func (c chosen) Session(s *trace.Session) {
	if g, ok := c.Sink.(*gathered); ok {
		g.seen++
	}
	if c.wanted(s.ID) {
		c.Sink.Session(s)
	}
}

func (c chosen) Relation(r trace.Relation) {
	if c.wanted(r.A.Session) || c.wanted(r.B.Session) {
		c.Sink.Relation(r)
	}
}

// fewSessions is up to how many sessions are shown as ladders without being asked to.
const fewSessions = 5

// manySessions is how many an overview that nobody asked for keeps; of the smooth ones even fewer. More are counted only, so
// that memory does not grow with the capture.
const manySessions = 10_000

// gathered keeps what an analysis finds. Where there are more sessions than keep, it forgets what tables do not show.
type gathered struct {
	render.Report
	keep  int   // sessions that are kept whole; -1: all
	mails bool  // of the others, mails are kept with their recipients
	seen  int   // sessions in the captures, chosen or not
	most  int   // sessions and relations that are kept at all; 0: all
	count int   // sessions that came
	each  []int // of them, in each capture
}

// Event does nothing: sessions hold their events.
func (g *gathered) Event(*trace.Session, *trace.Event) {}

// Session keeps s.
func (g *gathered) Session(s *trace.Session) {
	g.count++
	for len(g.each) <= s.Capture {
		g.each = append(g.each, 0)
	}
	g.each[s.Capture]++
	if g.most > 0 && (len(g.Sessions) >= g.most || len(g.Sessions) >= rowsMax && smooth(s)) {
		return
	}
	g.Sessions = append(g.Sessions, s)
	if g.keep < 0 || len(g.Sessions) <= g.keep {
		return
	}
	from := len(g.Sessions) - 1
	if from == g.keep {
		from = 0
	}
	for i := from; i < len(g.Sessions); i++ {
		g.Sessions[i] = g.slim(g.Sessions[i])
	}
}

// slim is what tables need of a session: a capture may hold many thousands.
func (g *gathered) slim(s *trace.Session) *trace.Session {
	short := *s
	short.Events, short.Phases, short.Transactions = nil, nil, nil
	for _, p := range s.Phases {
		if p.TLS != nil {
			short.Phases = append(short.Phases, trace.Phase{TLS: &trace.TLSInfo{Version: p.TLS.Version}})
		}
	}
	for _, tr := range s.Transactions {
		one := &trace.Transaction{Outcome: tr.Outcome}
		if g.mails {
			*one = *tr
			one.Message, one.Parameters = nil, nil
		}
		short.Transactions = append(short.Transactions, one)
	}
	return &short
}

// Capture keeps c.
func (g *gathered) Capture(c trace.Capture) { g.Captures = append(g.Captures, c) }

// Relation keeps r.
func (g *gathered) Relation(r trace.Relation) {
	if g.most == 0 || len(g.Relations) < relationsMax {
		g.Relations = append(g.Relations, r)
	}
}

// missing is a session that was asked for and is not there, or 0.
func (g *gathered) missing(asked []int) int {
	for _, n := range asked {
		if n > g.seen {
			return n
		}
	}
	return 0
}

// readable says that at least one file was a capture.
func (g *gathered) readable() bool {
	return slices.ContainsFunc(g.Captures, func(c trace.Capture) bool { return c.Format != "" })
}

// sessionsOf counts the sessions of one capture.
func (g *gathered) sessionsOf(capture int) int {
	if capture >= len(g.each) {
		return 0
	}
	return g.each[capture]
}
