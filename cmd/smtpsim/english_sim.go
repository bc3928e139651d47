package main

import "maps"

// englishSim is what lesson and run say.
func englishSim() map[string]string {
	all := englishLesson()
	maps.Copy(all, englishRun())
	maps.Copy(all, englishScenario())
	return all
}

func englishLesson() map[string]string {
	return map[string]string{
		"lesson.use":   "lesson [N]",
		"lesson.short": "Learn SMTP by doing it, in a simulated network",
		"lesson.long": "lesson teaches SMTP in a simulated network whose machines speak real SMTP and DNS. You guess, watch, " +
			"type, break and mend; what happens on the wire decides. Every line you type is kept, so you can leave " +
			"with q and come back. Without a number it lists the lessons. Where standard input is no terminal, or with" +
			" --play, the lesson goes through by itself and shows the solution.",
		"lesson.after": "after {lessons}",
		"lesson.at":    "you are at {screen}",
		"lesson.start": "Begin with: smtpsim lesson {n}",
		"lesson.unsaved": "Your progress cannot be kept in {file}: {why}. The lesson goes on without; --home DIR names another " +
			"place.",
		"lesson.aside":         "What was typed before belongs to another run or edition of this lesson; it is kept as {file}.",
		"lesson.resumed":       "Welcome back. {n} lines were done again; you are at {screen}. With --restart the lesson begins anew.",
		"lesson.over":          "You have finished this lesson. With --restart it begins anew; what you typed is kept.",
		"lesson.log":           "What you typed is kept in {file}.",
		"lesson.typed":         "{file} ends here; the lesson is at {screen}.",
		"lesson.captures":      "Packets are in {files}; see them with smtpsim analyze, or Wireshark.",
		"lesson.captures.none": "Nothing was sent yet, so {file} was not written.",
		"flag.play":            "go through by itself and show the solution",
		"flag.restart":         "begin anew; what was typed before is kept beside it",
		"flag.seed":            "`NUMBER` that all chances come from; another number, another course of things",
		"flag.pcap.lesson":     "write the packets to `FILE` (pcapng); further networks of the lesson get FILE-3.5 and so on",
		"flag.pcap.run":        "write the packets to `FILE` (pcapng)",
		"flag.home":            "keep progress in `DIR`",
		"flag.student":         "`CODE` of a seat such as KRANICH-07; each has progress of its own",
		"flag.typed":           "take what is typed from `FILE` (- is standard input), and keep nothing",
		"error.lesson":         "there is no lesson {lesson}; there are {lessons}, see smtpsim lesson",
		"error.lesson.one":     "smtpsim lesson takes one lesson, got also {argument}",
		"error.lesson.flag":    "{flag} works only with the number of a lesson: smtpsim lesson 1 {flag}",
		"error.lesson.out":     "--out works only with --play or --typed: a lesson is played on the screen",
		"error.lesson.open": "lesson {lesson} is open in another window; go on there, or use a seat of your own with --student CODE " +
			"({file})",
		"error.typed.long": "{file}: expected at most {most} MiB of typed lines",
		"error.together":   "{one} and {two} do not go together",
		"error.seed":       "--seed {seed}: expected a whole number from 0 to 18446744073709551615",
		"error.student":    "--student {student}: expected a code of letters, digits and hyphens such as KRANICH-07",
	}
}

