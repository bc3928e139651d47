package node

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/queue"
)

// mailPrefix is where the mailboxes lie on the host's disk: mailbox/<user>/<n>, n from 1.
const mailPrefix = "mailbox/"

// boxes are the mailboxes of a host.
type boxes struct {
	store host.Store
	shelf *shelf // nil: a file for each message, without a quota
	mu    sync.Mutex
	boxes map[string]*box
}

// box is what a host knows of one mailbox.
type box struct {
	last  int        // number of the last message
	taken smtp.Reply // what is said of a message that was put into it
}

func (b *boxes) of(user string) *box {
	known := b.boxes[user]
	if known == nil {
		known = &box{taken: smtp.NewReply(250, "2.1.5", "delivered to mailbox "+user)}
		b.boxes[user] = known
	}
	return known
}

// open finds out how many messages each mailbox holds.
func (b *boxes) open(store host.Store) {
	b.store, b.boxes = store, map[string]*box{}
	for _, name := range store.List(mailPrefix) {
		user, number, ok := splitName(name)
		if ok {
			b.of(user).last = max(b.of(user).last, number)
		}
	}
}

func splitName(name string) (user string, number int, ok bool) {
	rest := strings.TrimPrefix(name, mailPrefix)
	slash := strings.LastIndexByte(rest, '/')
	if slash < 0 {
		return "", 0, false
	}
	number, err := strconv.Atoi(rest[slash+1:])
	return rest[:slash], number, err == nil
}

// put adds a message in its final form.
func (b *boxes) put(user string, reverse smtp.ReversePath, text []byte) smtp.Reply {
	return b.file(user, final(reverse, text))
}

// file stores a message that is in its final form.
func (b *boxes) file(user string, text []byte) smtp.Reply {
	b.mu.Lock()
	box := b.of(user)
	box.last++
	number := box.last
	b.mu.Unlock()
	var few [64]byte
	name := strconv.AppendInt(append(append(append(few[:0], mailPrefix...), user...), '/'), int64(number), 10)
	if err := b.store.Put(string(name), text); err != nil {
		return smtp.NewReply(452, "4.3.1", "mailbox of "+user+": "+err.Error())
	}
	return box.taken
}

// deliver is final delivery.
func (n *Node) deliver(d queue.Delivery) smtp.Reply {
	if n.agents != nil {
		return n.deliverBy(d)
	}
	return n.toMailbox(d)
}

// toMailbox is delivery into a mailbox (RFC 5321 §4.4): Return-Path in front.
func (n *Node) toMailbox(d queue.Delivery) smtp.Reply {
	user, ok := n.mailbox(d.Recipient.Mailbox)
	if !ok {
		return n.persona.Reply(persona.UserUnknown, &persona.Values{Host: n.host.Name, Arg: d.Recipient.Address()})
	}
	if n.boxes.shelf != nil {
		return n.boxes.shelve(user, d.Reverse, d.Text, n.separator(d.Reverse))
	}
	return n.boxes.put(user, d.Reverse, d.Text)
}

// mailbox is the name of the mailbox of an address of this host. Local parts compare without regard to case here, which
// is the receiving host's right (RFC 5321 §2.4).
func (n *Node) mailbox(m smtp.Mailbox) (user string, ok bool) {
	user = strings.ToLower(m.Local)
	return user, n.users[user]
}

// final puts Return-Path in front and leaves out those that are there already, so that "exactly one" is (RFC 5321 §4.4).
func final(reverse smtp.ReversePath, text []byte) []byte {
	var few [128]byte
	field := append(reverse.Mailbox.Append(append(few[:0], "Return-Path: <"...)), ">\r\n"...)
	var kept []byte
	for start, end := findReturnPath(text); end > 0; start, end = findReturnPath(text) {
		kept = append(kept, text[:start]...)
		text = text[end:]
	}
	return bytes.Join([][]byte{field, kept, text}, nil)
}

// findReturnPath is where the header section holds a Return-Path field; an empty stretch if it holds none.
func findReturnPath(text []byte) (start, end int) {
	const name = "return-path:"
	for at := 0; at < len(text); {
		line := text[at:]
		if line[0] == '\r' || line[0] == '\n' {
			break
		}
		next := len(text)
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			next = at + i + 1
		}
		if len(line) >= len(name) && line[0]|0x20 == 'r' && bytes.EqualFold(line[:len(name)], []byte(name)) {
			for next < len(text) && (text[next] == ' ' || text[next] == '\t') { // folded lines
				i := bytes.IndexByte(text[next:], '\n')
				if i < 0 {
					return at, len(text)
				}
				next += i + 1
			}
			return at, next
		}
		at = next
	}
	return 0, 0
}

// Mailbox is one user's mail, oldest first.
type Mailbox struct {
	User     string
	Messages [][]byte // as delivered, Return-Path first
}

// Mailboxes are the mailboxes of the host, by user; also those still empty.
func (n *Node) Mailboxes() []Mailbox {
	if !n.cfg.is(MDA) {
		return nil
	}
	users := maps.Clone(n.users)
	texts := map[string][][]byte{}
	if n.boxes.shelf == nil {
		texts = n.boxes.filed()
	}
	for _, prefix := range [...]string{mboxPrefix, maildirPrefix} {
		for _, name := range n.host.Store.List(prefix) {
			user, _, _ := strings.Cut(strings.TrimPrefix(name, prefix), "/")
			users[user] = true
		}
	}
	for user := range texts {
		users[user] = true
	}
	out := make([]Mailbox, 0, len(users))
	for _, user := range slices.Sorted(maps.Keys(users)) {
		box := Mailbox{User: user, Messages: texts[user]}
		if n.boxes.shelf != nil {
			for _, l := range n.boxes.letters(user) {
				box.Messages = append(box.Messages, l.text)
			}
		}
		out = append(out, box)
	}
	return out
}

// filed are the messages of all mailboxes of a file for each message, oldest first.
func (b *boxes) filed() map[string][][]byte {
	numbers := map[string][]int{}
	for _, name := range b.store.List(mailPrefix) {
		if user, number, ok := splitName(name); ok {
			numbers[user] = append(numbers[user], number)
		}
	}
	out := map[string][][]byte{}
	for user, list := range numbers {
		slices.Sort(list)
		for _, number := range list {
			if text, err := b.store.Get(fmt.Sprintf("%s%s/%d", mailPrefix, user, number)); err == nil {
				out[user] = append(out[user], text)
			}
		}
	}
	return out
}
