package persona

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSchedules: the ages of the first tries of each software, how many there are, and when it gives up.
func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		name, first  string // ages
		tries        int    // after the first one
		giveUp, told time.Duration
	}{
		{"postfix", "5m 10m 20m 40m 1h20m 2h30m", 107, 5 * day, 0},
		{"exim", "15m 30m 45m 1h 1h15m 1h30m 1h45m 2h 3h 4h30m 6h45m 10h7m30s 15h11m15s 22h46m52.5s 28h46m52.5s", 27, 4 * day, day},
		{"opensmtpd", "6m40s 26m40s 1h 1h46m40s 2h46m40s", 30, 4 * day, 4 * time.Hour},
		{"mox", "7m30s 22m30s 52m30s 1h52m30s 3h52m30s 7h52m30s 15h52m30s 31h52m30s", 8, 31*time.Hour + 52*time.Minute + 30*time.Second, 4 * time.Hour},
		{"chasquid", "1m 6m 16m 36m 56m", 63, 20 * time.Hour, 0},
		{"haraka", "64s 192s 448s 960s", 12, 262080 * time.Second, 0},
		{"stalwart", "2m 7m 17m 32m 1h2m 2h2m 4h2m 28h2m 100h2m", 10, 5 * day, day},
		{"maddy", "15m 33m45s 57m11.25s", 19, 0, 0},
	} {
		s, ok := ScheduleByName(c.name)
		if !ok || s.Name != c.name || !slices.Contains(ScheduleNames(), c.name) {
			t.Errorf("there is no %s", c.name)
			continue
		}
		got := s.Moments()
		for i, w := range strings.Fields(c.first) {
			if want, err := time.ParseDuration(w); err != nil || i >= len(got) || got[i] != want {
				t.Errorf("%s: tries at %v, want %s", c.name, got[:min(len(got), 16)], c.first)
				break
			}
		}
		if len(got) != c.tries || s.DelayDSN != c.told || c.giveUp > 0 && s.GiveUp != c.giveUp {
			t.Errorf("%s: %d tries, delay report after %v, given up after %v; want %d, %v, %v", c.name, len(got), s.DelayDSN, s.GiveUp, c.tries, c.told, c.giveUp)
		}
	}
	if _, ok := ScheduleByName("sendmail-x"); ok {
		t.Error("an unknown name has a schedule")
	}
	if len(ScheduleNames()) != 8 || !slices.IsSorted(ScheduleNames()) {
		t.Error(ScheduleNames())
	}
}
