package node

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/trace/mbox"
)

// Storage is how a host keeps its mailboxes. The zero value: a file for each message, as long as the disk has room.
type Storage struct {
	Format string // "mbox": one file for each mailbox; "maildir": a directory; "": as above
	Quota  int64  // octets of one mailbox; 0: no limit
	Bounce bool   // a mail that finds no room comes back (552 5.2.2); else it waits for room (452 4.2.2)
}

// Where mailboxes of the two formats lie: mbox/<user>, maildir/<user>/tmp/ and new/. A dot-lock stands beside the mbox.
const (
	mboxPrefix    = "mbox/"
	lockPrefix    = "lock/"
	maildirPrefix = "maildir/"
)

// shelf keeps mailboxes in a format, with a quota.
type shelf struct {
	Storage
	host  *host.Host
	count int // of messages put into Maildirs
}

// room is the reply for a mail of so many octets that a mailbox has no room for; nil: it has (RFC 3463 §3.3, X.2.2; RFC 5321
// §4.2.3: 452 "insufficient system storage", 552 "exceeded storage allocation").
func (b *boxes) room(user string, size int) *smtp.Reply {
	k := b.shelf
	if k == nil || k.Quota == 0 || b.used(user)+int64(size) <= k.Quota {
		return nil
	}
	if k.Bounce {
		return refused(552, "5.2.2", "mailbox of "+user+" is full")
	}
	return refused(452, "4.2.2", "mailbox of "+user+" is full")
}

// used is how many octets a mailbox holds.
func (b *boxes) used(user string) (sum int64) {
	for _, l := range b.letters(user) {
		sum += int64(len(l.text))
	}
	return sum
}

// shelve adds a message in its final form to a mailbox of a format, or with a quota.
func (b *boxes) shelve(user string, reverse smtp.ReversePath, text []byte, separator string) smtp.Reply {
	done := final(reverse, text)
	if refusal := b.room(user, len(done)); refusal != nil {
		return *refusal
	}
	var err error
	switch b.shelf.Format {
	case "mbox":
		if b.locked(user) { // RFC 3463 §3.3, X.2.0: the mailbox exists, but something about it keeps mail out for now
			return smtp.NewReply(451, "4.2.0", "mailbox of "+user+" is locked by another program")
		}
		err = b.intoMbox(user, separator, bytes.ReplaceAll(done, []byte("\r\n"), []byte("\n")))
	case "maildir":
		err = b.intoMaildir(user, bytes.ReplaceAll(done, []byte("\r\n"), []byte("\n")))
	default:
		return b.file(user, done)
	}
	if err != nil {
		return smtp.NewReply(452, "4.3.1", "mailbox of "+user+": "+err.Error())
	}
	return smtp.NewReply(250, "2.1.5", "delivered to "+b.shelf.Format+" of "+user)
}

// intoMbox writes the file anew with the message behind the others. What cannot be read is not written over.
func (b *boxes) intoMbox(user, separator string, text []byte) error {
	have, err := b.store.Get(mboxPrefix + user)
	if err != nil && !errors.Is(err, host.ErrNotFound) {
		return err
	}
	return b.store.Put(mboxPrefix+user, mbox.Append(have, separator, text))
}

// locked reports whether another program holds the dot-lock of an mbox.
func (b *boxes) locked(user string) bool {
	_, err := b.store.Get(lockPrefix + user)
	return err == nil
}

// intoMaildir writes to tmp and then renames to new, so that no reader meets half a message and no lock is needed (maildir(5)):
// the name is unique by time, count and host.
func (b *boxes) intoMaildir(user string, text []byte) error {
	now := b.shelf.host.Clock.Now()
	b.mu.Lock()
	b.shelf.count++
	name := fmt.Sprintf("%d.M%06dQ%04d.%s", now.Unix(), now.Nanosecond()/1000, b.shelf.count, b.shelf.host.Name)
	b.mu.Unlock()
	tmp := maildirPrefix + user + "/tmp/" + name
	if err := b.store.Put(tmp, text); err != nil {
		return err
	}
	if err := b.store.Put(maildirPrefix+user+"/new/"+name, text); err != nil {
		_ = b.store.Delete(tmp) // the mail stays in the queue
		return err
	}
	return b.store.Delete(tmp)
}

// letters are the messages of a mailbox, in whatever format, oldest first.
func (b *boxes) letters(user string) []letter {
	format := ""
	if b.shelf != nil {
		format = b.shelf.Format
	}
	switch format {
	case "mbox":
		return b.fromMbox(user)
	case "maildir":
		var all []letter
		for _, name := range b.store.List(maildirPrefix + user + "/new/") {
			if text, err := b.store.Get(name); err == nil {
				all = append(all, letter{name: name, text: withCRLF(text)})
			}
		}
		return all
	}
	type numbered struct {
		number int
		letter letter
	}
	var all []numbered
	for _, name := range b.store.List(mailPrefix + user + "/") {
		if _, number, ok := splitName(name); ok {
			if text, err := b.store.Get(name); err == nil {
				all = append(all, numbered{number, letter{name: name, text: text}})
			}
		}
	}
	slices.SortFunc(all, func(a, b numbered) int { return a.number - b.number })
	drop := make([]letter, len(all))
	for i := range all {
		drop[i] = all[i].letter
	}
	return drop
}

// fromMbox splits the file of a mailbox into messages; their names are their places, from 1.
func (b *boxes) fromMbox(user string) (all []letter) {
	file, err := b.store.Get(mboxPrefix + user)
	if err != nil {
		return nil
	}
	r := mbox.NewReader(bytes.NewReader(file), mbox.Options{})
	for {
		m, err := r.Next()
		if err != nil {
			break
		}
		all = append(all, letter{name: strconv.Itoa(m.Index) + " " + m.Separator, text: withCRLF(mbox.Unquote(m.Data, mbox.MboxRD))})
	}
	if last := len(all) - 1; last >= 0 { // the reader takes the empty line off the others
		all[last].text = bytes.TrimSuffix(all[last].text, []byte("\r\n"))
	}
	return all
}

// withCRLF is a text of a file as the wire has it.
func withCRLF(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")) }

// remove takes the deleted ones of a mailbox's messages away. Mail that has come since stays.
func (b *boxes) remove(user string, drop []letter) bool {
	if b.shelf == nil || b.shelf.Format != "mbox" {
		for i := range drop {
			if l := &drop[i]; l.deleted && b.store.Delete(l.name) != nil {
				return false
			}
		}
		return true
	}
	if !slices.ContainsFunc(drop, func(l letter) bool { return l.deleted }) {
		return true
	}
	if b.locked(user) {
		return false
	}
	var file []byte
	for i, l := range b.fromMbox(user) {
		if i < len(drop) && drop[i].deleted {
			continue
		}
		_, separator, _ := strings.Cut(l.name, " ")
		file = mbox.Append(file, separator, bytes.ReplaceAll(l.text, []byte("\r\n"), []byte("\n")))
	}
	return b.store.Put(mboxPrefix+user, file) == nil
}

// Lock is a program that holds the dot-lock of a user's mbox, such as a mail reader that writes it anew; Unlock lets it go.
func (n *Node) Lock(user string) error {
	return n.host.Store.Put(lockPrefix+strings.ToLower(user), []byte(n.host.Clock.Now().String()))
}

// Unlock is the end of Lock.
func (n *Node) Unlock(user string) error {
	return n.host.Store.Delete(lockPrefix + strings.ToLower(user))
}
