package render

import (
	"strings"

	"github.com/smtpsim/smtpsim/trace/table"
)

// text is the catalog's text for key in lang. A word of the model that the catalog does not know stands for itself:
// end.newly-named gives "newly-named".
func text(lang Lang, key string) string {
	if s, ok := lookup(lang, key); ok {
		return s
	}
	_, word, _ := strings.Cut(key, ".")
	return table.Visible(word)
}

// lookup says whether the catalog has a text for key.
func lookup(lang Lang, key string) (string, bool) {
	if lang == German {
		s, ok := german[key]
		return s, ok
	}
	s, ok := english[key]
	return s, ok
}
