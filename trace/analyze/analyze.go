package analyze

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/capture"
	"github.com/smtpsim/smtpsim/trace/dialogue"
	"github.com/smtpsim/smtpsim/trace/dnsmsg"
	"github.com/smtpsim/smtpsim/trace/tlsrec"
)

// Options of an analysis. The zero value is right for most.
type Options struct {
	// Workers is the number of goroutines that assemble and read dialogues; 0 or 1: the caller's own does it all.
	Workers int
	// Events keeps the events of each session and tells them to the Sink, up to Dialogue.MaxEvents.
	Events   bool
	Dialogue dialogue.Options
	Capture  capture.Options // hooks and limits; Workers and Unreachable are set here
	// Follow tells sessions as soon as they have ended, where the input makes the reader wait: it is still being written.
	Follow bool
	// Logs of servers, read beforehand; what they say about a session's mail becomes findings. nil: none.
	Logs *Logs
	// Filter narrows what is looked at; look-ups in the DNS are always. nil: all.
	Filter *capture.Filter
	// Keys are secrets of TLS connections, of key logs beside the captures; those inside a capture are found by themselves.
	Keys *tlsrec.Keys
	// Progress is told now and then how many octets of which file are read and how many sessions were found in all.
	Progress func(file string, read int64, sessions int)
}

// Sink takes what an analysis finds. Calls come from one goroutine, in an order that depends on the captures alone:
// for each file its sessions (the events of each before it), then the file; after the last file the relations. Of files that continue
// each other, the sessions of all come first.
type Sink interface {
	trace.Recorder
	Capture(trace.Capture)
	Relation(trace.Relation)
}

// Looker may be implemented by a Sink that wants every look-up in the DNS, when its answer was seen or none came until the end.
type Looker interface{ Lookup(*trace.Lookup) }

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

// Run analyzes captures, one after the other. One that begins where the one before it ended (rotated files) continues it: connections go on
// over the border. A file that cannot be read or is no capture does not stop the others: the error joins what was wrong, a line for each.
func Run(inputs []Input, opts Options, out Sink) error {
	r := &run{opts: opts, out: out}
	r.opts.Dialogue.Silent = !opts.Events
	r.opts.Keys = tlsrec.NewKeys(opts.Keys)
	var errs []error
	for i := range inputs {
		if err := r.file(i, &inputs[i]); err != nil {
			errs = append(errs, err)
		}
	}
	r.finish()
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
	line      *timeline // nil: none is open
	now       *file     // the capture that is read
	badKeys   []trace.Finding
}

// file analyzes one capture.
func (r *run) file(index int, in *Input) error {
	src, err := in.Open()
	if err != nil {
		r.unreadable(index, unreadable(in.Name, codes.FindingNotReadable, err))
		return err
	}
	defer src.Close()
	count := &counter{r: src}
	if r.opts.Follow {
		count.idle = r.idle
	}
	reader, err := capture.Open(count, in.Name, r.hooks())
	if err != nil {
		why := codes.FindingNotReadable
		if bad := (*capture.FormatError)(nil); errors.As(err, &bad) {
			why = codes.FindingNotACapture
		}
		r.unreadable(index, unreadable(in.Name, why, err))
		return err
	}
	if !r.line.goesOn(reader.Begins()) {
		r.finish()
		r.line = newTimeline(&r.opts)
		r.line.looker, _ = r.out.(Looker)
	}
	r.now = r.line.add(index, reader.Facts())
	err = r.read(reader, count)
	r.now.sum.notes = append(r.now.sum.notes, r.badKeys...)
	r.badKeys = nil
	r.line.shards.Sync() // what has ended is told at the same places as if the files were one
	r.line.count(&r.now.sum)
	r.line.last = max(r.line.last, reader.Facts().Last)
	if err != io.EOF {
		return fmt.Errorf("%s: %w", in.Name, err)
	}
	return nil
}

