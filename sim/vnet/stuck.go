package vnet

import (
	"cmp"
	"fmt"
	"slices"
)

// waitKind is what a blocked process waits for.
type waitKind uint8

const (
	waitSleep waitKind = iota
	waitAccept
	waitSignal
	waitRead
	waitWrite
	waitDial
	waitDatagram
)

// wait is the reason why a process is blocked.
type wait struct {
	kind waitKind
	idle bool // what a daemon with nothing to do waits for
	on   fmt.Stringer
}

//house:table never changes
var waitTexts = [...]string{
	waitSleep: "sleep", waitAccept: "accept on", waitSignal: "signal", waitRead: "read from",
	waitWrite: "write to", waitDial: "dial", waitDatagram: "datagram on",
}

// Wait is one blocked process and what it waits for.
type Wait struct {
	Host, Process string
	What          string // "read from 192.0.2.1:40000 (client.example)"
	Idle          bool   // a daemon at rest: Accept, a Signal, a datagram on a port of its own choice
}

// String is host, process and reason in one line.
func (w Wait) String() string { return w.Host + " " + w.Process + ": " + w.What }

// Waits lists all blocked processes, by host and age.
func (n *Network) Waits() []Wait {
	procs := slices.Clone(n.procs)
	slices.SortFunc(procs, func(a, b *process) int {
		return cmp.Or(cmp.Compare(a.host.index, b.host.index), cmp.Compare(a.serial, b.serial))
	})
	var waits []Wait
	for _, p := range procs {
		if p.ready || p == n.cur {
			continue
		}
		w := Wait{Host: p.host.name, Process: p.name, What: waitTexts[p.wait.kind], Idle: p.wait.idle}
		if p.wait.on != nil {
			w.What += " " + p.wait.on.String()
		}
		if p.timer.isSet() {
			w.What += ", until " + n.timeAt(p.timer.due.at).String()
		}
		waits = append(waits, w)
	}
	return waits
}

// Stuck says who waits for what, daemons at rest left out. After RunIdle it lists the processes that wait for something
// that cannot come any more; it is empty after a run that ended well.
func (n *Network) Stuck() []string {
	var lines []string
	for _, w := range n.Waits() {
		if !w.Idle {
			lines = append(lines, w.String())
		}
	}
	return lines
}
