package persona

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// Retry is a schedule for mail that could not be delivered yet: one of Doubling, Squares, Steps and Rules.
type Retry struct {
	Doubling *Doubling
	Squares  time.Duration   // > 0: the n-th new try comes n*n times this after the mail (qmail, OpenSMTPD)
	Steps    []time.Duration // the waits one after the other, the last one again and again
	Rules    []RetryRule     // the first rule whose Until is beyond the age decides; the last one goes on for ever
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
	switch {
	case r.Doubling != nil:
		return r.align(min(max(age, r.Doubling.Min), r.Doubling.Max))
	case r.Squares > 0:
		n := root(max(age, 0)/r.Squares) + 1
		return r.align(time.Duration(n*n)*r.Squares - age)
	case len(r.Steps) > 0:
		return r.align(r.step(age))
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

// root is the whole part of the square root.
func root(d time.Duration) int64 { return new(big.Int).Sqrt(big.NewInt(int64(d))).Int64() }

// step is the time to the next moment of Steps.
func (r *Retry) step(age time.Duration) time.Duration {
	at := time.Duration(0)
	for _, s := range r.Steps {
		if at += s; at > age {
			return at - age
		}
	}
	return r.Steps[len(r.Steps)-1]
}

// align rounds up to the rhythm in which the software looks at its queue.
func (r *Retry) align(d time.Duration) time.Duration {
	if r.Run <= 0 {
		return max(d, time.Second)
	}
	return max((d+r.Run-1)/r.Run, 1) * r.Run
}

// parse reads "double 300s 4000s", "squares 400s", "steps 1m 5m 20m" or Exim's "F,2h,15m; G,16h,1h,1.5; F,4d,6h".
func (r *Retry) parse(value string) error {
	parsed := Retry{Run: r.Run}
	kind, rest, _ := strings.Cut(value, " ")
	switch kind {
	case "double", "squares", "steps":
		var spans []time.Duration
		for _, w := range strings.Fields(rest) {
			var d time.Duration
			if err := parseSpan(&d, w); err != nil {
				return err
			}
			spans = append(spans, d)
		}
		switch {
		case kind == "double" && len(spans) == 2 && spans[0] <= spans[1]:
			parsed.Doubling = &Doubling{spans[0], spans[1]}
		case kind == "squares" && len(spans) == 1:
			parsed.Squares = spans[0]
		case kind == "steps" && len(spans) > 0:
			parsed.Steps = spans
		default:
			return fmt.Errorf("%s has other times behind it", kind)
		}
	default:
		for rule := range strings.SplitSeq(value, ";") {
			x, err := parseRule(strings.TrimSpace(rule))
			if err != nil {
				return err
			}
			parsed.Rules = append(parsed.Rules, x)
		}
	}
	*r = parsed
	return nil
}

// parseRule reads "F,2h,15m" or "G,16h,1h,1.5".
func parseRule(rule string) (x RetryRule, err error) {
	parts := strings.Split(rule, ",")
	if len(parts) < 3 || len(parts) != map[string]int{"F": 3, "G": 4}[parts[0]] {
		return x, fmt.Errorf(`expected a rule such as "F,2h,15m" or "G,16h,1h,1.5", found %q`, rule)
	}
	if err := errors.Join(parseSpan(&x.Until, parts[1]), parseSpan(&x.Every, parts[2])); err != nil {
		return x, err
	}
	if parts[0] == "G" {
		whole, part, _ := strings.Cut(parts[3], ".")
		percent, err := strconv.ParseUint(whole+(part + "00")[:2], 10, 16)
		if err != nil || percent <= 100 {
			return x, fmt.Errorf("expected a factor such as 1.5, found %q", parts[3])
		}
		x.Percent = int64(percent)
	}
	return x, nil
}
