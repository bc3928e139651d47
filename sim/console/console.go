package console

import (
	"fmt"
	"net/netip"
	"sort"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/host"
)

// World is what the console can do to a world.
type World interface {
	Find(name string) (full string, ok bool) // a host by full name or first label
	Hosts() []string
	Ports(host string) *host.Host
	Spawn(host, process string, f func())
	Pass(d time.Duration)                             // lets time pass
	Await(done func() bool, limit time.Duration) bool // lets things happen until done, at most for limit
	Now() time.Duration                               // true time since the start
	Date() time.Time                                  // true date
	SetHost(host, state string)                       // on, off, silent
	Zones() *dns.Zones
	NameServer() (netip.AddrPort, bool) // where the learner's host asks
	Queue(host string) []QueueItem
	Mailboxes() []Mailbox
	Send(m Message) error
	Log(host string) []string
	RunIdle()
}

// QueueItem is one mail that a host still answers for.
type QueueItem struct {
	Host, ID, Sender, Recipient, LastReply string
	Size                                   int
	Next                                   time.Duration // until the next try
}

// Mailbox is a user's mail on a host, oldest first.
type Mailbox struct {
	Host, User string
	Domains    []string // that end on Host
	Messages   [][]byte
}

// Message is a mail that the learner has somebody write.
type Message struct {
	From    string // "" is <>
	To      []string
	Subject string
	Body    string
}

// Voice says who speaks in a line of output.
type Voice uint8

const (
	Tool   Voice = iota // what a program prints: dig, mailq
	Server              // the server's words on the wire
	Event               // what happened in the world: "mx1 is off"
	Hint                // the console's own help: one line, never an error of the learner
)

// Line is one line of output.
type Line struct {
	Voice Voice
	Text  string // raw: may hold what a server said
}

// Output is what a typed line led to.
type Output struct {
	Lines   []Line
	Unknown bool // the line was not understood; nothing happened
}

func (o *Output) add(v Voice, format string, args ...any) {
	o.Lines = append(o.Lines, Line{v, fmt.Sprintf(format, args...)})
}

func (o *Output) text(v Voice, s string) {
	for _, l := range strings.Split(strings.TrimRight(s, "\n"), "\n") {
		o.Lines = append(o.Lines, Line{v, strings.TrimSuffix(l, "\r")})
	}
}

// Console is one learner's seat at a host.
type Console struct {
	w     World
	seat  string // host name
	talk  *talk
	names []string // commands, sorted
}

// New gives a console at the host seat.
func New(w World, seat string) *Console {
	c := &Console{w: w, seat: seat}
	for name := range c.commands() {
		c.names = append(c.names, name)
	}
	sort.Strings(c.names)
	return c
}

// Prompt is "" at rest, "mx1:25 C:" in a session, "data |" while a message is typed.
func (c *Console) Prompt() string {
	switch {
	case c.talk == nil:
		return ""
	case c.talk.text:
		return "data |"
	default:
		return c.talk.label + " C:"
	}
}

// Talking reports whether a session is open.
func (c *Console) Talking() bool { return c.talk != nil }

// Leave ends an open session as Ctrl-C does.
func (c *Console) Leave() Output {
	var o Output
	if c.talk != nil {
		c.hangUp(&o)
	}
	return o
}

// Do takes one typed line.
func (c *Console) Do(line string) Output {
	if c.talk != nil {
		return c.say(strings.TrimRight(line, "\r\n"))
	}
	var o Output
	words := strings.Fields(line)
	if len(words) == 0 {
		return o
	}
	name := strings.ToLower(words[0])
	if alias, ok := aliases()[name]; ok {
		name = alias
	}
	cmd, ok := c.commands()[name]
	if !ok {
		o.Unknown = true
		return o
	}
	c.w.Pass(time.Second)
	cmd.run(&o, words[1:])
	return o
}

// Commands lists the names of the world commands, aliases too, sorted: for completion and for guessing what was meant.
func (c *Console) Commands() []string {
	all := append([]string(nil), c.names...)
	for a := range aliases() {
		all = append(all, a)
	}
	sort.Strings(all)
	return all
}

// Usage is one line for each world command: how to type it.
func (c *Console) Usage() []string {
	var out []string
	all := c.commands()
	for _, n := range c.names {
		out = append(out, all[n].usage)
	}
	return out
}

// command is one world command.
type command struct {
	usage string
	run   func(o *Output, args []string)
}

func (c *Console) commands() map[string]command {
	return map[string]command{
		"telnet":   {"telnet HOST [PORT]     talk to a server by hand", c.telnet},
		"dig":      {"dig [@SERVER] NAME [TYPE]   ask the name server", c.dig},
		"nslookup": {"nslookup [-type=TYPE] NAME  the same, as nslookup prints it", c.nslookup},
		"mailq":    {"mailq [HOST]           what waits in the queues", c.mailq},
		"mailbox":  {"mailbox USER [N]       a user's mail", c.mailbox},
		"log":      {"log [HOST]             what a host says it did", c.log},
		"clock":    {"clock [+4h]            what time it is; let time pass", c.clock},
		"send":     {"send FROM TO [SUBJECT…] have somebody write a mail", c.send},
		"off":      {"off HOST               its services refuse connections", c.state("off")},
		"silent":   {"silent HOST            its packets vanish", c.state("silent")},
		"on":       {"on HOST                it works again", c.state("on")},
		"zone":     {"zone [add|delete] NAME TYPE [DATA]  see or edit the records", c.zone},
		"hosts":    {"hosts                  the machines and their addresses", c.hosts},
		"run":      {"run                    let everything happen that will", c.run},
	}
}

// aliases are other names for commands: of other tools, and German.
func aliases() map[string]string {
	return map[string]string{
		"talk": "telnet", "nc": "telnet", "aus": "off", "an": "on", "ein": "on", "stumm": "silent", "uhr": "clock", "sende": "send",
		"postfach": "mailbox", "schlange": "mailq", "protokoll": "log", "rechner": "hosts", "lauf": "run",
	}
}

// host finds a host or says which there are.
func (c *Console) host(o *Output, name string) (string, bool) {
	full, ok := c.w.Find(name)
	if !ok {
		o.add(Hint, "no host is called %q; there are %s", name, strings.Join(c.w.Hosts(), ", "))
	}
	return full, ok
}
