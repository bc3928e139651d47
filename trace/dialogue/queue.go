package dialogue

import (
	"slices"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace"
)

// wanted is what a reply is due to.
type wanted uint8

const (
	wantNothing  wanted = iota
	wantGreeting        // the opened connection (RFC 5321 §3.1)
	wantReply           // a command
	wantAuth            // a client's line in an AUTH exchange (RFC 4954 §4)
	wantFinal           // the end of data (RFC 5321 §4.1.1.4)
)

// expected is something the server has to answer.
type expected struct {
	what    wanted
	cmd     smtp.Command
	said    *saidCommand // cmd, as remembered; nil: it is not
	bad     bool         // the command's syntax was wrong
	event   int          // number of the event it answers
	body    *body        // wantFinal and BDAT: what was sent
	sent    trace.Time
	seq     int64  // chunk in which it ended
	secret  string // what the client sent of an AUTH exchange: some servers repeat it in their reply
	each    int    // LMTP, PRDR: recipients that have had their reply
	perRcpt bool   // one reply for each accepted recipient is due
}

// step is the name under which the session table knows it.
func (x *expected) step() smtp.Verb {
	switch x.what {
	case wantGreeting:
		return smtp.Connect
	case wantAuth:
		return smtp.AuthLine
	case wantFinal:
		return smtp.EndOfData
	}
	return x.cmd.Step()
}

// endsGroup says whether nothing may follow before the reply: RFC 2920 §3.1, RFC 3207 §4, RFC 4954 §4.
func (x *expected) endsGroup() bool {
	switch x.what {
	case wantGreeting, wantAuth:
		return true
	case wantFinal:
		return false
	}
	switch x.cmd.Verb {
	case smtp.EHLO, smtp.HELO, smtp.LHLO, smtp.DATA, smtp.VRFY, smtp.EXPN, smtp.TURN, smtp.QUIT, smtp.NOOP,
		smtp.STARTTLS, smtp.AUTH, smtp.ATRN:
		return true
	}
	return false
}

// only says whether code can answer nothing but x: where replies or commands are lost, the two meet again there.
func (x *expected) only(code int) bool {
	switch code {
	case 354:
		return x.what == wantReply && x.cmd.Verb == smtp.DATA
	case 353:
		return x.what == wantFinal
	case 334, 235:
		return x.what == wantAuth || x.cmd.Verb == smtp.AUTH
	case 221:
		return x.cmd.Verb == smtp.QUIT
	case 220:
		return x.cmd.Verb == smtp.STARTTLS || x.cmd.Verb == smtp.XCLIENT
	}
	return false
}

// fits says whether code may answer x: any refusal may, a success must be one of the verb's own.
func (x *expected) fits(code int, state smtp.State) bool {
	if code >= 400 || code < 200 {
		return true
	}
	if x.what == wantFinal && code == 353 {
		return true
	}
	if x.what == wantReply && x.cmd.Verb == "" {
		return code == 221 || code == 250 // Postfix: "221 2.7.0 Error: I can break rules, too. Goodbye."
	}
	return succeeds(x.step(), code, state)
}

// succeeds says whether the session table knows code as a success of v, in this state or in any.
func succeeds(v smtp.Verb, code int, state smtp.State) bool {
	if r := smtp.Lookup(state, v); r.Allowed {
		return slices.Contains(r.Success, code) || slices.Contains(r.Intermediate, code)
	}
	for s := smtp.StateConnected; s <= smtp.StateClosed; s++ {
		if r := smtp.Lookup(s, v); r.Allowed { // the codes are the same in all
			return slices.Contains(r.Success, code) || slices.Contains(r.Intermediate, code)
		}
	}
	return false
}

// queue holds what waits for replies, first come first served (RFC 2920 §3.2).
type queue struct {
	items []expected
	head  int
	lossy bool // octets of either side were lost: replies may miss their command
}

func (q *queue) len() int { return len(q.items) - q.head }

func (q *queue) first() *expected {
	if q.head == len(q.items) {
		return nil
	}
	return &q.items[q.head]
}

func (q *queue) last() *expected { return &q.items[len(q.items)-1] }

func (q *queue) push(x expected) {
	if q.head == len(q.items) {
		q.items, q.head = q.items[:0], 0
	}
	if q.head > 256 && q.head > len(q.items)/2 {
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	q.items = append(q.items, x)
}

func (q *queue) pop() expected {
	x := q.items[q.head]
	q.items[q.head] = expected{}
	q.head++
	return x
}

// expect queues x.
func (d *Dialogue) expect(x expected) {
	if gap := d.server.gapSeq; gap > 0 && x.seq > gap { // the client went on: the replies before the gap were in it
		for first := d.queue.first(); first != nil && first.seq < gap; first = d.queue.first() {
			d.unanswered(d.queue.pop())
		}
		d.server.gapSeq = 0
	}
	for d.queue.len() >= d.opts.MaxExpected {
		d.unanswered(d.queue.pop())
	}
	d.queue.push(x)
}

// oneSided says that the server was never heard.
func (d *Dialogue) oneSided() bool { return d.server.deaf }
