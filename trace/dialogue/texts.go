package dialogue

import (
	"hash/maphash"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace"
)

// Texts remembers lines and replies that were said before: most of what is said in mail sessions is said again, and then
// costs neither memory nor another reading. It serves any number of Dialogues of one goroutine. Make it with [NewTexts].
type Texts struct {
	seed     maphash.Seed // decides which texts share memory, nothing else
	commands [rememberedTexts]slot[saidCommand]
	replies  [rememberedTexts]slot[saidReply]
}

// What is remembered: so many commands and replies, none longer than these octets.
const (
	rememberedTexts  = 4096
	rememberedOctets = 1024
)

// slot holds one text; what has the same place drives it out.
type slot[T any] struct {
	hash uint64
	said *T // nil: the text was seen once
}

// saidCommand is a command line and what it means.
type saidCommand struct {
	line    string
	cmd     smtp.Command
	err     error
	address string // of MAIL and RCPT
	params  []trace.Parameter
}

// saidReply is a reply as [server.take] gives it.
type saidReply struct {
	text     string // the lines, one behind the other
	lines    []string
	code     int
	enhanced string
	ref      trace.ReplyRef
}

// NewTexts makes an empty memory.
func NewTexts() *Texts { return &Texts{seed: maphash.MakeSeed()} }

// place is where a text with that hash belongs. again says that it seems to have been there before.
func place[T any](slots *[rememberedTexts]slot[T], hash uint64) (at *slot[T], again bool) {
	at = &slots[hash%rememberedTexts]
	again = at.hash == hash
	if !again {
		*at = slot[T]{hash: hash}
	}
	return at, again
}

// command reads a command line; said is nil where it is not remembered. Lines of AUTH never are.
func (t *Texts) command(line []byte) (cmd smtp.Command, said *saidCommand, err error) {
	if t == nil || len(line) > rememberedOctets {
		cmd, err = smtp.ParseCommand(string(line), smtp.Tolerant)
		return cmd, nil, err
	}
	at, again := place(&t.commands, maphash.Bytes(t.seed, line))
	if again && at.said != nil && at.said.line == string(line) {
		return at.said.cmd, at.said, at.said.err
	}
	cmd, err = smtp.ParseCommand(string(line), smtp.Tolerant)
	if !again || cmd.Verb == smtp.AUTH || smtp.KnownVerb(string(cmd.Verb)) == "" {
		return cmd, nil, err
	}
	said = &saidCommand{line: cmd.Line, cmd: cmd, err: err, params: parameters(cmd.Params)}
	switch cmd.Verb {
	case smtp.RCPT:
		said.address = cmd.Forward.Address()
	case smtp.MAIL, smtp.SEND, smtp.SOML, smtp.SAML:
		said.address = cmd.Reverse.Address()
	}
	at.said = said
	return cmd, said, err
}

// reply finds the reply whose lines end in text at ends, or says where it is to be remembered; both nil: nowhere.
func (t *Texts) reply(code int, text []byte, ends []int) (said *saidReply, at *slot[saidReply]) {
	if t == nil || len(text) > rememberedOctets {
		return nil, nil
	}
	at, again := place(&t.replies, maphash.Bytes(t.seed, text)+uint64(code))
	switch {
	case !again:
		return nil, nil
	case at.said != nil && at.said.is(code, text, ends):
		return at.said, nil
	}
	return nil, at
}

// is compares.
func (s *saidReply) is(code int, text []byte, ends []int) bool {
	if s.code != code || len(s.lines) != len(ends) || s.text != string(text) {
		return false
	}
	start := 0
	for i, end := range ends {
		if len(s.lines[i]) != end-start {
			return false
		}
		start = end
	}
	return true
}
