package play

// text is a sentence of the console itself in a language; the lessons have their own. German says "du".
func text(lang, key string) string {
	if lang == "de" {
		return german()[key]
	}
	return english()[key]
}

func english() map[string]string {
	return map[string]string{
		"enter":               "Enter goes on.",
		"more":                "Enter shows the next line, `step all` shows the rest.",
		"guess":               "Your guess: {keys}, or `?` for \"I don't know\". It is locked before anything is computed.",
		"guess.first":         "First your guess; then the world shows who is right.",
		"sure":                "How sure are you? 1 a guess, 2 rather sure, 3 certain.",
		"yours":               "Your guess: {guess} (sureness {sure})",
		"because":             "Which line proves it? Type `because` and its number, for example `because 11`.",
		"because.number":      "`because` needs the number of a line, from 1 to {most}.",
		"do":                  "Your turn. `?` lists the commands, `hint` helps, `next` leaves this task open.",
		"sort":                "Type `sort` NAME RESULT for each of: {items}. Results: {outcomes}.",
		"sort.yes":            "{item} is in its place; {got} of {of}.",
		"sort.no":             "{item}: look at `dig {item}.example MX` and `dig {item}.example A` once more.",
		"interrupt":           "`q` saves and leaves the lesson.",
		"hint.none":           "Nothing is open here; Enter goes on.",
		"hint.solution":       "This does it: {line}",
		"lang":                "`lang de` or `lang en`.",
		"saved":               "Saved. You are at {screen}; `smtpsim lesson {lesson}` goes on from here.",
		"score":               "Done: {got} of {of} tasks.",
		"score.open":          "Still open, or shown to you: {list}.",
		"unknown":             "\"{word}\" is no word here. `?` lists all commands.",
		"unknown.near":        "\"{word}\" is no word here. Did you mean `{near}`?",
		"not-connected":       "{word} is for a server, and you are not connected; `telnet mx1 25` first.",
		"not-connected.leave": "You are not connected to a server; `q` saves and leaves the lesson.",
		"session.word":        "That went to the server. `:{word}` asks me.",
		"help.lesson":         "Lesson: Enter go on · `hint` · `why 18` · `back` `back 3` · `branches` · `ladder` `ladder 17` · `what-if off mx2` · `page` this page again · `next` leave a task open · `lang de` · `q` save and leave.",
		"help.world":          "World:",
		"help.session":        "In a session everything you type goes to the server; lesson words take a colon: `:hint` `:back` `:leave`. `::` sends a line that begins with a colon.",
		"back.none":           "There is nothing to undo.",
		"back.done":           "Undone ({n}): {what}. `branches` lists what you left; nothing is lost.",
		"back.session":        "You are in the session {label}",
		"branches.none":       "You have not gone back yet; there is one way only.",
		"branches.one":        "{name}: {n} lines, the last was: {last}. `branch {name}` goes there.",
		"step.none":           "There is nothing more to show; `run` or `clock +5m` lets things happen.",
		"ladder.none":         "Nothing has happened here yet.",
		"ladder.cut":          "({n} more lines in between; `ladder` shows them all)",
		"why":                 "`why` needs the number of a line that you see, for example `why 18`.",
		"what-if":             "`what-if off mx2` runs it again with one thing changed; also `silent mx2`, `zone delete west.example MX`, and `… at 12`.",
		"what-if.same":        "With \"{fault}\" nothing would be different.",
		"what-if.first":       "What if \"{fault}\"? #{n} is the first difference.",
		"what-if.left":        "as it was",
	}
}

