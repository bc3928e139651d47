package main

// germanScenario is what scenario says, and run of expectations.
func germanScenario() map[string]string {
	return map[string]string{
		"run.expect.no":          "Zeile {line}: erwartet wird {expected}; gefunden: {found}",
		"run.expect.early":       "Zeile {line}: erwartet wird {expected}; der Lauf war vorher zu Ende",
		"run.expect.failed":      "{file}: {n} von {all} Erwartungen treffen nicht zu: {first}",
		"scenario.use":           "scenario",
		"scenario.short":         "Szenario-Dateien schreiben und prüfen; die Galerie ansehen",
		"scenario.long":          "scenario hilft mit Szenario-Dateien: Netze, ihre Post, ihre Störungen und was dabei herauskommen muss, als YAML. Eine Galerie davon ist Teil des Programms: smtpsim run NAME führt eines aus.",
		"scenario.list.short":    "Die Galerie auflisten",
		"scenario.show.use":      "show NAME",
		"scenario.show.short":    "Ein Szenario der Galerie ausgeben",
		"scenario.check.use":     "check DATEI...",
		"scenario.check.short":   "Alles sagen, was an Szenario-Dateien falsch ist",
		"scenario.check.long":    "check liest Szenario-Dateien (- ist die Standardeingabe) und sagt alles, was darin falsch ist: Datei, Zeile, Spalte, die Zeile selbst und was erwartet wird. Ausgeführt wird nichts. Der Status ist 1, wenn etwas falsch ist.",
		"scenario.check.ok":      "{file}: in Ordnung",
		"scenario.new.use":       "new [DATEI]",
		"scenario.new.short":     "Ein kleines Szenario mit Kommentaren schreiben, zum Anfangen",
		"scenario.new.long":      "new schreibt ein kleines Szenario mit Kommentaren in DATEI oder gibt es aus. Eine Datei, die es schon gibt, bleibt, wie sie ist.",
		"scenario.new.done":      "{file} ist geschrieben; ausführen: smtpsim run {file}",
		"scenario.schema.short":  "Das JSON-Schema der Szenario-Dateien ausgeben, für Editoren",
		"scenario.schema.long":   "schema gibt das JSON-Schema der Szenario-Dateien aus. Ein Editor, der YAML kann, ergänzt und prüft damit Schlüssel: oben im Szenario steht dann # yaml-language-server: $schema=scenario.schema.json.",
		"error.scenario.command": "es gibt kein smtpsim scenario {command}; es gibt {words}",
		"error.scenario.show":    "smtpsim scenario show braucht einen Namen aus smtpsim scenario list",
		"error.scenario.check":   "{command} braucht eine Datei: smtpsim scenario check my-network.yaml",
		"error.scenario.near":    "die Galerie hat kein Szenario {name}; ist {near} gemeint?",
		"error.scenario.name":    "die Galerie hat kein Szenario {name}; siehe smtpsim scenario list",
		"error.scenario.wrong":   "{n} von {all} Szenarien sind falsch",
		"error.scenario.exists":  "{file}: gibt es schon und bleibt, wie es ist; einen anderen Namen nehmen",
		"error.scenario.none":    "{file}: keine solche Datei, und die Galerie hat kein Szenario dieses Namens; siehe smtpsim scenario list",
		"error.scenario.like":    "{file}: keine solche Datei, und die Galerie hat kein Szenario dieses Namens; ist {near} gemeint?",
	}
}
