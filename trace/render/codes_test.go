package render

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes"
	"pgregory.net/rapid"
)

func TestExplanation(t *testing.T) {
	line := "550-5.1.1 <nobody@west.example>: Recipient address rejected \x1b[31m"
	var b strings.Builder
	for _, o := range []Options{{}, {Lang: German, Width: 60}, {Glyphs: ASCII}} {
		lang := string(o.Lang)
		if lang == "" {
			lang = "en"
		}
		if err := WriteExplanation(&b, codes.Explain(lang, line), o); err != nil {
			t.Fatal(err)
		}
		b.WriteString("\n")
	}
	golden(t, "explanation", b.String())
	var j bytes.Buffer
	if err := ExplanationJSON(&j, codes.Explain("en", line+"\xff"), true); err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(j.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	checkKeys(t, contract(t), "", v)
}

func TestEntriesList(t *testing.T) {
	var b strings.Builder
	for _, kind := range codes.Kinds() {
		if err := WriteEntries(&b, codes.ListIn("de", kind), Options{Lang: German}); err != nil {
			t.Fatal(err)
		}
		for _, e := range codes.List(kind) {
			if _, ok := english["status."+e.Status]; !ok && e.Status != "" {
				t.Errorf("no label for the status %q of %s %s", e.Status, e.Kind, e.Key)
			}
			if _, ok := english["kind."+string(e.Kind)]; !ok {
				t.Errorf("no label for the kind %q", e.Kind)
			}
		}
	}
	for line := range strings.Lines(b.String()) {
		if n := cells(strings.TrimSuffix(line, "\n")); n > defaultWidth {
			t.Errorf("%d cells: %s", n, line)
		}
	}
}

// TestExplanationsAreHarmless holds the rules of doc.go for whatever a server may have said.
func TestExplanationsAreHarmless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Options{Width: rapid.IntRange(40, 120).Draw(t, "width"), Glyphs: Glyphs(rapid.IntRange(0, 1).Draw(t, "glyphs")), Plain: rapid.Bool().Draw(t, "plain")}
		x := codes.Explain("en", rapid.SampledFrom([]string{"550 ", "450 4.2.0 ", "MAIL FROM:", ""}).Draw(t, "head")+wire().Draw(t, "rest"))
		var b strings.Builder
		if err := WriteExplanation(&b, x, o); err != nil {
			t.Fatal(err)
		}
		checkHarmless(t, b.String(), o)
	})
}
