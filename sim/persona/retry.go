package persona

import "time"

// Retry is a schedule for mail that could not be delivered yet: either Doubling, or Rules.
type Retry struct {
	Doubling *Doubling
	Rules    []RetryRule // the first rule whose Until is beyond the age decides; the last one goes on for ever
	Run      time.Duration
}

// Doubling waits as long as the message is old, within bounds (Postfix: minimal_backoff_time, maximal_backoff_time).
type Doubling struct{ Min, Max time.Duration }

// RetryRule is one rule of Exim's retry configuration.
type RetryRule struct {
	Until   time.Duration // age of the message
	Every   time.Duration // F: the interval; G: the first interval
	Percent int64         // G: the next interval is the one before times this / 100; 0 or 100: F
}

// Wait is how long to wait before the next try. age is the time since the message came, last the wait before this one
// (0 after the first try).
func (r *Retry) Wait(age, last time.Duration) time.Duration {
	if r.Doubling != nil {
		return r.align(min(max(age, r.Doubling.Min), r.Doubling.Max))
	}
	for i, rule := range r.Rules {
		if age >= rule.Until && i < len(r.Rules)-1 {
			continue
		}
		if rule.Percent > 100 && last >= rule.Every {
			return r.align(last / 100 * time.Duration(rule.Percent))
		}
		return r.align(rule.Every)
	}
	return r.align(0)
}

// align rounds up to the rhythm in which the software looks at its queue.
func (r *Retry) align(d time.Duration) time.Duration {
	if r.Run <= 0 {
		return max(d, time.Second)
	}
	return max((d+r.Run-1)/r.Run, 1) * r.Run
}
