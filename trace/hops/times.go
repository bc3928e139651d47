package hops

import (
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// The thresholds. Among 58,000 pairs of hops in real mail, one in 20 to one in 9 has a negative delay, but with synchronised
// clocks one in 800 beyond a minute.
const (
	skewMin     = time.Minute
	slowMin     = time.Hour
	farOff      = 24 * time.Hour
	zoneStep    = 30 * time.Minute // zones differ by half hours
	zoneSlack   = 5 * time.Minute  // a clock may be off too
	zoneMax     = 26 * time.Hour   // from -1200 to +1400
	clockWindow = 10 * time.Minute // neighbours that agree this well can judge a clock between them
)

// times fills delays, elapsed time, findings of order, and clock estimates.
func (t *tracer) times() {
	hs := t.m.Hops
	first, last := trace.Time(0), trace.Time(0)
	for i := range hs {
		if hs[i].Time == 0 {
			continue
		}
		if first == 0 {
			first = hs[i].Time
		}
		last = hs[i].Time
		if i > 0 && hs[i-1].Time != 0 {
			d := hs[i].Time.Sub(hs[i-1].Time)
			s := trace.Seconds(d)
			hs[i].Delay = &s
			t.judgeDelay(i, d)
		}
	}
	if n := len(hs); n > 0 && first != 0 && last != 0 {
		e := trace.Seconds(last.Sub(first))
		t.m.Elapsed = &e
	}
	t.clocks()
}

// judgeDelay names a step back in time, or a long stay.
func (t *tracer) judgeDelay(i int, d time.Duration) {
	h, before := &t.m.Hops[i], &t.m.Hops[i-1]
	switch {
	case d < -farOff:
		t.findHop(i, "clock-far-off", h.TimeRaw, "The stamp of ", name(h.By.Host), " is ", span(-d), " earlier than the one before, by ",
			name(before.By.Host), ": one of the two clocks is far off, or a stamp is made up.")
	case d < -skewMin:
		if steps, rest := zoneError(d); steps != 0 && rest >= -skewMin && rest <= zoneSlack {
			t.findHop(i, "zone-skew", h.TimeRaw, "The stamp of ", name(h.By.Host), " is ", span(-d), " earlier than the one before, by ",
				name(before.By.Host), ": close to ", span(abs(time.Duration(steps)*zoneStep)), ", so one of the two has a wrong zone.")
			return
		}
		t.findHop(i, "clock-skew", h.TimeRaw, "The stamp of ", name(h.By.Host), " is ", span(-d), " earlier than the one before, by ",
			name(before.By.Host), ": one of the two clocks is wrong by at least that.")
	case d > slowMin:
		t.findHop(i, "slow-hop", h.TimeRaw, "The mail took ", span(d), " to this stamp: it waited in a queue, was fetched late, or the clocks differ.")
	}
}

// checkDate compares the Date field, the sender's clock, with the first stamp.
func (t *tracer) checkDate() {
	f, ok := t.section.First("Date")
	i := t.firstStamp()
	if !ok || t.m.Date == 0 || i < 0 || t.m.DateZone == "" {
		return
	}
	h := &t.m.Hops[i]
	d := t.m.Date.Sub(h.Time)
	steps, rest := zoneError(d)
	zone := shiftZone(t.m.DateZone, steps)
	switch {
	case d > skewMin && steps != 0 && zone != "":
		t.find("date-wrong-zone", f.Line, f.Raw, "Date lies ", span(d), " after the first stamp, by ", name(h.By.Host), ". With the zone ", zone,
			" instead of ", t.m.DateZone, " it would lie ", span(abs(rest)), after(rest), same(zone, h.Zone),
			": the sender's zone or clock is set wrong. That is no sign of forgery.")
	case d > farOff:
		t.find("clock-far-off", f.Line, f.Raw, "Date lies ", span(d), " after the first stamp, by ", name(h.By.Host),
			": the sender's clock is far off.")
	case d > skewMin:
		t.find("clock-skew", f.Line, f.Raw, "Date lies ", span(d), " after the first stamp, by ", name(h.By.Host),
			": the sender's clock or that server's is wrong. That is no sign of forgery.")
	case d < -skewMin && steps != 0 && zone == h.Zone && zone != t.m.DateZone && abs(rest) <= skewMin:
		t.find("date-wrong-zone", f.Line, f.Raw, "Date lies ", span(-d), " before the first stamp, by ", name(h.By.Host), ". With that server's zone ",
			zone, " instead of ", t.m.DateZone, " it would fit: the sender's zone may be set wrong, or the mail waited.")
	case d < -slowMin:
		t.find("date-before-first-stamp", f.Line, f.Raw, "Date lies ", span(-d), " before the first stamp, by ", name(h.By.Host),
			": the mail waited at the sender's, or the sender's clock or zone is wrong.")
	}
}

// firstStamp is the first hop in time order whose time is known; -1: none.
func (t *tracer) firstStamp() int {
	for i := range t.m.Hops {
		if t.m.Hops[i].Time != 0 {
			return i
		}
	}
	return -1
}

// zoneError splits d into whole half hours and a rest of at most zoneSlack. steps is 0 where d does not look like a zone.
func zoneError(d time.Duration) (steps int, rest time.Duration) {
	n := (d + zoneStep/2) / zoneStep
	if d < 0 {
		n = (d - zoneStep/2) / zoneStep
	}
	rest = d - n*zoneStep
	if abs(d) > zoneMax || abs(rest) > zoneSlack {
		return 0, d
	}
	return int(n), rest
}

// shiftZone is the zone that lies so many half hours east of zone; "" if there is no such zone.
func shiftZone(zone string, steps int) string {
	if len(zone) != 5 || zone == "-0000" {
		return ""
	}
	hours, err1 := strconv.Atoi(zone[1:3])
	minutes, err2 := strconv.Atoi(zone[3:])
	if err1 != nil || err2 != nil {
		return ""
	}
	m := hours*60 + minutes
	if zone[0] == '-' {
		m = -m
	}
	m += steps * int(zoneStep/time.Minute)
	if m < -12*60 || m > 14*60 {
		return ""
	}
	sign := "+"
	if m < 0 {
		sign, m = "-", -m
	}
	two := func(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }
	return sign + two(m/60) + two(m%60)
}

func after(rest time.Duration) string {
	if rest < 0 {
		return " before it"
	}
	return " after it"
}

// same says where a zone agrees with the server's.
func same(zone, server string) string {
	if zone == server {
		return ", and that server's zone is " + server + " too"
	}
	return ""
}

// clocks estimates clocks that are wrong between neighbours that agree: a run of stamps by one host, with stamps of other
// hosts before and behind it that lie in order and close together.
func (t *tracer) clocks() {
	hs := t.m.Hops
	for i := 1; i < len(hs); {
		end := i + 1 // the run is hs[i:end]
		for end < len(hs) && strings.EqualFold(hs[end].By.Host, hs[i].By.Host) {
			end++
		}
		if end < len(hs) {
			t.clock(i, end)
		}
		i = end
	}
}

func (t *tracer) clock(start, end int) {
	hs := t.m.Hops
	before, behind := hs[start-1].Time, hs[end].Time
	if before == 0 || behind == 0 || hs[start].Time == 0 || hs[end-1].Time == 0 || hs[start].By.Host == "" {
		return
	}
	gap := behind.Sub(before)
	if gap < -time.Second || gap > clockWindow || strings.EqualFold(hs[start-1].By.Host, hs[start].By.Host) {
		return
	}
	early, late := before.Sub(hs[start].Time), hs[end-1].Time.Sub(behind)
	if early <= skewMin && late <= skewMin {
		return
	}
	// True times lie in [before, behind], so the offset lies in [last-behind, first-before].
	low, high := late, -early
	tolerance := abs(high-low)/2 + time.Second // stamps are whole seconds
	c := Clock{Host: hs[start].By.Host, Offset: trace.Seconds(((low + high) / 2).Round(time.Second)), Tolerance: trace.Seconds(tolerance),
		Basis: "chain"}
	for _, known := range t.m.Clocks {
		if strings.EqualFold(known.Host, c.Host) {
			return
		}
	}
	t.m.Clocks = append(t.m.Clocks, c)
	for i := range hs {
		if strings.EqualFold(hs[i].By.Host, c.Host) && hs[i].Time != 0 {
			hs[i].TimeCorrected = hs[i].Time - trace.Time(c.Offset)
		}
	}
}

func abs(d time.Duration) time.Duration {
	if d < 0 {
		return -d
	}
	return d
}

// name is a host for a sentence.
func name(host string) string {
	if host == "" {
		return "a server that does not name itself"
	}
	return host
}

// span writes a duration for people: "61 min 12 s", "3 h 5 min", "2 d 4 h".
func span(d time.Duration) string {
	part := func(n time.Duration, unit string) string { return strconv.FormatInt(int64(n), 10) + " " + unit }
	two := func(a time.Duration, ua string, b time.Duration, ub string) string {
		if b == 0 {
			return part(a, ua)
		}
		return part(a, ua) + " " + part(b, ub)
	}
	d = d.Round(time.Second)
	switch {
	case d < time.Minute:
		return part(d/time.Second, "s")
	case d < 2*time.Hour:
		return two(d/time.Minute, "min", d%time.Minute/time.Second, "s")
	case d < 48*time.Hour:
		return two(d/time.Hour, "h", d%time.Hour/time.Minute, "min")
	}
	return two(d/(24*time.Hour), "d", d%(24*time.Hour)/time.Hour, "h")
}
