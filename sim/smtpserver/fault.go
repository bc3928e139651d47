package smtpserver

import (
	"errors"
	"net"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/fault"
)

// errFault ends a session that a fault of the scenario has cut off.
var errFault = errors.New("cut off by a fault of the scenario")

// Of a server that reads slowly: octets a time.
const sip = 512

// strikes asks what goes wrong at this stage and does it. It reports whether that stands in place of what was asked: then
// the session has been answered or has ended. What concerns the reply to come waits in n.plan until [session.answer].
func (n *session) strikes(at fault.Stage, recipient string) bool {
	if at == "" {
		return false
	}
	a, ok := n.srv.cfg.Fault(fault.Moment{Local: n.tx.Local, Remote: n.tx.Remote, Stage: at, Recipient: recipient})
	if !ok {
		return false
	}
	switch a.Kind {
	case fault.Reply:
		n.last = n.last || at == fault.AtText
		if at == fault.AtEnd {
			n.refuseTextWith(a.Reply)
		} else {
			n.answer(a.Reply)
		}
		if at == fault.AtText {
			n.flush() // nothing comes behind it that would
		}
		return true
	case fault.Hang:
		n.flush()
		n.srv.host.Clock.Sleep(a.Wait)
		n.cutOff()
		return true
	case fault.DropBefore:
		n.flush()
		n.cutOff()
		return true
	case fault.Reset:
		n.reset()
		return true
	case fault.Crash:
		n.flush()
		n.die(&a)
		return true
	}
	if at == fault.AtText {
		n.sluggish(&a)
		return false
	}
	n.plan = a
	return false
}

// strikesCommand is strikes for a command that was read. RFC 3030 §2: the octets behind a BDAT are read in any case.
func (n *session) strikesCommand(c *smtp.Command) bool {
	recipient := ""
	if c.Verb == smtp.RCPT {
		recipient = c.Forward.Address()
	}
	return n.strikes(fault.StageOf(c.Verb), recipient)
}

// sluggish makes the server slow in the text: a peer that acknowledges and does not read.
func (n *session) sluggish(a *fault.Action) {
	if a.Kind == fault.Delay {
		n.srv.host.Clock.Sleep(a.Wait)
		return
	}
	n.slow = a.Wait
}

// cutOff ends the session without a word.
func (n *session) cutOff() {
	n.out, n.err, n.state = n.out[:0], errFault, smtp.StateClosed
}

// reset ends the session with RST, where the transport can.
func (n *session) reset() {
	n.flush()
	if c, ok := n.raw.(interface{ Abort() error }); ok {
		_ = c.Abort() // it can only be gone already
	}
	n.cutOff()
}

// die ends the host. Nothing that this process does afterwards counts.
func (n *session) die(a *fault.Action) {
	a.Crash()
	n.srv.host.Clock.Sleep(time.Duration(1<<63 - 1))
	n.cutOff()
}

// disturbed does to a reply what was planned for it. It reports whether the reply is not given.
func (n *session) disturbed(r *smtp.Reply) bool {
	a := n.plan
	n.plan = fault.Action{}
	switch a.Kind {
	case fault.Delay:
		n.flush()
		n.srv.host.Clock.Sleep(a.Wait)
	case fault.Drip:
		n.flush()
		n.drip(r, a.Wait)
		return true
	case fault.Close:
		n.last = true
	case fault.DropAfter:
		n.flush()
		n.cutOff()
		return true
	case fault.CrashAfter:
		n.flush()
		n.die(&a)
		return true
	}
	return false
}

// drip sends a reply octet by octet, with a pause before each.
func (n *session) drip(r *smtp.Reply, pause time.Duration) {
	for _, octet := range r.Append(nil) {
		n.srv.host.Clock.Sleep(pause)
		if n.err == nil {
			_, n.err = n.conn.Write([]byte{octet})
		}
	}
	n.claimReply(r)
	n.state = n.state.After(n.verb, r.Code)
	if n.err != nil && !errors.Is(n.err, net.ErrClosed) {
		n.state = smtp.StateClosed
	}
}
