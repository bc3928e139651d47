package node

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/trace/field"
)

// List is a mailing list (RFC 5321 §3.9.2): what comes to its address goes to its members, and what cannot be delivered to
// them is told to its owner and not to the author.
type List struct {
	Members []string
	Owner   string // address: the reverse-path of what the list sends
	VERP    bool   // a reverse-path for each member: owner+bob=west.example@lists.example
	Closed  bool   // only members may write
	Bare    bool   // the header section stays as it is (RFC 5321 §3.9); else List fields are added
	Tag     string // goes in front of the subject: "[lunch]"; it breaks signatures, as Footer does
	Footer  string // lines below the text
}

// list is the list of an address; nil if there is none.
func (a *agents) list(m smtp.Mailbox) *List {
	if len(a.lists) == 0 {
		return nil
	}
	return a.lists[strings.ToLower(m.String())]
}

// returned is the owner of a list with VERP, for the address to which reports about one member come.
func (a *agents) returned(m smtp.Mailbox) (to []string, ok bool) {
	local, _, found := strings.Cut(m.Local, "+")
	if !found {
		return nil, false
	}
	address := smtp.Mailbox{Local: local, Domain: m.Domain}.String()
	for _, l := range a.lists {
		if l.VERP && strings.EqualFold(l.Owner, address) {
			return []string{l.Owner}, true
		}
	}
	return nil, false
}

// members are those of a list or an alias, for EXPN.
func (n *Node) members(m smtp.Mailbox) (to []string, ok bool) {
	if n.agents != nil {
		if l := n.agents.list(m); l != nil {
			return l.Members, true
		}
	}
	return n.alias(m)
}

// mayPost refuses at RCPT, where the host before can tell the author: strangers a closed list, mail that a mailbox has no room for.
// Reports from <> come to every list.
func (s *session) mayPost(env *smtp.Envelope, m smtp.Mailbox) *smtp.Reply {
	n := s.node
	if n.agents == nil {
		return nil
	}
	l := n.agents.list(m)
	if user, ok := n.mailbox(m); ok && l == nil {
		size, _ := smtp.FindParam(env.Params, "SIZE") // RFC 1870 §6.4: 452 or 552
		octets, _ := strconv.Atoi(size)               // 0 where nothing is said
		refusal := n.boxes.room(user, octets)
		if refusal != nil && refusal.Code == 552 {
			// RFC 5321 §4.5.3.1.10 decides against RFC 1870 §6.4: clients take 552 to RCPT for 452, and would try again
			refusal.Code = 550
		}
		return refusal
	}
	if l == nil || !l.Closed || env.Reverse.Null || slices.ContainsFunc(l.Members, func(member string) bool { return strings.EqualFold(member, env.Reverse.Address()) }) {
		return nil
	}
	// RFC 3463 §3.8, X.7.2: mailing list expansion prohibited
	return refused(550, "5.7.2", "Only members may write to <"+m.String()+">")
}

// redistribute sends a mail to the members of a list. A report, which has no author, is for the owner: a list that passes it
// on tells everybody what only its owner can mend.
func (n *Node) redistribute(l *List, d queue.Delivery) smtp.Reply {
	owner, err := smtp.ParseMailbox(l.Owner, smtp.Strict)
	if err != nil {
		return smtp.NewReply(451, "4.3.5", "The list has no owner to whom reports could go")
	}
	address := d.Recipient.Address()
	head := field.ReadSection(d.Text)
	if refusal := n.goesRound(&head); refusal != nil {
		return *refusal
	}
	if d.Reverse.Null {
		env := smtp.Envelope{Reverse: d.Reverse, Params: onward(d.Params), Recipients: []smtp.Recipient{{Forward: smtp.ForwardPath{Mailbox: owner}}}}
		if refusal := n.begin(env, d.Text); refusal != nil {
			return *refusal
		}
		return smtp.NewReply(250, "2.0.0", "a report, for the owner of <"+address+">")
	}
	id := listID(d.Recipient.Mailbox)
	for _, f := range head.All(beenThere) {
		if strings.EqualFold(f.Body(), address) { // RFC 3463 §3.5, X.4.6: routing loop detected; the report is for the owner
			return smtp.NewReply(554, "5.4.6", "The mail has been on the list <"+address+"> before")
		}
	}
	env := smtp.Envelope{Reverse: smtp.ReversePath{Mailbox: owner}, Params: onward(d.Params)} // RFC 5321 §3.9: "MUST be changed"
	if l.VERP {
		env.Params = append(env.Params, smtp.Param{Name: "XVERP"})
	}
	for _, member := range l.Members { // §3.9: heuristics to leave out the author are "strongly discouraged"
		if m, err := smtp.ParseMailbox(member, smtp.Tolerant); err == nil {
			env.Recipients = append(env.Recipients, smtp.Recipient{Forward: smtp.ForwardPath{Mailbox: m}})
		}
	}
	if len(env.Recipients) == 0 {
		return smtp.NewReply(550, "5.2.4", "Nobody is on the list <"+address+">") // RFC 3463 §3.3, X.2.4
	}
	if refusal := n.begin(env, l.edit(d.Text, &head, d.Recipient.Mailbox, id)); refusal != nil {
		return *refusal
	}
	return smtp.NewReply(250, "2.0.0", fmt.Sprintf("sent to %d members of <%s>", len(env.Recipients), address))
}

// beenThere names a list that a mail has been on. Mailman's field: that of RFC 2919 can tell of one list only.
const beenThere = "X-BeenThere"

// listID is the name of a list, <lunch.lists.example> (RFC 2919 §2, from general knowledge).
func listID(m smtp.Mailbox) string { return "<" + lower(m.Local) + "." + lower(m.Domain) + ">" }

// edit makes of a mail what the members get. The fields are those of RFC 2919 and RFC 2369, from general knowledge; a list
// that is a member of another one puts its own in place of theirs. From stays the author's (RFC 5321 §3.9).
func (l *List) edit(text []byte, head *field.Section, m smtp.Mailbox, id string) []byte {
	var fields [][2]string
	if !l.Bare {
		fields = [][2]string{{"List-Id", id}, {"List-Post", "<mailto:" + m.String() + ">"}, {"List-Owner", "<mailto:" + l.Owner + ">"},
			{"List-Unsubscribe", "<mailto:" + l.Owner + "?subject=unsubscribe>"}, {"Precedence", "list"}}
	}
	if subject, _ := head.First("Subject"); l.Tag != "" && !strings.Contains(subject.Body(), l.Tag) {
		fields = append(fields, [2]string{"Subject", l.Tag + " " + subject.Body()})
	}
	text = withHead(text, fields...)
	if !l.Bare { // a bare list that goes round ends at the hop limit (RFC 5321 §6.3)
		text = append(appendField(nil, beenThere, m.String()), text...)
	}
	if l.Footer != "" {
		text = appendLines(text, l.Footer)
	}
	return text
}
