package main

// englishScenario is what scenario says, and run of expectations.
func englishScenario() map[string]string {
	return map[string]string{
		"run.expect.no":          "line {line}: expected {expected}; found {found}",
		"run.expect.early":       "line {line}: expected {expected}; the run ended before",
		"run.expect.failed":      "{file}: {n} of {all} expectations do not hold: {first}",
		"scenario.use":           "scenario",
		"scenario.short":         "Write and check scenario files; see the gallery",
		"scenario.long":          "scenario helps with scenario files: networks, their mail, their troubles, and what must come of it, as YAML. A gallery of them is part of the program: smtpsim run NAME runs one.",
		"scenario.list.short":    "List the gallery",
		"scenario.show.use":      "show NAME",
		"scenario.show.short":    "Print a scenario of the gallery",
		"scenario.check.use":     "check FILE...",
		"scenario.check.short":   "Tell everything that is wrong in scenario files",
		"scenario.check.long":    "check reads scenario files (- is standard input) and tells everything that is wrong in them: file, line, column, the line itself, and what was expected. Nothing is run. The status is 1 if something is wrong.",
		"scenario.check.ok":      "{file}: ok",
		"scenario.new.use":       "new [FILE]",
		"scenario.new.short":     "Write a small scenario with comments, to begin with",
		"scenario.new.long":      "new writes a small scenario with comments to FILE, or prints it. A file that is there already stays as it is.",
		"scenario.new.done":      "{file} is written; run it: smtpsim run {file}",
		"scenario.schema.short":  "Print the JSON schema of scenario files, for editors",
		"scenario.schema.long":   "schema prints the JSON schema of scenario files. An editor with YAML support completes and checks keys with it: put # yaml-language-server: $schema=scenario.schema.json on top of a scenario.",
		"error.scenario.command": "there is no smtpsim scenario {command}; there are {words}",
		"error.scenario.show":    "smtpsim scenario show needs one name of smtpsim scenario list",
		"error.scenario.check":   "{command} needs a file: smtpsim scenario check my-network.yaml",
		"error.scenario.near":    "the gallery has no scenario {name}; did you mean {near}?",
		"error.scenario.name":    "the gallery has no scenario {name}; see smtpsim scenario list",
		"error.scenario.wrong":   "{n} of {all} scenarios are wrong",
		"error.scenario.exists":  "{file}: is there already and stays as it is; name another file",
		"error.scenario.none":    "{file}: no such file, and the gallery has no scenario of that name; see smtpsim scenario list",
		"error.scenario.like":    "{file}: no such file, and the gallery has no scenario of that name; did you mean {near}?",
	}
}
