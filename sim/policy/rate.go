package policy

import (
	"net/netip"
	"sync"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// maxRated bounds the clients that are counted.
const maxRated = 100_000

// Limits are so many of each in one period; 0: no limit.
type Limits struct {
	Per                               time.Duration // 0: a minute
	Connections, Messages, Recipients int
}

// Rates count what each client has done in the present period.
type Rates struct {
	limits Limits
	mu     sync.Mutex
	of     map[netip.Addr]*counts
}

type counts struct {
	since                             time.Time
	connections, messages, recipients int
}

// NewRates makes counters that stand at nothing.
func NewRates(l Limits) *Rates {
	if l.Per == 0 {
		l.Per = time.Minute
	}
	return &Rates{limits: l, of: map[netip.Addr]*counts{}}
}

// Connection, Message and Recipient count one more, and refuse it where it is one too many. All three are for now: the
// client may come again.
func (r *Rates) Connection(now time.Time, client netip.Addr) *smtp.Reply {
	return r.one(now, client, func(c *counts) *smtp.Reply {
		c.connections++
		return beyond(c.connections, r.limits.Connections, smtp.NewReply(421, "4.7.0", "Too many connections from your host, try again later"))
	})
}

// Message counts a MAIL.
func (r *Rates) Message(now time.Time, client netip.Addr) *smtp.Reply {
	return r.one(now, client, func(c *counts) *smtp.Reply {
		c.messages++
		return beyond(c.messages, r.limits.Messages, smtp.NewReply(450, "4.7.1", "Too much mail from your host, try again later"))
	})
}

// Recipient counts a RCPT.
func (r *Rates) Recipient(now time.Time, client netip.Addr) *smtp.Reply {
	return r.one(now, client, func(c *counts) *smtp.Reply {
		c.recipients++
		return beyond(c.recipients, r.limits.Recipients, smtp.NewReply(450, "4.7.1", "Too many recipients from your host, try again later"))
	})
}

func (r *Rates) one(now time.Time, client netip.Addr, count func(*counts) *smtp.Reply) *smtp.Reply {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.of[client]
	if c == nil || now.Sub(c.since) >= r.limits.Per {
		if len(r.of) >= maxRated {
			clear(r.of)
		}
		c = &counts{since: now}
		r.of[client] = c
	}
	return count(c)
}

func beyond(n, limit int, r smtp.Reply) *smtp.Reply {
	if limit == 0 || n <= limit {
		return nil
	}
	return &r
}
