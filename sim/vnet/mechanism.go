package vnet

import "iter"

// Mechanism is how processes are switched. Both give the same bytes.
type Mechanism uint8

const (
	Coroutines Mechanism = iota // iter.Pull: the fast one
	Goroutines                  // a goroutine and two channels each
)

// mechanism runs a body in turns: resume, called by the kernel, returns when the body calls park or ends; stop lets a
// parked body run to its end.
type mechanism interface {
	resume()
	park()
	stop()
}

func newMechanism(m Mechanism, body func()) mechanism {
	if m == Goroutines {
		return newChannels(body)
	}
	return newPull(body)
}

type pull struct {
	next  func() (struct{}, bool)
	end   func()
	yield func(struct{}) bool
}

func newPull(body func()) *pull {
	m := &pull{}
	m.next, m.end = iter.Pull(func(yield func(struct{}) bool) {
		m.yield = yield
		body()
	})
	return m
}

func (m *pull) resume() { m.next() }
func (m *pull) park()   { m.yield(struct{}{}) }
func (m *pull) stop()   { m.end() }

type channels struct {
	in, out chan struct{}
	started bool
	body    func()
}

func newChannels(body func()) *channels {
	return &channels{in: make(chan struct{}), out: make(chan struct{}), body: body}
}

func (m *channels) resume() {
	if !m.started {
		m.started = true
		go func() {
			defer close(m.out)
			m.body()
		}()
	} else {
		m.in <- struct{}{}
	}
	<-m.out
}

func (m *channels) park() {
	m.out <- struct{}{}
	<-m.in
}

func (m *channels) stop() {
	if m.started {
		close(m.in)
		<-m.out
	}
}
