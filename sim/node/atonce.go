package node

import (
	"bytes"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// AtOnce makes a host deliver to its mailboxes before it answers the end of the mail data. RFC 1047 warns of it: a client
// that does not wait long enough takes the mail for lost, and sends it again.
type AtOnce struct {
	Takes time.Duration // for each mailbox
}

// deliverNow delivers what ends here and queues the rest, and what could not be delivered while another recipient could: there
// is one reply for all (RFC 5321 §4.2.5). If nobody has got anything yet, the refusal is the reply and nobody is responsible.
func (s *session) deliverNow(t *smtpserver.Transaction, env smtp.Envelope, field string, text []byte) *smtp.Reply {
	n := s.node
	stamped := bytes.Join([][]byte{[]byte(field), text}, nil)
	var left []smtp.Recipient
	var refusal *smtp.Reply
	delivered := 0
	for _, r := range env.Recipients {
		if !n.isHere(r) || len(r.Params) > 0 { // what was asked for about a recipient is the queue's business
			left = append(left, r)
			continue
		}
		n.host.Clock.Sleep(n.cfg.AtOnce.Takes)
		reply := n.deliver(queue.Delivery{ID: t.ID, Reverse: env.Reverse, Recipient: r.Forward, Params: env.Params, Text: stamped})
		if !reply.Positive() {
			if left = append(left, r); refusal == nil {
				refusal = &reply
			}
			continue
		}
		delivered++
		n.host.Claims.Claim(host.Claim{Time: n.host.Clock.Now(), Host: n.host.Name, Role: host.RoleServer, Kind: host.ClaimDelivered,
			Code: reply.Code, Texts: reply.Lines, MailID: t.ID, Local: t.Local, Remote: t.Remote,
			Reverse: env.Reverse.Address(), Recipient: r.Forward.Address()})
	}
	switch {
	case len(left) == 0:
		return nil
	case refusal != nil && len(left) == len(env.Recipients) && delivered == 0 && n.allHere(left):
		return refusal
	}
	env.Recipients = left
	if err := n.queue.Accept(t.ID, env, field, text); err != nil {
		r := n.persona.Reply(persona.StorageFull, &persona.Values{Host: n.host.Name})
		return &r
	}
	return nil
}

// allHere reports whether mail for all of the recipients ends at this site, and nothing was asked about them.
func (n *Node) allHere(to []smtp.Recipient) bool {
	for _, r := range to {
		if !n.isHere(r) || len(r.Params) > 0 {
			return false
		}
	}
	return true
}
