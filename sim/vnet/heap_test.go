package vnet

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func drawOrder(t *rapid.T) order {
	return order{rapid.Int64Range(0, 20).Draw(t, "at"), rapid.Uint64Range(0, 1<<50).Draw(t, "key")}
}

func TestQueueIsOrdered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q queue[order]
		var want []order
		pop := func() {
			first := q.first()
			if got := *q.pop(); got != want[0] || first != got {
				t.Fatalf("first %v, got %v, want %v", first, got, want[0])
			}
			want = want[1:]
		}
		for range rapid.IntRange(1, 200).Draw(t, "operations") {
			if len(want) > 0 && rapid.IntRange(0, 2).Draw(t, "pop") == 0 {
				pop()
				continue
			}
			if rapid.IntRange(0, 30).Draw(t, "all") == 0 { // out, and in again without an order
				for _, it := range q.all() {
					q.push(it.order, it.what)
				}
			}
			o := drawOrder(t)
			q.push(o, &o)
			want = append(want, o)
			slices.SortFunc(want, compare)
		}
		for len(want) > 0 {
			pop()
		}
		if q.len() != 0 {
			t.Fatal("something is left")
		}
	})
}

func compare(a, b order) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.key, b.key)) }

// Timers may be set earlier, later or off at will: what settle brings to the top is always the first one that is set.
func TestTimersAreOrdered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h timerHeap
		timers := make([]timer, 12)
		for i := range timers {
			timers[i].due.at = never
		}
		for range rapid.IntRange(1, 200).Draw(t, "operations") {
			x := &timers[rapid.IntRange(0, len(timers)-1).Draw(t, "timer")]
			switch rapid.IntRange(0, 4).Draw(t, "operation") {
			case 0:
				x.off()
			case 1:
				if h.settle() {
					top := h.items[0].t
					h.removeTop()
					top.off()
				}
			default:
				h.set(x, drawOrder(t))
			}
			first := order{at: never}
			for i := range timers {
				if timers[i].isSet() && timers[i].due.before(first) {
					first = timers[i].due
				}
			}
			if some := h.settle(); some != (first.at != never) || some && (h.items[0].t.due != first || h.items[0].order != first) {
				t.Fatalf("first is %v, settled %v", first, some)
			}
			for i, it := range h.items {
				if it.t.index != i+1 || it.t.place != it.order {
					t.Fatalf("item %d has lost its index", i)
				}
			}
		}
	})
}

// The checksum does not depend on how the octets are summed up.
func TestChecksum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "octets")
		start := rapid.Uint64Range(0, 1<<32).Draw(t, "start")
		slow := start
		for i, c := range b {
			slow += uint64(c) << (8 * (1 - i%2))
		}
		for slow > 0xffff {
			slow = slow>>16 + slow&0xffff
		}
		if got := finish(sumWords(start, b)); got != ^uint16(slow) {
			t.Fatalf("%04x, want %04x", got, ^uint16(slow))
		}
	})
}
