package capture

import "github.com/smtpsim/smtpsim/trace"

// Batches amortize the hand-over between goroutines; each worker has a few in turn.
const (
	batchItems   = 512
	batchOctets  = 128 << 10
	batchesInUse = 4
)

// batch is a run of segments with copies of their payloads.
type batch struct {
	items  []item
	octets []byte
}

// item is a segment, or an ICMP error where segment has no endpoints.
type item struct {
	shard       int
	segment     trace.Segment
	unreachable *Unreachable
}

// worker assembles some shards in a goroutine of its own.
type worker struct {
	filling *batch
	full    chan *batch
	empty   chan *batch
}

func (s *Shards) start(n int) {
	for i := range n {
		w := &worker{full: make(chan *batch, batchesInUse), empty: make(chan *batch, batchesInUse), filling: newBatch()}
		for range batchesInUse - 1 {
			w.empty <- newBatch()
		}
		s.workers = append(s.workers, w)
		s.done.Add(1)
		go s.run(w, i, n)
	}
}

func newBatch() *batch {
	return &batch{items: make([]item, 0, batchItems), octets: make([]byte, 0, batchOctets)}
}

// run assembles what comes for the shards first, first+n, …; at the end it flushes them in order.
func (s *Shards) run(w *worker, first, n int) {
	defer s.done.Done()
	for b := range w.full {
		for i := range b.items {
			it := &b.items[i]
			if it.unreachable != nil {
				s.shards[it.shard].Unreachable(it.unreachable)
			} else {
				s.shards[it.shard].Segment(&it.segment)
			}
		}
		b.items, b.octets = b.items[:0], b.octets[:0]
		w.empty <- b
	}
	for shard := first; shard < ShardCount; shard += n {
		s.shards[shard].Flush()
	}
}

// add copies one item into the batch under way and hands it over when it is full.
func (w *worker) add(shard int, seg *trace.Segment, u *Unreachable) {
	b := w.filling
	if u != nil {
		own := *u
		b.items = append(b.items, item{shard: shard, unreachable: &own})
	} else {
		start := len(b.octets)
		b.octets = append(b.octets, seg.Payload...) // items before keep the old array where it grows
		b.items = append(b.items, item{shard: shard, segment: *seg})
		b.items[len(b.items)-1].segment.Payload = b.octets[start:len(b.octets):len(b.octets)]
	}
	if len(b.items) == batchItems || len(b.octets) >= batchOctets-maxWhole {
		w.full <- b
		w.filling = <-w.empty
	}
}
