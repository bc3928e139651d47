package sim

import (
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/dialogue"
)

// reader is the ordered sink: it reads the wire on a second core while the world goes on. What the tap sees is copied into
// batches; one goroutine takes them in order, so that the recorder is told the same, in the same order, as if it had been
// asked at once.
type reader struct {
	to    trace.Recorder
	batch *batch
	work  chan *batch
	free  chan *batch
	done  chan struct{}
	desks desks // the goroutine's
}

// batches is how many are under way or in reserve; the world waits when all are full.
const batches = 8

// A batch is handed over when it is full.
const (
	batchGlimpses = 1024
	batchOctets   = 256 << 10
)

// batch is what the tap saw, one glimpse after the other, and the octets of its chunks.
type batch struct {
	glimpses []glimpse
	data     []byte
	synced   chan struct{} // closed when all is read; nil: nobody waits
}

// glimpse is one call of a trace.FlowSink, or the opening of a flow.
type glimpse struct {
	kind  uint8
	flow  *lateFlow
	chunk trace.Chunk // its Data stands in the batch, from start
	start int
	size  int
	end   trace.FlowEnd
}

const (
	glimpseOpen uint8 = iota
	glimpseChunk
	glimpseHalf
	glimpseClose
)

// lateFlow is one connection, seen by the world now and read later.
type lateFlow struct {
	r    *reader
	flow trace.Flow
	sink *dialogue.Dialogue // the goroutine's
}

func newReader(to trace.Recorder, lend bool) *reader {
	r := &reader{to: to, desks: desks{texts: dialogue.NewTexts(), lend: lend}, work: make(chan *batch, batches), free: make(chan *batch, batches), done: make(chan struct{})}
	for range batches {
		r.free <- &batch{}
	}
	r.batch = <-r.free
	go r.run()
	return r
}

// Open implements trace.FlowOpener.
func (r *reader) Open(f trace.Flow) trace.FlowSink {
	l := &lateFlow{r: r, flow: f}
	r.see(glimpse{kind: glimpseOpen, flow: l})
	return l
}

// Chunk implements trace.FlowSink.
func (l *lateFlow) Chunk(c trace.Chunk) {
	b := l.r.batch
	s := glimpse{kind: glimpseChunk, flow: l, chunk: c, start: len(b.data), size: len(c.Data)}
	s.chunk.Data = nil
	b.data = append(b.data, c.Data...)
	l.r.see(s)
}

// HalfClose implements trace.FlowSink.
func (l *lateFlow) HalfClose(from trace.Side, t trace.Time, packet int64) {
	l.r.see(glimpse{kind: glimpseHalf, flow: l, chunk: trace.Chunk{From: from, Time: t, Packet: packet}})
}

// Close implements trace.FlowSink.
func (l *lateFlow) Close(end trace.FlowEnd, t trace.Time, packet int64) {
	l.r.see(glimpse{kind: glimpseClose, flow: l, end: end, chunk: trace.Chunk{Time: t, Packet: packet}})
}

func (r *reader) see(s glimpse) {
	r.batch.glimpses = append(r.batch.glimpses, s)
	if len(r.batch.glimpses) >= batchGlimpses || len(r.batch.data) >= batchOctets {
		r.pass()
	}
}

// pass hands the batch over and takes another.
func (r *reader) pass() {
	r.work <- r.batch
	r.batch = <-r.free
}

// sync waits until all that was seen is read.
func (r *reader) sync() {
	if r == nil {
		return
	}
	synced := make(chan struct{})
	r.batch.synced = synced
	r.pass()
	<-synced
}

// stop ends the goroutine.
func (r *reader) stop() {
	if r != nil {
		r.sync()
		close(r.work)
		<-r.done
	}
}

// run reads one batch after the other.
func (r *reader) run() {
	defer close(r.done)
	for b := range r.work {
		for i := range b.glimpses {
			r.read(b, &b.glimpses[i])
		}
		clear(b.glimpses)
		b.glimpses, b.data = b.glimpses[:0], b.data[:0]
		if b.synced != nil {
			close(b.synced)
			b.synced = nil
		}
		r.free <- b
	}
}

func (r *reader) read(b *batch, s *glimpse) {
	c := s.chunk
	switch s.kind {
	case glimpseOpen:
		s.flow.sink = r.desks.open(s.flow.flow, r.to)
	case glimpseChunk:
		c.Data = b.data[s.start : s.start+s.size]
		s.flow.sink.Chunk(c)
	case glimpseHalf:
		s.flow.sink.HalfClose(c.From, c.Time, c.Packet)
	case glimpseClose:
		s.flow.sink.Close(s.end, c.Time, c.Packet)
		r.desks.leave(s.flow.sink)
		s.flow.sink = nil
	}
}
