package persona

import "time"

// Schedule is how long a software goes on with mail that cannot be delivered yet, by itself: a host of any personality can
// be given it.
type Schedule struct {
	Name     string
	Waits    []time.Duration // between tries, the last one again and again; nil: Retry
	Retry    Retry
	DelayDSN time.Duration // a "delayed" report goes out after this; 0: never
	GiveUp   time.Duration // a message is returned after this: its last try is then
}

// ScheduleNames lists the schedules, in order.
func ScheduleNames() []string {
	return []string{"chasquid", "exim", "haraka", "maddy", "mox", "opensmtpd", "postfix", "stalwart"}
}

const day = 24 * time.Hour

// ScheduleByName gives the schedule of a software with its default settings; ok is false if there is none of that name.
// The place in each software's source stands beside its values.
func ScheduleByName(name string) (s Schedule, ok bool) {
	switch name {
	case "postfix": // src/global/mail_params.h: minimal_backoff_time, maximal_backoff_time, queue_run_delay
		s = Schedule{Retry: Retry{Doubling: &Doubling{Min: 300 * time.Second, Max: 4000 * time.Second}, Run: 300 * time.Second}, GiveUp: 5 * day}
	case "exim": // configure.default: F,2h,15m; G,16h,1h,1.5; F,4d,6h
		s = Schedule{Retry: Retry{Rules: []RetryRule{{Until: 2 * time.Hour, Every: 15 * time.Minute},
			{Until: 16 * time.Hour, Every: time.Hour, Percent: 150}, {Until: 4 * day, Every: 6 * time.Hour}}}, DelayDSN: day, GiveUp: 4 * day}
	case "opensmtpd": // scheduler_ramqueue.c scheduler_next: created + 400 s times the square of the step
		s = Schedule{Retry: Retry{Squares: 400 * time.Second}, DelayDSN: 4 * time.Hour, GiveUp: 4 * day}
	case "mox": // queue/queue.go: 7.5 min, doubled after each try; it may lie up to 5 s beside that
		s = Schedule{Waits: growing(7*time.Minute+30*time.Second, 8, 200), DelayDSN: 4 * time.Hour}
	case "chasquid": // internal/queue/queue.go nextDelay: by age
		s = Schedule{Retry: Retry{Rules: []RetryRule{{Until: time.Minute, Every: time.Minute}, {Until: 5 * time.Minute, Every: 5 * time.Minute},
			{Until: 10 * time.Minute, Every: 10 * time.Minute}, {Every: 20 * time.Minute}}}, GiveUp: 20 * time.Hour}
	case "haraka": // outbound/config.js temp_fail_intervals: 2 to the power of i+5 seconds, i from 1 to 12
		s = Schedule{Waits: growing(64*time.Second, 12, 200)}
	case "stalwart": // config/smtp/queue.rs
		s = Schedule{Waits: []time.Duration{2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour,
			2 * time.Hour, day, 3 * day}, DelayDSN: day, GiveUp: 5 * day}
	case "maddy": // internal/target/queue/queue.go: 15 min times 1.25 to the power of the try, 20 tries
		s = Schedule{Waits: growing(15*time.Minute, 19, 125)}
	default:
		return s, false
	}
	s.Name = name
	if s.GiveUp == 0 { // by the number of tries
		for _, w := range s.Waits {
			s.GiveUp += w
		}
	}
	return s, true
}

// growing are n waits, each percent of the one before.
func growing(first time.Duration, n int, percent int64) []time.Duration {
	out := make([]time.Duration, n)
	for i := range out {
		out[i] = first
		first = first / 100 * time.Duration(percent)
	}
	return out
}

// Moments are the ages at which a message is tried again and again, if no try succeeds and none takes time; the last one is
// when it is given up.
func (s *Schedule) Moments() []time.Duration {
	var out []time.Duration
	age, last := time.Duration(0), time.Duration(0)
	for age < s.GiveUp {
		if n := len(s.Waits); n > 0 {
			last = s.Waits[min(len(out), n-1)]
		} else {
			last = s.Retry.Wait(age, last)
		}
		age = min(age+last, s.GiveUp)
		out = append(out, age)
	}
	return out
}
