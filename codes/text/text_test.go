package text

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// Every language says the same: same keys in the same order, same placeholders, nothing empty.
func TestLanguagesAgree(t *testing.T) {
	english := For("en")
	total := 0
	for _, language := range Languages() {
		c := For(language)
		for _, kind := range Kinds() {
			if !slices.Equal(c.Keys(kind), english.Keys(kind)) {
				t.Errorf("%s, %s: the keys differ from the English ones", language, kind)
			}
			for _, key := range english.Keys(kind) {
				total++
				e, ok := c.Lookup(kind, key)
				model, _ := english.Lookup(kind, key)
				if !ok || e.Title == "" || e.Text == "" {
					t.Errorf("%s, %s %s: empty", language, kind, key)
				}
				if (e.Sender == "") != (kind != "reason") || (e.Admin == "") != (kind != "reason") || (e.Recipient == "") != (kind != "reason") {
					t.Errorf("%s, %s %s: advice is missing or out of place", language, kind, key)
				}
				if !slices.Equal(names(e), names(model)) {
					t.Errorf("%s, %s %s: placeholders %v, in English %v", language, kind, key, names(e), names(model))
				}
			}
		}
	}
	if total < 800 {
		t.Errorf("only %d texts", total)
	}
}

func names(e Entry) []string {
	found := placeholder.FindAllString(e.Title+e.Text+e.Sender+e.Admin+e.Recipient, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// How the texts are written: short, whole sentences, no title with a full stop, German that says du.
func TestStyle(t *testing.T) {
	formal := regexp.MustCompile(`\b(Sie können|Sie müssen|Ihre[mnrs]?|Ihnen|bitten Sie|prüfen Sie|E-Mail-Client)\b`)
	for _, language := range Languages() {
		c := For(language)
		for _, kind := range Kinds() {
			seen := map[string]string{}
			for _, key := range c.Keys(kind) {
				e, _ := c.Lookup(kind, key)
				if strings.HasSuffix(e.Title, ".") || utf8.RuneCountInString(e.Title) > 100 {
					t.Errorf("%s, %s %s: title %q", language, kind, key, e.Title)
				}
				if first, _ := utf8.DecodeRuneInString(e.Title); unicode.IsLower(first) {
					t.Errorf("%s, %s %s: title %q begins small", language, kind, key, e.Title)
				}
				for _, s := range []string{e.Text, e.Sender, e.Admin, e.Recipient} {
					if s != "" && !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "?") && !strings.HasSuffix(s, ".)") {
						t.Errorf("%s, %s %s: no end: %q", language, kind, key, s)
					}
					if strings.Contains(s, "  ") || utf8.RuneCountInString(s) > 480 {
						t.Errorf("%s, %s %s: too long or ragged: %q", language, kind, key, s)
					}
					if language == "de" && formal.MatchString(s) {
						t.Errorf("%s, %s %s: not du: %q", language, kind, key, s)
					}
				}
				if other := seen[e.Text]; other != "" && len(e.Text) > 200 {
					t.Errorf("%s, %s: %s and %s have the same text", language, kind, key, other)
				}
				seen[e.Text] = key
			}
		}
	}
}

// A German text is no English one left behind.
func TestGermanIsGerman(t *testing.T) {
	de, en := For("de_DE.UTF-8"), For("fr")
	for _, kind := range Kinds() {
		for _, key := range de.Keys(kind) {
			g, _ := de.Lookup(kind, key)
			e, _ := en.Lookup(kind, key)
			if g.Text == e.Text && len(e.Text) > 15 {
				t.Errorf("%s %s: %q in both", kind, key, g.Text)
			}
		}
	}
}

func TestFill(t *testing.T) {
	if got := Fill("{code} and {enhanced}, {other}", "code", "550", "enhanced", "{code}"); got != "550 and {code}, {other}" {
		t.Error(got)
	}
}
