package vnet

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/smtpsim/smtpsim/trace"
)

// refusalsMax is how often a process may try to block after its world has ended before it is unwound.
const refusalsMax = 100

// wake says why a blocked process runs again.
type wake uint8

const (
	wakeEvent   wake = iota // what it waited for has come
	wakeTimeout             // its timer
	wakeClosed              // the world has ended, or its host has crashed
)

// process is one thread of control of a host. The struct and its coroutine are used again for later processes.
type process struct {
	net      *Network
	host     *Host
	name     string
	serial   uint64 // per host
	run      func()
	mech     mechanism
	timer    timer
	wait     wait
	woken    wake
	slot     int // in net.procs
	refusals int
	started  bool
	ready    bool // in net.ready
	done     bool // run has ended
	dead     bool // run was left by Goexit: the coroutine cannot be used again
	dying    bool // the world has ended
	crashed  bool // its host has crashed
	stopping bool // the coroutine is to end
	failure  *ProcessPanic
}

// ProcessPanic is what Step panics with when a process panicked.
type ProcessPanic struct {
	Host, Process string
	Time          trace.Time // true time
	Event         uint64
	Value         any
	Stack         string // of the process
}

// Error tells who, when and where.
func (p *ProcessPanic) Error() string {
	return fmt.Sprintf("panic in process %q of %s at %s, event %d: %v\n\n%s", p.Process, p.Host, p.Time, p.Event, p.Value, p.Stack)
}

// Unwrap gives the value the process panicked with, if that was an error.
func (p *ProcessPanic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// spawn makes a process of h that runs f; it runs when its turn comes.
func (n *Network) spawn(h *Host, name string, f func()) {
	if h.gone() {
		return
	}
	var p *process
	if last := len(n.idle) - 1; last >= 0 {
		p = n.idle[last]
		n.idle = n.idle[:last]
	} else {
		p = &process{net: n}
		p.timer = timer{due: order{at: never}, proc: p}
		p.mech = newMechanism(n.mechanism, p.loop)
	}
	h.processes++
	p.host, p.name, p.run, p.serial = h, name, f, h.processes
	p.started, p.done, p.crashed = false, false, false
	p.slot = len(n.procs)
	n.procs = append(n.procs, p)
	p.wake(wakeEvent)
}

// loop is the body of the coroutine: one process after the other.
func (p *process) loop() {
	for !p.stopping {
		p.once()
		p.done = true
		p.mech.park()
	}
}

// once runs one process and survives its end in whatever way.
func (p *process) once() {
	returned := false
	defer func() {
		if returned {
			return
		}
		if v := recover(); v != nil {
			n := p.net
			p.failure = &ProcessPanic{Host: p.host.name, Process: p.name, Time: n.Time(), Event: n.events, Value: v, Stack: string(debug.Stack())}
			return
		}
		// runtime.Goexit would go on into the kernel: keep the coroutine here, half unwound, until Close.
		p.done, p.dead = true, true
		p.mech.park()
	}()
	p.run()
	returned = true
}

// wake puts p into the ready queue. Only the first wake counts, and none when p is at its end: one that is unwound leaves
// its name behind where it waited.
func (p *process) wake(w wake) {
	if p.ready || p.dying || p.done {
		return
	}
	p.ready = true
	p.woken = w
	p.net.ready.push(order{key: p.host.nextKey()}, p)
}

// block parks p until somebody wakes it or the moment until comes.
func (p *process) block(until int64, w wait) wake {
	if p.dying {
		p.refusals++
		if p.refusals > refusalsMax {
			runtime.Goexit()
		}
		return wakeClosed
	}
	if until != never {
		p.net.timers.set(&p.timer, order{until, p.host.nextKey()})
	}
	p.wait = w
	p.mech.park()
	p.wait = wait{}
	p.timer.off()
	if p.crashed {
		runtime.Goexit()
	}
	if p.dying {
		return wakeClosed
	}
	return p.woken
}

// current is the running process; blocking is for processes only.
func (n *Network) current() *process {
	if n.cur == nil {
		panic("vnet: blocking call outside a process; use Spawn")
	}
	return n.cur
}

// turn lets p run until it blocks or ends.
func (n *Network) turn(p *process) {
	p.ready = false
	p.started = true
	n.cur = p
	p.mech.resume()
	n.cur = nil
	if p.done {
		n.retire(p)
	}
}

// raise re-raises a process's panic in the kernel.
func (p *process) raise() {
	if f := p.failure; f != nil {
		p.failure = nil
		panic(f)
	}
}

// retire takes an ended process out of the books.
func (n *Network) retire(p *process) {
	last := len(n.procs) - 1
	n.procs[p.slot] = n.procs[last]
	n.procs[p.slot].slot = p.slot
	n.procs[last] = nil
	n.procs = n.procs[:last]
	p.run = nil
	p.timer.off()
	if p.dead {
		n.wrecks = append(n.wrecks, p)
	} else {
		n.idle = append(n.idle, p)
	}
}

// kill ends a parked process at once: its blocking calls fail from now on (crash: it is unwound). It gives back a panic on
// the way out.
func (n *Network) kill(p *process, crash bool) *ProcessPanic {
	if !p.started {
		p.run = func() {}
	}
	p.dying, p.crashed = true, crash
	n.turn(p)
	p.dying, p.refusals = false, 0
	f := p.failure
	p.failure = nil
	return f
}

// stopAll ends the coroutines. A wreck goes on with its Goexit, so that happens on a goroutine that may end with it.
func (n *Network) stopAll() {
	for _, p := range n.idle {
		p.stopping = true
		p.mech.stop()
	}
	for _, p := range n.wrecks {
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			p.stopping = true
			p.mech.stop()
		}()
		<-gone
	}
	n.idle, n.wrecks = nil, nil
}
