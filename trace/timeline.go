package trace

// EntryKind is what an [Entry] of a timeline tells.
type EntryKind string

const (
	EntryEvent   EntryKind = "event"      // an Event of a session
	EntryConnect EntryKind = "connect"    // a TCP connection was opened, refused or not answered: see Text
	EntryDNS     EntryKind = "dns-query"  // Text: name and type
	EntryAnswer  EntryKind = "dns-answer" // Text: rcode and answers
	EntryQueue   EntryKind = "queue"      // a node keeps the mail for a later try
	EntryDeliver EntryKind = "delivery"   // put into a mailbox
	EntryBounce  EntryKind = "bounce"     // a non-delivery report was made
	EntryTrack   EntryKind = "track"      // a host was asked where a mail is (RFC 3887)
	EntryFault   EntryKind = "fault"      // the scenario or the learner broke or mended something
	EntryLearner EntryKind = "learner"    // a typed line, a prediction, a hint
)

// Entry is one line of a Timeline: an event of a session or something that happened beside the dialogues.
type Entry struct {
	N        int // from 1; the number a learner cites
	Time     Time
	Host     string // who did it: sends, asks, queues, delivers
	Peer     string // to whom; "" where there is nobody
	Kind     EntryKind
	Session  *Session // for EntryEvent
	Event    *Event
	Name     string   // dns: queried name; queue, delivery, bounce: the recipient
	Type     string   // dns: query type
	Code     string   // dns: rcode; connect: "open", "refused", "unanswered"; queue: next try in seconds
	Answers  []string // dns: records in zone-file form
	MailID   string   // queue id on Host, for queue, delivery and bounce
	Text     string   // one English sentence, escaped by the renderer
	Evidence Evidence
}

// Timeline keeps entries in one order, up to a cap. The zero value keeps nothing; set Cap.
type Timeline struct {
	Entries []*Entry
	Cap     int   // at most so many entries are kept
	Dropped int64 // so many came after the cap was reached
}

// Add numbers e and keeps it if there is room; it returns e's number.
func (t *Timeline) Add(e *Entry) int {
	e.N = len(t.Entries) + int(t.Dropped) + 1
	if len(t.Entries) >= t.Cap {
		t.Dropped++
		return e.N
	}
	t.Entries = append(t.Entries, e)
	return e.N
}

// At is the entry with number n, or nil.
func (t *Timeline) At(n int) *Entry {
	if n < 1 || n > len(t.Entries) {
		return nil
	}
	return t.Entries[n-1]
}
