package vnet

import (
	"slices"
	"time"
)

// signal wakes one waiting process; a Notify that nobody waits for is kept, several count as one.
type signal struct {
	host    *Host
	set     bool
	waiting []*process
}

func (s *signal) Notify() {
	if len(s.waiting) == 0 {
		s.set = true
		return
	}
	p := s.waiting[0]
	s.waiting = slices.Delete(s.waiting, 0, 1)
	p.wake(wakeEvent)
}

func (s *signal) Wait(d time.Duration) bool {
	if s.set {
		s.set = false
		return true
	}
	n := s.host.net
	p := n.current()
	until := never
	if d >= 0 {
		until = n.after(d)
	}
	s.waiting = append(s.waiting, p)
	if p.block(until, wait{kind: waitSignal, idle: d < 0}) == wakeEvent {
		return true
	}
	s.waiting = without(s.waiting, p)
	return false
}

func without(ps []*process, p *process) []*process {
	return slices.DeleteFunc(ps, func(q *process) bool { return q == p })
}