// read feeds all segments of a capture.
func (r *run) read(reader *capture.Reader, count *counter) (err error) {
	seg := trace.Segment{}
	l := r.line
	for {
		if err = reader.Next(&seg); err != nil {
			return err
		}
		if r.opts.Filter != nil && !r.opts.Filter.Segment(&seg) && !isDNS(seg.Src, seg.Dst) {
			r.now.sum.filtered++
			continue
		}
		seg.Packet += r.now.before
		if seg.Flags&(trace.SYN|trace.ACK) == trace.SYN {
			l.lookups.opened(&seg)
		}
		l.shards.Feed(&seg)
		if l.fed++; l.fed%epoch == 0 {
			l.shards.Sync()
			r.tell()
			if r.opts.Progress != nil {
				r.opts.Progress(reader.Facts().Name, count.n, r.sessions)
			}
		}
	}
}

// hooks are what is wanted of a capture beside its TCP segments.
func (r *run) hooks() capture.Options {
	opts := r.opts.Capture
	opts.Secret = r.secret
	opts.Unreachable = func(u *capture.Unreachable) {
		if r.opts.Filter == nil || r.opts.Filter.Segment(&trace.Segment{Time: u.Time, Src: u.Src, Dst: u.Dst}) {
			own := *u
			own.Packet += r.now.before
			r.line.shards.Unreachable(&own)
		}
		if r.opts.Capture.Unreachable != nil {
			r.opts.Capture.Unreachable(u)
		}
	}
	opts.Datagram = func(d *capture.Datagram) {
		if isDNS(d.Src, d.Dst) {
			if m, err := dnsmsg.Parse(d.Payload); err == nil {
				r.line.dns(&dnsPacket{packet: d.Packet + r.now.before, time: d.Time, src: d.Src, dst: d.Dst, message: m}, r.now)
			}
		}
		if r.opts.Capture.Datagram != nil {
			r.opts.Capture.Datagram(d)
		}
	}
	return opts
}

// isDNS says that one end is a DNS server.
func isDNS(src, dst netip.AddrPort) bool { return src.Port() == portDNS || dst.Port() == portDNS }

// idle is called before the input is asked for more: what has ended by now is told, since the next packet may be long in coming.
func (r *run) idle() {
	if r.line != nil && r.now != nil {
		r.line.shards.Sync()
		r.tell()
	}
}

// unreadable tells of a capture that cannot be read, in its place.
func (r *run) unreadable(index int, c trace.Capture) {
	if r.line == nil {
		r.out.Capture(c)
		return
	}
	r.line.files = append(r.line.files, &file{index: index, bad: &c})
}

// finish ends the timeline: what is still open ends here.
func (r *run) finish() {
	if r.line == nil {
		return
	}
	r.line.shards.Close()
	r.tell()
	if r.line.looker != nil {
		r.line.lookups.unanswered(r.line.looker.Lookup)
	}
	for _, f := range r.line.files {
		if f.bad != nil {
			r.out.Capture(*f.bad)
		} else {
			r.out.Capture(describe(f.facts, &f.sum))
		}
	}
	r.opts.Keys.Settle()
	r.line, r.now = nil, nil
}

// tell numbers the sessions that have ended since the last time, and tells them in the order of their first packets.
func (r *run) tell() {
	l := r.line
	l.count(&r.now.sum)
	for _, s := range l.gather() {
		r.sessions++
		s.ID = r.sessions
		from, _ := netip.ParseAddrPort(s.Client)
		to, _ := netip.ParseAddrPort(s.Server)
		w := l.lookups.attach(s, from, to)
		l.localize(s)
		r.opts.Logs.witness(s, to)
		for _, e := range s.Events {
			r.out.Event(s, e)
		}
		r.out.Session(s)
		r.relations.add(s, w, l.files[0].index, from, to)
	}
}

// counter counts what is read; before each read it may call idle.
type counter struct {
	r    io.Reader
	n    int64
	idle func()
}

func (c *counter) Read(p []byte) (int, error) {
	if c.idle != nil {
		c.idle()
	}
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
