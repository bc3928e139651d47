package main

import (
	"strings"

	"github.com/smtpsim/smtpsim/trace/render"
)

// chooseLang sets the language before any text is made, help included: --lang, else SMTPSIM_LANG, else the operating
// system's language, else English.
func (a *app) chooseLang() error {
	a.lang = a.systemLang()
	if v := a.env("SMTPSIM_LANG"); v != "" {
		lang, ok := langOf(v)
		if !ok {
			return a.usage("error.lang.env", "value", v)
		}
		a.lang = lang
	}
	if v, given := langFlag(a.args); given {
		lang := render.Lang(v)
		if lang != render.English && lang != render.German {
			return a.usage("error.lang", "value", v)
		}
		a.lang = lang
	}
	return nil
}

// langFlag finds --lang in the arguments without knowing the commands; the last one counts, as for other flags.
func langFlag(args []string) (value string, given bool) {
	for i, arg := range args {
		switch {
		case arg == "--":
			return value, given
		case arg == "--lang" && i+1 < len(args):
			value, given = args[i+1], true
		case strings.HasPrefix(arg, "--lang="):
			value, given = strings.TrimPrefix(arg, "--lang="), true
		}
	}
	return value, given
}

// systemLang is the language of the environment, in the order of POSIX.1 §8.2, else of the operating system.
func (a *app) systemLang() render.Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := a.env(name); v != "" {
			lang, _ := langOf(v)
			return lang
		}
	}
	if a.osLang != nil {
		lang, _ := langOf(a.osLang())
		return lang
	}
	return render.English
}

// langOf reads a locale name as de_AT.UTF-8; what it does not know is English.
func langOf(locale string) (render.Lang, bool) {
	word, _, _ := strings.Cut(strings.ToLower(locale), ".")
	word, _, _ = strings.Cut(word, "_")
	word, _, _ = strings.Cut(word, "-")
	switch word {
	case "de":
		return render.German, true
	case "en":
		return render.English, true
	}
	return render.English, false
}
