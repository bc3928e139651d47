package node

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/trace/field"
	"github.com/smtpsim/smtpsim/trace/mbox"
)

// What programs have read lies on the host's disk as program/<name>/<n>, n from 1; files that mail is appended to as
// file<path>, in mbox form.
const (
	programPrefix = "program/"
	filePrefix    = "file"
)

// maxInclude bounds how deep :include: files may name others.
const maxInclude = 5

// isAgent reports whether a target of an alias is a program or a file (sendmail's aliases(5)).
func isAgent(target string) bool {
	return len(target) > 1 && (target[0] == '|' || target[0] == '/')
}

// included puts the lines of :include: files in their place, and the user of a .forward file behind a vacation program that
// names none. A file that is not there stays: no address, so that the mail comes back (RFC 5321 §6.1).
func (c *Config) included(name string, targets []string, depth int) []string {
	var out []string
	for _, t := range targets {
		path, ok := strings.CutPrefix(t, ":include:")
		text, found := c.Includes[path]
		switch {
		case ok && found && depth < maxInclude:
			out = append(out, c.included(name, listLines(text), depth+1)...)
		case t == "|vacation":
			user, _, _ := strings.Cut(strings.ToLower(name), "@")
			out = append(out, t+" "+user)
		default:
			out = append(out, t)
		}
	}
	return out
}

// listLines are the entries of an :include: file: one a line, "#" begins a comment.
func listLines(text string) (out []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out
}

// run gives a mail to the program or the file that an alias names.
func (n *Node) run(target string, d queue.Delivery) smtp.Reply {
	if target[0] == '/' {
		return n.appendTo(target, d)
	}
	name, args, _ := strings.Cut(strings.TrimSpace(target[1:]), " ")
	switch name = name[strings.LastIndexByte(name, '/')+1:]; name {
	case "exit":
		code, err := strconv.ParseUint(strings.TrimSpace(args), 10, 8)
		if err != nil {
			code = exitUsage
		}
		return exited(target, int(code))
	case "vacation":
		n.answer(lower(strings.TrimSpace(args)), d)
		return exited(target, 0)
	case "forward":
		return n.forwardTo(strings.TrimSpace(args), d)
	}
	number := len(n.host.Store.List(programPrefix+name+"/")) + 1
	if err := n.host.Store.Put(fmt.Sprintf("%s%s/%d", programPrefix, name, number), final(d.Reverse, d.Text)); err != nil {
		return exited(target, exitTemporary)
	}
	return exited(target, 0)
}

// Exit codes of sysexits.h.
const (
	exitUsage     = 64
	exitTemporary = 75
)

// exits says what becomes of a mail whose program ended with a code of sysexits.h: the codes of Postfix's pipe(8), and
// sendmail's word that EX_OSERR, EX_IOERR and EX_TEMPFAIL may be better later.
//
//house:table constant
var exits = [...]struct{ enhanced, text string }{ // from exitUsage on
	{"5.3.0", "command line usage error"},      // 64
	{"5.6.0", "data format error"},             // 65
	{"5.3.0", "cannot open input"},             // 66
	{"5.1.1", "user unknown"},                  // 67
	{"5.1.2", "host name unknown"},             // 68
	{"5.3.0", "service unavailable"},           // 69
	{"5.3.0", "internal software error"},       // 70
	{"4.3.0", "system resource problem"},       // 71
	{"5.3.0", "critical OS file missing"},      // 72
	{"5.2.0", "can't create user output file"}, // 73
	{"4.3.0", "input/output error"},            // 74
	{"4.3.0", "temporary failure"},             // 75
	{"5.5.0", "remote error in protocol"},      // 76
	{"5.7.0", "permission denied"},             // 77
	{"5.3.5", "local configuration error"},     // 78
}

// exited is the reply for a program that has ended.
func exited(target string, code int) smtp.Reply {
	if code == 0 {
		return smtp.NewReply(250, "2.0.0", "delivered to command: "+target[1:])
	}
	i := code - exitUsage
	if i < 0 || i >= len(exits) {
		return smtp.NewReply(550, "5.3.0", fmt.Sprintf("Command died with status %d: %q", code, target[1:]))
	}
	basic := 550
	if exits[i].enhanced[0] == '4' {
		basic = 451
	}
	return smtp.NewReply(basic, exits[i].enhanced, fmt.Sprintf("%s. Command output: status %d from %q", exits[i].text, code, target[1:]))
}

// appendTo puts a mail behind those that a file has, as an mbox holds them.
func (n *Node) appendTo(path string, d queue.Delivery) smtp.Reply {
	if strings.HasPrefix(path, "/dev/null") {
		n.host.Claims.Claim(host.Claim{Time: n.host.Clock.Now(), Host: n.host.Name, Role: host.RoleQueue, Kind: host.ClaimDropped,
			Text: "thrown away by " + path, MailID: d.ID, Reverse: d.Reverse.Address(), Recipient: d.Recipient.Address()})
		return smtp.NewReply(250, "2.0.0", "delivered to file: "+path)
	}
	have, err := n.host.Store.Get(filePrefix + path)
	if err != nil && !errors.Is(err, host.ErrNotFound) { // what cannot be read is not written over
		return smtp.NewReply(451, "4.3.0", "cannot read "+path+": "+err.Error())
	}
	text := mbox.Append(have, n.separator(d.Reverse), final(d.Reverse, d.Text))
	if err := n.host.Store.Put(filePrefix+path, text); err != nil {
		return smtp.NewReply(451, "4.3.0", "cannot append to "+path+": "+err.Error())
	}
	return smtp.NewReply(250, "2.0.0", "delivered to file: "+path)
}

// separator is the "From " line of a mail in an mbox: the reverse-path and the time in asctime's form (RFC 4155 Appendix A,
// from general knowledge).
func (n *Node) separator(reverse smtp.ReversePath) string {
	from := reverse.Address()
	if reverse.Null {
		from = "MAILER-DAEMON"
	}
	return "From " + strings.ReplaceAll(from, " ", "_") + n.host.Clock.Now().UTC().Format("  Mon Jan _2 15:04:05 2006")
}

// forwardTo sends a mail on as it came (RFC 5321 §3.9.1), unless it goes round.
func (n *Node) forwardTo(to string, d queue.Delivery) smtp.Reply {
	m, err := smtp.ParseMailbox(to, smtp.Tolerant)
	if err != nil || m.Domain == "" {
		return exited("|forward "+to, exitUsage)
	}
	head := field.ReadSection(d.Text)
	if refusal := n.goesRound(&head); refusal != nil {
		return *refusal
	}
	env := smtp.Envelope{Reverse: n.forwardedBy(d.Reverse, m), Params: onward(d.Params), Recipients: []smtp.Recipient{{Forward: smtp.ForwardPath{Mailbox: m}}}}
	if refusal := n.begin(env, d.Text); refusal != nil {
		return *refusal
	}
	return smtp.NewReply(250, "2.0.0", "forwarded to <"+to+">")
}
