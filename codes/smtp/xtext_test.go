package smtp

import (
	"testing"

	"pgregory.net/rapid"
)

func TestPropertyXtext(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.String().Draw(t, "text")
		if got, ok := DecodeXtext(EncodeXtext(want)); !ok || got != want {
			t.Fatalf("%q -> %q -> %q", want, EncodeXtext(want), got)
		}
	})
}

// Examples of RFC 3461 and what is no xtext.
func TestXtext(t *testing.T) {
	for in, want := range map[string]string{"QQ314159": "QQ314159", "a+2Bb+3D": "a+b=", "a+2bb": "a+b", "": ""} {
		if got, ok := DecodeXtext(in); !ok || got != want {
			t.Errorf("%q: %q %v", in, got, ok)
		}
	}
	for _, bad := range []string{"+", "+2", "+G0", "a+"} {
		if _, ok := DecodeXtext(bad); ok {
			t.Errorf("%q is taken", bad)
		}
	}
}
