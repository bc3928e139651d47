package queue

import "time"

// released is from when on m may be tried: its age counts from there (RFC 4865 §4.2).
func (m *mail) released() time.Time {
	if m.asks != nil && m.asks.hold.After(m.arrived) {
		return m.asks.hold
	}
	return m.arrived
}

// notBefore is now, or later where m is held for a future release: who flushes the queue does not release it.
func (m *mail) notBefore(now time.Time) time.Time {
	if m.asks != nil && m.asks.hold.After(now) {
		return m.asks.hold
	}
	return now
}
