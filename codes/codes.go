// Package codes knows the names and numbers of SMTP: reply codes, enhanced status codes, verbs, EHLO keywords, parameters,
// "with" protocol types, the reasons of refusals, and the findings that smtpsim reports; and it explains them.
//
//  1. registry/*.tsv are the facts, compiled from IANA's registries and the RFCs; codes/text has the explanations.
//  2. [Lookup] and [List] give an [Entry]: fact and explanation together.
//  3. [Explain] takes whatever somebody has before him: "550", "5.1.1", a whole reply line, a command, a keyword, the id of
//     a finding; and says what it means and what the people concerned can do ([Explanation]).
//
// Floor 0; read [Entry] first.
package codes

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/codes/text"
)

// Kind is what an entry is.
type Kind string

const (
	KindReply     Kind = "reply"     // "550"
	KindClass     Kind = "class"     // "5yz", "x5z", "5.X.Y", "X.1.YYY"
	KindEnhanced  Kind = "enhanced"  // "5.1.1", listed as "X.1.1"
	KindVerb      Kind = "verb"      // "MAIL"
	KindEHLO      Kind = "ehlo"      // "PIPELINING"
	KindParameter Kind = "parameter" // "SIZE"
	KindWith      Kind = "with"      // "ESMTPS"
	KindReason    Kind = "reason"    // "user_unknown"
	KindFinding   Kind = "finding"   // "bare-lf"
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{KindReply, KindClass, KindEnhanced, KindVerb, KindEHLO, KindParameter, KindWith, KindReason, KindFinding}
}

// Entry is one name or number and its explanation. JSON names follow the contract.
type Entry struct {
	Kind   Kind   `json:"kind"`
	Key    string `json:"key"`
	Title  string `json:"title"`
	Text   string `json:"text"`
	Source string `json:"source"` // "RFC 5321 §4.2.3"
	Status string `json:"status"` // reply: standard, extension, registry-only, vendor, folklore, deprecated; finding: its severity
}

// Lookup finds an entry, explained in English.
func Lookup(kind Kind, key string) (Entry, bool) { return LookupIn("en", kind, key) }

// LookupIn finds an entry, explained in a language ("en", "de"). Names may be in any case; an enhanced code may have its
// class ("5.1.1") or not ("X.1.1"), and keeps in Key what was asked for.
func LookupIn(language string, kind Kind, key string) (Entry, bool) {
	key = canonical(kind, key)
	listed := key
	if kind == KindEnhanced {
		if e, ok := smtp.ParseEnhanced(key); ok {
			listed = "X" + e.String()[1:]
		}
	}
	f, ok := facts().find(kind, listed)
	if !ok {
		return Entry{}, false
	}
	return f.entry(language, key), true
}

// canonical is the spelling in which the registry has the key.
func canonical(kind Kind, key string) string {
	switch kind {
	case KindReason, KindFinding:
		return strings.ToLower(key)
	case KindClass:
		return classKey(key)
	}
	return strings.ToUpper(key)
}

// classKey also takes "5xx", "5YZ", "5.x.x".
func classKey(key string) string {
	lower := strings.ToLower(key)
	switch {
	case len(lower) == 3 && isDigit(lower[0]) && (lower[1:] == "xx" || lower[1:] == "yz"):
		return lower[:1] + "yz"
	case len(lower) == 3 && lower[0] == 'x' && isDigit(lower[1]) && (lower[2] == 'z' || lower[2] == 'x'):
		return lower[:2] + "z"
	case len(lower) == 5 && isDigit(lower[0]) && (lower[1:] == ".x.x" || lower[1:] == ".x.y"):
		return lower[:1] + ".X.Y"
	case len(lower) >= 5 && lower[:2] == "x." && isDigit(lower[2]) && strings.Trim(lower[3:], ".xyz") == "":
		return "X." + lower[2:3] + ".YYY"
	}
	return key
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// List gives all entries of a kind in the registry's order, explained in English.
func List(kind Kind) []Entry { return ListIn("en", kind) }

// ListIn gives all entries of a kind in the registry's order, explained in a language.
func ListIn(language string, kind Kind) []Entry {
	var entries []Entry
	for _, f := range facts().kinds[kind] {
		entries = append(entries, f.entry(language, f.key))
	}
	return entries
}

// entry joins a fact with its text.
func (f fact) entry(language, key string) Entry {
	words, _ := text.For(language).Lookup(string(f.kind), f.textKey())
	return Entry{Kind: f.kind, Key: key, Title: words.Title, Text: words.Text, Source: f.source, Status: f.status}
}
