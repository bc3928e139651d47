package node

import (
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
)

// How long an answer about an address is remembered (Postfix: address_verify_positive_expire_time,
// address_verify_negative_expire_time), and of how many.
const (
	goodAddress  = 31 * 24 * time.Hour
	badAddress   = 3 * 24 * time.Hour
	maxAddresses = 10_000
)

// verdict is what another host has said about an address.
type verdict struct {
	at    time.Time
	reply smtp.Reply
}

// verifySender asks the sender's own exchanger whether there is such a mailbox: a mail that cannot be answered, and could not
// be given back, is refused while the client is still there.
func (s *session) verifySender(m smtp.Mailbox) *smtp.Reply {
	switch r := s.node.inquire(m); {
	case r.Code == 556: // RFC 7505 §4.1: a domain that takes no mail can be told of nothing
		return refused(550, "5.7.27", "<"+m.String()+">: Sender address rejected: its domain takes no mail (null MX)")
	case r.Permanent():
		return refused(550, "5.1.7", "<"+m.String()+">: Sender address rejected: undeliverable address: "+oneLine(r))
	case !r.Positive():
		return refused(450, "4.1.7", "<"+m.String()+">: Sender address rejected: unverified address: "+oneLine(r))
	}
	return nil
}

// verifyRecipient asks the host that mail for m goes to next. A backup MX that does not ask takes mail for everybody and has
// to give it back to reverse-paths that may be forged: backscatter.
func (s *session) verifyRecipient(m smtp.Mailbox) *smtp.Reply {
	switch r := s.node.inquire(m); {
	case r.Code == 556: // RFC 7504 §4, RFC 7505 §4.1
		return refused(556, "5.1.10", "<"+m.String()+">: Recipient address rejected: its domain takes no mail (null MX)")
	case r.Permanent():
		return refused(550, "5.1.1", "<"+m.String()+">: Recipient address rejected: undeliverable address: "+oneLine(r))
	}
	return nil // the next host may be away: that is what a backup is for
}

// inquire tries MAIL and RCPT at the next host for m, without a mail. Answers are remembered.
func (n *Node) inquire(m smtp.Mailbox) smtp.Reply {
	key, now := strings.ToLower(m.String()), n.host.Clock.Now()
	n.mu.Lock()
	known, ok := n.asked[key]
	n.mu.Unlock()
	keep := badAddress
	if known.reply.Positive() {
		keep = goodAddress
	}
	if ok && now.Sub(known.at) < keep {
		return known.reply
	}
	r := n.probe(m)
	if r.Positive() || r.Permanent() {
		n.mu.Lock()
		if n.asked == nil || len(n.asked) >= maxAddresses {
			n.asked = map[string]verdict{}
		}
		n.asked[key] = verdict{now, r}
		n.mu.Unlock()
	}
	return r
}

// probe is the dialogue. The reverse-path is null: a probe must not be answered by a probe.
func (n *Node) probe(m smtp.Mailbox) smtp.Reply {
	later := smtp.NewReply(451, "4.4.1", "no host that could be asked")
	targets, r := n.queue.Targets(lower(m.Domain))
	if len(targets) == 0 {
		return r
	}
	for _, target := range targets {
		session, err := n.connect(target)
		if err != nil {
			continue
		}
		client, ok := session.(*smtpclient.Client)
		if !ok {
			_ = session.Quit() // nothing was said
			continue
		}
		answer := later
		if r, err := client.Do("MAIL FROM:<>"); err == nil && r.Positive() {
			if r, err := client.Do("RCPT TO:<" + m.String() + ">"); err == nil {
				answer = r
			}
		}
		_ = client.Quit() // the answer is there
		return answer
	}
	return later
}

// oneLine is a reply's text as one line that fits into another reply.
func oneLine(r smtp.Reply) string {
	return smtp.Printable(strings.ReplaceAll(r.Text(), "\n", " "), smtp.MaxRepeated)
}