func englishRun() map[string]string {
	return map[string]string{
		"run.use":   "run SCENARIO",
		"run.short": "Run a scenario: a network, its mail and its troubles",
		"run.long": "run builds the network of a scenario file (- is standard input) and lets everything happen, in virtual time: mail, DNS, queues," +
			" faults. The same file and seed give the same bytes. With --listen, real clients (telnet, openssl " +
			"s_client, swaks, a mail program) talk to simulated hosts, paced by the wall clock, until Ctrl-C.",
		"flag.listen":              "`WHERE` real clients come in: HOST[:PORT]=ADDRESS:PORT such as mx1=127.0.0.1:2525; may be repeated",
		"flag.journal":             "write the journal of the run to `FILE`",
		"flag.replay":              "do again what the journal in `FILE` says, and check that it goes the same way",
		"flag.until":               "stop after so much virtual `TIME`: 30s, 4h, 5d",
		"flag.unfold.run":          "with --format ladder: show what these `NUMBERS` fold whole: 9,33",
		"run.listening":            "{host} listens on {address}",
		"run.stop":                 "Ctrl-C ends the run and prints what happened",
		"run.came":                 "{client} is connected to {host}",
		"run.went":                 "{client} is gone",
		"run.more":                 "{n} more sessions, {first} to {last}, are not shown; --full shows all",
		"run.mailbox":              "Mailbox: {user} at {host} has {subject}",
		"run.mailbox.more":         "and {n} more",
		"run.mailboxes.more":       "{n} more mailboxes with mail are not shown; --full shows all",
		"run.waiting.more":         "Waiting: {n} more at {host}; --full shows all",
		"run.next":                 "Next: smtpsim run {scenario} --format ladder shows who said what, --pcap FILE writes the packets.",
		"run.expect.unjudged":      "The scenario's expectations were not judged: this run was not its own.",
		"run.subject":              "\"{subject}\"",
		"run.nosubject":            "a mail without a subject",
		"run.unreadable":           "a mail without a header section",
		"run.waiting":              "Waiting: mail for {to} at {host}, next try in {next}",
		"run.stuck":                "Stuck: {who}",
		"run.none":                 "Nothing was sent: the scenario has no mail, and nobody connected.",
		"run.waiting.now":          "On the way: mail for {to} at {host}",
		"run.ladder.more":          "… {n} more lines are not shown; --full shows all",
		"run.encrypted":            "Encrypted: what was said is not shown here. A capture has the keys: --pcap FILE, then smtpsim analyze FILE.",
		"run.summary":              "{time} of virtual time, {events} events, {packets} packets, seed {seed}",
		"run.replayed":             "Acts 1–{n} replayed: the same digest {digest}",
		"run.pcap":                 "{file}: {packets} packets",
		"run.journal":              "{file}: the journal, digest {digest}",
		"unit.day":                 "d",
		"unit.point":               ".",
		"why.permission":           "no permission",
		"why.notdir":               "a part of the name is a file, not a directory",
		"why.readonly":             "it cannot be written to",
		"error.write":              "{where}: {why}",
		"output.standard":          "standard output",
		"why.full":                 "the disk is full",
		"error.span":               "{flag} {value}: expected a time span such as 30s, 4h or 5d",
		"error.listen":             "--listen {address}: {why}",
		"error.listen.form":        "--listen {spec}: expected HOST[:PORT]=ADDRESS:PORT such as mx1=127.0.0.1:2525",
		"error.listen.port":        "--listen {spec}: {port} is no port; expected a number from 1 to 65535, or 0 for any that is free",
		"error.listen.host":        "--listen {spec}: the scenario has no host {host}; it has {hosts}",
		"error.listen.used":        "--listen {address}: somebody else listens there; take another port, or 0 for any that is free",
		"error.listen.permission":  "--listen {address}: no permission; take a port above 1023 such as 2525",
		"error.listen.address":     "--listen {address}: this machine has no such address; take 127.0.0.1",
		"error.replay":             "{file}: {why}",
		"error.replay.with":        "--replay does not go with {flag}: the journal says it all",
		"error.scenario.one":       "run needs one scenario, a file or a name of smtpsim scenario list: smtpsim run plain-mail",
		"error.scenario.directory": "{file}: is a directory; name a scenario file",
		"error.output":             "{flag} {file}: {why}",
		"error.output.directory":   "{flag} {file}: is a directory; name a file in it",
		"error.output.missing":     "{flag} {file}: there is no such directory; make it first",
		"error.output.permission":  "{flag} {file}: no permission; check its rights or name another file",
		"error.output.same":        "{flag} {file}: is also something else here and would be lost; name another file",
	}
}
