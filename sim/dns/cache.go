package dns

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// cache holds answers until their TTL is over, in the host's own time.
type cache struct {
	mu      sync.Mutex
	max     int
	answers map[question]cached // names without the last dot, so that a name need not get one to be found
}

type cached struct {
	answer Answer
	at     time.Time
}

// get is the answer for a name and type, with what is left of its TTL; that of the single records is as it was when they came.
func (c *cache) get(name string, kind Type, now time.Time) (Answer, bool) {
	q := question{strings.TrimSuffix(strings.ToLower(name), "."), kind}
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.answers[q]
	if !ok {
		return Answer{}, false
	}
	age := now.Sub(e.at)
	if age < 0 || age >= e.answer.TTL { // a clock set back must not keep an answer for ever
		delete(c.answers, q)
		return Answer{}, false
	}
	a := e.answer
	a.Cached = true
	a.TTL, a.age = a.TTL-age, age
	return a, true
}

// aged takes the time since they came off the TTLs of records (RFC 1034 §3.6: TTL counts in a cache).
func (a Answer) aged() Answer {
	if seconds := uint32(a.age / time.Second); seconds > 0 {
		a.Aliases, a.Records = aged(a.Aliases, seconds), aged(a.Records, seconds)
	}
	return a
}

func aged(records []Record, seconds uint32) []Record {
	out := slices.Clone(records)
	for i := range out {
		out[i].TTL -= min(seconds, out[i].TTL)
	}
	return out
}

// put keeps a for its TTL. A full cache drops what is over, then everything.
func (c *cache) put(q question, a Answer, now time.Time) {
	if a.TTL <= 0 {
		return // RFC 1035 §3.2.1: zero TTL is for this transaction only
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.answers) >= c.max {
		for k, e := range c.answers {
			if now.Sub(e.at) >= e.answer.TTL {
				delete(c.answers, k)
			}
		}
		if len(c.answers) >= c.max {
			clear(c.answers)
		}
	}
	q.name = strings.TrimSuffix(q.name, ".")
	c.answers[q] = cached{a, now}
}

func (c *cache) flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.answers)
}
