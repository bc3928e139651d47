package play

// text is a sentence of the console itself in a language; the lessons have their own. German says "du".
func text(lang, key string) string {
	if lang == "de" {
		return german[key]
	}
	return english[key]
}
