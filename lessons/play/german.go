package play

// german has the keys and placeholders of english.
//
//house:table read, never written
var german = map[string]string{
	// weiter
	"enter":     "Enter geht weiter.",
	"end":       "Enter beendet die Lektion.",
	"stop":      "Enter geht weiter. Auch ein guter Platz für eine Pause: `q` speichert.",
	"more":      "Enter zeigt die nächste Zeile, `step all` alle.",
	"more.rest": "Enter zeigt den Rest.",
	"interrupt": "`q` speichert und verlässt die Lektion.",
	"saved":     "Gespeichert. Du bist bei {screen}; `smtpsim lesson {lesson}` macht hier weiter.",
	"full":      "Dieser Verlauf ist voll ({most} Zeilen). `smtpsim lesson` mit `--restart` beginnt einen neuen.",

	// Vorhersagen und Antworten
	"guess":        "Was erwartest du? {keys} oder `?` (weiß nicht). Dann zeigt es die Welt.",
	"answer":       "Deine Antwort: {keys} oder `?` (weiß nicht).",
	"guess.first":  "Sag erst, was du erwartest; dann zeigt es die Welt.",
	"sure":         "{guess}: Wie sicher? 1 geraten, 2 ziemlich, 3 ganz sicher. Oder wähl neu.",
	"unsure":       "Weiß nicht: auch eine Antwort. Enter legt sie fest, {keys} ändert sie, `help` zeigt Befehle.",
	"yours":        "Du sagtest {key}: {guess} ({sure})",
	"sure.0":       "weiß nicht",
	"sure.1":       "geraten",
	"sure.2":       "ziemlich sicher",
	"sure.3":       "ganz sicher",
	"first.counts": "Es zählt deine erste Antwort: {guess}.",

	// because
	"because":        "Welche Zeile ist es? `because` und ihre Nummer, zum Beispiel `because 3`.",
	"because.number": "`because` braucht die Nummer einer Zeile, von 1 bis {most}.",
	"because.unseen": "#{n} ist noch nicht zu sehen.",
	"because.none":   "`because` gehört zu Fragen nach einer Zeile; so eine ist hier nicht offen.",

	// tun und ordnen
	"do":          "Du bist dran. `?` Befehle, `hint` Tipp, `next` lässt die Aufgabe offen.",
	"do.session":  "Du sprichst mit dem Server. `:hint` hilft, `:leave` legt auf, `:next` lässt die Aufgabe offen.",
	"run.shown":   "So lief es:",
	"sort":        "Tippe einen Namen und ein Ergebnis, zum Beispiel `dora mx`. Namen: {items}. Ergebnisse: {outcomes}.",
	"sort.placed": "Bisher: {list}. {got} von {of} passen.",
	"sort.yes":    "{item} passt; {got} von {of}.",
	"sort.no":     "{item}: Sieh noch einmal nach, was dig dazu sagt.",
	"sort.none":   "Hier gibt es nichts zu ordnen.",

	// Tipps
	"hint.none":     "Hier ist nichts offen; Enter geht weiter.",
	"hint.guess":    "Auch `?` ist eine Antwort: Die Welt wird es zeigen.",
	"hint.solution": "So geht es: {line}",
	"hint.lines":    "So geht es:",

	// Stand
	"score":         "Geschafft: {got} von {of} Aufgaben.",
	"open":          "`open {first}` bis `open {last}` geht zu dieser Seite.",
	"score.missed":  "Anders beantwortet: {list}.",
	"score.open":    "Noch offen: {list}. `open {first}` geht dorthin.",
	"score.shown":   "Vorgemacht: {list}.",
	"score.guesses": "Was du erwartet hast, traf {got} von {of} Mal ein. Das zählt nicht.",
	"score.par":     "Zeilen, die du brauchtest (und die wenigsten bekannten): {list}.",
	"hand-in":       "Zum Abgeben: Lektion {lesson}, Platz {seat}, {got} von {of}, {n} Zeilen, Prüfwert {digest}",

	// Wörter, die niemand kennt
	"lang":                "`lang de` oder `lang en`.",
	"no-world":            "`{word}` braucht ein Netz, und diese Seite hat noch keines.",
	"unknown":             "„{word}“ ist hier kein Wort. `?` zeigt alle Befehle.",
	"unknown.near":        "„{word}“ ist hier kein Wort. Meinst du `{near}`?",
	"not-connected":       "{word} ist für einen Server, und du bist mit keinem verbunden: erst `telnet {host} 25`.",
	"not-connected.leave": "Du bist mit keinem Server verbunden; `q` speichert und verlässt die Lektion.",
	"session.world":       "`{word}` ist für deinen eigenen Rechner. Leg erst auf: `QUIT` oder `:leave`.",
	"session.word":        "Das ging an den Server. `:{word}` fragt mich.",
	"session":             "Du bist in einer Sitzung: {label}",

	// zurück
	"back":          "`back` nimmt die letzte Zeile zurück, `back 3` die letzten drei.",
	"back.none":     "Es gibt nichts zurückzunehmen.",
	"back.done":     "Zurückgenommen ({n}): {what}. `branches` zeigt, was du verlassen hast; nichts ist verloren.",
	"back.enough":   "Du bist so oft zurückgegangen, dass dieser Verlauf davon voll ist. Ab hier geht es nur noch weiter.",
	"branch.done":   "Du bist wieder auf Weg {name}.",
	"branches.none": "Du bist noch nicht zurückgegangen; es gibt nur einen Weg.",
	"branches.one":  "{name}: {n} Zeilen, bis {screen}, die letzte war: {last}. `branch {name}` geht dorthin.",

	// ansehen
	"step":          "`step`, `step 5`, `step reply`, `step command`, `step hop`, `step delivery`, `step all`.",
	"step.none":     "Mehr gibt es nicht zu zeigen; `run` oder `clock +5m` lässt etwas geschehen.",
	"ladder":        "`ladder` zeigt die Zeilen noch einmal, `ladder 5` die um Zeile 5, von 1 bis {most}.",
	"ladder.none":   "Hier ist noch nichts geschehen.",
	"ladder.cut":    "({n} weitere Zeilen dazwischen; `ladder` zeigt alle)",
	"ladder.before": "({n} Zeilen davor; `ladder` zeigt alle)",
	"ladder.stop":   "{n} weitere Zeilen folgen; `step all` zeigt sie.",
	"why":           "`why` braucht die Nummer einer Zeile, die du siehst, zum Beispiel `why 3`.",
	"what-if":       "`what-if off mx2` lässt alles noch einmal laufen, mit einer Änderung; auch `silent mx2`, `zone delete west.example MX`, `off mx2 at 12`.",
	"what-if.same":  "Mit „{fault}“ wäre nichts anders.",
	"what-if.first": "Was wäre mit „{fault}“? #{n} ist der erste Unterschied.",
	"what-if.left":  "wie es war",

	"why.dns-query":           "Eine Frage an den Nameserver. Wer nach einer Domain fragt, schickt noch keine Mail dorthin. RFC 1035 §4.1",
	"why.dns-answer.MX":       "Jeder Eintrag ist eine Zahl und ein Name: wer Mail für diese Domain nimmt. Die kleinste Zahl kommt zuerst dran. RFC 5321 §5.1",
	"why.dns-answer.A":        "Die Adresse eines Rechners. Erst mit ihr kann man jemanden anrufen. RFC 1035 §3.4.1",
	"why.dns-answer.none":     "Den Namen gibt es, einen Eintrag dieser Art nicht. RFC 2308 §2.2",
	"why.dns-answer.NXDOMAIN": "Diesen Namen gibt es nicht, und Warten ändert das nicht: Die Mail geht zurück. RFC 2308 §2.1",
	"why.dns-answer.SERVFAIL": "Der Nameserver konnte es nicht herausfinden. Das ist kein „nein“: Die Mail wartet. RFC 2308 §7.1",
	"why.connect":             "Eine TCP-Verbindung, noch ohne ein Wort SMTP. Abgelehnt oder stumm heißt: nächster Rechner, oder später. RFC 5321 §5.1",
	"why.queue":               "Die Mail bleibt bei diesem Server; er versucht es wieder, in immer größeren Abständen, tagelang. RFC 5321 §4.5.4.1",
	"why.delivery":            "Die Mail liegt im Postfach. Kein Server hat noch etwas mit ihr zu tun. RFC 5321 §4.4",
	"why.bounce":              "Der Server gibt auf und schreibt eine Meldung an den Rückweg; ihr eigener Rückweg ist leer. RFC 5321 §6.1",
	"why.fault":               "Jemand hat etwas geschaltet: du oder die Lektion.",

	// Hilfe
	"help.lesson": "Enter, weiter | weiter\nhint, tipp | ein Tipp; es gibt drei\nwhy 18, warum 18 | was Zeile 18 bedeutet\nbecause 11, weil 11 | Zeile 11 ist dein Beweis\n" +
		"ladder, ladder 17 | die Zeilen noch einmal; die um Zeile 17\nstep, step all | die nächste Zeile; alle\n" +
		"what-if off mx2 | dasselbe mit einer Änderung\nback, back 3 | die letzte Zeile zurücknehmen; die letzten drei\n" +
		"branches | Wege, die du verlassen hast\npage, seite | diese Seite noch einmal\nnext, auslassen | diese Aufgabe offen lassen\nopen 3.4, öffne 3.4 | zu einer anderen Seite gehen\nscore, stand | was geschafft ist\n" +
		"lang en | in English\nq | speichern und gehen",
	"help.world":   "In der Welt: {list}. `? dig` erklärt einen Befehl, `? welt` alle.",
	"help.session": "In einer Sitzung geht alles, was du tippst, an den Server. Wörter der Lektion bekommen dort einen Doppelpunkt: `:hint`, `:back`, `:leave`. `::` schickt eine Zeile, die mit einem Doppelpunkt beginnt.",

	"use.telnet":   "telnet RECHNER [PORT] | von Hand mit einem Server sprechen",
	"use.dig":      "dig NAME [ART] | den Nameserver fragen",
	"use.nslookup": "nslookup [-type=ART] NAME | dasselbe, wie nslookup es zeigt",
	"use.send":     "send VON AN [BETREFF] | jemanden eine Mail schreiben lassen",
	"use.mailbox":  "mailbox NAME [N] | jemandes Mails; Mail N",
	"use.mailq":    "mailq [RECHNER] | was in den Warteschlangen liegt",
	"use.log":      "log [RECHNER] | was ein Rechner getan haben will",
	"use.zone":     "zone | die Einträge; `zone add NAME ART DATEN`, `zone delete NAME ART`",
	"use.hosts":    "hosts | die Rechner und ihre Adressen",
	"use.off":      "off RECHNER | er lehnt Verbindungen ab",
	"use.silent":   "silent RECHNER | seine Pakete verschwinden",
	"use.on":       "on RECHNER | er läuft wieder",
	"use.clock":    "clock [+4h] | wie spät es ist; Zeit vergehen lassen",
	"use.run":      "run | alles geschehen lassen, was geschieht",
}
