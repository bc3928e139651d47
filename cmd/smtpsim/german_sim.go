package main

import "maps"

// germanSim has the keys and placeholders of englishSim.
func germanSim() map[string]string {
	all := germanLesson()
	maps.Copy(all, germanRun())
	maps.Copy(all, germanScenario())
	return all
}

func germanLesson() map[string]string {
	return map[string]string{
		"lesson.use":   "lesson [N]",
		"lesson.short": "SMTP lernen, indem du es tust, in einem simulierten Netz",
		"lesson.long": "lesson lehrt SMTP in einem simulierten Netz, dessen Rechner echtes SMTP und DNS sprechen. Du rätst, " +
			"siehst zu, tippst, machst kaputt und wieder heil; was auf der Leitung geschieht, entscheidet. Jede " +
			"getippte Zeile wird gesichert; du kannst mit q aufhören und später weitermachen. Ohne Nummer kommt die " +
			"Liste der Lektionen. Ist die Standardeingabe kein Terminal, oder mit --play, läuft die Lektion von selbst" +
			" und zeigt die Lösung.",
		"lesson.after": "nach {lessons}",
		"lesson.at":    "du bist bei {screen}",
		"lesson.start": "Fang an mit: smtpsim lesson {n}",
		"lesson.unsaved": "Dein Stand lässt sich nicht in {file} sichern: {why}. Die Lektion geht ohne weiter; --home ORDNER nennt " +
			"einen anderen Ort.",
		"lesson.aside": "Was bisher getippt wurde, gehört zu einem anderen Lauf oder einer anderen Ausgabe dieser Lektion; es " +
			"bleibt als {file}.",
		"lesson.resumed": "Willkommen zurück. {n} Zeilen sind wiederholt, du bist bei {screen}. Mit --restart fängt die Lektion neu " +
			"an.",
		"lesson.over":          "Diese Lektion hast du beendet. Mit --restart fängt sie neu an; was du getippt hast, bleibt.",
		"lesson.log":           "Was du getippt hast, steht in {file}.",
		"lesson.typed":         "{file} endet hier; die Lektion ist bei {screen}.",
		"lesson.captures":      "Die Pakete sind in {files}; sieh sie dir mit smtpsim analyze oder Wireshark an.",
		"lesson.captures.none": "Noch wurde nichts gesendet; {file} wurde nicht geschrieben.",
		"flag.play":            "von selbst durchlaufen und die Lösung zeigen",
		"flag.restart":         "neu anfangen; was bisher getippt wurde, bleibt daneben",
		"flag.seed":            "`ZAHL`, aus der alle Zufälle kommen; eine andere Zahl, ein anderer Verlauf",
		"flag.pcap.lesson":     "die Pakete in `DATEI` schreiben (pcapng); weitere Netze der Lektion heißen DATEI-3.5 und so fort",
		"flag.pcap.run":        "die Pakete in `DATEI` schreiben (pcapng)",
		"flag.home":            "den Stand in `ORDNER` sichern",
		"flag.student":         "`CODE` eines Platzes wie KRANICH-07; jeder hat seinen eigenen Stand",
		"flag.typed":           "das Getippte aus `DATEI` nehmen (- ist die Standardeingabe) und nichts sichern",
		"error.lesson":         "eine Lektion {lesson} gibt es nicht; es gibt {lessons}, siehe smtpsim lesson",
		"error.lesson.one":     "smtpsim lesson nimmt eine Lektion, bekam auch {argument}",
		"error.lesson.flag":    "{flag} wirkt nur mit der Nummer einer Lektion: smtpsim lesson 1 {flag}",
		"error.lesson.out":     "--out wirkt nur mit --play oder --typed: eine Lektion spielt auf dem Bildschirm",
		"error.lesson.open": "Lektion {lesson} ist in einem anderen Fenster offen; mach dort weiter oder nimm mit --student CODE einen " +
			"eigenen Platz ({file})",
		"error.typed.long": "{file}: erwartet werden höchstens {most} MiB getippte Zeilen",
		"error.together":   "{one} und {two} passen nicht zusammen",
		"error.seed":       "--seed {seed}: erwartet wird eine ganze Zahl von 0 bis 18446744073709551615",
		"error.student":    "--student {student}: erwartet wird ein Code aus Buchstaben, Ziffern und Bindestrichen wie KRANICH-07",
	}
}

