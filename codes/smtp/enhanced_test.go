package smtp

import "testing"

// RFC 3463 §2: three numbers, the first 2, 4 or 5, the others of one to three digits; §1: no leading zeros.
func TestCutEnhanced(t *testing.T) {
	for s, want := range map[string]int{
		"5.1.1": 5, "2.0.0": 5, "4.999.999": 9, "5.10.20 text": 7, "5.1.1-": 5,
		"": 0, "5": 0, "5.1": 0, "5.1.": 0, "5..1": 0, "3.1.1": 0, "1.1.1": 0, "55.1.1": 0, "5.01.1": 0, "5.1.00": 0,
		"5.1000.1": 0, "5.1.1000": 0, "5.1.1.1": 0, "5-1-1": 0, "x5.1.1": 0,
	} {
		e, n := CutEnhanced(s)
		if n != want || e.IsZero() != (want == 0) {
			t.Errorf("%q: %v, %d octets, want %d", s, e, n, want)
		}
		if _, whole := ParseEnhanced(s); whole != (want > 0 && want == len(s)) {
			t.Errorf("%q: whole %v", s, whole)
		}
	}
}
