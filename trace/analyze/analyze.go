package analyze

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/capture"
	"github.com/smtpsim/smtpsim/trace/dialogue"
)

// Options of an analysis. The zero value is right for most.
type Options struct {
	// Workers is the number of goroutines that assemble and read dialogues; 0 or 1: the caller's own does it all.
	Workers int
	// Events keeps the events of each session and tells them to the Sink, up to Dialogue.MaxEvents.
	Events   bool
	Dialogue dialogue.Options
	Capture  capture.Options // hooks and limits; Workers and Unreachable are set here
	// Progress is told now and then how many octets of which file are read and how many sessions were found in all.
	Progress func(file string, read int64, sessions int)
}

// Sink takes what an analysis finds. Calls come from one goroutine, in an order that depends on the captures alone:
// for each file its sessions (the events of each before it), then the file; after the last file the relations.
type Sink interface {
	trace.Recorder
	Capture(trace.Capture)
	Relation(trace.Relation)
}

// Input is one capture to read.
type Input struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// File is the input of a file.
func File(path string) Input {
	return Input{Name: path, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// Files analyzes capture files; see Run.
func Files(paths []string, opts Options, out Sink) error {
	inputs := make([]Input, len(paths))
	for i, p := range paths {
		inputs[i] = File(p)
	}
	return Run(inputs, opts, out)
}

// epoch is after how many segments finished sessions are told.
const epoch = 1 << 14

// Run analyzes captures, one after the other. A file that cannot be read or is no capture does not stop the others: the error
// joins what was wrong, a line for each.
func Run(inputs []Input, opts Options, out Sink) error {
	r := &run{opts: opts, out: out}
	r.opts.Dialogue.Silent = !opts.Events
	var errs []error
	for i := range inputs {
		if err := r.file(i, &inputs[i]); err != nil {
			errs = append(errs, err)
		}
	}
	for _, rel := range r.relations.list {
		out.Relation(rel)
	}
	return errors.Join(errs...)
}

// run is an analysis under way.
type run struct {
	opts      Options
	out       Sink
	sessions  int // told so far
	relations relations
}

// file analyzes one capture.
func (r *run) file(index int, in *Input) error {
	f, err := in.Open()
	if err != nil {
		r.out.Capture(unreadable(in.Name, codes.FindingNotReadable, err))
		return err
	}
	defer f.Close()
	count := &counter{r: f}
	var shards *capture.Shards
	opts := r.opts.Capture
	opts.Workers = r.opts.Workers
	opts.Unreachable = func(u *capture.Unreachable) {
		shards.Unreachable(u)
		if r.opts.Capture.Unreachable != nil {
			r.opts.Capture.Unreachable(u)
		}
	}
	reader, err := capture.Open(count, in.Name, opts)
	if err != nil {
		why := codes.FindingNotReadable
		if bad := (*capture.FormatError)(nil); errors.As(err, &bad) {
			why = codes.FindingNotACapture
		}
		r.out.Capture(unreadable(in.Name, why, err))
		return err
	}
	var open [capture.ShardCount]*shard
	shards = capture.NewShards(opts, func(n int) trace.FlowOpener {
		open[n] = &shard{opts: r.opts.Dialogue}
		return open[n]
	})
	sum := tally{}
	seg := trace.Segment{}
	for n := 1; ; n++ {
		if err = reader.Next(&seg); err != nil {
			break
		}
		shards.Feed(&seg)
		if n%epoch == 0 {
			shards.Sync()
			r.tell(index, open[:], &sum)
			if r.opts.Progress != nil {
				r.opts.Progress(in.Name, count.n, r.sessions)
			}
		}
	}
	shards.Close()
	r.tell(index, open[:], &sum)
	r.out.Capture(describe(reader.Facts(), &sum))
	if err != io.EOF {
		return fmt.Errorf("%s: %w", in.Name, err)
	}
	return nil
}

// tell numbers the sessions that have ended since the last time, and tells them in the order of their first packets.
func (r *run) tell(index int, shards []*shard, sum *tally) {
	var ended []*trace.Session
	for _, s := range shards {
		ended = append(ended, s.ended...)
		clear(s.ended)
		s.ended = s.ended[:0]
		sum.add(&s.tally)
		s.tally = tally{}
	}
	slices.SortFunc(ended, func(a, b *trace.Session) int { return cmp.Compare(a.Packets[0], b.Packets[0]) })
	for _, s := range ended {
		r.sessions++
		s.ID, s.Capture = r.sessions, index
		sum.sessions++
		for _, e := range s.Events {
			r.out.Event(s, e)
		}
		r.out.Session(s)
		r.relations.add(s)
	}
}

// counter counts what is read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
