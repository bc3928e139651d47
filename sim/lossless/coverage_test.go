package lossless

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/smtpsim/smtpsim/sim/fault"
)

// coverage counts which faults struck, or were in force, at which stage of a session.
type coverage struct {
	mu    sync.Mutex
	cells map[fault.Kind]map[fault.Stage]int
}

func newCoverage() *coverage {
	c := &coverage{cells: map[fault.Kind]map[fault.Stage]int{}}
	for _, k := range fault.Kinds() {
		c.cells[k] = map[fault.Stage]int{}
	}
	return c
}

// watch counts what happens to the sessions of one host, and lets it happen.
func (c *coverage) watch(l *ledger, name string, ask func(fault.Moment) (fault.Action, bool)) func(fault.Moment) (fault.Action, bool) {
	return func(m fault.Moment) (a fault.Action, ok bool) {
		if ask != nil {
			a, ok = ask(m)
		}
		if ok {
			c.mu.Lock()
			c.cells[a.Kind][m.Stage]++
			c.mu.Unlock()
		}
		now, ends := l.now(), [2]netip.AddrPort{m.Local, m.Remote}
		if v := l.visits[ends]; v != nil {
			c.tally(l, v, now)
		}
		l.visits[ends] = &visit{server: name, client: l.hostAt(m.Remote.Addr()), stage: m.Stage, since: now}
		return a, ok
	}
}

// visit is a session's stay at a stage.
type visit struct {
	server, client string
	stage          fault.Stage
	since          time.Duration
}

// lastStay is how long a session counts as being at its last stage: the limit of RFC 5321 §4.5.3.2.7.
const lastStay = 5 * time.Minute

// leave counts the last stages of all sessions.
func (c *coverage) leave(l *ledger) {
	for _, v := range l.visits {
		c.tally(l, v, v.since+lastStay)
	}
}

// tally counts the faults of the world that were in force while a session stayed at a stage.
func (c *coverage) tally(l *ledger, v *visit, until time.Duration) {
	for i := range l.sc.Troubles {
		f := &l.sc.Troubles[i]
		switch {
		case f.Command != "" || f.At > until || f.Until > 0 && f.Until <= v.since:
		case f.Host == v.server, f.Host == v.client, f.Kind == fault.DNS, f.Kind == fault.Zone,
			f.Link == [2]string{v.server, v.client}, f.Link == [2]string{v.client, v.server}:
			c.mu.Lock()
			c.cells[f.Kind][v.stage]++
			c.mu.Unlock()
		}
	}
}

// report is the table fault × stage, and how many cells are empty that could be otherwise.
func (c *coverage) report() (table string, zeros []string) {
	var b strings.Builder
	fmt.Fprintf(&b, "%-12s", "")
	for _, s := range stages() {
		fmt.Fprintf(&b, "%9s", strings.ToLower(string(s)))
	}
	for _, k := range fault.Kinds() {
		fmt.Fprintf(&b, "\n%-12s", k)
		for _, s := range stages() {
			n := c.cells[k][s]
			switch {
			case n == 0 && k.InSession() && !k.CanStrike(s):
				fmt.Fprintf(&b, "%9s", "-")
				continue
			case n == 0:
				zeros = append(zeros, fmt.Sprintf("%s at %s", k, s))
			}
			fmt.Fprintf(&b, "%9d", n)
		}
	}
	return b.String(), zeros
}
