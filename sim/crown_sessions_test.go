package sim

import (
	"encoding/json"
	"fmt"

	"github.com/smtpsim/smtpsim/trace"
)

// sameSessions compares what the tap's dialogue and the analyzer made of the same connections, in every field that JSON
// prints: events with their packets, offsets and times, transactions, findings, timing. Only where the session stands in
// its source may differ.
func sameSessions(tap, file []*trace.Session) []string {
	var out []string
	key := func(s *trace.Session) string { return s.Client + " to " + s.Server + " at " + s.Started.String() }
	left := map[string]*trace.Session{}
	for _, s := range file {
		left[key(s)] = s
	}
	for _, s := range tap {
		other := left[key(s)]
		if other == nil {
			out = append(out, key(s)+": not in the capture")
			continue
		}
		delete(left, key(s))
		a, b := parts(s), parts(other)
		for i := range max(len(a), len(b)) {
			var x, y string
			if i < len(a) {
				x = a[i]
			}
			if i < len(b) {
				y = b[i]
			}
			if x != y {
				out = append(out, fmt.Sprintf("%s:\n tap:     %s\n capture: %s", key(s), x, y))
			}
		}
	}
	for k := range left {
		out = append(out, k+": only in the capture")
	}
	return out
}

// parts are a session without its place, its events and its transactions, as JSON.
func parts(s *trace.Session) []string {
	bare := *s
	bare.ID, bare.Capture, bare.Events, bare.Transactions = 0, 0, nil, nil
	bare.DNS = nil                           // what a dialogue does not see: crown_lookups_test.go
	if bare.End == trace.SessionUnanswered { // the tap knows when the client gave up, a capture only when it last tried
		bare.Ended, bare.Timing.Total = 0, nil
	}
	out := []string{asJSON(bare)}
	for _, e := range s.Events {
		out = append(out, asJSON(e))
	}
	for _, t := range s.Transactions {
		out = append(out, asJSON(t))
	}
	return out
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
