package smtp_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

func TestALabels(t *testing.T) {
	for in, want := range map[string]string{
		"west.example":            "west.example",
		"bücher.example":          "xn--bcher-kva.example",
		"BÜCHER.example":          "xn--bcher-kva.example",
		"mail.münchen.example":    "mail.xn--mnchen-3ya.example",
		"παράδειγμα.example":      "xn--hxajbheg2az3al.example",
		"例え。テスト":                  "xn--r8jz45g.xn--zckzah",
		"他们为什么不说中文.example":       "xn--ihqwcrb4cv8a8dqg056pqjye.example", // RFC 3492 §7.1 (B)
		"pročprostěnemluvíčesky":  "xn--proprostnemluvesky-uyb24dma41a",   // (D)
		"bad\xff.example":         "bad\xff.example",
		"[IPv6:2001:db8::1]":      "[IPv6:2001:db8::1]",
		"xn--bcher-kva.straße.ch": "xn--bcher-kva.xn--strae-oqa.ch",
	} {
		if got := smtp.ALabels(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestUnitext(t *testing.T) {
	for in, want := range map[string]string{"utf-8;bob@west.example": "utf-8;bob@west.example",
		"utf-8;jürgen@例.example": `utf-8;j\x{FC}rgen@\x{4F8B}.example`, "a\xff": "a\xff"} {
		if got := smtp.EncodeUnitext(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	if got := smtp.DecodeUnitext(`a\x{3D}b\x{}c\x{110000}`); got != `a=b\x{}c\x{110000}` {
		t.Errorf("got %s", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[a-z@;ü例😀]{0,20}`).Draw(t, "s")
		if got := smtp.DecodeUnitext(smtp.EncodeUnitext(s)); got != s {
			t.Fatalf("%s: got %s", s, got)
		}
	})
}
