package feature

import (
	"strings"
	"testing"
)

// ifax is what the recipient of RFC 4141 §9.2 can show.
const ifax = `(&(image-file-structure=TIFF-minimal) (MRC-mode=0) (color=Binary)
 (|(&(dpi=204) (dpi-xyratio=[204/98,204/196]) ) (&(dpi=200) (dpi-xyratio=[200/100,1]) ) )
 (image-coding=[MH,MR,MMR]) (size-x<=2150/254) (paper-size=[letter,A4]) (ua-media=stationery) )`

func TestMatch(t *testing.T) {
	page := Facts{"image-file-structure": "TIFF-minimal", "mrc-mode": "0", "color": "Binary", "dpi": "200", "dpi-xyratio": "2",
		"image-coding": "mmr", "size-x": "8.46", "paper-size": "A4", "ua-media": "stationery"}
	f, err := Parse(ifax)
	if err != nil || !f.Match(page) {
		t.Errorf("%v: a page that fits was refused", err)
	}
	for tag, value := range map[string]string{"dpi": "400", "image-coding": "JBIG", "size-x": "8.5", "color": ""} {
		other := Facts{tag: value}
		for k, v := range page {
			if _, set := other[k]; !set {
				other[k] = v
			}
		}
		if f.Match(other) {
			t.Errorf("%s=%s fits", tag, value)
		}
	}
	for text, want := range map[string]bool{`(type="text/plain")`: false, `(| (type="text/plain") (type="text/html"))`: true, `(!(type="text/plain"))`: true,
		`(width>=100)`: true, `(width=[1..50,90..100])`: true, `(height>=1)`: false, `(&)`: true, `(|)`: false} {
		f, err := Parse(text)
		if err != nil || f.Match(Facts{"type": "text/html", "width": "100"}) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{"": "octet 1: expected (", "(": "octet 2: expected a feature tag", "(a": "expected =", "(a=": "a value",
		"(a=b": "expected )", "(a=[b": "]", "(!(a=b)(a=b))": "one filter", "(a<=b)": "a number", "(a=b) x": "the end",
		strings.Repeat("(&", 99): "fewer parentheses", strings.Repeat("x", 9000): "8192"} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %q", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(ifax)
	f.Add(`(a="b)`)
	f.Fuzz(func(t *testing.T, s string) {
		if filter, err := Parse(s); err == nil {
			filter.Match(filter.Facts())
		}
	})
}
