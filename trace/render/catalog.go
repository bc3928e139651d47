package render

// text is the catalog's text for key in lang; a key that is missing shows itself.
func text(lang Lang, key string) string {
	if s, ok := lookup(lang, key); ok {
		return s
	}
	return "«" + key + "»"
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
