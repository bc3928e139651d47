package play

// english is what the console of a lesson says.
//
//house:table read, never written
var english = map[string]string{
	// going on
	"enter":     "Enter goes on.",
	"end":       "Enter ends the lesson.",
	"stop":      "Enter goes on. A good place for a break, too: `q` saves.",
	"more":      "Enter shows the next line, `step all` shows the rest.",
	"more.rest": "Enter shows the rest.",
	"interrupt": "`q` saves and leaves the lesson.",
	"saved":     "Saved. You are at {screen}; `smtpsim lesson {lesson}` goes on from here.",
	"full":      "This log is full ({most} lines). `smtpsim lesson` with `--restart` begins a new one.",

	// predictions and answers
	"guess":        "What do you expect? {keys} or `?` (don't know). Then the world shows it.",
	"answer":       "Your answer: {keys} or `?` (don't know).",
	"guess.first":  "First say what you expect; then the world shows it.",
	"sure":         "{guess}: how sure? 1 a guess, 2 rather sure, 3 certain. Or choose anew.",
	"unsure":       "Don't know: an answer, too. Enter locks it, {keys} changes it, `help` lists the commands.",
	"yours":        "You said {key}: {guess} ({sure})",
	"sure.0":       "don't know",
	"sure.1":       "a guess",
	"sure.2":       "rather sure",
	"sure.3":       "certain",
	"first.counts": "Your first answer is the one that counts: {guess}.",

	// because
	"because":        "Which line is it? `because` and its number, for example `because 3`.",
	"because.number": "`because` takes the number of a line, from 1 to {most}.",
	"because.unseen": "#{n} is not on the screen yet.",
	"because.none":   "`because` is for questions that ask for a line; here nothing of the kind is open.",

	// doing and sorting
	"do":          "Your turn. `?` commands, `hint` a hint, `next` leaves this task open.",
	"do.session":  "You are talking to the server. `:hint` helps, `:leave` hangs up, `:next` leaves this task open.",
	"run.shown":   "This is how it went:",
	"sort":        "Type a name and a result, for example `dora mx`. Names: {items}. Results: {outcomes}.",
	"sort.placed": "So far: {list}. {got} of {of} fit.",
	"sort.yes":    "{item} fits; {got} of {of}.",
	"sort.no":     "{item}: look once more at what dig says about it.",
	"sort.none":   "There is nothing to sort here.",

	// hints
	"hint.none":     "Nothing is open here; Enter goes on.",
	"hint.guess":    "`?` is an answer too: the world will show it.",
	"hint.solution": "This does it: {line}",
	"hint.lines":    "This does it:",

	// score
	"score":         "Done: {got} of {of} tasks.",
	"open":          "`open {first}` to `open {last}` goes to that page.",
	"score.missed":  "Answered otherwise: {list}.",
	"score.open":    "Still open: {list}. `open {first}` goes there.",
	"score.shown":   "Shown to you: {list}.",
	"score.guesses": "What you expected came true {got} of {of} times. That counts nothing.",
	"score.par":     "Lines you needed (and the fewest known): {list}.",
	"hand-in":       "To hand in: lesson {lesson}, seat {seat}, {got} of {of}, {n} lines, check {digest}",

	// words that nobody knows
	"lang":                "`lang de` or `lang en`.",
	"no-world":            "`{word}` needs a network, and this page has none yet.",
	"unknown":             "\"{word}\" is no word here. `?` lists all commands.",
	"unknown.near":        "\"{word}\" is no word here. Did you mean `{near}`?",
	"not-connected":       "{word} is for a server, and you are not connected: first `telnet {host} 25`.",
	"not-connected.leave": "You are not connected to a server; `q` saves and leaves the lesson.",
	"session.world":       "`{word}` is for your own computer. Hang up first: `QUIT`, or `:leave`.",
	"session.word":        "That went to the server. `:{word}` asks me.",
	"session":             "You are in a session: {label}",

	// time travel
	"back":          "`back` undoes the last line, `back 3` the last three.",
	"back.none":     "There is nothing to undo.",
	"back.done":     "Undone ({n}): {what}. `branches` lists what you left; nothing is lost.",
	"back.enough":   "You have gone back so often that this log is full of it. From here it only goes on.",
	"branch.done":   "You are on way {name} again.",
	"branches.none": "You have not gone back yet; there is one way only.",
	"branches.one":  "{name}: {n} lines, up to {screen}, the last was: {last}. `branch {name}` goes there.",

	// looking
	"step":          "`step`, `step 5`, `step reply`, `step command`, `step hop`, `step delivery`, `step all`.",
	"step.none":     "There is nothing more to show; `run` or `clock +5m` lets things happen.",
	"ladder":        "`ladder` shows the lines again; `ladder 5` what is around line 5, from 1 to {most}.",
	"ladder.none":   "Nothing has happened here yet.",
	"ladder.cut":    "({n} more lines in between; `ladder` shows them all)",
	"ladder.before": "({n} lines before; `ladder` shows them all)",
	"ladder.stop":   "{n} more lines follow; `step all` shows them.",
	"why":           "`why` takes the number of a line that you see, for example `why 3`.",
	"what-if":       "`what-if off mx2` runs it again with one thing changed; also `silent mx2`, `zone delete west.example MX`, `off mx2 at 12`.",
	"what-if.same":  "With \"{fault}\" nothing would be different.",
	"what-if.first": "What if \"{fault}\"? #{n} is the first difference.",
	"what-if.left":  "as it was",

	"why.dns-query":           "A question to the name server. Asking about a domain sends no mail there yet. RFC 1035 §4.1",
	"why.dns-answer.MX":       "Each record is a number and a name: who takes mail for this domain. The lowest number comes first. RFC 5321 §5.1",
	"why.dns-answer.A":        "The address of one machine. Only with it can somebody be called. RFC 1035 §3.4.1",
	"why.dns-answer.none":     "The name exists, a record of this type does not. RFC 2308 §2.2",
	"why.dns-answer.NXDOMAIN": "This name does not exist, and waiting does not change that: the mail goes back. RFC 2308 §2.1",
	"why.dns-answer.SERVFAIL": "The name server could not find out. That is no \"no\": the mail waits. RFC 2308 §7.1",
	"why.connect":             "A TCP connection, before a word of SMTP is said. Refused or silent means: try the next machine, or later. RFC 5321 §5.1",
	"why.queue":               "The mail stays with this server, which tries again, longer and longer apart, for days. RFC 5321 §4.5.4.1",
	"why.delivery":            "The mail lies in the mailbox. No server has anything left to do with it. RFC 5321 §4.4",
	"why.bounce":              "The server gives up and reports to the reverse-path, with an empty reverse-path of its own. RFC 5321 §6.1",
	"why.fault":               "Somebody switched something: you, or the lesson.",

	// help
	"help.lesson": "Enter | go on\nhint | a hint; there are three\nwhy 18 | what line 18 means\nbecause 11 | line 11 is your evidence\n" +
		"ladder, ladder 17 | the lines again; those around line 17\nstep, step all | the next line; all of them\n" +
		"what-if off mx2 | the same with one thing changed\nback, back 3 | undo the last line; the last three\n" +
		"branches | ways that you left by going back\npage | this page again\nnext | leave this task open\nopen 3.4 | go to another page\nscore | what is done\n" +
		"lang de | auf Deutsch\nq | save and leave",
	"help.world":   "In the world: {list}. `? dig` tells about one, `? world` about all.",
	"help.session": "In a session everything you type goes to the server. Lesson words take a colon there: `:hint`, `:back`, `:leave`. `::` sends a line that begins with a colon.",

	"use.telnet":   "telnet HOST [PORT] | talk to a server by hand",
	"use.dig":      "dig NAME [TYPE] | ask the name server",
	"use.nslookup": "nslookup [-type=TYPE] NAME | the same, as nslookup prints it",
	"use.send":     "send FROM TO [SUBJECT] | have somebody write a mail",
	"use.mailbox":  "mailbox USER [N] | somebody's mail; mail N",
	"use.mailq":    "mailq [HOST] | what waits in the queues",
	"use.log":      "log [HOST] | what a host says it did",
	"use.zone":     "zone | the records; `zone add NAME TYPE DATA`, `zone delete NAME TYPE`",
	"use.hosts":    "hosts | the machines and their addresses",
	"use.off":      "off HOST | it refuses connections",
	"use.silent":   "silent HOST | its packets vanish",
	"use.on":       "on HOST | it works again",
	"use.clock":    "clock [+4h] | what time it is; let time pass",
	"use.run":      "run | let everything happen that will",
}
