package play

import "strings"

// help lists the commands: those of the lesson, or with "? world" those of the world, or with "? dig" one.
func (p *Player) help(args []string) {
	if len(args) > 0 && p.world != nil {
		if p.helpWorld(strings.ToLower(args[0])) {
			return
		}
	}
	for _, l := range strings.Split(text(p.o.Lang, "help.lesson"), "\n") {
		p.helpLine(l)
	}
	if p.world != nil {
		p.say("help.world", "list", strings.Join(commandNames(), " "))
	}
	if p.Talking() || p.world != nil {
		p.say("help.session")
	}
}

// helpWorld tells of one world command, or of all ("world").
func (p *Player) helpWorld(name string) bool {
	name = commandName(name)
	found := false
	for _, c := range commandNames() {
		if name == c || name == "world" || name == "welt" {
			p.helpLine(text(p.o.Lang, "use."+c))
			found = true
		}
	}
	return found
}

// helpLine prints "what to type | what it does" in two columns.
func (p *Player) helpLine(l string) {
	what, does, _ := strings.Cut(l, " | ")
	const column = 24
	if len([]rune(what)) >= column {
		p.print(Tutor, "  "+what)
		what = ""
	}
	room := p.o.Width - 2 - 2 - column
	for len([]rune(does)) > room {
		at := strings.LastIndexByte(string([]rune(does)[:room+1]), ' ')
		if at <= 0 {
			break
		}
		p.print(Tutor, "  "+pad(what, column)+does[:at])
		what, does = "", does[at+1:]
	}
	p.print(Tutor, "  "+pad(what, column)+does)
}

// commandNames are the world's commands in the order in which they are explained.
func commandNames() []string {
	return []string{"telnet", "dig", "nslookup", "send", "mailbox", "mailq", "log", "zone", "hosts", "off", "silent", "on", "clock", "run"}
}

// commandName is the first name of a world command: aliases are of other tools, and German.
func commandName(name string) string {
	switch name {
	case "talk", "nc":
		return "telnet"
	case "aus":
		return "off"
	case "an", "ein":
		return "on"
	case "stumm":
		return "silent"
	case "uhr":
		return "clock"
	case "sende":
		return "send"
	case "postfach":
		return "mailbox"
	case "schlange":
		return "mailq"
	case "protokoll":
		return "log"
	case "rechner":
		return "hosts"
	case "lauf":
		return "run"
	}
	return name
}
