package policy

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// maxGreylist bounds the entries of either kind; beyond, those that are over are swept out, and if that does not help all
// begins anew: a client waits once more, no mail is lost by it.
const maxGreylist = 100_000

// Greylist is the memory of RFC 6647. The border MTAs of an ADMD share one (§5, item 4).
type Greylist struct {
	opts GreylistOptions
	mu   sync.Mutex
	seen map[tuple]time.Time        // when a tuple came first
	good map[netip.Prefix]time.Time // clients that have come back, and when they came last
}

// GreylistOptions are RFC 6647 §5's; zero values are its defaults.
type GreylistOptions struct {
	Min    time.Duration // a retry before this comes too early; 0: 1 minute
	Max    time.Duration // a retry after this begins anew; 0: 24 hours
	Keep   time.Duration // how long a good client that stays away is remembered; 0: a week
	Prefix int           // bits of an IPv4 address that count (item 5); 0: 32
}

// tuple is RFC 6647 §5, item 1: address, reverse-path and the first recipient.
type tuple struct {
	client   netip.Prefix
	from, to string
}

// NewGreylist makes an empty one.
func NewGreylist(o GreylistOptions) *Greylist {
	if o.Min == 0 {
		o.Min = time.Minute
	}
	if o.Max == 0 {
		o.Max = 24 * time.Hour
	}
	if o.Keep == 0 {
		o.Keep = 7 * 24 * time.Hour
	}
	if o.Prefix <= 0 || o.Prefix > 32 {
		o.Prefix = 32
	}
	return &Greylist{opts: o, seen: map[tuple]time.Time{}, good: map[netip.Prefix]time.Time{}}
}

// Check is asked at each RCPT with the first recipient of the transaction. It gives 450 to a client that is not known yet
// or that comes back too early, nil to all others. The texts do not say for how long: §5 leaves that open.
func (g *Greylist) Check(now time.Time, client netip.Addr, from, first string) *smtp.Reply {
	t := tuple{g.prefix(client), strings.ToLower(from), strings.ToLower(first)}
	g.mu.Lock()
	defer g.mu.Unlock()
	if last, ok := g.good[t.client]; ok && now.Sub(last) <= g.opts.Keep {
		g.good[t.client] = now
		return nil
	}
	since, met := g.seen[t]
	age := now.Sub(since)
	switch {
	case !met || age > g.opts.Max: // §5, item 2: "considered to be a new message"
		g.sweep(now)
		g.seen[t] = now
	case age >= g.opts.Min:
		delete(g.seen, t)
		g.good[t.client] = now
		return nil
	}
	r := smtp.NewReply(450, "4.7.1", "Greylisted, please try again later") // §5: 421 or 450
	return &r
}

func (g *Greylist) prefix(a netip.Addr) netip.Prefix {
	bits := 64 // an IPv6 client has its network for itself
	if a = a.Unmap(); a.Is4() {
		bits = g.opts.Prefix
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// sweep makes room.
func (g *Greylist) sweep(now time.Time) {
	if len(g.seen) >= maxGreylist {
		for t, since := range g.seen {
			if now.Sub(since) > g.opts.Max {
				delete(g.seen, t)
			}
		}
		if len(g.seen) >= maxGreylist {
			clear(g.seen)
		}
	}
	if len(g.good) >= maxGreylist {
		for p, last := range g.good {
			if now.Sub(last) > g.opts.Keep {
				delete(g.good, p)
			}
		}
		if len(g.good) >= maxGreylist {
			clear(g.good)
		}
	}
}
