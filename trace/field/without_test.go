package field

import "testing"

func TestWithout(t *testing.T) {
	for text, want := range map[string]string{
		"A: 1\r\nb: 2\r\n 3\r\nB: 4\r\nC: 5\r\n\r\nB: 6\r\n": "A: 1\r\nC: 5\r\n\r\nB: 6\r\n",
		"B: 1": "", "Bb: 1": "Bb: 1", "": "", "\r\nB: 1\r\n": "\r\nB: 1\r\n", " B: 1\r\nB:\r\n": " B: 1\r\n",
	} {
		if got := string(Without([]byte(text), "B")); got != want {
			t.Errorf("%q without B is %q, want %q", text, got, want)
		}
	}
}
