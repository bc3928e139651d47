package main

// english holds what the program says by itself; {name} is filled in. German has the same keys and placeholders.
//
//house:table read, never written
var english = map[string]string{
	"root.short": "Learn and diagnose SMTP",
	"root.long": "smtpsim teaches and diagnoses SMTP, the protocol that carries mail: it reads captures and " +
		"messages, explains reply codes, and simulates mail in a network of its own.",
	"help.short": "Explain a command", "help.usage": "Usage:", "help.examples": "Examples:", "help.commands": "Commands:",
	"help.flags": "Flags:", "help.global": "Flags of every command:", "help.command": "COMMAND",
	"help.more":       "More: {command} COMMAND --help",
	"flag.lang":       "`LANG` of texts, en or de (else SMTPSIM_LANG, the system's language, English)",
	"flag.color":      "`WHEN` to colour: auto (on a terminal, unless NO_COLOR is set), always, never",
	"flag.out":        "print to `FILE`, which appears whole or not at all",
	"flag.help":       "this help",
	"flag.format":     "`FORM` of the output: {words}",
	"flag.plain":      "sentences instead of pictures, for a screen reader",
	"flag.ascii":      "draw with ASCII characters only",
	"flag.width":      "`COLUMNS` to use (else the terminal's, else 80)",
	"flag.full":       "shorten nothing: every line and reply whole",
	"version.short":   "Print the version",
	"completion.long": "completion prints a script that lets a shell complete commands and flags with Tab.\nFor bash: source <(smtpsim completion bash)", "completion.short": "Print a script for completion with Tab",

	"analyze.use":   "analyze FILE…",
	"analyze.short": "Show the SMTP sessions in captures",
	"analyze.long": "analyze reads captures (pcap, pcapng) and shows the SMTP sessions in them: who said what to whom, what it " +
		"means, what became of each mail, and what is wrong. Few sessions are shown as ladders, many as a table.",
	"analyze.session":  "only session `N`; may be repeated",
	"analyze.together": "one ladder for all sessions, a column for each host",
	"analyze.events":   "with --format ndjson: print the events of each session",
	"analyze.rows":     "with --format csv: which `ROWS`: sessions (default), transactions, recipients, findings",
	"analyze.unfold":   "show the replies with these `NUMBERS` whole: 4,9",
	"analyze.keys":     "key log `FILE` to decrypt TLS with (SSLKEYLOGFILE)",
	"analyze.none":     "No SMTP session in {packets} packets. Mail on an unusual port is found too; encrypted mail needs its keys inside the capture.",
	"analyze.many":     "{n} sessions. One as a ladder: smtpsim analyze --session {first} {file}",
	"analyze.progress": "{file}: {percent} % read, {sessions} sessions",

	"trace.use":   "trace FILE…|-",
	"trace.short": "Show the way of a message by its Received fields",
	"trace.long": "trace reads messages (.eml, mbox, Maildir, or standard input as -) and shows their way from server to server: " +
		"who took it from whom, when, how long it waited, how far each line can be trusted.",

	"trace.trust": "servers you `TRUST`: mx.example, .example, 192.0.2.0/24; shows how far the lines can be believed",

	"codes.use":   "codes CODE|LINE…",
	"codes.short": "Explain reply codes, commands, keywords and findings",
	"codes.long": "codes explains what a server said: a reply code (550), an enhanced status code (5.1.1), a whole reply line, a " +
		"command, an EHLO keyword, or a finding of analyze and trace. Without arguments it reads lines from standard input.",
	"codes.list.use":   "list [replies|enhanced|verbs|keywords|findings]",
	"codes.list.short": "List what codes can explain",
	"codes.unknown":    "nothing known about {query}; smtpsim codes list shows what there is",

	"error.internal":        "internal error: {what}; please report it with the command and the input that led here",
	"error.lang":            "--lang {value}: expected en or de",
	"error.lang.env":        "SMTPSIM_LANG={value}: expected en or de; unset it or set one of them",
	"error.command":         "unknown command {command}; smtpsim help lists them",
	"error.command.near":    "unknown command {command}; did you mean {near}? smtpsim help lists all",
	"error.arguments":       "{command} takes no argument, got {argument}",
	"error.flag":            "{why}; see {command} --help",
	"error.flag.unknown":    "unknown flag {flag}; see {command} --help",
	"error.flag.value":      "{flag} needs a value; see {command} --help",
	"error.flag.invalid":    "{flag} {value}: not a value that it takes; see {command} --help",
	"error.flag.word":       "{flag} {value}: expected one of {words}",
	"error.flag.with":       "{flag} works only with {other}",
	"error.width":           "--width {value}: expected a number from 40 to 400",
	"error.shell.missing":   "completion needs a shell: bash, zsh, fish or powershell",
	"error.files.capture":   "{command} needs a capture file: {command} mail.pcapng",
	"error.files.message":   "{command} needs a message file, or - for standard input: {command} message.eml",
	"error.file":            "{file}: {why}",
	"error.file.missing":    "{file}: no such file; check the name",
	"error.file.permission": "{file}: no permission; check its rights or name another file",
	"error.file.maildir":    "{file}: is a directory, but no Maildir with cur and new in it; name message files",
	"error.message.empty":   "{file}: is empty; expected a message with header fields such as Received:",
	"error.message.none":    "{file}: line 1: expected a header field such as \"Received: from …\"; this is no message",
	"error.trust":           "--trust {why}",
	"error.file.directory":  "{file}: is a directory; name the files in it",
	"error.out.directory":   "--out {file}: is a directory; name a file in it",
	"error.out.missing":     "--out {file}: there is no such directory; make it first",
	"error.out.input":       "--out {file}: is also an input and would be lost; name another file",
	"error.session":         "--session {n}: there is no such session; the capture has 1 to {last}",
	"error.query":           "codes needs a code or a line: smtpsim codes 550",
	"error.kind":            "codes list {kind}: expected one of {words}",
}
