package analyze

import (
	"fmt"

	"github.com/smtpsim/smtpsim/trace"
)

// Limits of what is remembered of connections, to find the attempts of one delivery (RFC 5321 §5.1).
const (
	maxClients  = 1 << 12
	maxAttempts = 8 // of one client
)

// attempts are the connections of a client that failed before MAIL, and those whose way is known; the last to be told comes last.
type attempts struct{ list []tried }

// tried is one of them.
type tried struct {
	remembered
	way    *way
	failed bool
}

// connection relates s to what its client tried before; or to what it tried after, since a SYN that nobody answers is given up late.
func (r *relations) connection(me remembered, s *trace.Session, w *way) {
	now := tried{me, w, failed(s)}
	host := client{me.capture, me.client.Addr()}
	r.byClient.limit = maxClients
	a, ok := r.byClient.get(host)
	if !ok && !now.failed && w == nil {
		return
	}
	if !ok {
		a = &attempts{}
	}
	r.nextMX(a, now)
	if now.failed {
		r.afterwards(a, now)
	}
	if now.failed || w != nil {
		if len(a.list) >= maxAttempts {
			a.list = append(a.list[:0], a.list[1:]...)
		}
		a.list = append(a.list, now)
		r.byClient.put(host, a)
	}
}

// failed says that no transaction began because the server was not there for it.
func failed(s *trace.Session) bool {
	if len(s.Transactions) > 0 || s.Midstream {
		return false
	}
	switch s.End {
	case trace.SessionRefused, trace.SessionUnanswered, trace.Session421, trace.SessionTimeout, trace.SessionReset, trace.SessionServerClose:
		return true
	}
	return false
}

// nextMX finds the failure that now comes after.
func (r *relations) nextMX(a *attempts, now tried) {
	for i := len(a.list) - 1; i >= 0; i-- {
		was := a.list[i]
		if !was.failed || now.time < was.time {
			continue
		}
		if kind, why := followed(now, was); why != "" {
			r.tell(kind, now.remembered, was.remembered, why)
			a.list[i].failed = false // its successor is known
			return
		}
	}
}

// afterwards finds what came after the failure now, among what was told before it.
func (r *relations) afterwards(a *attempts, now tried) {
	next := -1
	for i, was := range a.list {
		if was.time > now.time && (next < 0 || was.time < a.list[next].time) && inCommon(was.way, now.way) != "" {
			next = i
		}
	}
	if next < 0 {
		return
	}
	if kind, why := followed(a.list[next], now); why != "" {
		r.tell(kind, a.list[next].remembered, now.remembered, why)
	}
}

// followed says how a follows the failure b, and why that is known; "" if it does not. To the same server only the DNS tells: both go
// there for one domain.
func followed(a, b tried) (kind trace.RelationKind, why string) {
	same := a.server.Addr() == b.server.Addr()
	switch {
	case a.way != nil && b.way != nil && same && a.server == b.server && a.time-b.time <= retryWithin:
		return trace.RetryOf, inCommon(a.way, b.way)
	case same || a.time-b.time > nextMXWithin:
		return "", ""
	case a.way != nil && b.way != nil:
		return trace.NextMX, inCommon(a.way, b.way)
	}
	return trace.NextMX, "the connection before, to " + b.server.String() + ", failed"
}

// inCommon says what in the DNS names the servers of both ways; "" if nothing does.
func inCommon(a, b *way) string {
	if a == nil || b == nil {
		return ""
	}
	for _, x := range a.exchanges {
		for _, y := range b.exchanges {
			switch {
			case x.key != y.key:
			case a.host == b.host:
				return "both go to " + a.host + " for " + x.Name
			default:
				return fmt.Sprintf("%s %s (packet %d) names both: %s, then %s", x.Type, x.Name, x.Packet, b.host, a.host)
			}
		}
	}
	return ""
}
