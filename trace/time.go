package trace

import "time"

// Time is a moment in nanoseconds since 1970-01-01 00:00 UTC. The zero value means "not known".
type Time int64

// FromStd converts t; a zero time.Time gives the zero Time.
func FromStd(t time.Time) Time {
	if t.IsZero() {
		return 0
	}
	return Time(t.UnixNano())
}

// Std converts to a time.Time in UTC; the zero Time gives the zero time.Time.
func (t Time) Std() time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(t)).UTC()
}

// Sub is the duration t-u.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t - u) }

// String is RFC 3339 in UTC with nanoseconds where they are known, "" for the zero Time.
func (t Time) String() string {
	if t == 0 {
		return ""
	}
	return t.Std().Format(time.RFC3339Nano)
}

// MarshalText makes JSON print a Time as String does.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// Seconds is a duration that JSON prints as a number of seconds.
type Seconds time.Duration

// MarshalJSON prints seconds with at most nine decimals and no exponent.
func (s Seconds) MarshalJSON() ([]byte, error) { return appendSeconds(nil, time.Duration(s)), nil }

func appendSeconds(b []byte, d time.Duration) []byte {
	if d < 0 {
		b = append(b, '-')
	}
	u := uint64(d)
	if d < 0 {
		u = -u
	}
	b = appendUint(b, u/1e9)
	frac := u % 1e9
	if frac == 0 {
		return b
	}
	b = append(b, '.')
	for div := uint64(1e8); frac > 0; div /= 10 {
		b = append(b, byte('0'+frac/div))
		frac %= div
	}
	return b
}

func appendUint(b []byte, u uint64) []byte {
	if u >= 10 {
		b = appendUint(b, u/10)
	}
	return append(b, byte('0'+u%10))
}
