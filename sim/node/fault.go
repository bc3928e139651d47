package node

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// Seams let a test put something of its own between the actors of a host, to see whether what it does wrong is noticed. All
// nil: nothing is between.
type Seams struct {
	Backend func(smtpserver.Backend) smtpserver.Backend                           // of each server
	Connect func(queue.Connector) queue.Connector                                 // of queue and MUA
	Deliver func(func(queue.Delivery) smtp.Reply) func(queue.Delivery) smtp.Reply // into mailboxes
}

func (s *Seams) backend(b smtpserver.Backend) smtpserver.Backend {
	if s.Backend == nil {
		return b
	}
	return s.Backend(b)
}

func (s *Seams) connect(c queue.Connector) queue.Connector {
	if s.Connect == nil {
		return c
	}
	return s.Connect(c)
}

func (s *Seams) deliver(d func(queue.Delivery) smtp.Reply) func(queue.Delivery) smtp.Reply {
	if s.Deliver == nil {
		return d
	}
	return s.Deliver(d)
}
