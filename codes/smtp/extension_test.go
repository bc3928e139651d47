package smtp

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What RFC 2852 §4 calls a by-value and what not; T is a suffix.
func TestParseDeliverBy(t *testing.T) {
	for value, want := range map[string]DeliverBy{
		"120;R":      {Seconds: 120, Return: true},
		"120;RT":     {Seconds: 120, Return: true, Trace: true},
		"+98;r":      {Seconds: 98, Return: true},
		"-5;N":       {Seconds: -5},
		"0;NT":       {Trace: true},
		"-0;R":       {Return: true},
		"-7;R":       {Seconds: -7, Return: true},
		"999999999;": {Seconds: -1}, "1000000000;N": {Seconds: -1}, "120": {Seconds: -1}, "120;TR": {Seconds: -1}, "120;T": {Seconds: -1},
		"+-1;N": {Seconds: -1}, ";R": {Seconds: -1}, "": {Seconds: -1}, "1 2;R": {Seconds: -1}, "0x1;R": {Seconds: -1},
	} {
		got, ok := ParseDeliverBy(value)
		if bad := want == (DeliverBy{Seconds: -1}); ok == bad || ok && got != want {
			t.Errorf("%q: %+v %v, want %+v", value, got, ok, want)
		}
		if got, _ := ParseDeliverBy(value); ok && got.Sendable() != (!want.Return || want.Seconds > 0) {
			t.Errorf("%q: sendable %v", value, got.Sendable())
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		by := DeliverBy{rapid.Int64Range(-maxBySeconds, maxBySeconds).Draw(t, "seconds"), rapid.Bool().Draw(t, "return"), rapid.Bool().Draw(t, "trace")}
		if got, ok := ParseDeliverBy(by.String()); !ok || got != by {
			t.Errorf("%q: %+v %v", by.String(), got, ok)
		}
	})
}

func TestParseHold(t *testing.T) {
	for value, want := range map[string]time.Duration{"1": time.Second, "999999999": 999999999 * time.Second,
		"0": 0, "01": 0, "1000000000": 0, "-1": 0, "+1": 0, "": 0, "1h": 0} {
		if got, ok := ParseHoldFor(value); got != want || ok != (want > 0) {
			t.Errorf("HOLDFOR=%s: %v %v", value, got, ok)
		}
	}
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for value, good := range map[string]bool{"2026-03-02T09:00:00Z": true, "2026-03-02t09:00:00z": true, "2026-03-02T09:00:00+00:00": true,
		"2026-03-02T10:00:00+01:00": false, "2026-03-02": false, "2026-02-30T09:00:00Z": false, "": false} {
		if got, ok := ParseHoldUntil(value); ok != good || ok && !got.Equal(at) {
			t.Errorf("HOLDUNTIL=%s: %v %v", value, got, ok)
		}
	}
}

func TestParsePriority(t *testing.T) {
	for p := MinPriority; p <= MaxPriority; p++ {
		value := string(rune('0' + max(p, -p)))
		if p < 0 {
			value = "-" + value
		}
		if got, ok := ParsePriority(value); got != p || !ok {
			t.Errorf("%q: %d %v", value, got, ok)
		}
	}
	for _, value := range []string{"", "-", "-0", "+1", "10", "-10", "01", "a", "1 "} {
		if got, ok := ParsePriority(value); ok {
			t.Errorf("%q: %d, want none", value, got)
		}
	}
}

func TestParseRRVS(t *testing.T) {
	at := time.Date(2014, 4, 3, 23, 1, 0, 0, time.UTC)
	for value, want := range map[string]*RRVS{
		"2014-04-03T23:01:00Z": {Since: at}, "2014-04-03T23:01:00Z;R": {Since: at}, "2014-04-04T01:01:00+02:00;c": {Since: at, Continue: true},
		"2014-04-03T23:01:00.5Z": nil, "2014-04-03T23:01:00Z;": nil, "2014-04-03T23:01:00Z;X": nil, "": nil, "yesterday": nil,
	} {
		got, ok := ParseRRVS(value)
		if ok != (want != nil) || ok && (!got.Since.Equal(want.Since) || got.Continue != want.Continue) {
			t.Errorf("%q: %+v %v", value, got, ok)
		}
		if again, ok := ParseRRVS(got.String()); want != nil && (!ok || !again.Since.Equal(got.Since) || again.Continue != got.Continue) {
			t.Errorf("%q became %q", value, got)
		}
	}
}

func TestParseMTRK(t *testing.T) {
	const hash = "c0uosxl10NuuTW4kn06NonB5bJQ" // SHA-1 of "abcdefgh", after RFC 3887 §4.1, without padding
	for value, want := range map[string]MTRK{hash: {Certifier: hash}, hash + ":86400": {hash, 86400}, hash + "=:1": {hash, 1},
		"": {}, "abcd": {}, hash + ":": {}, hash + ":1234567890": {}, hash + ":-1": {}, "!" + hash[1:]: {}} {
		got, ok := ParseMTRK(value)
		if ok != (want != MTRK{}) || ok && got != want {
			t.Errorf("%q: %+v %v, want %+v", value, got, ok, want)
		}
		if again, ok := ParseMTRK(got.String()); want != (MTRK{}) && (!ok || again != got) {
			t.Errorf("%q became %q", value, got)
		}
	}
}

func TestSolicitation(t *testing.T) {
	for value, good := range map[string]bool{"net.example:ADV": true, "net.example:ADV,org.example:ADV:ADLT": true, "a": true,
		"": false, ",a": false, "a,": false, "1a": false, "a b": false, "a;b": false} {
		if got := IsSolicitation(value); got != good {
			t.Errorf("%q: %v", value, got)
		}
	}
	if got := Solicited("org.example:adv,net.example:ADV", []string{"net.example:ADV", "com.example:X"}); got != "net.example:ADV" {
		t.Errorf("%q", got)
	}
}

// Whatever a client sends as a value, what is taken can be said again and means the same.
func FuzzExtensionValues(f *testing.F) {
	for _, s := range []string{"120;RT", "-0;N", "2014-04-03T23:01:00Z;C", "c0uosxl10NuuTW4kn06NonB5bJQ:86400", "net.example:ADV,a", "-9", "999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if by, ok := ParseDeliverBy(s); ok {
			if again, ok := ParseDeliverBy(by.String()); !ok || again != by {
				t.Errorf("BY=%s became %s", s, by)
			}
		}
		if r, ok := ParseRRVS(s); ok {
			if again, ok := ParseRRVS(r.String()); !ok || !again.Since.Equal(r.Since) || again.Continue != r.Continue {
				t.Errorf("RRVS=%s became %s", s, r)
			}
		}
		if m, ok := ParseMTRK(s); ok {
			if again, ok := ParseMTRK(m.String()); !ok || again != m {
				t.Errorf("MTRK=%s became %s", s, m)
			}
		}
		if d, ok := ParseHoldFor(s); ok && (d < time.Second || d > 999_999_999*time.Second) {
			t.Errorf("HOLDFOR=%s: %v", s, d)
		}
		if p, ok := ParsePriority(s); ok && (p < MinPriority || p > MaxPriority) {
			t.Errorf("MT-PRIORITY=%s: %d", s, p)
		}
		_, _ = ParseHoldUntil(s)
		if IsSolicitation(s) && Solicited(s, []string{s}) == "" && !strings.Contains(s, ",") {
			t.Errorf("SOLICIT=%s does not match itself", s)
		}
	})
}
