// Package text holds the explanations that smtpsim gives, in English and German.
//
//  1. catalog/LANGUAGE/KIND.txt are the texts: a key in brackets, a title, one paragraph, and for reasons of refusal a
//     line for each of the people concerned. They are for a tired administrator and a curious pupil alike.
//  2. [For] gives the [Catalog] of a language; [Catalog.Lookup] finds a text.
//  3. Every language has the same keys, in the same order, with the same {placeholders}; a test holds that.
//
// To add a language, copy catalog/en, translate, and add its name to [Languages] and For.
//
// Floor 0; read [Entry] first.
package text

import (
	"embed"
	"strings"
	"sync"
)

//go:embed catalog
var files embed.FS

// Entry is one explanation. Title is a short line without a full stop, Text one to three sentences; the others say what a
// person can do, and are only there for the kind "reason".
type Entry struct {
	Title, Text              string
	Sender, Admin, Recipient string
}

// Catalog is all texts of one language.
type Catalog struct {
	entries map[string]Entry
	keys    map[string][]string // of each kind, in the file's order
}

// Kinds are the kinds of texts, each a file of the catalog.
func Kinds() []string {
	return []string{"reply", "class", "enhanced", "verb", "ehlo", "parameter", "with", "reason", "finding", "phrase"}
}

// Languages are the languages that there are, English first.
func Languages() []string { return []string{"en", "de"} }

// The catalogs, read from the embedded files when first asked for.
//
//house:table read once, never changed
var (
	english = sync.OnceValue(func() *Catalog { return load("en") })
	german  = sync.OnceValue(func() *Catalog { return load("de") })
)

// For is the catalog of a language: "de", also "de-AT" or "de_DE.UTF-8"; English for every other.
func For(language string) *Catalog {
	tag := strings.ToLower(language)
	if tag == "de" || strings.HasPrefix(tag, "de-") || strings.HasPrefix(tag, "de_") || strings.HasPrefix(tag, "de.") {
		return german()
	}
	return english()
}

// Lookup finds the text of a key: "reply", "550".
func (c *Catalog) Lookup(kind, key string) (Entry, bool) {
	e, ok := c.entries[kind+"/"+key]
	return e, ok
}

// Keys are the keys of a kind in the catalog's order.
func (c *Catalog) Keys(kind string) []string { return append([]string(nil), c.keys[kind]...) }

// Fill puts values in place of {names}: Fill("the code {code}", "code", "550").
func Fill(s string, namesAndValues ...string) string {
	var pairs []string
	for i := 0; i+1 < len(namesAndValues); i += 2 {
		pairs = append(pairs, "{"+namesAndValues[i]+"}", namesAndValues[i+1])
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

func load(language string) *Catalog {
	c := &Catalog{entries: map[string]Entry{}, keys: map[string][]string{}}
	for _, kind := range Kinds() {
		data, err := files.ReadFile("catalog/" + language + "/" + kind + ".txt")
		if err != nil {
			continue // a test holds that it is there
		}
		c.read(kind, string(data))
	}
	return c
}

// read takes one file apart: entries are separated by empty lines.
func (c *Catalog) read(kind, data string) {
	for _, block := range strings.Split(data, "\n\n") {
		lines := strings.Split(strings.Trim(block, "\n"), "\n")
		key := strings.TrimSuffix(strings.TrimPrefix(lines[0], "["), "]")
		if len(lines) < 3 || key == lines[0] {
			continue
		}
		c.keys[kind] = append(c.keys[kind], key)
		c.entries[kind+"/"+key] = entry(lines[1:])
	}
}

func entry(lines []string) Entry {
	e := Entry{Title: lines[0]}
	for _, line := range lines[1:] {
		who, what, _ := strings.Cut(line, " ")
		switch who {
		case "@sender":
			e.Sender = what
		case "@admin":
			e.Admin = what
		case "@recipient":
			e.Recipient = what
		default:
			e.Text = strings.TrimPrefix(e.Text+" "+line, " ")
		}
	}
	return e
}
