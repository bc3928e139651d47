package scenario

import (
	"fmt"
	"strings"
	"time"
)

// MaxExpects is how many expectations a scenario may have.
const MaxExpects = 1000

// ExpectKind is what an expectation is about; it is the key in the file.
type ExpectKind string

const (
	ExpectMailbox ExpectKind = "mailbox" // how many messages a mailbox holds
	ExpectQueue   ExpectKind = "queue"   // how many messages wait on a host
	ExpectReply   ExpectKind = "reply"   // a server said so
	ExpectCommand ExpectKind = "command" // a client said so
	ExpectFinding ExpectKind = "finding" // trace/dialogue found it
	ExpectEvent   ExpectKind = "event"   // an entry of the timeline beside the dialogues
)

// Expect is one thing that must hold of a run. Zero values mean: any.
type Expect struct {
	Line     int           // in the file
	At       time.Duration // when it must hold; 0: at the end
	Never    bool          // it must not hold
	Kind     ExpectKind
	What     string // address of a mailbox, host of a queue, beginning of a command, id of a finding, kind of an event
	Messages int    // mailbox, queue: exactly so many; -1: any number
	Code     int    // reply
	Enhanced string // reply: "4.5.3"
	Verb     string // reply: to this; CONNECT is the greeting, END the end of the mail data
	From, To string // who said it, to whom: host names; of a mailbox: From is the host it lies on
	TLS      string // command, reply: "yes" within TLS, "no" in the clear; "": either
	Count    int    // seen exactly so often; 0: at least once
	Subject  string // mailbox: one of the mails has it in its subject
	Text     string // in one of the mails, in the reply, in the event's sentence
}

// String is the expectation in the file's words, on one line.
func (e *Expect) String() string {
	var b strings.Builder
	what := e.What
	if e.Kind == ExpectReply {
		what = strings.TrimSpace(fmt.Sprintf("%d %s", e.Code, e.Enhanced))
	}
	fmt.Fprintf(&b, "%s: %s", e.Kind, what)
	if (e.Kind == ExpectMailbox || e.Kind == ExpectQueue) && e.Messages >= 0 {
		fmt.Fprintf(&b, ", messages: %d", e.Messages)
	}
	from := "from"
	if e.Kind == ExpectMailbox {
		from = "host"
	}
	for _, x := range []struct{ key, value string }{{"verb", e.Verb}, {from, e.From}, {"to", e.To}, {"tls", e.TLS}} {
		if x.value != "" {
			fmt.Fprintf(&b, ", %s: %s", x.key, x.value)
		}
	}
	if e.Count > 0 {
		fmt.Fprintf(&b, ", count: %d", e.Count)
	}
	for _, x := range []struct{ key, value string }{{"subject", e.Subject}, {"text", e.Text}} {
		if x.value != "" {
			fmt.Fprintf(&b, ", %s: %q", x.key, x.value)
		}
	}
	if e.At > 0 {
		b.WriteString(", at: " + spanOf(e.At))
	}
	if e.Never {
		return "never: {" + b.String() + "}"
	}
	return b.String()
}

// spanOf writes a time span as the file has it: 5d, 49h5m, 90s.
func spanOf(d time.Duration) string {
	if d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	}
	s := d.String()
	if d%time.Minute == 0 {
		s = strings.TrimSuffix(s, "0s")
	}
	if d%time.Hour == 0 {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
