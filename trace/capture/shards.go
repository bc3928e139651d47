package capture

import (
	"sync"

	"github.com/smtpsim/smtpsim/trace"
)

// ShardCount is the number of logical shards. It is part of what comes out: limits hold per shard.
const ShardCount = 64

// Shards spread connections over 64 assemblers by a fixed hash of their endpoints. Each shard sees its segments in capture
// order and has its own part of every limit, so what its sinks are told is the same for any number of workers.
type Shards struct {
	shards  [ShardCount]*Assembler
	workers []*worker // empty: the caller's goroutine does it all
	done    sync.WaitGroup
}

// NewShards makes the assemblers. open is called here, once per shard in order; what it gives is called from the goroutine of the
// shard's worker only. With opts.Workers > 1 so many goroutines run until Close.
func NewShards(opts Options, open func(shard int) trace.FlowOpener) *Shards {
	s := &Shards{}
	for i := range s.shards {
		s.shards[i] = newAssembler(opts, ShardCount, open(i))
	}
	if opts.Workers > 1 {
		s.start(min(opts.Workers, ShardCount))
	}
	return s
}

// Feed takes the next segment in capture order. With workers its payload is copied, else it goes straight to its sink.
func (s *Shards) Feed(seg *trace.Segment) {
	k, flipped := keyOf(seg.Src, seg.Dst)
	shard := k.shard()
	if len(s.workers) == 0 {
		s.shards[shard].segment(&k, flipped, seg)
		return
	}
	s.workers[shard%len(s.workers)].add(shard, seg, nil)
}

// Unreachable takes an ICMP error in its place among the segments.
func (s *Shards) Unreachable(u *Unreachable) {
	shard := Shard(&trace.Segment{Src: u.Src, Dst: u.Dst})
	if len(s.workers) == 0 {
		s.shards[shard].Unreachable(u)
		return
	}
	s.workers[shard%len(s.workers)].add(shard, nil, u)
}

// Sync waits until everything that was fed has reached its sinks.
func (s *Shards) Sync() {
	for _, w := range s.workers {
		w.full <- w.filling
		all := make([]*batch, batchesInUse) // who holds them all knows that none is being worked on
		for i := range all {
			all[i] = <-w.empty
		}
		w.filling = all[0]
		for _, b := range all[1:] {
			w.empty <- b
		}
	}
}

// Close ends what is still open, shard by shard, and waits for the workers.
func (s *Shards) Close() {
	if len(s.workers) == 0 {
		for _, a := range s.shards {
			a.Flush()
		}
		return
	}
	for _, w := range s.workers {
		w.full <- w.filling
		close(w.full)
	}
	s.done.Wait()
}
