package hops

import (
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// witnessWindow is how far a stamp may lie from the transaction it belongs to.
const witnessWindow = 10 * time.Minute

// Witness joins the hops of m with transactions of captured or simulated sessions: the queue id that the server named in its
// last reply is the id of its stamp, and HELO or address agree. It returns how many hops found their transaction.
func Witness(m *Message, sessions []*trace.Session) int {
	found := 0
	for i := range m.Hops {
		h := &m.Hops[i]
		if h.ID == "" || h.Witness != nil {
			continue
		}
		for _, s := range sessions {
			if tr := witness(h, s); tr != nil {
				h.Witness = &trace.HopWitness{Session: s.ID, Transaction: tr.N}
				found++
				break
			}
		}
	}
	return found
}

func witness(h *trace.Hop, s *trace.Session) *trace.Transaction {
	if h.Time != 0 && s.Started != 0 && (h.Time.Sub(s.Started) < -witnessWindow || s.Ended != 0 && h.Time.Sub(s.Ended) > witnessWindow) {
		return nil
	}
	if !metBySession(h, s) {
		return nil
	}
	for _, tr := range s.Transactions {
		if tr.QueueID != "" && strings.EqualFold(tr.QueueID, h.ID) {
			return tr
		}
	}
	return nil
}

// metBySession tells whether the session's client is the hop's: by address, or by HELO (after XCLIENT the address in the
// stamp is not the peer's).
func metBySession(h *trace.Hop, s *trace.Session) bool {
	if ip, _, ok := strings.Cut(s.Client, "]:"); ok && strings.TrimPrefix(ip, "[") == h.From.IP {
		return true
	}
	if i := strings.LastIndexByte(s.Client, ':'); i > 0 && s.Client[:i] == h.From.IP {
		return true
	}
	for _, p := range s.Phases {
		if p.Helo != nil && strings.EqualFold(p.Helo.Name, h.From.Helo) {
			return true
		}
	}
	return false
}