func german() map[string]string {
	return map[string]string{
		"enter":               "Enter geht weiter.",
		"more":                "Enter zeigt die nächste Zeile, `step all` den ganzen Rest.",
		"guess":               "Dein Tipp: {keys}, oder `?` für „weiß nicht“. Er gilt, bevor irgendetwas berechnet wird.",
		"guess.first":         "Erst dein Tipp; dann zeigt die Welt, wer recht hat.",
		"sure":                "Wie sicher bist du? 1 geraten, 2 ziemlich sicher, 3 ganz sicher.",
		"yours":               "Dein Tipp: {guess} (Sicherheit {sure})",
		"because":             "Welche Zeile beweist es? Tippe `because` und ihre Nummer, zum Beispiel `because 11`.",
		"because.number":      "`because` braucht die Nummer einer Zeile, von 1 bis {most}.",
		"do":                  "Du bist dran. `?` zeigt die Befehle, `hint` hilft, `next` lässt die Aufgabe offen.",
		"sort":                "Tippe `sort` NAME ERGEBNIS für jedes von: {items}. Ergebnisse: {outcomes}.",
		"sort.yes":            "{item} ist eingeordnet; {got} von {of}.",
		"sort.no":             "{item}: Sieh dir `dig {item}.example MX` und `dig {item}.example A` noch einmal an.",
		"interrupt":           "`q` speichert und verlässt die Lektion.",
		"hint.none":           "Hier ist nichts offen; Enter geht weiter.",
		"hint.solution":       "So geht es: {line}",
		"lang":                "`lang de` oder `lang en`.",
		"saved":               "Gespeichert. Du bist bei {screen}; `smtpsim lesson {lesson}` macht hier weiter.",
		"score":               "Geschafft: {got} von {of} Aufgaben.",
		"score.open":          "Noch offen oder vorgemacht: {list}.",
		"unknown":             "„{word}“ ist hier kein Wort. `?` zeigt alle Befehle.",
		"unknown.near":        "„{word}“ ist hier kein Wort. Meinst du `{near}`?",
		"not-connected":       "{word} ist für einen Server, und du bist mit keinem verbunden; erst `telnet mx1 25`.",
		"not-connected.leave": "Du bist mit keinem Server verbunden; `q` speichert und verlässt die Lektion.",
		"session.word":        "Das ging an den Server. `:{word}` fragt mich.",
		"help.lesson":         "Lektion: Enter weiter · `hint` Tipp · `why 18` warum · `back` `back 3` zurück · `branches` · `ladder` `ladder 17` · `what-if off mx2` · `page` diese Seite noch einmal · `next` Aufgabe offen lassen · `lang en` · `q` speichern und gehen.",
		"help.world":          "Welt:",
		"help.session":        "In einer Sitzung geht alles, was du tippst, an den Server; Wörter der Lektion bekommen einen Doppelpunkt: `:hint` `:back` `:leave`. `::` schickt eine Zeile, die mit einem Doppelpunkt beginnt.",
		"back.none":           "Es gibt nichts zurückzunehmen.",
		"back.done":           "Zurückgenommen ({n}): {what}. `branches` zeigt, was du verlassen hast; nichts ist verloren.",
		"back.session":        "Du bist in der Sitzung {label}",
		"branches.none":       "Du bist noch nicht zurückgegangen; es gibt nur einen Weg.",
		"branches.one":        "{name}: {n} Zeilen, die letzte war: {last}. `branch {name}` geht dorthin.",
		"step.none":           "Mehr gibt es nicht zu zeigen; `run` oder `clock +5m` lässt etwas geschehen.",
		"ladder.none":         "Hier ist noch nichts geschehen.",
		"ladder.cut":          "({n} weitere Zeilen dazwischen; `ladder` zeigt alle)",
		"why":                 "`why` braucht die Nummer einer Zeile, die du siehst, zum Beispiel `why 18`.",
		"what-if":             "`what-if off mx2` lässt alles noch einmal laufen, mit einer Änderung; auch `silent mx2`, `zone delete west.example MX` und `… at 12`.",
		"what-if.same":        "Mit „{fault}“ wäre nichts anders.",
		"what-if.first":       "Was wäre mit „{fault}“? #{n} ist der erste Unterschied.",
		"what-if.left":        "wie es war",
	}
}