func germanRun() map[string]string {
	return map[string]string{
		"run.use":   "run SZENARIO",
		"run.short": "Ein Szenario ausführen: ein Netz, seine Mail und ihr Ärger",
		"run.long": "run baut das Netz einer Szenariodatei (- ist die Standardeingabe) und lässt alles geschehen, in virtueller Zeit: Mail, DNS, " +
			"Warteschlangen, Störungen. Dieselbe Datei und derselbe Startwert ergeben dieselben Bytes. Mit --listen " +
			"reden echte Clients (telnet, openssl s_client, swaks, ein Mailprogramm) mit simulierten Hosts, im Takt " +
			"der Wanduhr, bis Strg-C.",
		"flag.listen":         "`WO` echte Clients hereinkommen: HOST[:PORT]=ADRESSE:PORT wie mx1=127.0.0.1:2525; auch mehrmals",
		"flag.journal":        "das Journal des Laufs in `DATEI` schreiben",
		"flag.replay":         "tun, was das Journal in `DATEI` sagt, und prüfen, dass es genauso verläuft",
		"flag.until":          "nach so viel virtueller `ZEIT` aufhören: 30s, 4h, 5d",
		"flag.unfold.run":     "mit --format ladder: ganz zeigen, was diese `NUMMERN` einklappen: 9,33",
		"run.listening":       "{host} lauscht auf {address}",
		"run.stop":            "Strg-C beendet den Lauf und zeigt, was geschah",
		"run.came":            "{client} ist mit {host} verbunden",
		"run.went":            "{client} ist weg",
		"run.more":            "{n} weitere Sitzungen, {first} bis {last}, sind nicht gezeigt; --full zeigt alle",
		"run.mailbox":         "Postfach: {user} auf {host} hat {subject}",
		"run.mailbox.more":    "und {n} weitere",
		"run.mailboxes.more":  "{n} weitere Postfächer mit Post sind nicht gezeigt; --full zeigt alle",
		"run.waiting.more":    "Wartet: {n} weitere auf {host}; --full zeigt alle",
		"run.next":            "Weiter: smtpsim run {scenario} --format ladder zeigt, wer was sagt, --pcap DATEI schreibt die Pakete.",
		"run.expect.unjudged": "Die Erwartungen des Szenarios wurden nicht geprüft: Dies war nicht sein eigener Lauf.",
		"run.subject":         "„{subject}“",
		"run.nosubject":       "eine Mail ohne Betreff",
		"run.unreadable":      "eine Mail ohne Kopf",
		"run.waiting":         "Wartet: Mail für {to} auf {host}, nächster Versuch in {next}",
		"run.stuck":           "Hängt: {who}",
		"run.none":            "Nichts wurde gesendet: das Szenario hat keine Mail, und niemand hat sich verbunden.",
		"run.waiting.now":     "Unterwegs: Mail für {to} auf {host}",
		"run.ladder.more":     "… {n} weitere Zeilen sind nicht gezeigt; --full zeigt alle",
		"run.encrypted":       "Verschlüsselt: Was gesagt wurde, steht nicht hier. Ein Mitschnitt hat die Schlüssel: --pcap DATEI, dann smtpsim analyze DATEI.",
		"run.summary":         "{time} virtuelle Zeit, {events} Ereignisse, {packets} Pakete, Startwert {seed}",
		"run.replayed":        "Schritte 1–{n} wiederholt: gleiche Prüfsumme {digest}",
		"run.pcap":            "{file}: {packets} Pakete",
		"run.journal":         "{file}: das Journal, Prüfsumme {digest}",
		"unit.day":            "Tage",
		"unit.point":          ",",
		"why.permission":      "keine Erlaubnis",
		"why.notdir":          "ein Teil des Namens ist eine Datei, kein Verzeichnis",
		"why.readonly":        "dort lässt sich nichts schreiben",
		"error.write":         "{where}: {why}",
		"output.standard":     "Standardausgabe",
		"why.full":            "der Datenträger ist voll",
		"error.span":          "{flag} {value}: erwartet wird eine Zeitspanne wie 30s, 4h oder 5d",
		"error.listen":        "--listen {address}: {why}",
		"error.listen.form":   "--listen {spec}: erwartet wird HOST[:PORT]=ADRESSE:PORT wie mx1=127.0.0.1:2525",
		"error.listen.port": "--listen {spec}: {port} ist kein Port; erwartet wird eine Zahl von 1 bis 65535, oder 0 für irgendeinen " +
			"freien",
		"error.listen.host":        "--listen {spec}: das Szenario hat keinen Host {host}; es hat {hosts}",
		"error.listen.used":        "--listen {address}: dort lauscht schon jemand; nimm einen anderen Port, oder 0 für irgendeinen freien",
		"error.listen.permission":  "--listen {address}: keine Erlaubnis; nimm einen Port über 1023, etwa 2525",
		"error.listen.address":     "--listen {address}: diese Adresse hat dieser Rechner nicht; nimm 127.0.0.1",
		"error.replay":             "{file}: {why}",
		"error.replay.with":        "--replay passt nicht zu {flag}: das Journal sagt alles",
		"error.scenario.one":       "run braucht ein Szenario, eine Datei oder einen Namen aus smtpsim scenario list: smtpsim run plain-mail",
		"error.scenario.directory": "{file}: ist ein Verzeichnis; nenne eine Szenariodatei",
		"error.output":             "{flag} {file}: {why}",
		"error.output.directory":   "{flag} {file}: ist ein Verzeichnis; nenne eine Datei darin",
		"error.output.missing":     "{flag} {file}: dieses Verzeichnis gibt es nicht; lege es zuerst an",
		"error.output.permission":  "{flag} {file}: keine Erlaubnis; prüfe die Rechte oder nenne eine andere Datei",
		"error.output.same":        "{flag} {file}: ist hier auch etwas anderes und ginge verloren; nenne eine andere Datei",
	}
}
