package vnet

// never is a time that does not come.
const never int64 = 1<<63 - 1

// order is a place in the total order of all that happens: time, then host, then the host's own sequence.
type order struct {
	at  int64
	key uint64 // host index << 40 | sequence
}

func (a order) before(b order) bool { return a.at < b.at || a.at == b.at && a.key < b.key }

// queue is a priority queue of pointers: packets under way, processes ready to run. Nearly all come almost in order, since
// what links add hardly changes: they go to the end of a sorted run, or a few places before. The others go into a heap.
type queue[T any] struct {
	run   []queued[T] // in order, from head on
	head  int
	items []queued[T] // a 4-ary heap
}

type queued[T any] struct {
	order
	what *T
}

// runReach is how many places before the end of the run a new one may come.
const runReach = 16

func (q *queue[T]) len() int { return len(q.run) - q.head + len(q.items) }

// first is the place of the first one; there must be one.
func (q *queue[T]) first() order {
	if q.inRun() {
		return q.run[q.head].order
	}
	return q.items[0].order
}

// inRun says whether the first one is in the run.
func (q *queue[T]) inRun() bool {
	return q.head < len(q.run) && (len(q.items) == 0 || q.run[q.head].before(q.items[0].order))
}

func (q *queue[T]) push(o order, what *T) {
	end := len(q.run)
	i := end
	for i > q.head && o.before(q.run[i-1].order) {
		if i--; i < end-runReach {
			q.pushHeap(o, what)
			return
		}
	}
	q.run = append(q.run, queued[T]{o, what})
	if i < end {
		copy(q.run[i+1:], q.run[i:end])
		q.run[i] = queued[T]{o, what}
	}
}

func (q *queue[T]) pop() *T {
	if !q.inRun() {
		return q.popHeap()
	}
	what := q.run[q.head].what
	q.run[q.head].what = nil
	q.head++
	switch left := len(q.run) - q.head; {
	case left == 0:
		q.run, q.head = q.run[:0], 0
	case q.head > 32 && q.head > left: // most of it is behind us: begin anew at the front
		q.run, q.head = q.run[:copy(q.run, q.run[q.head:])], 0
	}
	return what
}

// all takes everything out, in no order.
func (q *queue[T]) all() []queued[T] {
	all := append(q.run[q.head:], q.items...)
	*q = queue[T]{}
	return all
}

func (q *queue[T]) pushHeap(o order, what *T) {
	q.items = append(q.items, queued[T]{o, what})
	items := q.items
	i := len(items) - 1
	for i > 0 {
		up := (i - 1) / 4
		if !o.before(items[up].order) {
			break
		}
		items[i] = items[up]
		i = up
	}
	items[i] = queued[T]{o, what}
}

func (q *queue[T]) popHeap() *T {
	items := q.items
	top := items[0].what
	last := len(items) - 1
	moved := items[last]
	items[last].what = nil
	q.items = items[:last]
	if last == 0 {
		return top
	}
	items = q.items
	i := 0
	for {
		child := 4*i + 1
		if child >= last {
			break
		}
		least := child
		for c := child + 1; c < min(child+4, last); c++ {
			if items[c].before(items[least].order) {
				least = c
			}
		}
		if !items[least].before(moved.order) {
			break
		}
		items[i] = items[least]
		i = least
	}
	items[i] = moved
	return top
}

// timer is a moment somebody waits for. It may be set later or switched off without touching the heap: the heap then holds
// it at too early a place, and settle moves or removes it when it comes to the top.
type timer struct {
	due    order // at == never: off
	place  order // its place in the heap
	index  int   // in the heap, from 1; 0: not there
	proc   *process
	conn   *tcb
	action func(*tcb)
}

func (t *timer) off()        { t.due.at = never }
func (t *timer) isSet() bool { return t.due.at != never }

// timerHeap is an indexed 4-ary heap of timers.
type timerHeap struct {
	items []timerItem
}

type timerItem struct {
	order
	t *timer
}

// set makes t due at o.
func (h *timerHeap) set(t *timer, o order) {
	t.due = o
	if t.index == 0 {
		h.items = append(h.items, timerItem{o, t})
		t.place = o
		h.up(len(h.items)-1, timerItem{o, t})
		return
	}
	if o.before(t.place) {
		t.place = o
		h.up(t.index-1, timerItem{o, t})
	}
}

// settle brings a timer that is really due next to the top. It reports whether there is one.
func (h *timerHeap) settle() bool {
	for len(h.items) > 0 {
		top := h.items[0]
		t := top.t
		switch {
		case t.due.at == never:
			h.removeTop()
		case top.order.before(t.due):
			t.place = t.due
			h.down(0, timerItem{t.due, t})
		default:
			return true
		}
	}
	return false
}

func (h *timerHeap) removeTop() {
	h.items[0].t.index = 0
	last := len(h.items) - 1
	moved := h.items[last]
	h.items[last].t = nil
	h.items = h.items[:last]
	if last > 0 {
		h.down(0, moved)
	}
}

func (h *timerHeap) up(i int, it timerItem) {
	items := h.items
	for i > 0 {
		up := (i - 1) / 4
		if !it.before(items[up].order) {
			break
		}
		items[i] = items[up]
		items[i].t.index = i + 1
		i = up
	}
	items[i] = it
	it.t.index = i + 1
}

func (h *timerHeap) down(i int, it timerItem) {
	items := h.items
	for {
		child := 4*i + 1
		if child >= len(items) {
			break
		}
		least := child
		for c := child + 1; c < min(child+4, len(items)); c++ {
			if items[c].before(items[least].order) {
				least = c
			}
		}
		if !items[least].before(it.order) {
			break
		}
		items[i] = items[least]
		items[i].t.index = i + 1
		i = least
	}
	items[i] = it
	it.t.index = i + 1
}
