package capture

// list is a queue of conns through links inside them; each conn is in at most one list of a kind.
type list struct {
	kind       int
	head, tail *conn
	n          int
}

// Kinds of lists.
const (
	inLife = iota // the living, the closed or the spare ones
	inWait        // those that hold something back
	listKinds
)

type links struct {
	prev, next *conn
	in         bool
}

func (l *list) push(c *conn) {
	k := &c.links[l.kind]
	k.prev, k.next, k.in = l.tail, nil, true
	if l.tail != nil {
		l.tail.links[l.kind].next = c
	} else {
		l.head = c
	}
	l.tail = c
	l.n++
}

// remove takes c out; it must be in l.
func (l *list) remove(c *conn) {
	k := &c.links[l.kind]
	if k.prev != nil {
		k.prev.links[l.kind].next = k.next
	} else {
		l.head = k.next
	}
	if k.next != nil {
		k.next.links[l.kind].prev = k.prev
	} else {
		l.tail = k.prev
	}
	*k = links{}
	l.n--
}
