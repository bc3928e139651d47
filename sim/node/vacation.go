package node

import (
	"errors"
	"mime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/trace/field"
)

// Vacation is what a user lets senders know while away: a personal responder of RFC 3834 §1.1.
type Vacation struct {
	Subject   string   // behind "Auto: "; "": the subject of the mail
	Text      string   // "": one line
	From      string   // address that the answer names; "": the user's (RFC 3834 §3.1.1: it MUST be possible to say)
	Addresses []string // further addresses of the user, for mail that was written to them
}

const (
	vacationPrefix = "vacation/"        // vacation/<user>: a line "<unix time> <address>" for each who was answered
	vacationPause  = 7 * 24 * time.Hour // RFC 3834 §2: "A 7-day period is RECOMMENDED"
	vacationMax    = 10_000             // who was answered, remembered
	subjectMax     = 200                // octets of a subject that an answer repeats
	referencesMax  = 20                 // message ids that an answer names
)

// answer sends the user's vacation notice where RFC 3834 wants one. What becomes of it changes nothing for the mail.
func (n *Node) answer(user string, d queue.Delivery) {
	v, ok := n.cfg.Vacations[user]
	if !ok || n.queue == nil || d.Reverse.Null { // §2: "MUST NOT ... a null address"
		return
	}
	head := field.ReadSection(d.Text)
	if fromMachine(&head) || byMachine(d.Reverse.Mailbox) || !namesOneOf(&head, n.addressesOf(user, &v)) {
		return
	}
	to := d.Reverse.Mailbox // §4: the Return-Path, never From, Sender or Reply-To
	if !n.firstInWeek(user, strings.ToLower(to.String())) {
		return
	}
	env := smtp.Envelope{Reverse: smtp.ReversePath{Null: true}, // §3.3
		Recipients: []smtp.Recipient{{Forward: smtp.ForwardPath{Mailbox: to}, Params: []smtp.Param{{Name: "NOTIFY", Value: "NEVER"}}}}}
	if !to.IsASCII() {
		env.Params = []smtp.Param{{Name: "SMTPUTF8"}}
	}
	_ = n.begin(env, n.notice(user, &v, to, &head)) // an answer that finds no room is not worth another
}

// fromMachine knows mail that no person has written to this user alone: RFC 3834 §2 and §7; List fields are RFC 2369's.
func fromMachine(head *field.Section) bool {
	for _, f := range head.Fields {
		name, value := lower(f.Name), lower(f.Body())
		switch {
		case name == "auto-submitted" && value != "no",
			name == "precedence" && (value == "list" || value == "bulk" || value == "junk"),
			strings.HasPrefix(name, "list-"):
			return true
		}
	}
	return false
}

// byMachine knows return addresses of responders (RFC 3834 §2: "owner-*", "*-request", "MAILER-DAEMON").
func byMachine(m smtp.Mailbox) bool {
	local := lower(m.Local)
	return local == "mailer-daemon" || strings.HasPrefix(local, "owner-") || strings.HasSuffix(local, "-request")
}

// addressesOf are those of a user, in lower case; the one to write from comes first.
func (n *Node) addressesOf(user string, v *Vacation) []string {
	var all []string
	if v.From != "" {
		all = append(all, lower(v.From))
	}
	for _, d := range n.cfg.Domains {
		all = append(all, user+"@"+lower(d))
	}
	for _, a := range v.Addresses {
		all = append(all, lower(a))
	}
	return all
}

// namesOneOf reports whether a recipient field has one of the addresses (RFC 3834 §2).
func namesOneOf(head *field.Section, addresses []string) bool {
	for _, f := range head.Fields {
		switch lower(f.Name) {
		case "to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc":
			if body := lower(f.Body()); slices.ContainsFunc(addresses, func(a string) bool { return hasAddress(body, a) }) {
				return true
			}
		}
	}
	return false
}

// hasAddress finds a whole address in the text of a field.
func hasAddress(body, address string) bool {
	for at := 0; ; {
		i := strings.Index(body[at:], address)
		if i < 0 {
			return false
		}
		start, end := at+i, at+i+len(address)
		if (start == 0 || strings.IndexByte("<,: \t;", body[start-1]) >= 0) && (end == len(body) || strings.IndexByte(">,; \t", body[end]) >= 0) {
			return true
		}
		at = end
	}
}

