package analyze

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// Limits of what is remembered to find relations.
const (
	maxRemembered = 1 << 14 // transactions; the oldest are forgotten first
	maxRelations  = 1 << 16
	// RFC 5321 §4.5.4.1: the retry interval SHOULD be at least 30 minutes, sending goes on for 4 to 5 days.
	retryWithin = trace.Time(5 * 24 * time.Hour)
	// A client goes on to the next MX at once; an unanswered SYN takes two minutes (RFC 9293 §3.8.3).
	nextMXWithin = trace.Time(5 * time.Minute)
)

// relations finds out which transactions belong together. The story of one mail is told by its Message-ID and, where it was
// refused before that was sent, by its envelope.
type relations struct {
	list       []trace.Relation
	byMessage  memory[string]
	byEnvelope memory[string] // of what failed for a time
	byClient   recent[client, *attempts]
}

// client is a host in one capture.
type client struct {
	capture int
	addr    netip.Addr
}

// memory remembers the last thing under each key, up to maxRemembered.
type memory[K comparable] struct {
	last  map[K]remembered
	order []K // as they came; a key that was dropped stands there still
}

func (m *memory[K]) get(key K) (remembered, bool) {
	r, ok := m.last[key]
	return r, ok
}

func (m *memory[K]) put(key K, r remembered) {
	if m.last == nil {
		m.last = map[K]remembered{}
	}
	if _, known := m.last[key]; !known {
		for len(m.order) >= maxRemembered {
			delete(m.last, m.order[0])
			m.order = m.order[1:]
		}
		m.order = append(m.order, key)
	}
	m.last[key] = r
}

func (m *memory[K]) drop(key K) { delete(m.last, key) }

// remembered is a transaction, or a session where transaction is 0, in few words.
type remembered struct {
	session, transaction int
	capture              int
	client, server       netip.AddrPort
	time                 trace.Time
	outcome              trace.Outcome
	temporary            bool // it failed for a time
	grey                 bool // and the reply says: come again
}

// add looks for what s has to do with the sessions before it, and remembers s. place is the first capture of its timeline.
func (r *relations) add(s *trace.Session, w *way, place int, from, to netip.AddrPort) {
	me := remembered{session: s.ID, capture: place, client: from, server: to, time: s.Started}
	r.connection(me, s, w)
	for _, t := range s.Transactions {
		me.transaction, me.outcome = t.N, t.Outcome
		me.temporary, me.grey = temporary(t)
		r.transaction(me, t)
	}
}

// transaction relates one transaction.
func (r *relations) transaction(me remembered, t *trace.Transaction) {
	if id := messageID(t); id != "" {
		was, ok := r.byMessage.get(id)
		r.byMessage.put(id, me)
		if ok && was.session != me.session && !sameConnection(was, me) {
			r.tell(r.kind(me, was), me, was, "Message-ID "+id)
			return
		}
	}
	if len(r.byEnvelope.last) == 0 && !me.temporary {
		return
	}
	key := envelopeKey(me, t)
	if key == "" {
		return
	}
	was, ok := r.byEnvelope.get(key)
	if me.temporary {
		r.byEnvelope.put(key, me)
	} else {
		r.byEnvelope.drop(key)
	}
	if ok && was.session != me.session && me.time-was.time <= retryWithin && !sameConnection(was, me) {
		r.tell(r.kind(me, was), me, was, "the same client and envelope")
	}
}

// kind says what me is to what came before it.
func (r *relations) kind(me, was remembered) trace.RelationKind {
	switch {
	case me.client.Addr() != was.client.Addr() || !was.temporary:
		return trace.SameMessage
	case me.server.Addr() != was.server.Addr():
		return trace.NextMX
	case was.grey && me.outcome == trace.Accepted:
		return trace.Greylisted
	}
	return trace.RetryOf
}

func (r *relations) tell(kind trace.RelationKind, a, b remembered, evidence string) {
	if len(r.list) < maxRelations {
		r.list = append(r.list, trace.Relation{Kind: kind, A: trace.RelationEnd{Session: a.session, Transaction: a.transaction},
			B: trace.RelationEnd{Session: b.session, Transaction: b.transaction}, Evidence: evidence})
	}
}

// sameConnection says that two captures show one connection.
func sameConnection(a, b remembered) bool {
	return a.capture != b.capture && a.client == b.client && a.server == b.server
}

func messageID(t *trace.Transaction) string {
	if t.Message == nil || len(t.Message.MessageID) > 1000 {
		return ""
	}
	return t.Message.MessageID
}

// envelopeKey is client, reverse-path and recipients; "" if the envelope was not seen. A retry may carry fewer recipients: then
// it is found by its Message-ID or not at all.
func envelopeKey(me remembered, t *trace.Transaction) string {
	if t.ReversePath == nil || len(t.Recipients) == 0 || len(t.Recipients) > 100 {
		return ""
	}
	to := make([]string, len(t.Recipients))
	for i, rcpt := range t.Recipients {
		to[i] = strings.ToLower(rcpt.ForwardPath)
	}
	slices.Sort(to)
	return me.client.Addr().String() + "\n" + *t.ReversePath + "\n" + strings.Join(to, "\n")
}

// temporary says whether a transaction failed for a time, and whether the reply sounds like greylisting (RFC 6647 §2).
func temporary(t *trace.Transaction) (failed, grey bool) {
	if t.Outcome == trace.Accepted {
		return false, false
	}
	look := func(code int, text string) {
		if code/100 == 4 {
			failed = true
			grey = grey || strings.Contains(strings.ToLower(text), "greylist")
		}
	}
	for _, ref := range []*trace.ReplyRef{t.Reply, t.DataReply, t.Final} {
		if ref != nil {
			look(ref.Code, ref.Text)
		}
	}
	for _, rcpt := range t.Recipients {
		look(rcpt.Code, rcpt.Text)
	}
	return failed || t.Outcome == trace.Unfinished, grey
}
