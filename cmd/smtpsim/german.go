package main

// german has the keys and placeholders of english.
//
//house:table read, never written
var german = map[string]string{
	"root.short": "SMTP lernen und untersuchen",
	"root.long": "smtpsim lehrt und untersucht SMTP, das Protokoll, das Mail befördert: es liest Mitschnitte und " +
		"Nachrichten, erklärt Antwortcodes und simuliert Mail in einem eigenen Netz.",
	"help.short": "Einen Befehl erklären", "help.usage": "Aufruf:", "help.examples": "Beispiele:", "help.commands": "Befehle:",
	"help.flags": "Schalter:", "help.global": "Schalter jedes Befehls:", "help.command": "BEFEHL",
	"help.more":       "Mehr: {command} BEFEHL --help",
	"flag.lang":       "`SPRACHE`, en oder de (sonst SMTPSIM_LANG, die Sprache des Systems, Englisch)",
	"flag.color":      "`WANN` Farben: auto (auf einem Terminal, außer mit NO_COLOR), always, never",
	"flag.out":        "in `DATEI` schreiben; sie erscheint ganz oder gar nicht",
	"flag.help":       "diese Hilfe",
	"flag.format":     "`FORM` der Ausgabe: {words}",
	"flag.plain":      "Sätze statt Bilder, für Screenreader",
	"flag.ascii":      "nur mit ASCII-Zeichen zeichnen",
	"flag.width":      "Breite in `SPALTEN` (sonst die des Terminals, sonst 80)",
	"flag.full":       "nichts kürzen: jede Zeile und Antwort ganz",
	"version.short":   "Die Version zeigen",
	"completion.long": "completion gibt ein Skript aus, mit dem eine Shell Befehle und Schalter mit Tab ergänzt.\nFür bash: source <(smtpsim completion bash)", "completion.short": "Ein Skript zum Ergänzen mit Tab ausgeben",

	"analyze.use":   "analyze DATEI…",
	"analyze.short": "Die SMTP-Sitzungen in Mitschnitten zeigen",
	"analyze.long": "analyze liest Mitschnitte (pcap, pcapng) und zeigt die SMTP-Sitzungen darin: wer was zu wem sagte, was es " +
		"bedeutet, was aus jeder Mail wurde und was nicht stimmt. Wenige Sitzungen als Leiter, viele als Tabelle.",
	"analyze.session":  "nur Sitzung `N`; auch mehrmals",
	"analyze.together": "eine Leiter für alle Sitzungen, eine Spalte je Host",
	"analyze.events":   "mit --format ndjson: auch die Ereignisse jeder Sitzung",
	"analyze.rows":     "mit --format csv: welche `ZEILEN`: sessions (sonst), transactions, recipients, findings",
	"analyze.unfold":   "Antworten mit diesen `NUMMERN` ganz zeigen: 4,9",
	"analyze.rough":    "Diese {n} von {all} Sitzungen liefen nicht glatt; --full oder --format table zeigt alle.",
	"analyze.first":    "Die ersten {n} von {all} Sitzungen; alle liefen glatt; --full oder --format table zeigt alle.",
	"analyze.many":     "{n} Sitzungen. Eine als Leiter: smtpsim analyze --session {first} {file}",
	"analyze.progress": "{file}: {percent} % gelesen, {sessions} Sitzungen",

	"trace.use":   "trace DATEI…|-",
	"trace.short": "Den Weg einer Nachricht nach ihren Received-Zeilen zeigen",
	"trace.long": "trace liest Nachrichten (.eml, mbox, Maildir oder die Standardeingabe als -) und zeigt ihren Weg von Server zu " +
		"Server: wer sie von wem nahm, wann, wie lange sie wartete, wie weit jeder Zeile zu trauen ist.",

	"trace.trust": "Server, denen du `TRAUST`: mx.example, .example, 192.0.2.0/24; zeigt, wie weit die Zeilen gelten",

	"codes.use":   "codes CODE|ZEILE…",
	"codes.short": "Antwortcodes, Befehle, Schlüsselwörter und Befunde erklären",
	"codes.long": "codes erklärt, was ein Server gesagt hat: einen Antwortcode (550), einen erweiterten Statuscode (5.1.1), eine " +
		"ganze Antwortzeile, einen Befehl, ein EHLO-Schlüsselwort oder einen Befund von analyze und trace. Ohne " +
		"Argumente liest es Zeilen von der Standardeingabe.",
	"codes.list.use":   "list [replies|enhanced|verbs|keywords|findings]",
	"codes.list.short": "Auflisten, was codes erklären kann",
	"codes.unknown":    "über {query} ist nichts bekannt; smtpsim codes list zeigt, was es gibt",

	"error.internal":        "interner Fehler: {what}; bitte melde ihn mit dem Befehl und der Eingabe, die hierher führten",
	"error.lang":            "--lang {value}: erwartet wird en oder de",
	"error.lang.env":        "SMTPSIM_LANG={value}: erwartet wird en oder de; lösche die Variable oder setze eines davon",
	"error.command":         "unbekannter Befehl {command}; smtpsim help zählt sie auf",
	"error.command.near":    "unbekannter Befehl {command}; meinst du {near}? smtpsim help zählt alle auf",
	"error.arguments":       "{command} nimmt kein Argument, bekam {argument}",
	"error.flag":            "{why}; siehe {command} --help",
	"error.flag.unknown":    "unbekannter Schalter {flag}; siehe {command} --help",
	"error.flag.value":      "{flag} braucht einen Wert; siehe {command} --help",
	"error.flag.invalid":    "{flag} {value}: kein Wert dafür; siehe {command} --help",
	"error.flag.word":       "{flag} {value}: erwartet wird eines von {words}",
	"error.flag.with":       "{flag} wirkt nur mit {other}",
	"error.width":           "--width {value}: erwartet wird eine Zahl von 40 bis 400",
	"error.shell.missing":   "completion braucht eine Shell: bash, zsh, fish oder powershell",
	"error.files.capture":   "{command} braucht einen Mitschnitt: {command} mail.pcapng",
	"error.files.message":   "{command} braucht eine Nachricht oder - für die Standardeingabe: {command} nachricht.eml",
	"error.file":            "{file}: {why}",
	"error.file.missing":    "{file}: keine solche Datei; prüfe den Namen",
	"error.file.permission": "{file}: keine Erlaubnis; prüfe die Rechte oder nenne eine andere Datei",
	"error.file.maildir":    "{file}: ist ein Verzeichnis, aber kein Maildir mit cur und new; nenne Dateien mit Nachrichten",
	"error.message.empty":   "{file}: ist leer; erwartet wird eine Nachricht mit Feldern wie Received:",
	"error.message.none":    "{file}: Zeile 1: erwartet wird ein Feld wie \"Received: from …\"; das ist keine Nachricht",
	"error.trust":           "--trust {why}",
	"error.file.directory":  "{file}: ist ein Verzeichnis; nenne die Dateien darin",
	"error.out.directory":   "--out {file}: ist ein Verzeichnis; nenne eine Datei darin",
	"error.out.missing":     "--out {file}: dieses Verzeichnis gibt es nicht; lege es zuerst an",
	"error.out.input":       "--out {file}: ist auch eine Eingabe und ginge verloren; nenne eine andere Datei",
	"error.session":         "--session {n}: diese Sitzung gibt es nicht; der Mitschnitt hat 1 bis {last}",
	"error.session.number":  "--session {n}: Sitzungen zählen ab 1",
	"error.capture.empty":   "{file}: ist leer; erwartet wird ein Mitschnitt (pcap, pcapng); nimm einen auf mit: tcpdump -w mail.pcap port 25{more}",
	"error.capture":         "{file}: Stelle 0: {got} gefunden, erwartet wird ein Mitschnitt (pcap, pcapng oder gzip davon); ist es die richtige Datei?{more}",
	"error.more":            " (und {n} weitere Dateien)",
	"error.query":           "codes braucht einen Code oder eine Zeile: smtpsim codes 550",
	"error.kind":            "codes list {kind}: erwartet wird eines von {words}",
}