// firstInWeek remembers that an address is answered now; false: it was within the last days.
func (n *Node) firstInWeek(user, to string) bool {
	now := n.host.Clock.Now()
	have, err := n.host.Store.Get(vacationPrefix + user)
	if err != nil && !errors.Is(err, host.ErrNotFound) {
		return false // without memory no answer: it could storm
	}
	var kept []string
	for line := range strings.Lines(string(have)) {
		stamp, address, _ := strings.Cut(strings.TrimSpace(line), " ")
		at, err := strconv.ParseInt(stamp, 10, 64)
		if err != nil || now.Sub(time.Unix(at, 0)) >= vacationPause {
			continue
		}
		if address == to {
			return false
		}
		kept = append(kept, line)
	}
	kept = append(kept[max(len(kept)-vacationMax+1, 0):], strconv.FormatInt(now.Unix(), 10)+" "+to+"\n")
	return n.host.Store.Put(vacationPrefix+user, []byte(strings.Join(kept, ""))) == nil
}

// notice is the answer (RFC 3834 §3.1, §7).
func (n *Node) notice(user string, v *Vacation, to smtp.Mailbox, head *field.Section) []byte {
	now, from := n.host.Clock.Now(), n.addressesOf(user, v)[0]
	b := appendField(nil, "From", n.person0(user, from))
	b = appendField(b, "To", to.String())
	b = appendField(b, "Subject", autoSubject(v.Subject, head))
	b = appendField(b, "Date", now.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	b = appendField(b, "Message-ID", n.messageID())
	b = appendReferences(b, head)
	b = appendField(b, "Auto-Submitted", "auto-replied") // §3.1.7
	b = appendField(b, "Precedence", "junk")             // §3.1.8: for responders older than the RFC
	b = appendField(b, "MIME-Version", "1.0")
	b = appendField(b, "Content-Type", "text/plain; charset=utf-8")
	text := v.Text
	if text == "" {
		text = "I am away from my mail and will read yours when I am back."
	}
	return appendLines(append(b, "\r\n"...), text)
}

// person0 is an address with the user's name in front, where it is known.
func (n *Node) person0(user, address string) string {
	if name := n.cfg.Disclosure.Names[user]; name != "" {
		return mime.QEncoding.Encode("utf-8", name) + " <" + address + ">"
	}
	return address
}

// messageID is a new one of this host.
func (n *Node) messageID() string {
	n.mu.Lock()
	n.count++
	count, chance := n.count, n.host.Rand.Uint32()
	n.mu.Unlock()
	return "<" + strconv.Itoa(count) + "." + strconv.FormatUint(uint64(chance), 36) + "@" + n.host.Name + ">"
}

// autoSubject is "Auto: " and a subject (RFC 3834 §3.1.5): encoded words stay as they are, and a long one is not repeated.
func autoSubject(chosen string, head *field.Section) string {
	if chosen != "" {
		return "Auto: " + mime.QEncoding.Encode("utf-8", chosen)
	}
	f, _ := head.First("Subject")
	if subject := f.Body(); subject != "" && len(subject) <= subjectMax {
		return "Auto: " + subject
	}
	return "Auto: away from my mail"
}

// appendReferences names the mail that is answered (RFC 5322 §3.6.4): In-Reply-To, and References behind its own. Only the
// last of many are repeated.
func appendReferences(b []byte, head *field.Section) []byte {
	id, _ := head.First("Message-ID")
	if id.Body() == "" || len(id.Body()) > 500 {
		return b
	}
	parents, found := head.First("References")
	if !found {
		parents, _ = head.First("In-Reply-To")
	}
	all := append(strings.Fields(parents.Body()), id.Body())
	all = all[max(len(all)-referencesMax, 0):]
	b = appendField(b, "In-Reply-To", id.Body())
	b = append(b, "References:"...)
	for i, one := range all {
		if i > 0 {
			b = append(b, "\r\n"...)
		}
		b = append(append(b, ' '), one...)
	}
	return append(b, "\r\n"...)
}
