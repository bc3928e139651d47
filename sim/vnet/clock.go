package vnet

import (
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

const second = int64(time.Second)

// clock is a host's own clock. It shows base + offset + elapsed·(1 + drift) at elapsed after the moment it was set.
type clock struct {
	host     *Host
	set      int64 // true time
	base     int64 // what it showed then, in Unix nanoseconds
	driftPPB int64 // nanoseconds gained per true second
	zone     *time.Location
	read     int64 // the true time of the last reading
	reading  time.Time
}

// shows is what the clock shows at the true time at, in Unix nanoseconds.
func (c *clock) shows(at int64) int64 {
	elapsed := at - c.set
	return c.base + elapsed + elapsed/second*c.driftPPB + elapsed%second*c.driftPPB/second
}

// trueAt is the first true time not before now at which the clock shows t or later.
func (c *clock) trueAt(now, t int64) int64 {
	left := t - c.shows(now)
	switch {
	case left <= 0:
		return now
	case c.driftPPB == 0 && left <= never-now:
		return now + left
	}
	rate := second + c.driftPPB
	whole := left / rate
	part := left % rate
	if whole > (never-now)/second-2 {
		return never
	}
	at := now + whole*second + (part*second+rate-1)/rate
	for c.shows(at) < t { // shows rounds in its own way
		at++
	}
	for at > now && c.shows(at-1) >= t {
		at--
	}
	return at
}

// Now is the time on the host's clock. It is asked for many times at the same moment.
func (c *clock) Now() time.Time {
	if now := c.host.net.now; c.read != now {
		c.read, c.reading = now, time.Unix(0, c.shows(now)).In(c.zone)
	}
	return c.reading
}

// Sleep waits for d of true time.
func (c *clock) Sleep(d time.Duration) {
	n := c.host.net
	p := n.current()
	p.block(n.after(d), wait{kind: waitSleep})
}

// after is the true time d from now; a negative d counts as 0.
func (n *Network) after(d time.Duration) int64 {
	if d < 0 {
		return n.now
	}
	if int64(d) >= never-n.now {
		return never
	}
	return n.now + int64(d)
}

// Time is the true time.
func (n *Network) Time() trace.Time { return n.timeAt(n.now) }

// Now is the true time as a time.Time.
func (n *Network) Now() time.Time { return n.Time().Std() }

func (n *Network) timeAt(at int64) trace.Time { return trace.Time(n.start + at) }

// SetClock sets a host's clock right now: offset is what it shows too much, driftPPB what it gains in nanoseconds per true
// second (a negative value: loses), at most twice and at least half as fast as true time.
func (n *Network) SetClock(name string, offset time.Duration, driftPPB int64) {
	c := n.mustHost(name).clock
	c.set = n.now
	c.base = n.start + n.now + int64(offset)
	c.driftPPB = min(max(driftPPB, -second/2), second)
	c.read = never
}

// in is the first true time at which the clock shows d more than it does now.
func (c *clock) in(d time.Duration) int64 {
	if c.driftPPB == 0 {
		return c.host.net.after(d)
	}
	return c.reaches(c.Now().Add(d))
}

// reaches is the first true time, from now on, at which the clock shows t or later; never, if int64 nanoseconds do not
// reach so far.
func (c *clock) reaches(t time.Time) int64 {
	const edge = never/second - 1 // of an int64 in nanoseconds, from 1970
	switch s := t.Unix(); {
	case s >= edge:
		return never
	case s <= -edge:
		return c.host.net.now
	}
	return c.trueAt(c.host.net.now, t.UnixNano())
}
