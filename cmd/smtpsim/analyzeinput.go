package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/analyze"
	"github.com/smtpsim/smtpsim/trace/capture"
	"github.com/spf13/pflag"
)

// narrow are the flags that say what of the captures is wanted, and what is known beside them.
type narrow struct {
	ports  []uint
	filter string
	logs   []string
	follow bool
}

func (a *app) narrowFlags(fl *pflag.FlagSet, n *narrow) {
	fl.UintSliceVar(&n.ports, "port", nil, a.t("analyze.port"))
	fl.StringVar(&n.filter, "filter", "", a.t("analyze.filter"))
	fl.StringArrayVar(&n.logs, "log", nil, a.t("analyze.log"))
	fl.BoolVar(&n.follow, "follow", false, a.t("analyze.follow"))
}

// narrowed puts the flags into the options of an analysis; the logs are read here.
func (a *app) narrowed(opts *analyze.Options, n narrow) error {
	opts.Follow = n.follow
	if n.filter != "" {
		f, err := capture.ParseFilter(n.filter)
		if err != nil {
			return a.usage("error.filter", "why", oneLine(err.Error()))
		}
		opts.Filter = f
	}
	if len(n.ports) > 0 {
		var ports []uint16
		for _, p := range n.ports {
			if p > 65535 {
				return a.usage("error.filter", "why", "--port "+strconv.FormatUint(uint64(p), 10)+" > 65535")
			}
			ports = append(ports, uint16(p))
		}
		opts.Filter = opts.Filter.And(capture.Ports(ports))
	}
	for _, name := range n.logs {
		if opts.Logs == nil {
			opts.Logs = &analyze.Logs{}
		}
		if err := a.readLog(opts.Logs, name); err != nil {
			return a.fileError(name, err)
		}
	}
	return nil
}

func (a *app) readLog(logs *analyze.Logs, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return logs.Read(f, name)
}

// captureInputs checks that every file is there before anything is printed. A directory stands for the captures in it, in the order of
// their first packets.
func (a *app) captureInputs(files []string) ([]analyze.Input, error) {
	var inputs []analyze.Input
	for _, name := range files {
		if name == "-" {
			inputs = append(inputs, analyze.Input{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(a.in), nil }})
			continue
		}
		info, err := os.Stat(name)
		if err != nil {
			return nil, a.fileError(name, err)
		}
		if !info.IsDir() {
			inputs = append(inputs, analyze.File(name))
			continue
		}
		found, err := capturesIn(name)
		if err != nil {
			return nil, a.fileError(name, err)
		}
		if len(found) == 0 {
			return nil, a.fail(nil, "error.file.directory", "file", name)
		}
		inputs = append(inputs, found...)
	}
	return inputs, nil
}

// capturesIn finds the captures that lie in a directory, not in those inside it.
func capturesIn(dir string) ([]analyze.Input, error) {
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return nil, err
	}
	type found struct {
		analyze.Input
		begins trace.Time
	}
	var all []found
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
			continue
		}
		if begins, ok := isCapture(path); ok {
			all = append(all, found{analyze.File(path), begins})
		}
	}
	slices.SortStableFunc(all, func(x, y found) int { return cmp.Compare(x.begins, y.begins) })
	inputs := make([]analyze.Input, len(all))
	for i := range all {
		inputs[i] = all[i].Input
	}
	return inputs, nil
}

// isCapture says whether a file is a capture, and when its first packet came.
func isCapture(path string) (begins trace.Time, ok bool) {
	f, err := os.Open(path)
	if err != nil {
		return 0, false
	}
	defer f.Close()
	r, err := capture.Open(f, path, capture.Options{})
	if err != nil {
		return 0, false
	}
	return r.Begins(), true
}

// flushing lets everything that is told appear at once.
type flushing struct {
	analyze.Sink
	a *app
}

// Session tells s and writes it out.
func (f flushing) Session(s *trace.Session) {
	f.Sink.Session(s)
	if f.a.output != nil {
		_ = f.a.output.Flush() // the error stays in the writer, commit tells it
	}
}

// onePerLine prints a line for each session as it ends.
type onePerLine struct {
	a *app
	w io.Writer
}

// Event does nothing.
func (l *onePerLine) Event(*trace.Session, *trace.Event) {}

// Session prints one line.
func (l *onePerLine) Session(s *trace.Session) {
	taken := 0
	for _, t := range s.Transactions {
		if t.Outcome == trace.Accepted || t.Outcome == trace.Partial {
			taken++
		}
	}
	text := l.a.t("analyze.followed", "n", strconv.Itoa(s.ID), "time", s.Ended.String(), "client", s.Client, "server", s.Server,
		"end", string(s.End), "taken", strconv.Itoa(taken), "mails", strconv.Itoa(len(s.Transactions)), "findings", strconv.Itoa(len(s.Findings)))
	_, _ = fmt.Fprintln(l.w, oneLine(text)) // the error stays in the writer
}

// Capture does nothing.
func (l *onePerLine) Capture(trace.Capture) {}

// Relation does nothing.
func (l *onePerLine) Relation(trace.Relation) {}
