package smtp

import "strings"

// maxSolicit is the length of a list of solicitation class keywords (RFC 3865 §2.2: "limited to <= 1000 characters").
const maxSolicit = 1000

// IsSolicitation says whether s is a list of solicitation class keywords: `word 0*("," word)`, each a letter and then letters,
// digits and . - _ : (RFC 3865 §2.2).
func IsSolicitation(s string) bool {
	if len(s) > maxSolicit {
		return false
	}
	for word := range strings.SplitSeq(s, ",") {
		if word == "" || !isAlpha(word[0]) {
			return false
		}
		for i := range len(word) {
			if c := word[i]; !isAlpha(c) && !isDigit(c) && !strings.ContainsRune(".-_:", rune(c)) {
				return false
			}
		}
	}
	return true
}

// Solicited lists those of the refused classes that stand in the list s, joined by commas. RFC 3865 says nothing of case;
// domain names, of which the keywords are made, have none.
func Solicited(s string, refused []string) string {
	var both []string
	for word := range strings.SplitSeq(s, ",") {
		for _, r := range refused {
			if strings.EqualFold(word, r) {
				both = append(both, r)
			}
		}
	}
	return strings.Join(both, ",")
}
