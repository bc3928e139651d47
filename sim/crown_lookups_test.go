package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/trace"
)

// TestCrownLookups: the look-ups and the attempts that the analyzer reads out of the capture are those of the world's own timeline.
func TestCrownLookups(t *testing.T) {
	for _, name := range []string{"mx-failover", "null-mx", "five-days", "backup-mx", "ipv6"} {
		t.Run(name, func(t *testing.T) {
			s := observe(t, name, 1)
			c := witnessed(t, s.pcapng, closed{})
			sameLines(t, "answers", answered(s), lookedUp(c, s.scenario))
			sameLines(t, "failed connects", neverOpened(s), gaveUp(c.sessions))
		})
	}
}

// answered are the DNS answers of the timeline.
func answered(s *sight) (out []string) {
	for _, e := range s.timeline.Entries {
		if e.Kind == trace.EntryAnswer {
			out = append(out, fmt.Sprintf("%s %s %s %s %s", e.Peer, e.Name, e.Type, e.Code, strings.Join(e.Answers, ", ")))
		}
	}
	return out
}

// lookedUp are the answers in the capture, by the host that asked.
func lookedUp(c *collector, sc *scenario.Scenario) (out []string) {
	names := map[netip.Addr]string{}
	for _, h := range sc.Hosts {
		for _, a := range h.Addrs {
			names[a] = h.Name
		}
	}
	for _, l := range c.lookups {
		if l.Rcode != "" {
			out = append(out, fmt.Sprintf("%s %s %s %s %s", names[l.Asker.Addr()], l.Name, l.Type, l.Rcode, strings.Join(l.Answers, ", ")))
		}
	}
	return out
}

// neverOpened are the connections of the timeline that were refused or stayed without an answer.
func neverOpened(s *sight) (out []string) {
	for _, e := range s.timeline.Entries {
		if e.Kind == trace.EntryConnect && e.Code != "open" {
			out = append(out, e.Name+" "+e.Code)
		}
	}
	return out
}

// gaveUp are those of the capture.
func gaveUp(sessions []*trace.Session) (out []string) {
	for _, s := range sessions {
		if s.End == trace.SessionRefused || s.End == trace.SessionUnanswered {
			out = append(out, s.Server+" "+string(s.End))
		}
	}
	return out
}

// sameLines compares without regard to order.
func sameLines(t *testing.T, what string, want, got []string) {
	t.Helper()
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("%s: the timeline has\n%s\nthe capture\n%s", what, strings.Join(want, "\n"), strings.Join(got, "\n"))
	}
	t.Logf("%d %s", len(want), what)
}

// TestFailoverIsOneDelivery: the attempts at the exchangers of one domain are joined, each with the look-ups that led to it.
func TestFailoverIsOneDelivery(t *testing.T) {
	c := witnessed(t, observe(t, "mx-failover", 1).pcapng, closed{})
	var next []string
	for _, r := range c.relations {
		if r.Kind == trace.NextMX {
			next = append(next, r.Evidence)
		}
	}
	if len(next) == 0 || !strings.Contains(next[0], "west.example") || !strings.Contains(next[0], "mx1.west.example, then mx2.west.example") {
		t.Errorf("attempts: %q", next)
	}
	for _, s := range c.sessions {
		if (strings.HasPrefix(s.Server, "198.51.100.25:") || strings.HasPrefix(s.Server, "198.51.100.26:")) &&
			!slices.ContainsFunc(s.DNS, func(l *trace.Lookup) bool { return l.Type == "MX" && l.Name == "west.example" }) {
			t.Errorf("%s: no MX look-up led to it: %v", s.Server, s.DNS)
		}
	}
}
