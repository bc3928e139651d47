package vnet

import (
	"maps"
	"slices"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// Step takes the next event and runs every process that it wakes, and those they wake. What came in through Inject, or was
// spawned since the last step, is an event of its own, at the current time. Step reports whether there was one; false means
// that nothing can run and no timer is pending. It panics with a *ProcessPanic if a process does.
func (n *Network) Step() bool { return n.step(never - 1) }

// step is Step for events not after limit.
func (n *Network) step(limit int64) bool {
	if n.closed {
		return false
	}
	n.outside("Step")
	if !n.applyInbox() && n.ready.len() == 0 && !n.fireNext(limit) {
		return false
	}
	n.events++
	for n.ready.len() > 0 {
		p := n.ready.pop()
		n.turn(p)
		p.raise()
	}
	for _, c := range n.acks {
		c.delayAck()
	}
	n.acks = n.acks[:0]
	return true
}

// fireNext makes the next packet arrive or the next timer go off, whichever is first in the order of all events.
func (n *Network) fireNext(limit int64) bool {
	timed := n.timers.settle()
	if n.packets.len() > 0 {
		if first := n.packets.first(); !timed || first.before(n.timers.items[0].order) {
			if first.at > limit {
				return false
			}
			n.now = first.at
			n.arrive(n.packets.pop())
			return true
		}
	}
	if !timed || n.timers.items[0].at > limit {
		return false
	}
	n.now = n.timers.items[0].at
	t := n.timers.items[0].t
	n.timers.removeTop()
	t.off()
	if t.proc != nil {
		t.proc.wake(wakeTimeout)
	} else {
		t.action(t.conn)
	}
	return true
}

// NextTime is the true time of the next event; ok is false when there is none.
func (n *Network) NextTime() (at trace.Time, ok bool) {
	if n.closed {
		return 0, false
	}
	if n.inboxFull.Load() || n.ready.len() > 0 {
		return n.Time(), true
	}
	next := never
	if n.timers.settle() {
		next = n.timers.items[0].at
	}
	if n.packets.len() > 0 {
		next = min(next, n.packets.first().at)
	}
	return n.timeAt(next), next != never
}

// RunUntil takes all events up to and including the true time t, and sets the time to t.
func (n *Network) RunUntil(t time.Time) {
	limit := t.UnixNano() - n.start
	for n.step(limit) {
	}
	if !n.closed {
		n.now = max(n.now, limit)
	}
}

// RunIdle steps until nothing can run and no timer is pending. Then Stuck says who waits in vain.
func (n *Network) RunIdle() {
	for n.Step() {
	}
}

// EventNo is the number of events so far: the coordinate to come back to.
func (n *Network) EventNo() uint64 { return n.events }

// Frames is the number of frames that passed a tap so far, counted also when nobody looks.
func (n *Network) Frames() int64 { return n.frames }

// Inject has f run at the beginning of the next step, at the time that is current then, outside of any process. It is the
// one method that any goroutine may call at any time.
func (n *Network) Inject(f func()) {
	n.inboxLock.Lock()
	defer n.inboxLock.Unlock()
	n.inbox = append(n.inbox, f)
	n.inboxFull.Store(true)
}

func (n *Network) applyInbox() bool {
	if !n.inboxFull.Load() {
		return false
	}
	n.inboxLock.Lock()
	fs := n.inbox
	n.inbox = nil
	n.inboxFull.Store(false)
	n.inboxLock.Unlock()
	for _, f := range fs {
		f()
	}
	return true
}

// outside panics when a process calls what is for the world outside.
func (n *Network) outside(what string) {
	if n.cur != nil {
		panic("vnet: " + what + " called in a process")
	}
}

// Close ends the world: open flows end, blocked calls return host.ErrClosed, all processes end. No goroutine is left.
func (n *Network) Close() {
	n.outside("Close")
	if n.closed {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(n.openFlows)) {
		n.openFlows[id].close(trace.EndCapture)
	}
	n.closed = true
	for _, it := range n.ready.all() {
		it.what.ready = false
	}
	var panicked *ProcessPanic
	for len(n.procs) > 0 {
		if p := n.kill(n.procs[0], false); panicked == nil {
			panicked = p
		}
	}
	n.stopAll()
	n.packets, n.timers.items = queue[packet]{}, nil
	if panicked != nil {
		panic(panicked)
	}
}
