package queue

import (
	"slices"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Item is one message as mailq shows it.
type Item struct {
	ID         string
	Size       int64
	Arrived    time.Time // the host's clock
	Sender     string    // "" is <>
	Active     bool      // something is being tried right now
	Recipients []ItemRecipient
}

// ItemRecipient is a recipient that still waits.
type ItemRecipient struct {
	Address string
	Tries   int
	Last    smtp.Reply // of the last try; zero before the first
	Remote  string     // who gave it; "" where nobody did
	Next    time.Time  // when it is tried next; zero while active
}

// List is the queue, oldest first.
func (q *Queue) List() []Item {
	q.mu.Lock()
	defer q.mu.Unlock()
	var items []Item
	for _, m := range q.mails {
		item := Item{ID: m.id, Size: m.size, Arrived: m.arrived, Sender: m.envelope.Reverse.Address(), Active: m.active > 0}
		for i := range m.rcpts {
			r := &m.rcpts[i]
			if r.status >= done {
				continue
			}
			ir := ItemRecipient{Address: m.envelope.Recipients[i].Forward.Address(), Tries: r.tries, Last: r.last.Reply, Remote: r.last.Remote}
			if r.status == waiting {
				ir.Next = r.next
			}
			item.Recipients = append(item.Recipients, ir)
		}
		items = append(items, item)
	}
	slices.SortFunc(items, func(a, b Item) int {
		if c := a.Arrived.Compare(b.Arrived); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return items
}

// Len is how many messages are in the queue.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.mails)
}
