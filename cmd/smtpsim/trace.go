package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/analyze"
	"github.com/smtpsim/smtpsim/trace/hops"
	"github.com/smtpsim/smtpsim/trace/mbox"
	"github.com/smtpsim/smtpsim/trace/render"
	"github.com/smtpsim/smtpsim/trace/table"
	"github.com/spf13/cobra"
)

// traceFlags are the flags of trace.
type traceFlags struct {
	picture
	format   string
	trust    []string
	captures []string
}

// newTraceCmd shows the way of messages by their Received fields.
func newTraceCmd(a *app) *cobra.Command {
	var f traceFlags
	cmd := &cobra.Command{
		Use:     a.t("trace.use"),
		Short:   a.t("trace.short"),
		Long:    a.t("trace.long"),
		Example: "smtpsim trace message.eml\nsmtpsim trace --trust .west.example --format json < message.eml -",
		Args:    a.need("error.files.message"),
		RunE:    func(_ *cobra.Command, args []string) error { return a.trace(f, args) },
	}
	a.formatFlag(cmd, &f.format, "timeline", "json", "csv")
	a.pictureFlags(cmd.Flags(), &f.picture)
	cmd.Flags().StringArrayVar(&f.captures, "capture", nil, a.t("trace.capture"))
	cmd.Flags().StringSliceVar(&f.trust, "trust", nil, a.t("trace.trust"))
	return cmd
}

// trace prints the messages of all files, one after the other.
func (a *app) trace(f traceFlags, args []string) error {
	if err := a.oneOf("--format", f.format, "timeline", "json", "csv"); err != nil {
		return err
	}
	if err := a.checkPicture(f.picture); err != nil {
		return err
	}
	trusted, err := hops.ParseTrust(f.trust)
	if err != nil {
		return a.usage("error.trust", "why", err.Error())
	}
	files, err := a.messageFiles(args)
	if err != nil {
		return err
	}
	sessions, err := a.witnesses(f.captures)
	if err != nil {
		return err
	}
	w, err := a.open(append(files, f.captures...)...)
	if err != nil {
		return err
	}
	src := &messages{a: a, files: files, opts: hops.Options{Trusted: trusted}, sessions: sessions}
	defer src.close()
	switch f.format {
	case "json":
		err = render.WriteHopsJSON(w, src.next)
	case "csv":
		var all []hops.Message
		for m, ok := src.next(); ok; m, ok = src.next() {
			all = append(all, *m)
		}
		err = table.Hops(all).CSV(w)
	default:
		err = src.print(w, a.options(f.picture))
	}
	if src.err != nil {
		return src.err
	}
	return err
}

// witnesses reads the sessions of captures in which hops may have been seen.
func (a *app) witnesses(captures []string) ([]*trace.Session, error) {
	if len(captures) == 0 {
		return nil, nil
	}
	inputs, err := a.captureInputs(captures)
	if err != nil {
		return nil, err
	}
	g := &gathered{keep: -1}
	progress := a.progress()
	err = analyze.Run(inputs, analyze.Options{Workers: runtime.GOMAXPROCS(0), Progress: progress.tell}, g)
	progress.clear()
	return g.Sessions, a.captureError(err)
}

// messageFiles checks that every file is there before anything is printed, and lists what a Maildir holds.
func (a *app) messageFiles(args []string) ([]string, error) {
	var files []string
	for _, name := range args {
		if name == "-" {
			files = append(files, name)
			continue
		}
		info, err := os.Stat(name)
		switch {
		case err != nil:
			return nil, a.fileError(name, err)
		case !info.IsDir():
			files = append(files, name)
		default:
			inside, err := mbox.Maildir(os.DirFS(name), ".")
			if err != nil {
				return nil, a.fail(err, "error.file.maildir", "file", name)
			}
			for _, one := range inside {
				files = append(files, filepath.Join(name, filepath.FromSlash(one)))
			}
		}
	}
	return files, nil
}

// messages reads message after message from files.
type messages struct {
	a     *app
	files []string
	opts  hops.Options
	name  string
	file  io.Closer
	in    *mbox.Reader
	count int // of the open file
	err   error

	sessions []*trace.Session // that may have carried a hop
}

// next is the next message; false at the end or after an error, which err has.
func (s *messages) next() (*hops.Message, bool) {
	for s.err == nil {
		if s.in == nil && !s.openNext() {
			return nil, false
		}
		m, err := s.in.Next()
		if err == io.EOF {
			if s.count == 0 {
				s.err = s.a.fail(nil, "error.message.empty", "file", s.name)
			}
			s.close()
			continue
		}
		if err != nil {
			s.err = s.a.fileError(s.name, err)
			continue
		}
		s.count++
		if s.count == 1 && m.Separator == "" && !looksLikeMessage(m.Data) {
			s.err = s.a.fail(nil, "error.message.none", "file", s.name)
			continue
		}
		opts := s.opts
		opts.Offset, opts.Line = m.Offset, m.Line
		read := hops.Trace(m.Data, s.name, m.Index, opts)
		hops.Witness(&read, s.sessions)
		return &read, true
	}
	return nil, false
}

func (s *messages) openNext() bool {
	if len(s.files) == 0 {
		return false
	}
	s.name, s.files = s.files[0], s.files[1:]
	s.count = 0
	if s.name == "-" {
		s.in = mbox.NewReader(s.a.in, mbox.Options{})
		return true
	}
	f, err := os.Open(s.name)
	if err != nil {
		s.err = s.a.fileError(s.name, err)
		return false
	}
	s.file, s.in = f, mbox.NewReader(f, mbox.Options{})
	return true
}

func (s *messages) close() {
	if s.file != nil {
		s.file.Close()
	}
	s.file, s.in = nil, nil
}

// print prints timelines with an empty line between them.
func (s *messages) print(w io.Writer, o render.Options) error {
	first := true
	for m, ok := s.next(); ok; m, ok = s.next() {
		if !first {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		first = false
		if err := render.WriteHops(w, m, o); err != nil {
			return err
		}
		if n := len(m.Hops); n > 0 && m.Border == 0 && !s.opts.Trusted.None() {
			tell(w, s.a.t("trace.trust.nobody", "host", m.Hops[n-1].By.Host), o.Width)
		}
	}
	return nil
}

// looksLikeMessage says that one of the first lines is a header field (RFC 5322 §2.2): printable ASCII, then a colon.
func looksLikeMessage(data []byte) bool {
	const lines = 20
	for range lines {
		line, rest, more := bytes.Cut(data, []byte("\n"))
		name, _, colon := strings.Cut(string(line[:min(len(line), 1000)]), ":")
		name = strings.TrimRight(name, " \t")
		if colon && name != "" && strings.IndexFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) < 0 {
			return true
		}
		if !more {
			return false
		}
		data = rest
	}
	return false
}
